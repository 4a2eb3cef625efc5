"""Opening ntuples: every way in which a ROOT file can be unusable, told in one sentence."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from uproot.behaviors.RNTuple import HasFields
from uproot.behaviors.TBranch import HasBranches

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.io import verify_checksum
from hepchain.skimming.addresses import TIMEOUT, is_address
from hepchain.skimming.opening import open_root

TREES = ("TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple")
"""Classes of what can be read as events."""

LARGE_FILE = 1_000_000
"""Added to the version in a ROOT file's header where its positions have 64 bits."""


@contextmanager
def readable(path: str | Path, what: Callable[[], str] | None = None) -> Iterator[None]:
    """Turn what uproot raises into an :class:`InputError` that names the file.

    Only reading belongs inside, no computation: what fails here is told as the file's fault.
    ``what`` says which part of the file was being read, for the message.
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        if is_address(path):
            raise InputError(
                f"{path}: cannot be read ({_first_line(error)}), with a time-out of {TIMEOUT} s; "
                "see whether the server is up, can be reached from here and lets you read it, and "
                "run again"
            ) from error
        if error.errno is None:  # uproot's own, about the content
            raise _unreadable(path, error, what) from error
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check with `ls -l {path}` that you may "
            "read it and that its disk is there, then run again"
        ) from error
    except MemoryError:
        raise
    # What is wrong can surface anywhere in the decoding (struct.error, IndexError, ...).
    except Exception as error:
        raise _unreadable(path, error, what) from error


def _unreadable(
    path: str | Path, error: Exception, what: Callable[[], str] | None = None
) -> InputError:
    """Damage is told where the bytes show it: compressed data that are none."""
    reason = f"{type(error).__name__}: {_first_line(error)}"
    part = f"{what()}: " if what is not None else ""
    if _in_decompression(error.__traceback__):
        return InputError(
            f"{path}: {part}its compressed data cannot be unpacked ({reason}): damaged; compare "
            "it with its original, and copy it, or make it, again"
        )
    return InputError(
        f"{path}: {part}cannot be read by uproot ({reason}); if the file is like its original "
        "(`sha256sum` of both), it is written in a way that uproot does not know: write numbers "
        "and lists of numbers"
    )


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"


def _in_decompression(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__name__") == "uproot.compression":
            return True
        traceback = traceback.tb_next
    return False


@contextmanager
def open_file(path: str | Path, compared: bool = True) -> Iterator[Any]:
    """Yield a ROOT file that is whole, and what its checksum says where there is one beside it.

    ``compared``: with this checksum, which takes reading all of it.

    Raises
    ------
    InputError : the file is missing, empty, cut off, damaged or no ROOT file
    """
    if not is_address(path) and Path(path).is_file():
        with readable(path):
            _require_whole(Path(path))
            if compared:
                verify_checksum(path)
    with readable(path):
        file = open_root(path)
    with file:
        yield file


def _require_whole(path: Path) -> None:
    """Refuse a file that is shorter than its own header says: uproot reads some of those."""
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path}: empty file (0 bytes); make it, or copy it, again")
    with path.open("rb") as file:
        header = file.read(20)
    if not header.startswith(b"root"):
        raise InputError(
            f"{path}: not a ROOT file: it begins with {header[:8]!r}, not with b'root'; "
            "a download that failed may leave a page of text"
        )
    if len(header) < 20:
        raise InputError(f"{path}: truncated, {size} bytes are there; copy it, or make it, again")
    version, _, *positions = struct.unpack(">iiii", header[4:])
    end = positions[0]
    if version >= LARGE_FILE:
        (end,) = struct.unpack(">q", header[12:])
    if size < end:
        raise InputError(
            f"{path}: truncated, {size} of its {end} bytes are there; copy it, or make it, again"
        )


def tree_named(path: str | Path, file: Any, name: str, key: str = "tree") -> Any:
    """The TTree or RNTuple of this name in an open file; `events;1` is one of a certain cycle.

    ``key`` of the branch map has the name.

    Raises
    ------
    InputError : there is none, or it is something else
    """
    found = object_named(path, file, name)
    if isinstance(found, HasBranches | HasFields):
        return found
    with readable(path):
        classes = file.classnames(cycle=False).items()
    trees = ", ".join(sorted({other for other, of in classes if of in TREES}))
    what = f"no tree '{name}'"
    if found is not None:
        what = f"'{name}' is a {found.classname}, not a TTree or RNTuple"
    raise InputError(
        f"{path}: {what}; it has {trees or 'no tree at all'} "
        f"(the branch map's `{key}` names the one to read)"
    )


def object_named(path: str | Path, file: Any, name: str) -> Any:
    """An object of an open file, with its cycle or without; None if it is not there."""
    with readable(path, lambda: f"'{name}'"):
        return file[name] if name in file.keys(cycle=";" in name) else None


def metadata_of(path: str | Path, file: Any, ntuple_map: NtupleMap) -> dict[str, Any]:
    """The JSON kept beside the tree of an open file; empty if the map names none.

    Raises
    ------
    InputError : the file lacks the object that the map names, or it is not JSON
    """
    if ntuple_map.metadata is None:
        return {}
    with readable(path):
        if ntuple_map.metadata not in file.keys(cycle=False):
            raise InputError(
                f"{path}: no object '{ntuple_map.metadata}' with the sum of weights and the "
                "cross-section; write it, or set `metadata: null` in the branch map and give "
                "`sum_of_weights` and `cross_section_pb` of the sample in the configuration"
            )
        text = str(file[ntuple_map.metadata])
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: '{ntuple_map.metadata}' is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: '{ntuple_map.metadata}' is not a JSON object")
    return content
