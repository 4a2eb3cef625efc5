"""Jobs that go on although the run that started them was killed.

A second copy of such a job beside the first would write the same files. Jobs of this machine are
known by their command and folder, those of SLURM by folder and by the name that Snakemake's plugin
gives: the run's random identifier.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from hepchain.config.execution import LeftOver
from hepchain.errors import ExecutionError
from hepchain.execution.lock import STATE
from hepchain.execution.slurm import answer

Say = Callable[[str], None]

UUID = re.compile(r"(^|_)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
POLL_SECONDS = 1.0
PATIENCE_SECONDS = 180.0
"""How long SLURM may take to end jobs: the nodes' grace between SIGTERM and SIGKILL, and more."""
GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class SlurmJob:
    """A job in the queue: number, state (RUNNING, PENDING, ...), rule."""

    number: str
    state: str
    rule: str

    def __str__(self) -> str:
        return f"{self.number} ({self.rule}, {self.state.lower()})"


# --- this machine --------------------------------------------------------------------------------


def local_orphans(folder: Path) -> list[psutil.Process]:
    """Processes that carry out single jobs of this folder; for who knows that no run goes on.

    Snakemake writes each job's script into this folder's scripts and starts a Python for it.
    """
    scripts = f"{folder.resolve() / STATE / 'scripts'}{os.sep}"
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(scripts) for word in process.info["cmdline"] or ())
    ]


def local_supervisors(folder: Path) -> list[psutil.Process]:
    """Snakemakes that each see to one job of this folder, as those that SLURM starts on its nodes.

    Where SLURM follows processes by their parents they may outlive a cancelled job; one that then
    finds its job failed removes that job's results.
    """
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "--target-jobs" in (process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.Error, OSError):  # ended meanwhile, another user's
                if Path(process.cwd()).samefile(folder):
                    found.append(process)
    return found


def end_local(processes: Sequence[psutil.Process], say: Say) -> None:
    """End jobs of this machine, what they started included.

    At once: what they write counts only when it is complete, and a process that is stopped or waits
    for a file system would not heed a request.
    """
    if not processes:
        return
    say(f"Ending {len(processes)} process(es) of a killed run that go on on this machine.")
    family = [child for process in processes for child in _with_children(process)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=GRACE_SECONDS)


def _with_children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


# --- SLURM ---------------------------------------------------------------------------------------


def slurm_orphans(folder: Path) -> list[SlurmJob]:
    """Jobs in SLURM's queue that Snakemake submitted from this folder.

    Raises
    ------
    ExecutionError : the scheduler does not answer
    """
    if shutil.which("squeue") is None:
        return []
    user = psutil.Process().username()
    rows = answer("squeue", "--noheader", f"--user={user}", "--format=%A\t%T\t%j\t%k\t%Z")
    return parse_queue(rows, folder, own=os.environ.get("SLURM_JOB_ID", ""))


def parse_queue(rows: str, folder: Path, own: str = "") -> list[SlurmJob]:
    """Jobs of Snakemake in a folder, of lines `number state name comment folder` (tabs between).

    `own` is the job in which this run itself is carried out, if it is.
    """
    jobs = []
    for row in rows.splitlines():
        number, state, name, comment, place = row.split("\t", 4)
        here = Path(place).resolve() == folder.resolve()
        if here and UUID.search(name) and number != own:
            jobs.append(SlurmJob(number, state, _rule(comment)))
    return jobs


def _rule(comment: str) -> str:
    """Rule of a comment rule_{name} or rule_{name}_wildcards_{...}."""
    return comment.partition("_wildcards_")[0].removeprefix("rule_") or "unknown"


def end_slurm(folder: Path, policy: LeftOver, say: Say) -> None:
    """End the jobs that a killed run left in SLURM, or wait for those that run.

    Raises
    ------
    ExecutionError : jobs are not gone some minutes after they were cancelled, or the scheduler
        does not answer
    """
    jobs = slurm_orphans(folder)
    if not jobs:
        return
    waiting = [job for job in jobs if job.state == "PENDING"]
    cancelled = jobs if policy is LeftOver.CANCEL else waiting
    say(_announcement(jobs, cancelled))
    if cancelled:
        answer("scancel", *(job.number for job in cancelled))
    _wait_until_gone(folder, cancelled, PATIENCE_SECONDS)
    if policy is LeftOver.AWAIT:
        _wait_until_gone(folder, jobs, None)


def _announcement(jobs: Sequence[SlurmJob], cancelled: Sequence[SlurmJob]) -> str:
    shown = ", ".join(map(str, jobs[:5])) + (", ..." if len(jobs) > 5 else "")
    kept = len(jobs) - len(cancelled)
    actions = [f"cancelling {len(cancelled)}"] if cancelled else []
    actions += [f"waiting for {kept} to finish (end them with scancel if need be)"] if kept else []
    return f"{len(jobs)} SLURM job(s) of a killed run of this folder: {shown}; {', '.join(actions)}"


def _wait_until_gone(folder: Path, jobs: Sequence[SlurmJob], patience: float | None) -> None:
    numbers = {job.number for job in jobs}
    end = None if patience is None else time.monotonic() + patience
    while left := numbers & {job.number for job in slurm_orphans(folder)}:
        if end is not None and time.monotonic() > end:
            raise ExecutionError(
                f"SLURM jobs {', '.join(sorted(left))} of a killed run were cancelled but are in "
                "the queue still. Look at `squeue --me`; start again when they are gone"
            )
        time.sleep(POLL_SECONDS)
