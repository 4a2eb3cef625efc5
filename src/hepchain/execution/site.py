"""What SLURM would refuse, found before the first job and said in terms of what can be set.

Without this every job would be submitted, refused and retried on its own. Account, partition, time
and limits are judged by SLURM itself (`sbatch --test-only`, which submits nothing). Whether a node
is large enough or has a GPU is looked up here: SLURM gives the same answer for a node that does not
exist and for one that is busy or drained for now.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hepchain.errors import ExecutionError
from hepchain.execution.orphans import Say
from hepchain.execution.slurm import (
    Partition,
    associations,
    gpus_of,
    read_partitions,
    refusal,
)

EXECUTOR = "slurm"
WITHOUT_GPU = "HEPCHAIN_WITHOUT_GPU"
"""Environment variable of a run, and of its jobs, that does without GPUs."""


@dataclass(frozen=True)
class Request:
    """What a job asks for; `None` leaves it to the site. Memory in MB, runtime in minutes."""

    partition: str | None = None
    account: str | None = None
    threads: int = 1
    memory_mb: int | None = None
    runtime: int | str | None = None
    gpus: int = 0
    gpu_model: str | None = None
    gres: str | None = None

    @classmethod
    def of_job(cls, job: Any) -> Request:
        """The request of a job of Snakemake; what it cannot say yet is false and left out."""
        resources = job.resources
        return cls(
            partition=resources.get("slurm_partition"),
            account=resources.get("slurm_account"),
            threads=int(job.threads),
            memory_mb=resources.get("mem_mb") or None,
            runtime=resources.get("runtime") or None,
            gpus=int(resources.get("gpu") or 0),
            gpu_model=resources.get("gpu_model"),
            gres=resources.get("gres"),
        )

    @property
    def minutes(self) -> float:
        """Runtime as a number; 0 if it is left to the site, or in another form."""
        return self.runtime if isinstance(self.runtime, int | float) else 0.0

    @property
    def options(self) -> list[str]:
        """Options of sbatch that are for SLURM to judge: account, partition, time."""
        given = {
            "--partition": self.partition,
            "--account": self.account,
            "--time": self.runtime,
        }
        return [f"{option}={value}" for option, value in given.items() if value is not None]


@dataclass(frozen=True)
class Asked:
    """A request, and the rules of the jobs that make it."""

    request: Request
    rules: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(self.rules[:4]) + (", ..." if len(self.rules) > 4 else "")
        return f"jobs of {shown}"


def granted_gpus(asked: int) -> int:
    """GPUs that jobs get of those the config asks for; none in a run that does without."""
    return 0 if os.environ.get(WITHOUT_GPU) else asked


def leave_out_absent_gpus(gpus: int, say: Say) -> None:
    """Have the jobs of this run ask for no GPU if no node where they would go has that many.

    To be called before rules are read.

    Raises
    ------
    ExecutionError : the scheduler does not answer
    """
    gres = os.environ.get("HEPCHAIN_GPU_GRES")
    request = Request(
        partition=os.environ.get("HEPCHAIN_GPU_PARTITION") or os.environ.get("SBATCH_PARTITION"),
        gpus=gpus,
        gpu_model=os.environ.get("HEPCHAIN_GPU_MODEL"),
        gres=f"{gres}:{gpus}" if gres else None,
    )
    partitions = read_partitions()
    if _lacks_gpu(request, partitions):
        lack = _lack(Asked(request, ("networks",)), partitions)
        say(f"{lack}. Going on without GPUs (execution.gpu_fallback).")
        os.environ[WITHOUT_GPU] = "1"  # jobs on nodes inherit it


def check_site(workflow: Any, say: Say) -> None:
    """Compare what the jobs of a run ask for with what the site has; nothing without SLURM.

    To be called when the graph of jobs is complete and none has been submitted.

    Raises
    ------
    ExecutionError : the scheduler does not answer or would refuse jobs; all reasons in one message
    """
    if workflow.executor_plugin.name != EXECUTOR:
        return
    jobs = [job for job in workflow.dag.needrun_jobs() if not job.is_local]
    partitions = read_partitions()
    asked = distinct(jobs)
    if lacking := [one for one in asked if _lacks_gpu(one.request, partitions)]:
        raise ExecutionError(_no_gpu(lacking, partitions))
    at_a_time = min(len(jobs), workflow.resource_settings.nodes or len(jobs))
    problems = [*_problems(asked, partitions, say), *_full_queue(asked, at_a_time)]
    if problems:
        lines = "\n".join(f"  {problem}" for problem in dict.fromkeys(problems))
        raise ExecutionError(f"SLURM would refuse jobs of this run:\n{lines}")


def distinct(jobs: Iterable[Any]) -> list[Asked]:
    """The different requests of jobs, each with its rules."""
    rules: dict[Request, dict[str, None]] = {}
    for job in jobs:
        rules.setdefault(Request.of_job(job), {})[job.rule.name] = None
    return [Asked(request, tuple(names)) for request, names in rules.items()]


def _problems(asked: Sequence[Asked], partitions: dict[str, Partition], say: Say) -> Iterable[str]:
    for one in asked:
        place = _partition_of(one.request, partitions)
        if one.request.partition and place is None:
            yield _no_partition(one.request, partitions)
        elif place is not None and (text := _too_large(one, place)):
            yield text
    # Where the longest job may run, shorter ones may.
    queues: dict[tuple[str | None, str | None], Asked] = {}
    for one in sorted(asked, key=lambda one: one.request.minutes, reverse=True):
        if one.request.partition is None or _partition_of(one.request, partitions) is not None:
            queues.setdefault((one.request.partition, one.request.account), one)
    for one in queues.values():
        if answer := refusal(one.request.options):
            text = _explanation(answer, one)
            if text is None:
                say(f"SLURM says of jobs like those of {one.rules[0]}: {answer}")
            else:
                yield text


def _full_queue(asked: Sequence[Asked], at_a_time: int) -> Iterable[str]:
    """An account that takes fewer jobs than the run would have in the queue at a time."""
    for account in {one.request.account for one in asked}:
        limits = [int(text) for text in associations("maxsubmitjobs", account) if text.isdigit()]
        if limits and max(limits) < at_a_time:
            yield (
                f"the site takes at most {max(limits)} jobs of yours at a time, and this run would "
                f"submit {at_a_time}: `export HEPCHAIN_JOBS={max(limits)}`"
            )


def _explanation(answer: str, asked: Asked) -> str | None:
    """The setting to change; None if the refusal is one that passes."""
    request = asked.request
    where = f"partition {request.partition}" if request.partition else "the default partition"
    for pattern, text in (
        (r"SubmitJobs?(Per\w+)?Limit", None),
        (r"node configuration|nodes? (are|is)? ?(busy|not avail)|inactive or drain", None),
        (r"account\b", _account(request)),
        (
            r"time limit|MaxWall|TimeLimit",
            f"{asked} ask for {request.runtime} minutes, more than {where} allows: choose another "
            "(SBATCH_PARTITION, HEPCHAIN_GPU_PARTITION), or less with `--set-resources "
            f"{asked.rules[0]}:runtime=MINUTES`",
        ),
        (
            r"partition|group",
            f"{where} does not take {asked}: choose another (SBATCH_PARTITION, "
            f"HEPCHAIN_GPU_PARTITION). SLURM says: {answer}",
        ),
    ):
        if re.search(pattern, answer, re.IGNORECASE):
            return text
    return f"{asked}: {answer}"


def _account(request: Request) -> str:
    known = associations("account")
    choice = f"yours: {', '.join(known)}" if known else "`sacctmgr show assoc` lists yours"
    if request.account is None:
        return f"the site wants an account: `export SBATCH_ACCOUNT=NAME` ({choice})"
    where = f" in partition {request.partition}" if request.partition else ""
    return (
        f"account {request.account} is not one you can use{where}: set SBATCH_ACCOUNT to another "
        f"({choice})"
    )


def _partition_of(request: Request, partitions: dict[str, Partition]) -> Partition | None:
    """Where a request goes; None if nowhere, or if the site has no default."""
    if request.partition is None:
        return next((one for one in partitions.values() if one.default), None)
    names = str(request.partition).split(",")
    return next((partitions[name] for name in names if name in partitions), None)


def _no_partition(request: Request, partitions: dict[str, Partition]) -> str:
    variable = "HEPCHAIN_GPU_PARTITION" if request.gpus else "SBATCH_PARTITION"
    return (
        f"there is no partition {request.partition}: set {variable} to one of "
        f"{', '.join(partitions)}"
    )


def _too_large(asked: Asked, partition: Partition) -> str | None:
    request = asked.request
    for wanted, largest, unit, setting in (
        (request.threads, partition.cpus, "cores", f"--set-threads {asked.rules[0]}=N"),
        (
            request.memory_mb or 0,
            partition.memory_mb,
            "MB",
            f"--set-resources {asked.rules[0]}:mem_mb=MB",
        ),
    ):
        if wanted > largest:
            return (
                f"{asked} ask for {wanted} {unit}, and no node of partition {partition.name} has "
                f"more than {largest}: choose another partition, or less with `{setting}`"
            )
    return None


def _lacks_gpu(request: Request, partitions: dict[str, Partition]) -> bool:
    partition = _partition_of(request, partitions)
    if not request.gpus or partition is None:
        return False
    return partition.most_gpus(_model(request)) < request.gpus


def _model(request: Request) -> str | None:
    """Model of GPU that a request names, if any."""
    if request.gpu_model:
        return request.gpu_model
    named = gpus_of(request.gres or "")
    return named[0][0] or None if named else None


def _lack(asked: Asked, partitions: dict[str, Partition]) -> str:
    request = asked.request
    partition = _partition_of(request, partitions)
    assert partition is not None
    model = f" {model}" if (model := _model(request)) else ""
    return (
        f"{asked} ask for {request.gpus}{model} GPU, and no node of partition {partition.name} "
        f"has {'that many' if request.gpus > 1 else 'one'}"
    )


def _no_gpu(lacking: Sequence[Asked], partitions: dict[str, Partition]) -> str:
    there = {
        f"{one.name} ({number} {model})".replace(" )", ")")
        for one in partitions.values()
        for model, number in one.gpus
    }
    places = f"GPUs are in {', '.join(sorted(there))}" if there else "no partition has any"
    return (
        f"{_lack(lacking[0], partitions)}; {places}. Set HEPCHAIN_GPU_PARTITION (and "
        "HEPCHAIN_GPU_MODEL, if you set that), or training.gpu to 0 in the "
        "config, or `execution: {gpu_fallback: true}` to go on without"
    )
