"""Opening ntuples: every way in which a ROOT file can be unusable, told in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError


@contextmanager
def readable(path: str | Path) -> Iterator[None]:
    """Turn what uproot raises on damaged files into an :class:`InputError` that names the file."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        if error.errno is None:  # uproot's own, about the content
            raise _damaged(path, error) from error
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); check with `ls -l {path}` that you may "
            "read it and that its disk is there, then run again"
        ) from error
    except MemoryError:
        raise
    # Damage can surface anywhere in the decoding (struct.error, zlib.error, IndexError, ...).
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path: str | Path, error: Exception) -> InputError:
    reason = str(error).strip().split("\n")[0]
    return InputError(
        f"{path}: not a readable ROOT file, perhaps truncated ({type(error).__name__}: "
        f"{reason}); remove it and make it, or copy it, again"
    )


@contextmanager
def open_tree(path: str | Path, ntuple_map: NtupleMap) -> Iterator[Any]:
    """Yield the tree that the map names.

    Raises
    ------
    InputError : the file is missing, empty, damaged, or has no such tree, or the tree no entries
    """
    if Path(path).is_file() and Path(path).stat().st_size == 0:
        raise InputError(f"{path}: empty file (0 bytes); remove it and make it, or copy it, again")
    with readable(path):
        file = uproot.open(path)
    with file:
        yield _tree(path, file, ntuple_map.tree)


def _tree(path: str | Path, file: Any, name: str) -> Any:
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
    if tree.num_entries == 0:
        raise InputError(f"{path}: the tree '{name}' has no entries; leave the file out of `files`")
    return tree


def read_metadata(path: str | Path, ntuple_map: NtupleMap) -> dict[str, Any]:
    """The JSON kept beside the tree; empty if the map names none.

    Raises
    ------
    InputError : the file lacks the object that the map names, or it is not JSON
    """
    if ntuple_map.metadata is None:
        return {}
    with readable(path), uproot.open(path) as file:
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
