"""Jobs of a killed run: found by folder and name, ended or awaited, nothing else touched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hepchain.config.execution import LeftOver
from hepchain.errors import ExecutionError
from hepchain.execution import orphans, slurm
from hepchain.execution.orphans import (
    SlurmJob,
    end_local,
    end_slurm,
    local_orphans,
    local_supervisors,
    parse_queue,
)

RUN = "hepchain_0b6c2a0e-4a57-4a6b-9d43-d0c1d3b5a8c1"


def row(number: int, state: str, folder: Path, name: str = RUN, comment: str = "rule_a") -> str:
    return f"{number}\t{state}\t{name}\t{comment}\t{folder}"


def test_queue_is_read(tmp_path: Path) -> None:
    other = tmp_path / "other"
    link = tmp_path / "link"
    other.mkdir()
    link.symlink_to(tmp_path)
    rows = [
        row(1, "RUNNING", tmp_path, comment="rule_training_wildcards_fold=0"),
        row(2, "PENDING", link, name=RUN.removeprefix("hepchain_")),
        row(3, "RUNNING", other),
        row(4, "RUNNING", tmp_path, name="my_own_job"),
        row(5, "RUNNING", tmp_path),
    ]
    found = parse_queue("\n".join(rows), tmp_path, own="5")
    assert found == [SlurmJob("1", "RUNNING", "training"), SlurmJob("2", "PENDING", "a")]


class Queue:
    """A scheduler that forgets cancelled jobs, and running ones after some looks."""

    def __init__(self, folder: Path, *, forgets: bool = True) -> None:
        self.jobs = {1: "RUNNING", 2: "PENDING"}
        self.cancelled: list[str] = []
        self.folder = folder
        self.forgets = forgets
        self.looks = 0

    def __call__(self, *command: str) -> str:
        if command[0] == "scancel":
            self.cancelled += command[1:]
            if self.forgets:
                self.jobs = {n: s for n, s in self.jobs.items() if str(n) not in command}
            return ""
        self.looks += 1
        if self.looks > 4 and self.forgets:
            self.jobs = {}
        return "\n".join(row(number, state, self.folder) for number, state in self.jobs.items())


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue(tmp_path)
    monkeypatch.setattr(orphans, "answer", queue)
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/squeue")
    monkeypatch.setattr(orphans, "POLL_SECONDS", 0.0)
    return queue


def test_cancel_ends_all(queue: Queue, tmp_path: Path) -> None:
    said: list[str] = []
    end_slurm(tmp_path, LeftOver.CANCEL, said.append)
    assert queue.cancelled == ["1", "2"]
    assert "2 SLURM job(s) of a killed run" in said[0]
    assert "1 (a, running)" in said[0]
    assert "cancelling 2" in said[0]


def test_await_ends_only_what_waits(queue: Queue, tmp_path: Path) -> None:
    said: list[str] = []
    end_slurm(tmp_path, LeftOver.AWAIT, said.append)
    assert queue.cancelled == ["2"]
    assert "waiting for 1 to finish" in said[0]
    assert queue.looks > 4, "waited until the running job was gone"


def test_empty_queue_is_no_matter(queue: Queue, tmp_path: Path) -> None:
    queue.jobs = {}
    said: list[str] = []
    end_slurm(tmp_path, LeftOver.CANCEL, said.append)
    assert said == []


def test_jobs_that_stay_are_an_error(
    queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.forgets = False
    monkeypatch.setattr(orphans, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(ExecutionError, match=r"1, 2 .*squeue --me"):
        end_slurm(tmp_path, LeftOver.CANCEL, print)


def test_failing_scheduler_is_an_error() -> None:
    with pytest.raises(ExecutionError, match="`false`"):
        slurm.answer("false")


def start_job(folder: Path) -> subprocess.Popen[bytes]:
    """A process with the command of one of Snakemake's jobs."""
    script = folder / ".snakemake" / "scripts" / "tmpx.generation.py"
    script.parent.mkdir(parents=True)
    script.write_text("import subprocess\nsubprocess.run(['sleep', '60'])\n")
    return subprocess.Popen([sys.executable, str(script)], start_new_session=True)


def test_local_jobs_end_with_their_children(tmp_path: Path) -> None:
    here, there = start_job(tmp_path / "here"), start_job(tmp_path / "there")
    try:
        found = local_orphans(tmp_path / "here")
        assert [process.pid for process in found] == [here.pid]
        while not (children := found[0].children()):
            time.sleep(0.01)
        said: list[str] = []
        end_local(found, said.append)
        assert "Ending 1 process(es)" in said[0]
        assert not any(process.is_running() for process in (*found, *children))
        assert there.poll() is None
    finally:
        os.killpg(there.pid, signal.SIGKILL)
        for process in (here, there):
            process.wait()


def test_supervisor_of_a_job_is_known_by_its_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    code = "import time; time.sleep(60)"
    command = [sys.executable, "-c", code, "--target-jobs", "features:sample=a"]
    processes = []
    try:
        for folder in (here, there):
            folder.mkdir()
            processes.append(subprocess.Popen(command, cwd=folder))
        assert [process.pid for process in local_supervisors(here)] == [processes[0].pid]
    finally:
        for process in processes:
            process.kill()
            process.wait()
