"""Efficiency of a run and suggestions, from benchmarks and logs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from hepchain.cli import main
from hepchain.errors import InputError
from hepchain.execution.benchmarks import read_measurements, span
from hepchain.execution.resources import NESTED_MB, efficiency_table, profile_yaml, rule_uses
from hepchain.execution.usage import Usage

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time"


def write_job(
    results: Path,
    name: str,
    seconds: float,
    ended: float,
    *,
    rss: str = "100.00",
    usage: Usage | None = None,
) -> None:
    """Benchmark and log of a job."""
    benchmark = results / f"benchmarks/{name}.tsv"
    benchmark.parent.mkdir(parents=True, exist_ok=True)
    values = [str(seconds), "0:00:01", rss, "1", "1", "1", "0", "0", "90", "NA"]
    benchmark.write_text(HEADER + "\n" + "\t".join(values) + "\n")
    os.utime(benchmark, (ended, ended))
    if usage:
        log = results / f"logs/{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"12:00:00 INFO done\n12:00:00 INFO {usage.line()}\n")


def usage(memory_mb: float, cpu_seconds: float, threads: int = 1, asked_mb: float = 800) -> Usage:
    return Usage("skimming", {}, threads, 0, asked_mb, cpu_seconds, memory_mb, 1.0, 1.0, {})


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two jobs that say what they used, one on two cores, and one that says nothing."""
    write_job(tmp_path, "skimming/a-0", 10.0, 1010.0, usage=usage(200.0, 9.0))
    write_job(tmp_path, "skimming/a-1", 40.0, 1050.0, usage=usage(300.0, 40.0, threads=2))
    write_job(tmp_path, "summary", 0.4, 1051.0, rss="NA")
    return tmp_path


def test_measurements(results: Path) -> None:
    jobs = read_measurements(results)
    assert [(job.rule, job.name) for job in jobs] == [
        ("skimming", "a-0"),
        ("skimming", "a-1"),
        ("summary", "summary"),
    ]
    assert [job.memory_mb for job in jobs] == [200.0, 300.0, None]
    assert span(jobs) == pytest.approx(51.0)


def test_uses_and_suggestions(results: Path) -> None:
    skimming, summary = rule_uses(read_measurements(results))
    assert (skimming.jobs, skimming.median_seconds, skimming.longest_seconds) == (2, 25.0, 40.0)
    assert skimming.cpu_efficiency == pytest.approx(49.0 / (10.0 + 2 * 40.0))
    assert skimming.used_mb == 300.0 + NESTED_MB
    assert skimming.asked_over_used == pytest.approx(800 / 500)
    assert skimming.suggested_mb == 700  # 500 x 1.3, rounded up
    assert skimming.suggested_runtime == 5  # 3 x 40 s, rounded up
    assert (summary.used_mb, summary.asked_over_used, summary.suggested_mb) == (None, None, None)


def test_table_and_profile(results: Path) -> None:
    jobs = read_measurements(results)
    text = efficiency_table(jobs)
    assert "3 jobs, 50 s in all, within 51 s: 0.99 at a time" in text
    assert "did not say what they used" in text
    assert all(len(line) < 120 for line in text.splitlines())
    block = yaml.safe_load(profile_yaml(jobs))["set-resources"]
    assert block == {
        "skimming": {"mem_mb": "700 * attempt", "runtime": "5 * attempt"},
        "summary": {"runtime": "5 * attempt"},
    }


def test_command(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resources", str(results), "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert records[0]["rule"] == "skimming"
    assert main(["resources", str(results / "absent")]) == 1
    assert "no benchmarks" in capsys.readouterr().err


def test_damaged_benchmarks_are_named(results: Path) -> None:
    (results / "benchmarks/summary.tsv").write_text(HEADER)
    with pytest.raises(InputError, match=r"summary\.tsv: not a benchmark"):
        read_measurements(results)
