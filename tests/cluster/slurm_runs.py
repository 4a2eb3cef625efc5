"""A cluster to test on, and runs of Snakemake on it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

from hepchain.execution.orphans import local_orphans
from tests.workspace import RESULTS, SMOKE, Run, Workspace

T = TypeVar("T")

SCRIPT = Path(__file__).with_name("slurm.sh")
SITE = {
    "SBATCH_ACCOUNT": "lab",
    "SBATCH_PARTITION": "cpu",
    "HEPCHAIN_GPU_PARTITION": "gpu",
}
"""What a user of this cluster would export."""

CONFIGS = (SMOKE, "tests/cluster/small.yaml")
MODEL = "training/xgboost/silicon/fold1"
TARGETS = (
    f"{RESULTS}/statistics/higgsino_153_150/result.json",
    f"{RESULTS}/figures/efficiency_vs_pt.png",
    f"{RESULTS}/{MODEL}",
)
"""From generation to limits and a figure, each kind of stage; 42 jobs."""

QUICK = ("--slurm-init-seconds-before-status-checks", "5", "--latency-wait", "20")
"""Options that a cluster of one machine can do with."""


def script(*arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Call slurm.sh."""
    command = [str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def slurm(*command: str) -> str:
    """Output of a command of SLURM."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


@dataclass(frozen=True)
class Job:
    """A job as the accounting knows it; memory in MB, seconds that it took, limit in minutes."""

    number: int
    rule: str
    partition: str
    state: str
    gpus: int
    memory_mb: int
    seconds: int
    limit: int


def accounted(name: str) -> list[Job]:
    """Jobs of a run in the order of their submission, by the name it gave them."""
    fields = "jobid,comment%200,partition,state,reqtres%200,elapsedraw,timelimitraw"
    rows = slurm(
        "sacct", "-nXP", f"--name={name}", "--starttime=now-1days", f"--format={fields}"
    ).splitlines()
    return sorted((_job(row) for row in rows), key=lambda job: job.number)


def _job(row: str) -> Job:
    number, comment, partition, state, asked, seconds, limit = row.split("|")
    gpus = re.search(r"gres/gpu=(\d+)", asked)
    memory = re.search(r"mem=([\d.]+)([MG])", asked)
    assert memory, row
    return Job(
        number=int(number),
        rule=comment.removeprefix("rule_"),
        partition=partition,
        state=state.split()[0],
        gpus=int(gpus.group(1)) if gpus else 0,
        memory_mb=round(float(memory.group(1)) * (1024 if memory.group(2) == "G" else 1)),
        seconds=int(seconds),
        limit=int(limit),
    )


def run_name(output: str) -> str:
    """Name that all jobs of a run have, of what Snakemake printed."""
    found = re.search(r"SLURM run ID: (\S+)", output)
    assert found, output[-3000:]
    return found.group(1)


@dataclass
class Started:
    """A run of Snakemake that goes on."""

    workspace: Workspace
    process: subprocess.Popen[str]
    log: Path
    start: float

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait(self) -> Run:
        """The end of the run; `timeout` ends it if it hangs."""
        status = self.process.wait()
        return Run(status, self.output, time.perf_counter() - self.start)

    def until(self, condition: Callable[[], T], seconds: float = 120) -> T:
        """Wait until a condition is true, return what it gave; the run must go on meanwhile."""
        end = time.monotonic() + seconds
        while not (answer := condition()):
            assert self.process.poll() is None, self.output[-6000:]
            assert time.monotonic() < end, self.output[-3000:] + slurm("squeue")
            time.sleep(0.1)
        return answer

    def queue(self, state: str) -> list[str]:
        """Numbers of the jobs of this run in a state, such as RUNNING."""
        if "SLURM run ID" not in self.output:
            return []
        name = run_name(self.output)
        return slurm("squeue", "-h", f"--name={name}", f"--state={state}", "-o", "%A").split()

    def stage(self, rule: str = "", other_than: int = 0) -> psutil.Process | None:
        """A process that carries out a stage, if there is one."""
        for process in local_orphans(self.workspace.root):
            with suppress(psutil.NoSuchProcess):  # It may have ended since.
                words = [word for word in process.cmdline() if "/.snakemake/scripts/" in word]
                if process.pid != other_than and any(word.endswith(f"{rule}.py") for word in words):
                    return process
        return None

    def frozen_stage(self, rule: str = "", other_than: int = 0) -> psutil.Process:
        """A process that carries out a stage, stopped: it neither works nor ends."""

        def freeze() -> psutil.Process | None:
            process = self.stage(rule, other_than)
            with suppress(psutil.NoSuchProcess):
                if process is not None:
                    process.suspend()
                    return process
            return None

        return self.until(freeze, 300)


def command(*arguments: str, timeout: float) -> list[str]:
    """What a user types, by its program, and with an end."""
    snakemake = Path(sys.executable).with_name("snakemake")
    limit = ["timeout", "-k", "5", str(round(timeout))]
    options = ["--profile", "slurm", "--configfile", *CONFIGS, *QUICK]
    return [*limit, str(snakemake), *options, *arguments]


@contextmanager
def started(
    workspace: Workspace, *arguments: str, timeout: float = 900, **variables: str
) -> Iterator[Started]:
    """Start Snakemake in a folder; if it has not ended at the end of the block, it is ended."""
    log = workspace.root / "terminal.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            command(*arguments, timeout=timeout),
            cwd=workspace.root,
            env=workspace.environment() | SITE | variables,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield Started(workspace, process, log, time.perf_counter())
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if "SLURM run ID" in log.read_text():
                slurm("scancel", f"--name={run_name(log.read_text())}")


def run_on_cluster(
    workspace: Workspace, *arguments: str, timeout: float = 900, **variables: str
) -> Run:
    """Run Snakemake in a folder to its end."""
    with started(workspace, *arguments, timeout=timeout, **variables) as going:
        return going.wait()
