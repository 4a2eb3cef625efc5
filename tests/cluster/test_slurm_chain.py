"""The chain on SLURM: the results of a run without it, and GPUs for those who ask alone."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.slurm_runs import TARGETS, Job, accounted, run_name, run_on_cluster
from tests.comparison import assert_same
from tests.workspace import CHAIN, RESULTS, Run, Workspace, copy_repository

pytestmark = pytest.mark.cluster

GPU = ("--config", "soft_electrons={training: {gpu: 1}}")
WITHOUT_DRIVER = (*GPU, "execution={gpu_fallback: true}")
"""The GPU of this cluster is one for SLURM only."""


@dataclass(frozen=True)
class OnCluster:
    """A finished run, its jobs in SLURM, and the run without SLURM that it is compared with."""

    workspace: Workspace
    run: Run
    jobs: list[Job]
    local: Workspace
    local_seconds: float


@pytest.fixture(scope="module")
def chain(local: tuple[Workspace, float], tmp_path_factory: pytest.TempPathFactory) -> OnCluster:
    workspace = copy_repository(tmp_path_factory.mktemp("clone"))
    run = run_on_cluster(workspace, *WITHOUT_DRIVER, "--", *TARGETS, timeout=3600)
    assert run.status == 0, run.output[-6000:]
    return OnCluster(workspace, run, accounted(run_name(run.output)), *local)


def test_same_results_as_without_a_cluster(chain: OnCluster) -> None:
    results = chain.local.results
    names = [
        str(path.relative_to(results))
        for suffix in ("parquet", "json")
        for path in sorted(results.rglob(f"*.{suffix}"))
    ]
    assert len(names) > 60
    assert_same(chain.local, chain.workspace, names)


def test_only_trainings_of_networks_ask_for_a_gpu_and_for_its_partition(chain: OnCluster) -> None:
    networks = f"{CHAIN}_training_wildcards_keras"
    wrong = [
        job
        for job in chain.jobs
        if (job.gpus, job.partition)
        != ((1, "gpu") if job.rule.startswith(networks) else (0, "cpu"))
    ]
    assert not wrong
    assert sum(job.gpus for job in chain.jobs) == 2  # one a fold


def test_each_job_ran_once(chain: OnCluster) -> None:
    assert {job.state for job in chain.jobs} == {"COMPLETED"}
    logs = list((chain.workspace.results / "logs").rglob("*.log"))
    print(_overhead(chain, len(logs)))


def _overhead(chain: OnCluster, stages: int) -> str:
    """What SLURM costs, for who reads the output of the test."""
    more = chain.run.seconds - chain.local_seconds
    submitted = len(chain.jobs)
    return (
        f"{stages} stages: {chain.local_seconds:.0f} s without a cluster, "
        f"{chain.run.seconds:.0f} s in {submitted} SLURM jobs on the same cores: "
        f"{more:.0f} s more, {more / submitted:.1f} s a job"
    )


def test_second_run_submits_nothing(chain: OnCluster) -> None:
    run = run_on_cluster(chain.workspace, *WITHOUT_DRIVER, "--", *TARGETS)
    assert run.status == 0, run.output
    assert "Nothing to be done" in run.output


@pytest.mark.parametrize(
    ("variables", "options", "said"),
    [
        ({"SBATCH_PARTITION": "nope"}, "", "there is no partition nope: set SBATCH_PARTITION"),
        ({"SBATCH_ACCOUNT": "nope"}, "", "account nope is not one you can use"),
        ({"HEPCHAIN_GPU_MODEL": "a100"}, shlex.join(GPU), "GPUs are in cpu (1 h200)"),
    ],
    ids=["partition", "account", "GPU"],
)
def test_what_the_site_would_refuse_is_said_before_the_first_job(
    tmp_path: Path, variables: dict[str, str], options: str, said: str
) -> None:
    workspace = copy_repository(tmp_path)
    run = run_on_cluster(workspace, *shlex.split(options), timeout=300, **variables)
    assert run.status == 1, run.output
    assert said in run.output, run.output[-3000:]
    assert "Traceback" not in run.output
    assert accounted(run_name(run.output)) == []
    assert not workspace.results.exists()


def test_gpu_that_is_not_there_is_done_without_if_the_config_says_so(
    unfinished: Workspace,
) -> None:
    target = "training/keras/all/fold0"
    metadata = unfinished.results / target / "metadata.json"
    metadata.unlink()
    run = run_on_cluster(
        unfinished,
        "--force",
        f"{RESULTS}/{target}",
        "--config",
        "soft_electrons={training: {gpu: 1}}",
        "execution={gpu_fallback: true}",
        HEPCHAIN_GPU_MODEL="a100",
    )
    assert run.status == 0, run.output[-6000:]
    assert "Going on without GPUs (execution.gpu_fallback)" in run.output
    assert [(job.gpus, job.partition) for job in accounted(run_name(run.output))] == [(0, "cpu")]
    assert "cpu" in json.loads(metadata.read_text())["device"]
