"""Only a process that starts jobs claims its folder."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.cli import get_argument_parser
from snakemake.scheduling.job_scheduler import JobRateLimiter

from hepchain.errors import ExecutionError
from hepchain.execution.start import check_folders, lift_default_rate, options_of_run
from hepchain.io import atomic_directory

MAIN = SimpleNamespace(is_main_process=True)
SNAKEMAKE = "/env/bin/snakemake"


@pytest.mark.parametrize(
    ("options", "executor"),
    [
        (["--cores", "2"], None),
        (["--cores", "2", "--report-after-run", "--report", "report.html"], None),
        (["--profile", "slurm", "results/figures/efficiency_vs_pt.pdf"], "slurm"),
        (["--profile", "slurm", "--config", "soft_electrons={selection: {met: 250}}"], "slurm"),
    ],
)
def test_run_is_known_with_its_profile(options: list[str], executor: str | None) -> None:
    found = options_of_run(MAIN, [SNAKEMAKE, *options])
    assert found is not None
    assert found.executor == executor


@pytest.mark.parametrize(
    "option",
    ["--dry-run", "--unlock", "--lint", "--summary", "--dag", "--list-rules", "--nolock"],
)
def test_look_claims_nothing(option: str) -> None:
    assert options_of_run(MAIN, [SNAKEMAKE, "--cores", "1", option]) is None


def test_report_claims_nothing() -> None:
    assert options_of_run(MAIN, [SNAKEMAKE, "--cores", "1", "--report", "report.html"]) is None


def test_module_of_snakemake_is_known() -> None:
    command = ["/lib/site-packages/snakemake/__main__.py", "--cores", "1"]
    assert options_of_run(MAIN, command) is not None


def test_other_processes_claim_nothing() -> None:
    job = SimpleNamespace(is_main_process=False)
    assert options_of_run(job, [SNAKEMAKE, "--cores", "1"]) is None
    assert options_of_run(MAIN, ["/env/bin/hepchain", "status"]) is None


def test_files_in_folders_about_to_be_replaced_are_named(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("fold0", "fold1")]
    for folder in folders:
        with atomic_directory(folder) as temporary:
            (temporary / "model.ubj").touch()
        (folder / ".snakemake_timestamp").touch()
    outputs = [*folders, tmp_path / "absent", tmp_path / "fold0/model.ubj"]
    check_folders(outputs)
    (tmp_path / "fold1/notes.txt").touch()
    check_folders(outputs[:1])
    with pytest.raises(ExecutionError, match=r"fold1/notes\.txt: not made by a run"):
        check_folders(outputs)


@pytest.mark.parametrize(
    ("options", "lifted"), [([], True), (["--max-jobs-per-timespan", "5/1m"], False)]
)
def test_only_the_limit_that_nobody_gave_is_lifted(options: list[str], lifted: bool) -> None:
    rate = get_argument_parser().parse_args(["--cores", "1", *options]).max_jobs_per_timespan
    scheduler = SimpleNamespace(job_rate_limiter=JobRateLimiter(rate))
    lift_default_rate(SimpleNamespace(scheduler=scheduler))
    assert (scheduler.job_rate_limiter is None) == lifted
