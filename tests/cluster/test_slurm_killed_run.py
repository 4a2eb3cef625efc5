"""Snakemake killed while its jobs go on in SLURM, then started again with the same command."""

from __future__ import annotations

import psutil
import pytest

from tests.cluster.slurm_runs import Started, accounted, run_name, started
from tests.comparison import assert_same
from tests.workspace import RESULTS, Workspace

pytestmark = pytest.mark.cluster

TABLE = "features/higgsino_153_150/features-0.parquet"
TARGET = f"{RESULTS}/{TABLE}"


@pytest.fixture
def to_do(unfinished: Workspace) -> Workspace:
    """All results of a run but one."""
    (unfinished.root / TARGET).unlink()
    return unfinished


def kill(going: Started) -> str:
    """Kill Snakemake, not what carries its jobs out; returns the name of its jobs."""
    (snakemake,) = psutil.Process(going.process.pid).children()
    snakemake.kill()
    going.process.wait()
    return run_name(going.output)


def test_left_over_job_is_cancelled_and_runs_again(
    local: tuple[Workspace, float], to_do: Workspace
) -> None:
    with started(to_do, TARGET) as first:
        first.frozen_stage()
        second = to_do.snakemake(TARGET)
        assert second.status != 0
        assert "another run goes on" in second.output
        (number,) = first.queue("RUNNING")
        name = kill(first)
    with started(to_do, TARGET) as again:
        run = again.wait()
    assert run.status == 0, run.output[-6000:]
    assert f"1 SLURM job(s) of a killed run of this folder: {number}" in run.output
    assert [job.state for job in accounted(name)] == ["CANCELLED"]
    assert [job.state for job in accounted(run_name(run.output))] == ["COMPLETED"]
    assert_same(local[0], to_do, [TABLE])


def test_left_over_job_is_awaited_if_so_set(
    local: tuple[Workspace, float], to_do: Workspace
) -> None:
    with started(to_do, TARGET) as first:
        stage = first.frozen_stage()
        name = kill(first)
    with started(to_do, TARGET, "--config", "execution={left_over_jobs: await}") as again:
        again.until(lambda: "waiting for 1 to finish" in again.output)
        stage.resume()
        run = again.wait()
    assert run.status == 0, run.output[-6000:]
    assert [job.state for job in accounted(name)] == ["COMPLETED"]
    assert "Nothing to be done" in run.output, "its result counts"
    assert_same(local[0], to_do, [TABLE])
