"""One run at a time in a folder, and a note of the run that was killed there.

Snakemake's own lock outlives a killed run and cannot tell it from one that goes on. The lock here
is of the operating system, which ends with the process that holds it.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import psutil

from hepchain.errors import ExecutionError

STATE = Path(".snakemake")
NAME = "hepchain-run.json"


@dataclass(frozen=True)
class RunRecord:
    """Who runs in a folder."""

    host: str
    pid: int
    started: str
    command: str
    executor: str = "local"

    @classmethod
    def of_this_process(cls, executor: str) -> RunRecord:
        """The record of the process at hand."""
        return cls(
            host=socket.gethostname(),
            pid=os.getpid(),
            started=datetime.now().isoformat(" ", "seconds"),
            command=" ".join(["snakemake", *sys.argv[1:]]),
            executor=executor,
        )

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.started}: {self.command}"


_held: dict[Path, TextIO] = {}
"""Folders of this process; a lock holds as long as its file is open."""


def take_folder(folder: Path, executor: str = "local") -> RunRecord | None:
    """Hold a folder until this process ends, however it ends; `executor` is Snakemake's.

    Returns the record of the run before, if that was killed.

    Raises
    ------
    ExecutionError : another run goes on there
    """
    path = (folder / STATE / NAME).resolve()
    if path in _held:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as unless_held:
        file = unless_held.enter_context(path.open("a+"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(folder, _read(file)) from None
        except OSError:  # a file system without locks, as some of clusters are
            _refuse_if_alive(folder, path, _read(file))
        before = _read(file)
        _write(file, RunRecord.of_this_process(executor))
        unless_held.pop_all()
    _held[path] = file
    atexit.register(release_folder, folder)
    return before


def release_folder(folder: Path) -> None:
    """Say that the run of this process ended on its own."""
    file = _held.pop((folder / STATE / NAME).resolve(), None)
    if file is not None:
        _write(file, None)
        file.close()


def clear_locks_of_snakemake(folder: Path) -> int:
    """Remove Snakemake's locks on files; only for who holds the folder. Returns their number."""
    locks = list((folder / STATE / "locks").glob("*.lock"))
    for lock in locks:
        lock.unlink(missing_ok=True)
    return len(locks)


def _read(file: TextIO) -> RunRecord | None:
    file.seek(0)
    text = file.read()
    try:
        return RunRecord(**json.loads(text)) if text.strip() else None
    except (ValueError, TypeError):  # killed while it wrote this
        return RunRecord(host="an unknown host", pid=0, started="?", command="?")


def _write(file: TextIO, record: RunRecord | None) -> None:
    file.seek(0)
    file.truncate()
    if record is not None:
        json.dump(asdict(record), file)
    file.flush()


def _busy(folder: Path, record: RunRecord | None) -> ExecutionError:
    return ExecutionError(
        f"another run goes on in {folder} ({record or 'it has just started'}). Wait for its end "
        "or stop it with Ctrl-C there; a run beside it needs a folder of its own (git worktree)"
    )


def _refuse_if_alive(folder: Path, path: Path, record: RunRecord | None) -> None:
    """Without locks, go by the record: refuse unless its process is known to have ended."""
    if record is None:
        return
    if record.host != socket.gethostname():
        raise ExecutionError(
            f"the file system of {folder} has no locks, and a run was started there on another "
            f"host ({record}). If it has ended, remove {path} and start again"
        )
    if psutil.pid_exists(record.pid):
        raise _busy(folder, record)
