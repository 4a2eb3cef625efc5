"""What a run will cost, before anybody submits it: jobs, hours, disk, memory, time on N cores."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hepchain.execution.columns import HOUR, columns, duration, size
from hepchain.execution.jobs import PlannedJob
from hepchain.execution.rates import Expected, Rates
from hepchain.execution.usage import SizedPath, output_names, size_mb, work_of

CORES = (10, 100, 1000)
OVERHEAD = 5.0
"""Time of a job before and after its stage on SLURM [s], measured; about 1 on one machine."""

UNKNOWN = Expected(0.0, {})


@dataclass(frozen=True)
class Cost:
    """What one job is expected to take, and asks for.

    Attributes
    ----------
    known : whether jobs of its rule were measured
    input_mb, disk_mb : size of all inputs, and path of each output -> size
    asked_mb, asked_minutes : at the first attempt; None if it asks for none
    """

    job: PlannedJob
    expected: Expected
    known: bool
    input_mb: float
    disk_mb: dict[str, float]
    asked_mb: int | None
    asked_minutes: int | None

    @property
    def too_long(self) -> bool:
        """Whether it is expected to take longer than it asks for."""
        return bool(self.asked_minutes) and self.expected.seconds > 60.0 * (self.asked_minutes or 0)


@dataclass(frozen=True)
class RuleCost:
    """All jobs of a rule: core-hours and GPU-hours are reserved cores and GPUs x time.

    ``asked_mb``: of the job that asks for most memory.
    """

    rule: str
    jobs: int
    longest_seconds: float
    core_hours: float
    gpu_hours: float
    disk_mb: float
    asked_mb: int


@dataclass(frozen=True)
class Plan:
    """What a run is expected to take.

    Attributes
    ----------
    rules : by falling core-hours
    disk_mb : stage (folder of the results) -> outputs [MB]
    asked_mb : memory that the largest job asks for
    wall_seconds : cores -> time, with ``overhead`` [s] a job
    longest_chain_seconds : of jobs that wait for one another; no number of cores is faster
    unknown : rules of which no job was measured; they count nothing
    too_long : rules with jobs that are expected to take longer than they ask for
    origin : where the rates come from
    """

    jobs: int
    rules: list[RuleCost]
    disk_mb: dict[str, float]
    asked_mb: int
    wall_seconds: dict[int, float]
    longest_chain_seconds: float
    overhead: float
    unknown: list[str]
    too_long: list[str]
    origin: list[str]

    @property
    def core_hours(self) -> float:
        """Of all jobs."""
        return sum(rule.core_hours for rule in self.rules)

    @property
    def gpu_hours(self) -> float:
        """Of all jobs."""
        return sum(rule.gpu_hours for rule in self.rules)

    def content(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self) | {"core_hours": self.core_hours, "gpu_hours": self.gpu_hours}


def make_plan(
    jobs: Sequence[PlannedJob],
    rates: Rates,
    cores: Sequence[int] = CORES,
    overhead: float = OVERHEAD,
) -> Plan:
    """The plan of jobs, each after those that it waits for."""
    costs = expected_costs(jobs, rates)
    return Plan(
        jobs=len(jobs),
        rules=_rule_costs(costs),
        disk_mb=_disk(costs),
        asked_mb=_largest(costs),
        wall_seconds={number: wall_time(costs, number, overhead) for number in cores},
        longest_chain_seconds=longest_chain(costs, overhead),
        overhead=overhead,
        unknown=sorted({cost.job.rule for cost in costs if not cost.known}),
        too_long=sorted({cost.job.rule for cost in costs if cost.too_long}),
        origin=list(rates.origin),
    )


def expected_costs(jobs: Sequence[PlannedJob], rates: Rates) -> list[Cost]:
    """The cost of each job. Files that are not there yet have the size that is expected of them."""
    sizes = _Sizes()
    costs = []
    for job in jobs:
        inputs = [SizedPath(str(path), sizes[str(path)]) for path in job.inputs]
        work = work_of(job.params, job.inputs, sizes)
        found = rates.expected(job.rule, job.wildcards, work)
        expected = found or UNKNOWN
        disk = {
            path: expected.output_mb.get(name, 0.0)
            for name, path in output_names(job.outputs).items()
        }
        sizes.update(disk)
        costs.append(
            Cost(
                job=job,
                expected=expected,
                known=found is not None,
                input_mb=sum(path.megabytes for path in inputs),
                disk_mb=disk,
                asked_mb=job.asks("mem_mb", inputs),
                asked_minutes=job.asks("runtime", inputs),
            )
        )
    return costs


class _Sizes(dict[str, float]):
    """Path -> size [MB]; of files that no job makes, as they are."""

    def __missing__(self, path: str) -> float:
        self[path] = size_mb(path)
        return self[path]


def wall_time(costs: Sequence[Cost], cores: int, overhead: float) -> float:
    """Time of all jobs on a number of cores [s], as Snakemake starts them.

    A job starts as soon as those it waits for have ended and enough cores are free; of several,
    that of the highest priority, then of the largest inputs. One that asks for more than all has
    all.
    """
    waiting = [len(cost.job.waits_for) for cost in costs]
    followers: list[list[int]] = [[] for _ in costs]
    for number, cost in enumerate(costs):
        for earlier in cost.job.waits_for:
            followers[earlier].append(number)

    def rank(number: int) -> tuple[float, float, int]:
        cost = costs[number]
        return -cost.job.priority, -cost.input_mb, number

    ready = [rank(number) for number, count in enumerate(waiting) if count == 0]
    heapq.heapify(ready)
    running: list[tuple[float, int]] = []
    free, now = cores, 0.0
    while ready or running:
        while ready and min(costs[ready[0][2]].job.threads, cores) <= free:
            number = heapq.heappop(ready)[2]
            free -= min(costs[number].job.threads, cores)
            heapq.heappush(running, (now + costs[number].expected.seconds + overhead, number))
        now, number = heapq.heappop(running)
        free += min(costs[number].job.threads, cores)
        for follower in followers[number]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, rank(follower))
    return now


def longest_chain(costs: Sequence[Cost], overhead: float) -> float:
    """Time of the longest chain of jobs that wait for one another [s]."""
    ends: list[float] = []
    for cost in costs:
        start = max((ends[number] for number in cost.job.waits_for), default=0.0)
        ends.append(start + cost.expected.seconds + overhead)
    return max(ends, default=0.0)


def _rule_costs(costs: Sequence[Cost]) -> list[RuleCost]:
    grouped: dict[str, list[Cost]] = {}
    for cost in costs:
        grouped.setdefault(cost.job.rule, []).append(cost)
    rules = [_rule_cost(rule, of_rule) for rule, of_rule in grouped.items()]
    return sorted(rules, key=lambda rule: (-rule.core_hours, rule.rule))


def _rule_cost(rule: str, costs: Sequence[Cost]) -> RuleCost:
    return RuleCost(
        rule=rule,
        jobs=len(costs),
        longest_seconds=max(cost.expected.seconds for cost in costs),
        core_hours=sum(cost.expected.seconds * cost.job.threads for cost in costs) / HOUR,
        gpu_hours=sum(cost.expected.seconds * cost.job.gpu for cost in costs) / HOUR,
        disk_mb=sum(sum(cost.disk_mb.values()) for cost in costs),
        asked_mb=_largest(costs),
    )


def _largest(costs: Sequence[Cost]) -> int:
    return max((cost.asked_mb or 0 for cost in costs), default=0)


def _disk(costs: Sequence[Cost]) -> dict[str, float]:
    """Folder of the results -> size of what jobs write there [MB], the largest first."""
    found: dict[str, float] = {}
    for cost in costs:
        for path, megabytes in cost.disk_mb.items():
            parts = Path(path).parts
            stage = parts[min(1, len(parts) - 1)]
            found[stage] = found.get(stage, 0.0) + megabytes
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def table(plan: Plan) -> str:
    """The plan for a terminal."""
    if not plan.jobs:
        return "Nothing to be done: all results are there (`--all` plans a run from nothing)."
    header = ("rule", "jobs", "longest", "core time", "GPU time", "disk", "memory asked")
    rows = [_row(rule) for rule in plan.rules]
    disk = sum(plan.disk_mb.values())
    total = ("total", str(plan.jobs), "", _hours(plan.core_hours), _hours(plan.gpu_hours))
    rows.append([*total, size(disk), size(plan.asked_mb)])
    lines = [columns(header, rows), "", *_summary(plan)]
    return "\n".join(lines)


def _row(rule: RuleCost) -> list[str]:
    return [
        rule.rule,
        str(rule.jobs),
        duration(rule.longest_seconds),
        _hours(rule.core_hours),
        _hours(rule.gpu_hours),
        size(rule.disk_mb),
        size(rule.asked_mb),
    ]


def _hours(hours: float) -> str:
    return duration(hours * HOUR) if hours else "–"


def _summary(plan: Plan) -> list[str]:
    walls = ", ".join(
        f"{duration(seconds)} on {cores:,} core{'s' if cores > 1 else ''}"
        for cores, seconds in plan.wall_seconds.items()
    )
    disk = ", ".join(f"{stage} {size(amount)}" for stage, amount in plan.disk_mb.items())
    lines = [
        f"{plan.core_hours:.1f} core-hours, {plan.gpu_hours:.1f} GPU-hours: reserved cores and "
        "GPUs x time.",
        f"Time: {walls}; {plan.overhead:g} s a job for starting it included.",
        f"The longest chain of jobs takes {duration(plan.longest_chain_seconds)}: no number of "
        "cores is faster.",
        f"Disk: {disk}.",
    ]
    if plan.unknown:
        lines.append(f"Not counted, since never measured: {', '.join(plan.unknown)}.")
    if plan.too_long:
        lines.append(f"Expected to take longer than they ask for: {', '.join(plan.too_long)}.")
    return [*lines, *(f"Rates: {origin}." for origin in plan.origin)]
