"""Settings of a SLURM site: what it would refuse is said before the first job, by its setting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hepchain.errors import ExecutionError
from hepchain.execution import slurm
from hepchain.execution.site import (
    WITHOUT_GPU,
    check_site,
    granted_gpus,
    leave_out_absent_gpus,
)
from hepchain.execution.slurm import Partition, check_scheduler, parse_partitions

NODES = "cpu*|2|21000|(null)\ncpu*|64+|190000+|(null)\ngpu|32|64000|gpu:a100:4(S:0-1)\n"
SACCTMGR = 'case "$*" in *maxsubmitjobs*) ;; *) echo lab; echo physics;; esac'


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a shell script in the place of a command of SLURM."""
    folder = tmp_path / "slurm"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv(WITHOUT_GPU, "")  # what a test sets is undone

    def replace(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    replace("sinfo", f"cat <<'E'\n{NODES}E")
    replace("squeue", "exit 0")
    replace("sacctmgr", SACCTMGR)
    replace("sbatch", "exit 0")
    return replace


class Job:
    """A job of Snakemake."""

    def __init__(self, rule: str, gpus: int = 0, **resources: Any) -> None:
        self.rule = SimpleNamespace(name=rule)
        self.threads = resources.pop("threads", 1)
        self.is_local = False
        self.resources = {"mem_mb": 1000, "runtime": 10, "gpu": gpus, **resources}


def workflow(*jobs: Job, executor: str = "slurm", at_a_time: int = 100) -> Any:
    return SimpleNamespace(
        executor_plugin=SimpleNamespace(name=executor),
        resource_settings=SimpleNamespace(nodes=at_a_time),
        dag=SimpleNamespace(needrun_jobs=lambda: jobs),
    )


def problems(*jobs: Job, at_a_time: int = 100) -> str:
    with pytest.raises(ExecutionError) as error:
        check_site(workflow(*jobs, at_a_time=at_a_time), lambda _: None)
    return str(error.value)


def refusing(*lines: str, unless: str = "") -> str:
    """Script of an sbatch that refuses, as the true one says it."""
    accepts = f'case "$*" in *{unless}*) exit 0;; esac\n' if unless else ""
    text = "\n".join(f"allocation failure: {line}" for line in lines)
    return f"{accepts}cat >&2 <<'E'\n{text}\nE\nexit 1"


def test_nodes_become_partitions() -> None:
    cpu, gpu = parse_partitions(NODES).values()
    assert cpu == Partition("cpu", True, cpus=64, memory_mb=190000, gpus=())
    assert gpu == Partition("gpu", False, cpus=32, memory_mb=64000, gpus=(("a100", 4),))
    assert (gpu.most_gpus(None), gpu.most_gpus("a100"), gpu.most_gpus("h100")) == (4, 4, 0)


@pytest.mark.parametrize(
    ("gres", "found"),
    [
        ("gpu:2", (("", 2),)),
        ("gpu", (("", 1),)),
        ("lustre:1,gpu:a100:4(S:0-1),gpu:t4:1", (("a100", 4), ("t4", 1))),
        ("gpu:a100.80gb", (("a100.80gb", 1),)),
        ("mps:100", ()),
        ("(null)", ()),
    ],
)
def test_gpus_of_nodes(gres: str, found: tuple[tuple[str, int], ...]) -> None:
    (partition,) = parse_partitions(f"cpu|2|21000|{gres}").values()
    assert partition.gpus == found


def test_a_site_that_takes_all_is_left_alone(command: Callable[[str, str], Path]) -> None:
    asked = command("sbatch", 'echo "$@" >> "$0.asked"').with_suffix(".asked")
    jobs = [Job("skimming"), Job("skimming"), Job("training", 1, slurm_partition="gpu")]
    said: list[str] = []
    check_site(workflow(*jobs), said.append)
    assert said == []
    assert asked.read_text().splitlines() == [
        "--test-only --time=10 --wrap=true",
        "--test-only --partition=gpu --time=10 --wrap=true",
    ]


def test_other_executors_ask_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    check_site(workflow(Job("a", 1), executor="local"), lambda _: None)


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ExecutionError, match=r"no sbatch on PATH.*login node"):
        check_scheduler()


