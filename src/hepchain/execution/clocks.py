"""Clocks that differ between machines.

Snakemake tells old results from new by their times, and on a cluster each node may date files by a
clock of its own. So two rules hold here: what stands in the results when a run starts is dated
before it, and what its jobs write is dated after. The start of a run is the time of the file that
:mod:`hepchain.execution.lock` writes, on the file system of the results.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from hepchain.errors import ExecutionError, InputError
from hepchain.execution.lock import NAME, STATE

TOLERANCE = 1.0
"""Differences that are none: resolution of file systems, delays of a network [s]."""


def start_of_run(folder: Path = Path()) -> float | None:
    """When the run that goes on in a folder was started [s since the epoch]; None if none does."""
    try:
        status = (folder / STATE / NAME).stat()
    except OSError:
        return None
    return status.st_mtime if status.st_size else None


def date_back(results: Path, start: float, say: Callable[[str], None]) -> None:
    """Date results that are later than the start of the run to a second before it.

    They were written by a machine whose clock is ahead. What is made from now on would look older,
    and a result that a change makes outdated would be kept.
    """
    latest, number = start, 0
    for place, _, names in os.walk(results):
        for path in (os.path.join(place, name) for name in names):
            time = os.lstat(path).st_mtime
            if time > start + TOLERANCE:
                os.utime(path, (start - TOLERANCE, start - TOLERANCE), follow_symlinks=False)
                latest, number = max(latest, time), number + 1
    if number:
        say(
            f"{number} results were dated up to {_words(latest - start)} ahead, by a machine whose "
            "clock is wrong; they are dated to the start of this run."
        )


def refuse_future(files: Iterable[str]) -> None:
    """Check that no input is later than the start of the run, if one goes on.

    Raises
    ------
    InputError : some are; what is made of them would look older than they are
    """
    start = start_of_run() or time.time()
    ahead = {path: os.stat(path).st_mtime - start for path in files}
    ahead = {path: seconds for path, seconds in ahead.items() if seconds > TOLERANCE}
    if ahead:
        path, seconds = max(ahead.items(), key=lambda item: item[1])
        others = f" and {len(ahead) - 1} others are" if len(ahead) > 1 else " is"
        raise InputError(
            f"{path}{others} dated in the future, by up to {_words(seconds)}: the clock of this "
            "machine or of the one that wrote them is wrong, and results made of them would look "
            "outdated. Correct it, or date the files to now: touch FILE"
        )


def check_clock(written: Path) -> None:
    """Check by a file that this job has just written that its machine's clock is not behind.

    Raises
    ------
    ExecutionError : the file is dated before the start of the run
    """
    start = start_of_run()
    behind = start - written.stat().st_mtime if start is not None else 0.0
    if behind > TOLERANCE:
        raise ExecutionError(
            f"the clock of {socket.gethostname()} is at least {_words(behind)} behind that of the "
            "machine where this run was started: what is made here would look older than it is. "
            "Have it corrected, or leave this machine out"
        )


def _words(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
