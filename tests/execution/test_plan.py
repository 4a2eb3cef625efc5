"""Rates, fitted where the answer is known, and plans of small graphs of jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from hepchain.cli import main
from hepchain.errors import ConfigError, InputError
from hepchain.execution.jobs import PlannedJob, Request, planned_jobs
from hepchain.execution.plan import make_plan, table
from hepchain.execution.rates import Line, MeasuredJob, Rates, kind_of
from hepchain.execution.usage import size_mb
from workspace import REPOSITORY


@pytest.mark.parametrize(
    ("sizes", "values", "expected"),
    [
        ([1, 2, 4], [5, 7, 11], Line(3, 2)),  # exact
        ([0, 0], [5, 7], Line(6, 0)),  # nothing that it could grow with
        ([1, 2, 3], [3, 2, 1], Line(2, 0)),  # jobs that get faster: a constant
        ([1, 2, 3], [0, 4, 8], Line(0, 32 / 14)),  # a negative overhead: through the origin
        ([10, 11], [20, 22], Line(0, 2)),  # no lever arm, no overhead known
    ],
)
def test_lines(sizes: list[float], values: list[float], expected: Line) -> None:
    line = Line.fit(sizes, values)
    assert (line.overhead, line.rate) == pytest.approx((expected.overhead, expected.rate))


def test_overhead_of_the_wider_kind_where_sizes_are_alike() -> None:
    assert Line.fit([10, 10], [25, 25], overhead=5) == Line(5, 2)
    assert Line.fit([10, 10], [3, 3], overhead=5) == Line(3, 0)


def measured(rule: str, seconds: float, work: float, **wildcards: str) -> MeasuredJob:
    return MeasuredJob(rule, wildcards, work, seconds, {".parquet": 2 * work})


RATES = Rates(
    [
        measured("generation", 12.0, 10.0, sample="slow", part="0"),
        measured("generation", 22.0, 20.0, sample="slow", part="1"),
        measured("generation", 4.0, 20.0, sample="fast", part="0"),
        measured("selection", 1.0, 0.0, sample="slow"),
    ],
    ["a test"],
)


def test_kinds_of_jobs() -> None:
    assert kind_of({"sample": "slow@up", "part": "1"}) == (("sample", "slow"),)
    slow = RATES.expected("generation", {"sample": "slow", "part": "7"}, 100.0)
    fast = RATES.expected("generation", {"sample": "fast", "part": "0"}, 20.0)
    other = RATES.expected("generation", {"sample": "other", "part": "0"}, 20.0)
    assert slow is not None
    assert slow.seconds == pytest.approx(102.0)
    assert slow.output_mb == {".parquet": pytest.approx(200.0)}
    assert fast is not None
    assert fast.seconds == pytest.approx(4.0)
    assert other is not None
    assert 4.0 < other.seconds < 22.0
    assert RATES.expected("training", {}, 1.0) is None


def test_rates_are_read_as_they_were_written(tmp_path: Path) -> None:
    RATES.write(tmp_path / "rates.json")
    assert Rates.read(tmp_path / "rates.json") == RATES
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(InputError, match="not a file of rates"):
        Rates.read(tmp_path / "other.json")


def asks(name: str, inputs: Sequence[str]) -> int:
    """A constant, and with an input as many MB and minutes as it has MB."""
    return {"mem_mb": 500, "runtime": 1}[name] + round(sum(map(size_mb, inputs)))


def job(rule: str, output: str, waits_for: list[int], inputs: list[str], **kind: int) -> PlannedJob:
    return PlannedJob(
        rule=rule,
        wildcards={"sample": "slow"},
        threads=kind.get("threads", 1),
        gpu=kind.get("gpu", 0),
        priority=0,
        inputs=inputs,
        params=SimpleNamespace(events=kind.get("events", 0)),
        outputs=[output],
        waits_for=waits_for,
        asks=asks,
    )


def test_plan_of_a_small_graph() -> None:
    """Two jobs of 12 s and 32 s, then one of 1 s on two cores that waits for both."""
    jobs = [
        job("generation", "results/simulation/a.parquet", [], [], events=10),
        job("generation", "results/simulation/b.parquet", [], [], events=30),
        job("selection", "results/selection/c.json", [0, 1], ["results/simulation/a.parquet"]),
        job("unheard", "results/d.json", [], []),
    ]
    plan = make_plan(jobs, RATES, cores=(1, 2), overhead=0.0)
    assert plan.wall_seconds == pytest.approx({1: 45.0, 2: 33.0})
    assert plan.longest_chain_seconds == pytest.approx(33.0)
    assert plan.core_hours == pytest.approx(45.0 / 3600)
    assert plan.disk_mb["simulation"] == pytest.approx(20.0 + 60.0)
    assert plan.asked_mb == 500 + 20  # of the expected size of an input that is not there yet
    assert plan.too_long == []
    assert plan.unknown == ["unheard"]
    assert "unheard" in table(plan)
    assert "45 s on 1 core, 33 s on 2 cores" in table(plan)


def test_overheads_threads_and_gpus_count() -> None:
    jobs = [
        job("generation", f"results/simulation/{n}.parquet", [], [], events=10, threads=2, gpu=1)
        for n in range(3)
    ]
    plan = make_plan(jobs, RATES, cores=(1, 2, 4), overhead=3.0)
    assert plan.wall_seconds == pytest.approx({1: 45.0, 2: 45.0, 4: 30.0})
    assert plan.core_hours == pytest.approx(2 * 36.0 / 3600)
    assert plan.gpu_hours == pytest.approx(36.0 / 3600)


def test_jobs_that_take_longer_than_they_ask_for_are_named() -> None:
    plan = make_plan([job("generation", "results/a.parquet", [], [], events=100)], RATES)
    assert plan.too_long == ["generation"]
    assert "longer than they ask for: generation" in table(plan)


def test_nothing_to_be_done() -> None:
    assert table(make_plan([], RATES)).startswith("Nothing to be done")


def test_without_a_snakefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no Snakefile"):
        planned_jobs(Request())


def test_rates_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The smallest run as Snakemake resolves it: every rule has a rate, nothing is written."""
    for name in ("Snakefile", "config", "workflow", "src"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    monkeypatch.chdir(tmp_path)
    command = ["plan", "--configfile", "config/smoke.yaml", "--json"]
    assert main(command) == 0
    plan = json.loads(capsys.readouterr().out)
    jobs = {rule["rule"]: rule["jobs"] for rule in plan["rules"]}
    assert plan["unknown"] == []
    assert sum(jobs.values()) == plan["jobs"]
    assert (jobs["generation"], jobs["response"]) == (10, 9)
    walls = list(plan["wall_seconds"].values())
    assert walls == sorted(walls, reverse=True)
    assert walls[-1] >= plan["longest_chain_seconds"]
    assert not (tmp_path / "results").exists()
