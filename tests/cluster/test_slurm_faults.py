"""What goes wrong on clusters, on purpose: each run comes to the results of an undisturbed one.

Inputs are those of a finished run; a few of its results are removed and made again on the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from tests.cluster.slurm_runs import (
    MODEL,
    Job,
    Started,
    accounted,
    run_name,
    script,
    slurm,
    started,
)
from tests.comparison import assert_same
from tests.workspace import CHAIN, RESULTS, Run, Workspace

pytestmark = pytest.mark.cluster

TABLES = [f"features/{sample}/features-0.parquet" for sample in ("higgsino_153_150", "wenu_jets")]


def remove(workspace: Workspace, names: list[str]) -> list[str]:
    """Remove results, return them as targets."""
    for name in names:
        (workspace.results / name).unlink()
    return [f"{RESULTS}/{name}" for name in names]


def finish(going: Started, local: tuple[Workspace, float], names: list[str]) -> list[Job]:
    """Wait for the end of a run, compare what it made, return its jobs."""
    run: Run = going.wait()
    assert run.status == 0, run.output[-6000:]
    assert_same(local[0], going.workspace, names)
    assert not list((going.workspace.results).rglob(".*.partial-*"))
    return accounted(run_name(run.output))


def number_of(stage: psutil.Process) -> int:
    """The SLURM job that a stage is carried out in."""
    return int(stage.environ()["SLURM_JOB_ID"])


def test_jobs_that_fail_run_again_with_more(
    local: tuple[Workspace, float], unfinished: Workspace
) -> None:
    """One hangs until its limit, one is cancelled, one has less memory than its libraries take."""
    targets = [*remove(unfinished, TABLES), f"{RESULTS}/{MODEL}"]
    resources = (
        f"{CHAIN}_features:runtime=2+4*(attempt-1)",
        f"{CHAIN}_training:mem_mb=150*attempt",
    )
    with started(unfinished, "--force", "--set-resources", *resources, "--", *targets) as going:
        hung = going.frozen_stage("features")
        hanging = number_of(hung)
        cancelled = number_of(going.frozen_stage("features", other_than=hung.pid))
        slurm("scancel", str(cancelled))
        made = [*TABLES, f"{MODEL}/scaling.json", f"{MODEL}/metadata.json"]
        jobs = finish(going, local, made)
    rules = {job.number: job.rule for job in jobs}
    told = {
        number: [(job.state, job.limit) for job in jobs if job.rule == rules[number]]
        for number in (hanging, cancelled)
    }
    assert told == {
        hanging: [("TIMEOUT", 2), ("COMPLETED", 6)],
        cancelled: [("CANCELLED", 2), ("COMPLETED", 6)],
    }
    trained = [job for job in jobs if job.rule.startswith(f"{CHAIN}_training")]
    assert len(trained) > 1
    assert {job.state for job in trained[:-1]} <= {"FAILED", "OUT_OF_MEMORY", "CANCELLED"}
    assert trained[-1].state == "COMPLETED"
    assert [job.memory_mb for job in trained] == [150, 300, 450][: len(trained)]


@pytest.fixture
def node() -> Iterator[str]:
    """The only node; it takes jobs again in the end."""
    (name,) = set(slurm("sinfo", "-hN", "-o", "%N").split())
    yield name
    script("start-node")
    script("up")


def test_run_outlives_a_drained_node_and_its_daemon(
    local: tuple[Workspace, float], unfinished: Workspace, node: str
) -> None:
    slurm("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")
    with started(unfinished, *remove(unfinished, TABLES)) as going:
        going.until(lambda: len(going.queue("PENDING")) == len(TABLES))
        assert going.queue("RUNNING") == []
        slurm("scontrol", "update", f"nodename={node}", "state=resume")
        stage = going.frozen_stage()
        assert script("kill-node").returncode == 0
        stage.resume()
        going.until(lambda: not stage.is_running())
        assert script("start-node").returncode == 0
        jobs = finish(going, local, TABLES)
    assert [job.state for job in jobs] == ["COMPLETED"] * len(TABLES)


@pytest.fixture
def one_job_at_a_time() -> Iterator[None]:
    """A site that takes one job of a user at a time."""
    change = ("sacctmgr", "-i", "modify", "user", "root", "set")
    slurm(*change, "MaxSubmitJobs=1")
    yield
    slurm(*change, "MaxSubmitJobs=-1")


@pytest.mark.usefixtures("one_job_at_a_time")
def test_site_that_takes_one_job_at_a_time(
    local: tuple[Workspace, float], unfinished: Workspace
) -> None:
    targets = remove(unfinished, TABLES)
    with started(unfinished, *targets) as refused:
        run = refused.wait()
    assert run.status == 1
    assert "takes at most 1 jobs of yours at a time" in run.output
    assert accounted(run_name(run.output)) == []
    with started(unfinished, *targets, HEPCHAIN_JOBS="1") as going:
        jobs = finish(going, local, TABLES)
    assert [job.state for job in jobs] == ["COMPLETED"] * len(TABLES)