@pytest.mark.parametrize("script", ["echo 'Unable to contact' >&2; exit 1", "exec sleep 5"])
def test_silent_scheduler(
    command: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(slurm, "TIMEOUT_SECONDS", 0.2)
    command("sinfo", script)
    assert "SLURM does not answer" in problems(Job("a"))


@pytest.mark.parametrize(
    ("job", "variable"),
    [
        (Job("a", slurm_partition="shrot"), "SBATCH_PARTITION"),
        (Job("training", 1, slurm_partition="gpus"), "HEPCHAIN_GPU_PARTITION"),
    ],
)
def test_unknown_partition(command: Callable[[str, str], Path], job: Job, variable: str) -> None:
    text = problems(job, Job("b"))
    assert f"there is no partition {job.resources['slurm_partition']}: set {variable}" in text
    assert "cpu, gpu" in text


def test_account_that_is_missing_or_wrong(command: Callable[[str, str], Path]) -> None:
    command("sbatch", refusing("Invalid account or account/partition combination specified"))
    assert "wants an account: `export SBATCH_ACCOUNT=NAME` (yours: lab, physics)" in problems(
        Job("a")
    )
    wrong = problems(Job("a", slurm_account="nope"), Job("b", slurm_account="nope"))
    assert wrong.count("account nope is not one you can use") == 1
    command("sacctmgr", "exit 1")
    assert "sacctmgr show assoc" in problems(Job("a"))


def test_gpu_that_no_node_has(command: Callable[[str, str], Path]) -> None:
    text = problems(Job("training", 1), Job("a"))
    assert "jobs of training ask for 1 GPU, and no node of partition cpu has one" in text
    assert "GPUs are in gpu (4 a100)" in text
    for setting in ("HEPCHAIN_GPU_PARTITION", "training.gpu", "gpu_fallback: true"):
        assert setting in text
    model = Job("scoring", 1, slurm_partition="gpu", gpu_model="h100")
    assert "1 h100 GPU, and no node of partition gpu has one" in problems(model)
    gres = Job("scoring", 8, slurm_partition="gpu", gres="gpu:a100:8")
    assert "8 a100 GPU, and no node of partition gpu has that many" in problems(gres)


@pytest.mark.parametrize(
    ("variables", "lack"),
    [
        ({}, "1 GPU, and no node of partition cpu has one. Going on without GPUs"),
        ({"HEPCHAIN_GPU_PARTITION": "gpu"}, ""),
        ({"SBATCH_PARTITION": "gpu", "HEPCHAIN_GPU_MODEL": "a100"}, ""),
        ({"SBATCH_PARTITION": "gpu", "HEPCHAIN_GPU_MODEL": "h100"}, "1 h100 GPU, and no node of"),
        ({"SBATCH_PARTITION": "gpu", "HEPCHAIN_GPU_GRES": "gpu:h100"}, "1 h100 GPU, and no node"),
    ],
)
def test_absent_gpus_are_left_out(
    command: Callable[[str, str], Path],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    lack: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    said: list[str] = []
    leave_out_absent_gpus(1, said.append)
    assert granted_gpus(1) == (0 if lack else 1)
    assert lack in "".join(said)
    assert bool(said) == bool(lack)


@pytest.mark.parametrize(
    ("job", "setting"),
    [
        (Job("a", threads=65), "--set-threads a=N"),
        (Job("a", mem_mb=191000), "--set-resources a:mem_mb=MB"),
    ],
)
def test_job_larger_than_every_node(
    command: Callable[[str, str], Path], job: Job, setting: str
) -> None:
    text = problems(job)
    assert "no node of partition cpu has more than" in text
    assert setting in text


POLICY = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"


@pytest.mark.parametrize(
    "answer",
    [
        ["Requested time limit is invalid (missing or exceeds some limit)"],
        ["QOSMaxWallDurationPerJobLimit", POLICY],
    ],
)
def test_longer_than_the_site_allows(
    command: Callable[[str, str], Path], answer: list[str]
) -> None:
    command("sbatch", refusing(*answer, unless="--time=10"))
    text = problems(Job("a"), Job("training", runtime=2880))
    assert "jobs of training ask for 2880 minutes" in text
    assert "--set-resources training:runtime=MINUTES" in text


@pytest.mark.parametrize(
    "answer",
    [
        "Requested node configuration is not available",
        "Required partition not available (inactive or drain)",
        "AssocMaxSubmitJobLimit",
        "QOSMaxSubmitJobPerUserLimit",
    ],
)
def test_what_passes_by_itself_is_no_error(
    command: Callable[[str, str], Path], answer: str
) -> None:
    command("sbatch", refusing(answer))
    said: list[str] = []
    check_site(workflow(Job("a")), said.append)
    assert said == [f"SLURM says of jobs like those of a: {answer}"]


def test_other_refusals_are_passed_on(command: Callable[[str, str], Path]) -> None:
    command("sbatch", refusing("Job needs a telephone number"))
    assert "jobs of a: Job needs a telephone number" in problems(Job("a"))


def test_account_that_takes_fewer_jobs_than_the_run_submits(
    command: Callable[[str, str], Path],
) -> None:
    command("sacctmgr", 'case "$*" in *maxsubmitjobs*) echo 2;; esac')
    jobs = [Job("a"), Job("b"), Job("c")]
    text = problems(*jobs)
    assert "takes at most 2 jobs of yours at a time, and this run would submit 3" in text
    assert "export HEPCHAIN_JOBS=2" in text
    check_site(workflow(*jobs, at_a_time=2), lambda _: None)
    check_site(workflow(*jobs[:2]), lambda _: None)
