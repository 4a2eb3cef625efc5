"""What the jobs of a run used beside what they had asked for, and what to ask for next time."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hepchain.execution.benchmarks import Measurement, by_rule, span
from hepchain.execution.columns import columns, duration

NESTED_MB = 200.0
"""Memory of a cluster job beside its stage: two further processes of Snakemake, 100 MB each, as
measured with SLURM. It counts as used wherever memory is compared with a request."""

MEMORY_MARGIN = 1.3
MEMORY_STEP = 100
RUNTIME_MARGIN = 3.0
RUNTIME_STEP = 5
SUGGESTION = (
    f"Suggested: peak x {MEMORY_MARGIN:g} rounded up to {MEMORY_STEP} MB, longest job x "
    f"{RUNTIME_MARGIN:g} rounded up to {RUNTIME_STEP} min."
)
HEADER = (
    "rule",
    "jobs",
    "median",
    "longest",
    "CPU used",
    "memory used",
    "asked",
    "asked/used",
    "suggested",
    "runtime",
)


@dataclass(frozen=True)
class RuleUse:
    """The jobs of a rule.

    Attributes
    ----------
    median_seconds, longest_seconds, seconds : of a job, and the sum of all
    cpu_efficiency : CPU time over reserved cores x time; None if unknown
    used_mb : highest peak of a job, with :data:`NESTED_MB`; None if none was measured
    asked_mb : highest request of a job; None if the jobs did not say
    suggested_mb, suggested_runtime : what to ask for, MB and minutes
    """

    rule: str
    jobs: int
    median_seconds: float
    longest_seconds: float
    seconds: float
    cpu_efficiency: float | None
    used_mb: float | None
    asked_mb: float | None
    suggested_mb: int | None
    suggested_runtime: int

    @property
    def asked_over_used(self) -> float | None:
        """Requested over used memory; None if one of the two is unknown."""
        return self.asked_mb / self.used_mb if self.asked_mb and self.used_mb else None


def rule_uses(jobs: Sequence[Measurement]) -> list[RuleUse]:
    """The rules of a run, those with the longest time in all first."""
    uses = [_rule_use(rule, of_rule) for rule, of_rule in by_rule(jobs).items()]
    return sorted(uses, key=lambda use: -use.seconds)


def _rule_use(rule: str, jobs: Sequence[Measurement]) -> RuleUse:
    seconds = [job.seconds for job in jobs]
    peaks = [job.memory_mb + NESTED_MB for job in jobs if job.memory_mb is not None]
    asked = [job.usage.asked_mb for job in jobs if job.usage and job.usage.asked_mb is not None]
    used = max(peaks, default=None)
    return RuleUse(
        rule=rule,
        jobs=len(jobs),
        median_seconds=statistics.median(seconds),
        longest_seconds=max(seconds),
        seconds=sum(seconds),
        cpu_efficiency=_cpu_efficiency(jobs),
        used_mb=used,
        asked_mb=max(asked, default=None),
        suggested_mb=None if used is None else _up(used * MEMORY_MARGIN, MEMORY_STEP),
        suggested_runtime=_up(max(seconds) / 60 * RUNTIME_MARGIN, RUNTIME_STEP),
    )


def _cpu_efficiency(jobs: Sequence[Measurement]) -> float | None:
    known = [job for job in jobs if job.cpu_seconds is not None]
    reserved = sum(job.seconds * (job.usage.threads if job.usage else 1) for job in known)
    return sum(job.cpu_seconds or 0.0 for job in known) / reserved if reserved else None


def _up(value: float, step: int) -> int:
    return max(step, math.ceil(value / step) * step)


def efficiency_table(jobs: Sequence[Measurement]) -> str:
    """The report on a run, for a terminal."""
    uses = rule_uses(jobs)
    total, wall = sum(use.seconds for use in uses), span(jobs)
    lines = [
        columns(HEADER, [_row(use) for use in uses]),
        "",
        f"{len(jobs)} jobs, {duration(total)} in all, within {duration(wall)}: "
        f"{total / wall:.2f} at a time on average.",
        f"Memory used: highest peak of a job and {NESTED_MB:.0f} MB for the processes of Snakemake "
        "that run beside it on a cluster.",
        SUGGESTION,
    ]
    if any(job.usage is None for job in jobs):
        lines.append(
            "Jobs that did not say what they used (of an earlier version) count as Snakemake "
            "sampled them: short peaks are missed."
        )
    return "\n".join(lines)


def _row(use: RuleUse) -> list[str]:
    return [
        use.rule,
        str(use.jobs),
        duration(use.median_seconds),
        duration(use.longest_seconds),
        _text(use.cpu_efficiency, ".0%"),
        _text(use.used_mb, ".0f", " MB"),
        _text(use.asked_mb, ".0f", " MB"),
        _text(use.asked_over_used, ".1f"),
        _text(use.suggested_mb, "d", " MB"),
        f"{use.suggested_runtime} min",
    ]


def _text(value: float | None, form: str, unit: str = "") -> str:
    return "–" if value is None else f"{value:{form}}{unit}"


def as_records(jobs: Sequence[Measurement]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [asdict(use) | {"asked_over_used": use.asked_over_used} for use in rule_uses(jobs)]


def profile_yaml(jobs: Sequence[Measurement]) -> str:
    """The suggestions as the block ``set-resources`` of a profile of Snakemake.

    More memory at each retry, as the rules themselves ask for.
    """
    lines = ["set-resources:"]
    for use in sorted(rule_uses(jobs), key=lambda use: use.rule):
        lines.append(f"  {use.rule}:")
        if use.suggested_mb is not None:
            lines.append(f"    mem_mb: {use.suggested_mb} * attempt")
        lines.append(f"    runtime: {use.suggested_runtime} * attempt")
    return "\n".join(lines)
