"""Only a process that starts jobs claims its folder."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hepchain.execution.start import options_of_run

MAIN = SimpleNamespace(is_main_process=True)
SNAKEMAKE = "/env/bin/snakemake"


@pytest.mark.parametrize(
    ("options", "executor"),
    [
        (["--cores", "2"], None),
        (["--cores", "2", "--report-after-run", "--report", "report.html"], None),
        (["--profile", "slurm", "results/figures/efficiency_vs_pt.pdf"], "slurm"),
        (["--profile", "slurm", "--config", "selection={met: 250}"], "slurm"),
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
    assert options_of_run(MAIN, ["/env/bin/hepchain", "plan"]) is None
