"""What goes wrong on clusters, on purpose: each run comes to the results of an undisturbed one.

Inputs are those of a finished run; a few of its results are removed and made again on the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slurm_runs import Job, Started, accounted, run_name, script, slurm, started

from comparison import assert_same
from workspace import Run, Workspace

pytestmark = pytest.mark.cluster

TABLES = [f"features/{sample}/features-0.parquet" for sample in ("higgsino_153_150", "wenu_jets")]
MODEL = "training/xgboost/silicon/fold1"


def remove(workspace: Workspace, names: list[str]) -> list[str]:
    """Remove results, return them as targets."""
    for name in names:
        (workspace.root / "results" / name).unlink()
    return [f"results/{name}" for name in names]


def finish(going: Started, local: tuple[Workspace, float], names: list[str]) -> list[Job]:
    """Wait for the end of a run, compare what it made, return its jobs."""
    run: Run = going.wait()
    assert run.status == 0, run.output[-6000:]
    assert_same(local[0], going.workspace, names)
    assert not list((going.workspace.root / "results").rglob(".*.partial-*"))
    return accounted(run_name(run.output))


def test_job_ended_with_scancel_runs_again(
    local: tuple[Workspace, float], unfinished: Workspace
) -> None:
    with started(unfinished, *remove(unfinished, TABLES[:1])) as going:
        going.frozen_stage()
        (number,) = going.queue("RUNNING")
        slurm("scancel", number)
        jobs = finish(going, local, TABLES[:1])
    assert [job.state for job in jobs] == ["CANCELLED", "COMPLETED"]


def test_job_that_hangs_meets_its_limit_and_gets_more_time(
    local: tuple[Workspace, float], unfinished: Workspace
) -> None:
    targets = remove(unfinished, TABLES[:1])
    with started(unfinished, *targets, "--set-resources", "features:runtime=attempt") as going:
        going.frozen_stage()
        jobs = finish(going, local, TABLES[:1])
    assert [(job.state, job.limit) for job in jobs] == [("TIMEOUT", 1), ("COMPLETED", 2)]


def test_job_out_of_memory_gets_more(local: tuple[Workspace, float], unfinished: Workspace) -> None:
    """The limit is below what the interpreter and its libraries take."""
    model = unfinished.root / "results" / MODEL
    scaling = model / "scaling.json"
    scaling.unlink()
    resources = "training:mem_mb=150*attempt"
    with started(unfinished, "--force", f"results/{MODEL}", "--set-resources", resources) as going:
        jobs = finish(going, local, [f"{MODEL}/scaling.json", f"{MODEL}/metadata.json"])
    assert len(jobs) > 1
    assert {job.state for job in jobs[:-1]} <= {"FAILED", "OUT_OF_MEMORY", "CANCELLED"}
    assert jobs[-1].state == "COMPLETED"
    assert [job.memory_mb for job in jobs] == [150, 300, 450][: len(jobs)]


@pytest.fixture
def node() -> Iterator[str]:
    """The only node; it takes jobs again in the end."""
    (name,) = set(slurm("sinfo", "-hN", "-o", "%N").split())
    yield name
    script("start-node")
    script("up")


def test_queue_outlives_a_drained_node(
    local: tuple[Workspace, float], unfinished: Workspace, node: str
) -> None:
    slurm("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")
    with started(unfinished, *remove(unfinished, TABLES)) as going:
        going.until(lambda: len(going.queue("PENDING")) == len(TABLES))
        assert going.queue("RUNNING") == []
        slurm("scontrol", "update", f"nodename={node}", "state=resume")
        jobs = finish(going, local, TABLES)
    assert [job.state for job in jobs] == ["COMPLETED"] * len(TABLES)


def test_job_outlives_the_daemon_of_its_node(
    local: tuple[Workspace, float], unfinished: Workspace, node: str
) -> None:
    with started(unfinished, *remove(unfinished, TABLES[:1])) as going:
        stage = going.frozen_stage()
        assert script("kill-node").returncode == 0
        stage.resume()
        going.until(lambda: going.stage() is None)
        assert script("start-node").returncode == 0
        jobs = finish(going, local, TABLES[:1])
    assert [job.state for job in jobs] == ["COMPLETED"]


@pytest.fixture
def one_job_at_a_time() -> Iterator[None]:
    """A site that takes one job of a user at a time."""
    change = ("sacctmgr", "-i", "modify", "user", "root", "set")
    slurm(*change, "MaxSubmitJobs=1")
    yield
    slurm(*change, "MaxSubmitJobs=-1")


@pytest.mark.usefixtures("one_job_at_a_time")
def test_full_queue_is_waited_for(local: tuple[Workspace, float], unfinished: Workspace) -> None:
    with started(unfinished, *remove(unfinished, TABLES)) as going:
        jobs = finish(going, local, TABLES)
    assert [job.state for job in jobs] == ["COMPLETED"] * len(TABLES)
