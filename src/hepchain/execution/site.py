"""What SLURM would refuse, found before the first job and said in terms of what can be set.

Without this every job would be submitted, refused and retried on its own. Account, partition, time
and limits are judged by SLURM itself (`sbatch --test-only`, which submits nothing). Whether a node
is large enough or has a GPU is looked up here: SLURM gives the same answer for a node that does not
exist and for one that is busy or drained for now.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.errors import ExecutionError
from hepchain.execution.orphans import Say

EXECUTOR = "slurm"
WITHOUT_GPU = "HEPCHAIN_WITHOUT_GPU"
"""Environment variable of a run, and of its jobs, that does without GPUs."""

SUBMITTERS = Path(__file__).parent / "submitters"
"""Folder of the `sbatch` that waits while the queue takes no more jobs."""

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Partition:
    """A partition: its largest node, and the GPUs of its nodes by model."""

    name: str
    default: bool
    cpus: int
    memory_mb: int
    gpus: tuple[tuple[str, int], ...]

    def most_gpus(self, model: str | None) -> int:
        """Largest number of GPUs of a model, or of any, on one node."""
        return max((number for kind, number in self.gpus if model in (None, kind)), default=0)


@dataclass(frozen=True)
class Request:
    """What a job asks for; `None` leaves it to the site. Memory in MB, runtime in minutes."""

    partition: str | None
    account: str | None
    threads: int
    memory_mb: int | None
    runtime: int | str | None
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


def check_site(workflow: Any, gpu_fallback: bool, say: Say) -> None:
    """Compare what the jobs of a run ask for with what the site has; nothing without SLURM.

    To be called when the graph of jobs is complete and none has been submitted. GPUs that no node
    has are left out of the run if `gpu_fallback`.

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
        if not gpu_fallback:
            raise ExecutionError(_no_gpu(lacking, partitions))
        say(f"{_lack(lacking[0], partitions)}. Going on without GPUs (execution.gpu_fallback).")
        _leave_out_gpus(jobs)
        asked = distinct(jobs)
    problems = list(dict.fromkeys(_problems(asked, partitions, say)))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise ExecutionError(f"SLURM would refuse jobs of this run:\n{lines}")
    wait_for_room()


def check_scheduler() -> None:
    """Make sure that there is a SLURM and that it answers.

    Raises
    ------
    ExecutionError : neither
    """
    absent = [name for name in ("sbatch", "squeue", "sinfo") if shutil.which(name) is None]
    if absent:
        raise ExecutionError(
            f"no {absent[0]} on PATH: with --profile slurm a run is started on a login node of a "
            "SLURM cluster; without that option it uses this machine"
        )
    _answer("sinfo", "--noheader", "--format=%P")


def read_partitions() -> dict[str, Partition]:
    """Name -> partition of the site.

    Raises
    ------
    ExecutionError : the scheduler does not answer
    """
    check_scheduler()
    rows = _answer("sinfo", "--noheader", "--Node", "--format=%P|%c|%m|%G")
    return parse_partitions(rows)


def parse_partitions(rows: str) -> dict[str, Partition]:
    """Partitions of lines `name|cpus|memory|gres`, one a node; the default has a star."""
    found: dict[str, Partition] = {}
    for row in rows.splitlines():
        name, cpus, memory, gres = row.split("|")
        partition = name.rstrip("*")
        before = found.get(partition, Partition(partition, name != partition, 0, 0, ()))
        found[partition] = Partition(
            name=partition,
            default=before.default,
            cpus=max(before.cpus, _number(cpus)),
            memory_mb=max(before.memory_mb, _number(memory)),
            gpus=tuple(sorted({*before.gpus, *_gpus(gres)})),
        )
    return found


def _number(text: str) -> int:
    """Number in front of a text such as `64+`."""
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else 0


def _gpus(gres: str) -> list[tuple[str, int]]:
    """Model and number in `gpu:a100:4(S:0-1),lustre:1`; the model may be absent."""
    pattern = r"(?:^|,)gpu(?::([A-Za-z][^:,()]*))?(?::(\d+))?"
    return [(model or "", int(number or 1)) for model, number in re.findall(pattern, gres)]


def distinct(jobs: Iterable[Any]) -> list[Asked]:
    """The different requests of jobs, each with its rules."""
    rules: dict[Request, dict[str, None]] = {}
    for job in jobs:
        rules.setdefault(Request.of_job(job), {})[job.rule.name] = None
    return [Asked(request, tuple(names)) for request, names in rules.items()]


def _leave_out_gpus(jobs: Iterable[Any]) -> None:
    os.environ[WITHOUT_GPU] = "1"  # jobs on nodes inherit it
    for job in jobs:
        job.attempt = job.attempt  # has the resources evaluated again


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


def refusal(options: Sequence[str]) -> str:
    """What SLURM has against a job with these options of sbatch; empty if nothing."""
    done = _run("sbatch", "--test-only", *options, "--wrap=true")
    lines = [] if done.returncode == 0 else done.stderr.splitlines()
    texts = [re.sub(r"^(sbatch: error|allocation failure|sbatch): *", "", line) for line in lines]
    return "; ".join(dict.fromkeys(text for text in texts if text))


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
    known = _accounts()
    choice = f"yours: {', '.join(known)}" if known else "`sacctmgr show assoc` lists yours"
    if request.account is None:
        return f"the site wants an account: `export SBATCH_ACCOUNT=NAME` ({choice})"
    where = f" in partition {request.partition}" if request.partition else ""
    return (
        f"account {request.account} is not one you can use{where}: set SBATCH_ACCOUNT to another "
        f"({choice})"
    )


def _accounts() -> list[str]:
    """Accounts of the user, as far as the site tells."""
    if shutil.which("sacctmgr") is None:
        return []
    user = f"user={getpass.getuser()}"
    done = _run("sacctmgr", "-nP", "show", "assoc", user, "format=account")
    return sorted(set(done.stdout.split())) if done.returncode == 0 else []


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
    named = _gpus(request.gres or "")
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
        "HEPCHAIN_GPU_MODEL, if you set that), or training.gpu and combination.gpu to 0 in the "
        "config, or `execution: {gpu_fallback: true}` to go on without"
    )


def wait_for_room() -> None:
    """Have jobs wait to be submitted, not fail, while the queue takes no more of the user's."""
    path = os.environ.get("PATH", "")
    if str(SUBMITTERS) not in path.split(os.pathsep):
        os.environ["PATH"] = f"{SUBMITTERS}{os.pathsep}{path}"


def _answer(*command: str) -> str:
    done = _run(*command)
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip()
        raise ExecutionError(
            f"SLURM does not answer (`{command[0]}`: {said}). No job has been submitted; try "
            "again when `sinfo` shows the partitions"
        )
    return done.stdout


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ExecutionError(
            f"SLURM does not answer: `{command[0]}` took more than {TIMEOUT_SECONDS:.0f} s. No job "
            "has been submitted; try again when `sinfo` shows the partitions"
        ) from None
