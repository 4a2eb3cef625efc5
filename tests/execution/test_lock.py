"""One run at a time in a folder; a killed one is known by its record."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hepchain.errors import ExecutionError
from hepchain.execution import lock
from hepchain.execution.lock import (
    RunRecord,
    clear_locks_of_snakemake,
    release_folder,
    take_folder,
)

HOLDER = """
import sys, time
from pathlib import Path
from hepchain.execution.lock import take_folder
take_folder(Path(sys.argv[1]))
print("taken", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Any:
    """Another process that runs in the folder."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    yield process
    process.kill()
    process.wait()
    release_folder(tmp_path)


def test_second_run_is_refused_and_names_the_first(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(ExecutionError, match=rf"another run goes on.*process {holder.pid} on "):
        take_folder(tmp_path)


def test_killed_run_leaves_its_record_and_no_lock(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    record = take_folder(tmp_path)
    assert record is not None
    assert (record.pid, record.host) == (holder.pid, socket.gethostname())


def test_run_that_ended_leaves_nothing(tmp_path: Path) -> None:
    assert take_folder(tmp_path) is None
    assert take_folder(tmp_path) is None, "a process may hold its folder already"
    release_folder(tmp_path)
    assert take_folder(tmp_path) is None
    release_folder(tmp_path)


def test_half_written_record_counts_as_killed(tmp_path: Path) -> None:
    path = tmp_path / lock.STATE / lock.NAME
    path.parent.mkdir()
    path.write_text('{"host": "x", "pi')
    assert take_folder(tmp_path) is not None
    release_folder(tmp_path)


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)


def write_record(folder: Path, host: str, pid: int) -> None:
    path = folder / lock.STATE / lock.NAME
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(vars(RunRecord(host, pid, "today", "snakemake"))))


@pytest.mark.usefixtures("no_locks")
def test_without_locks_the_record_decides(tmp_path: Path) -> None:
    here = socket.gethostname()
    write_record(tmp_path, here, os.getpid())
    with pytest.raises(ExecutionError, match="another run goes on"):
        take_folder(tmp_path)
    write_record(tmp_path, "elsewhere", 1)
    with pytest.raises(ExecutionError, match=r"remove .*hepchain-run\.json and start again"):
        take_folder(tmp_path)
    ended = subprocess.Popen(["true"])
    ended.wait()
    write_record(tmp_path, here, ended.pid)
    record = take_folder(tmp_path)
    assert record is not None
    assert record.pid == ended.pid
    release_folder(tmp_path)


def test_locks_of_snakemake_are_removed(tmp_path: Path) -> None:
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    for name in ("0.input.lock", "0.output.lock"):
        (locks / name).write_text("results/x\n")
    assert clear_locks_of_snakemake(tmp_path) == 2
    assert not list(locks.iterdir())
    assert clear_locks_of_snakemake(tmp_path) == 0
