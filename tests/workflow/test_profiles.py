"""What jobs ask for under each profile: memory, time, cores, GPU and partition, rule by rule."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from yte import process_yaml

from tests.workspace import REPOSITORY, RESULTS, SMOKE, Workspace

RESOLVE = str(Path(__file__).with_name("resolved_jobs.py"))
SITE = {
    "SBATCH_ACCOUNT": "lab",
    "SBATCH_PARTITION": "short",
    "HEPCHAIN_GPU_PARTITION": "gpus",
    "HEPCHAIN_GPU_MODEL": "a100",
}
GPU_RULES = ("training", "variable_scan", "label_shuffle")
STAGES_OF_THE_CHAIN = {"generation", "response", "skimming", "training", "selection", "statistics"}
TARGETS = ("all", "soft_electrons_studies", f"{RESULTS}/figures/efficiency_vs_pt.png")
ON_GPU = {
    "training": {"gpu": 1},
    "studies": {"tagger": "keras"},
}


@dataclass(frozen=True)
class Job:
    """A job as Snakemake would start it."""

    rule: str
    wildcards: dict[str, str]
    threads: int
    resources: dict[str, Any]
    resources_at_last: dict[str, Any]
    is_file: bool
    parameters: dict[str, str]
    inputs: list[str]
    outputs: list[str]

    def __str__(self) -> str:
        return " ".join([self.rule, *self.wildcards.values()])

    @property
    def wants_gpu(self) -> bool:
        return self.rule in GPU_RULES and self.wildcards["tagger"] == "keras"


def resolved(
    workspace: Workspace, profile: str, given: tuple[str, ...] = (), **variables: str
) -> list[Job]:
    """Jobs of the smallest configuration with networks on GPUs."""
    if importlib.util.find_spec(f"snakemake_executor_plugin_{profile}") is None:
        pytest.skip(f"the plugin snakemake-executor-plugin-{profile} is not installed")
    target = workspace.root / f"{profile}.json"
    config = workspace.write_config("on_gpu.yaml", ON_GPU)
    place = profile if profile == "slurm" else f"profiles/{profile}"
    with pytest.MonkeyPatch.context() as patch:
        for name in (*SITE, "HEPCHAIN_GPU_GRES", "HEPCHAIN_JOBS"):
            patch.delenv(name, raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        options = ("-n", "-q", "all", "--profile", place)
        files = ("--configfile", SMOKE, config)
        run = workspace.python(RESOLVE, str(target), *options, *files, *given, "--", *TARGETS)
    assert run.status == 0, run.output
    return [Job(**job) for job in json.loads(target.read_text())]


@pytest.fixture(scope="module")
def slurm(workspace: Workspace) -> list[Job]:
    return resolved(workspace, "slurm", (), **SITE)


def test_the_table_of_assumptions_is_of_every_job_of_the_default_target(slurm: list[Job]) -> None:
    """Beside it stand studies, and the importance of the tagger that they are of."""
    (table,) = (job for job in slurm if job.rule == "assumptions")
    made = {
        path
        for job in slurm
        if job.rule not in ("variable_scan", "label_shuffle")
        and (job.rule, job.wildcards.get("tagger")) != ("importance", "keras")
        for path in job.outputs
        if path.startswith(f"{RESULTS}/assumptions/")
    }
    assert len(made) > 30
    assert set(table.inputs) == made


def test_only_networks_ask_for_a_gpu_and_go_where_gpus_are(slurm: list[Job]) -> None:
    asking = {job.rule for job in slurm if job.wants_gpu}
    assert asking == set(GPU_RULES)
    for job in slurm:
        resources = job.resources
        asked = (resources.get("gpu", 0), resources["slurm_partition"], resources.get("gpu_model"))
        assert asked == ((1, "gpus", "a100") if job.wants_gpu else (0, "short", None)), str(job)
        assert resources["slurm_account"] == "lab"


def test_figure_of_a_tagger_without_its_name_is_that_of_the_selection(slurm: list[Job]) -> None:
    (copy,) = [job for job in slurm if job.rule == "figure_of_selection"]
    assert copy.wildcards == {"figure": "efficiency_vs_pt", "suffix": "png"}


def test_every_job_has_limits_that_grow_with_retries(slurm: list[Job]) -> None:
    for job in slurm:
        first, last = job.resources, job.resources_at_last
        assert first["mem_mb"] > 0, str(job)
        assert first["runtime"] > 0, str(job)
        assert job.threads >= 1, str(job)
        if job.is_file:
            assert last["mem_mb"] > first["mem_mb"], str(job)
            assert last["runtime"] > first["runtime"], str(job)


def test_htcondor_gets_what_the_rules_ask_for(workspace: Workspace) -> None:
    """By the names of its plugin, which reads no others; the plugin itself is needed for this."""
    jobs = [job for job in resolved(workspace, "htcondor") if job.is_file]
    for job in jobs:
        for asked in (job.resources, job.resources_at_last):
            assert asked["htcondor_request_mem_mb"] == asked["mem_mb"], str(job)
            assert asked["classad_MaxRuntime"] == 60 * asked["runtime"], str(job)
            assert asked.get("request_gpus") == (1 if job.wants_gpu else None), str(job)
    assert {job.rule for job in jobs if job.wants_gpu} == set(GPU_RULES)


def test_htcondor_takes_group_and_requirements_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("HEPCHAIN_CONDOR_GROUP", "HEPCHAIN_CONDOR_REQUIREMENTS")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    without = profile("htcondor")["default-resources"].keys()
    for name in names:
        monkeypatch.setenv(name, "x")
    added = profile("htcondor")["default-resources"].keys() - without
    assert added == {"classad_AccountingGroup", "requirements"}


def profile(name: str) -> dict[str, Any]:
    with (REPOSITORY / "profiles" / name / "config.yaml").open() as file:
        return dict(process_yaml(file, require_use_yte=True))


def test_nothing_of_a_site_without_its_variables(workspace: Workspace) -> None:
    for job in resolved(workspace, "slurm"):
        assert not job.resources.keys() & {"slurm_account", "slurm_partition", "gpu_model", "gres"}


def test_gpus_by_gres(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the jobs that ask for a GPU; what a user gives a rule stays."""
    jobs = resolved(
        workspace,
        "slurm",
        ("--set-resources", "soft_electrons_scoring:gres=mine"),
        HEPCHAIN_GPU_GRES="gpu:a100",
    )
    for job in jobs:
        asked = "gpu:a100:1" if job.wants_gpu else None
        assert job.resources.get("gres") == ("mine" if job.rule == "scoring" else asked), str(job)
    monkeypatch.setenv("HEPCHAIN_JOBS", "7")
    assert profile("slurm")["jobs"] == 7


def test_rules_name_nothing_of_a_site() -> None:
    files = [REPOSITORY / "Snakefile", *(REPOSITORY / "workflow/rules").glob("*.smk")]
    pattern = re.compile(r"slurm_|htcondor_|\bgres\b|gpu_model|\bqos\b|^\s*retries:", re.MULTILINE)
    assert [path.name for path in files if pattern.search(path.read_text())] == []


def test_default_profile_keeps_out_of_the_way_of_others() -> None:
    """It wins over other profiles key by key, so that no site could set what it sets."""
    content = yaml.safe_load((REPOSITORY / "profiles/default/config.yaml").read_text())
    sites = {"default-resources", "set-resources", "cores", "jobs", "executor", "latency-wait"}
    assert not sites & content.keys()
