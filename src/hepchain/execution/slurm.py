"""SLURM's own commands: does it answer, which partitions it has, would it take a job."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from hepchain.errors import ExecutionError

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
    answer("sinfo", "--noheader", "--format=%P")


def read_partitions() -> dict[str, Partition]:
    """Name -> partition of the site.

    Raises
    ------
    ExecutionError : the scheduler does not answer
    """
    check_scheduler()
    rows = answer("sinfo", "--noheader", "--Node", "--format=%P|%c|%m|%G")
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
            gpus=tuple(sorted({*before.gpus, *gpus_of(gres)})),
        )
    return found


def _number(text: str) -> int:
    """Number in front of a text such as `64+`."""
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else 0


def gpus_of(gres: str) -> list[tuple[str, int]]:
    """Model and number in `gpu:a100:4(S:0-1),lustre:1`; the model may be absent."""
    pattern = r"(?:^|,)gpu(?::([A-Za-z][^:,()]*))?(?::(\d+))?"
    return [(model or "", int(number or 1)) for model, number in re.findall(pattern, gres)]


def refusal(options: Sequence[str]) -> str:
    """What SLURM has against a job with these options of sbatch; empty if nothing."""
    done = _run("sbatch", "--test-only", *options, "--wrap=true")
    lines = [] if done.returncode == 0 else done.stderr.splitlines()
    texts = [re.sub(r"^(sbatch: error|allocation failure|sbatch): *", "", line) for line in lines]
    return "; ".join(dict.fromkeys(text for text in texts if text))


def associations(field: str, account: str | None = None) -> list[str]:
    """Values of a field of the user's associations, such as `account`, as far as the site tells."""
    if shutil.which("sacctmgr") is None:
        return []
    chosen = [f"user={getpass.getuser()}", *([f"account={account}"] if account else [])]
    done = _run("sacctmgr", "-nP", "show", "assoc", *chosen, f"format={field}")
    return sorted(set(done.stdout.split())) if done.returncode == 0 else []


def answer(*command: str) -> str:
    """What a command of SLURM prints.

    Raises
    ------
    ExecutionError : it fails, or does not answer
    """
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
