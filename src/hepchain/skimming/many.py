"""Many files checked together: the headers of all, the values of some, in several processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import ceil
from multiprocessing import get_context
from pathlib import Path

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.skimming.check import Checked, Known, check_ntuple
from hepchain.skimming.settings import SkimSettings

SOME_ENTRIES = 100
"""Of a file, whose values are looked at where not all are."""

SOME_FILES = 25
"""Whose values are looked at where not those of all are."""

FILES_OF_A_PROCESS = 50
"""At least: a process takes as long to start as to check some of them."""

FILES_AT_ONCE = 50
"""Handed to a process, at most. Of headers alike among them one is read in full."""

BATCHES_OF_A_PROCESS = 4
"""At least, so that the last to end is not long alone."""

File = tuple[str, int | None]
"""Path, and the number of entries whose values are looked at; None: all."""


def check_files(
    paths: Sequence[str],
    ntuple_map: NtupleMap | str | Path,
    settings: SkimSettings,
    all_values: bool = False,
) -> Iterator[Checked]:
    """Check files, many of them in several processes; see :func:`.check_ntuple`.

    The header of each is read. Of values, all if ``all_values``, otherwise those of the first
    ``SOME_ENTRIES`` entries of some files, see :func:`looked_into`.

    Raises
    ------
    ConfigError : the map is not valid
    """
    if not isinstance(ntuple_map, NtupleMap):
        ntuple_map = load_block(ntuple_map, NtupleMap)
    some = looked_into(len(paths))
    entries = [None if all_values else SOME_ENTRIES * (n in some) for n in range(len(paths))]
    files = list(zip(paths, entries, strict=True))
    check = partial(_checked, ntuple_map=ntuple_map, settings=settings)
    processes = min(len(os.sched_getaffinity(0)), len(paths) // FILES_OF_A_PROCESS)
    if processes < 2:
        yield from check(files)
        return
    size = min(FILES_AT_ONCE, ceil(len(files) / (BATCHES_OF_A_PROCESS * processes)))
    batches = [files[start : start + size] for start in range(0, len(files), size)]
    # Not forked: the process that asks may have threads.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for found in pool.map(partial(_listed, check=check), batches):
            yield from found


def looked_into(files: int) -> set[int]:
    """Numbers of the files whose values are looked at: all, or the first, the last and others.

    The others are at even distances.

    >>> sorted(looked_into(3))
    [0, 1, 2]
    >>> sorted(looked_into(1000))[:3], max(looked_into(1000)), len(looked_into(1000))
    ([0, 41, 83], 999, 25)
    """
    if files <= SOME_FILES:
        return set(range(files))
    return {number * (files - 1) // (SOME_FILES - 1) for number in range(SOME_FILES)}


def told(files: int, all_values: bool) -> str:
    """What is looked at of so many files, in words."""
    some = len(looked_into(files))
    if all_values:
        return f"all values of {files} files looked at"
    if some == files:
        return f"values of the first {SOME_ENTRIES} entries of each file looked at; `--values`: all"
    return (
        f"headers of all {files} files looked at, values of the first {SOME_ENTRIES} entries of "
        f"{some}: the first, the last and others at even distances; `--values`: all of all"
    )


def _checked(
    files: Sequence[File], ntuple_map: NtupleMap, settings: SkimSettings
) -> Iterator[Checked]:
    known: Known = {}
    for path, entries in files:
        yield check_ntuple(path, ntuple_map, settings, entries, known)


def _listed(files: Sequence[File], check: partial[Iterator[Checked]]) -> list[Checked]:
    return list(check(files))
