"""Opening ntuples: every way in which a ROOT file can be unusable, told in one sentence."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.io import verify_checksum

LARGE_FILE = 1_000_000
"""Added to the version in a ROOT file's header where its positions have 64 bits."""


@contextmanager
def readable(path: str | Path) -> Iterator[None]:
    """Turn what uproot raises on damaged files into an :class:`InputError` that names the file.

    Only reading belongs inside, no computation: what fails here is told as the file's fault.
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        if error.errno is None:  # uproot's own, about the content
            raise _unreadable(path, error) from error
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check with `ls -l {path}` that you may "
            "read it and that its disk is there, then run again"
        ) from error
    except MemoryError:
        raise
    # Damage can surface anywhere in the decoding (struct.error, zlib.error, IndexError, ...).
    except Exception as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str | Path, error: Exception) -> InputError:
    reason = str(error).strip().split("\n")[0]
    return InputError(
        f"{path}: not a readable ROOT file ({type(error).__name__}: {reason}): damaged, or written "
        "in a way that uproot does not read; compare it with its original, and copy it again if "
        "they differ"
    )


@contextmanager
def open_file(path: str | Path) -> Iterator[Any]:
    """Yield a ROOT file that is whole, and what its checksum says where there is one beside it.

    Raises
    ------
    InputError : the file is missing, empty, cut off, damaged or no ROOT file
    """
    if Path(path).is_file():
        with readable(path):
            _require_whole(Path(path))
            verify_checksum(path)
    with readable(path):
        file = uproot.open(path)
    with file:
        yield file


def _require_whole(path: Path) -> None:
    """Refuse a file that is shorter than its own header says: uproot reads some of those."""
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path}: empty file (0 bytes); make it, or copy it, again")
    with path.open("rb") as file:
        header = file.read(20)
    if len(header) < 20 or not header.startswith(b"root"):
        return  # uproot tells what it is not
    version, _, *positions = struct.unpack(">iiii", header[4:])
    end = positions[0]
    if version >= LARGE_FILE:
        (end,) = struct.unpack(">q", header[12:])
    if size < end:
        raise InputError(
            f"{path}: truncated, {size} of its {end} bytes are there; copy it, or make it, again"
        )


@contextmanager
def open_tree(path: str | Path, ntuple_map: NtupleMap) -> Iterator[Any]:
    """Yield the tree that the map names; one without entries is a tree, too.

    Raises
    ------
    InputError : the file is missing, empty, damaged, or has no such tree
    """
    with open_file(path) as file:
        yield tree_of(path, file, ntuple_map.tree)


def tree_of(path: str | Path, file: Any, name: str) -> Any:
    """The tree of this name in an open file.

    Raises
    ------
    InputError : there is none, or it is no TTree
    """
    with readable(path):
        names = file.keys(cycle=False)
        if name not in names:
            trees = sorted(set(file.keys(filter_classname="TTree", cycle=False)))
            raise InputError(
                f"{path}: no tree '{name}'; it has {', '.join(trees) or 'no tree at all'} "
                "(the branch map's `tree` names the one to read)"
            )
        tree = file[name]
        if not isinstance(tree, uproot.TTree):
            raise InputError(
                f"{path}: '{name}' is a {file.classname_of(name)}, not a TTree; write a TTree "
                "(with uproot: `mktree`)"
            )
    return tree


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
