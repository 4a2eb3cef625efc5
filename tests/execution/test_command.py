"""What Snakemake would lose of a command line is refused before anything is planned."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from hepchain.errors import ConfigError, ExecutionError
from hepchain.execution.command import check_command, check_report

MAIN = SimpleNamespace(is_main_process=True)
SNAKEMAKE = "/env/bin/snakemake"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Snakefile").touch()
    (tmp_path / "site.yaml").write_text("configfile: [mine.yaml]\nkeep-going: true\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SNAKEMAKE_PROFILE", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--config", "a=1", "--cores", "1", "--config", "b=2"],
            "--config is given twice: the first would be lost, write all values behind one, "
            "`--config KEY=VALUE KEY=VALUE`",
        ),
        (["--configfile", "a.yaml", "--configfiles=b.yaml"], "--configfile is given twice"),
        (["-C", "a=1", "-C", "b=2"], "--config is given twice"),
        (["--set-threads", "a=1", "--set-threads", "b=2"], "--set-threads is given twice"),
        (["--forcerun", "a", "-n", "-R", "b"], "--forcerun is given twice"),
        (
            ["--profile", "site.yaml", "--configfile", "b.yaml"],
            "--configfile is given in site.yaml and in the command line, of which one alone",
        ),
    ],
)
def test_refused(options: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        check_command(MAIN, [SNAKEMAKE, "--jobs", "1", *options])
    assert message in str(error.value)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--config", "a=1", "b=2", "--configfile", "a.yaml", "b.yaml", "--", "target"],
        ["-n", "-n", "--cores", "2", "--forcerun", "a", "b"],
        ["--profile", "site.yaml", "--config", "a=1"],
    ],
)
def test_accepted(options: list[str]) -> None:
    check_command(MAIN, [SNAKEMAKE, *options])


def test_jobs_are_not_asked() -> None:
    command = [SNAKEMAKE, "--config", "a=1", "--config", "b=2"]
    check_command(SimpleNamespace(is_main_process=False), command)


def test_profile_with_a_key_given_twice(folder: Path) -> None:
    (folder / "site.yaml").write_text("jobs: 1\nkeep-going: true\njobs: 2\n")
    with pytest.raises(ConfigError, match="lines 1 and 3: 'jobs' is given twice"):
        check_command(MAIN, [SNAKEMAKE, "--profile", "site.yaml"])


@pytest.mark.parametrize("closed", [".", ".snakemake", ".snakemake/metadata"])
def test_folder_of_notes_that_cannot_be_written(
    folder: Path, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / closed
    path.mkdir(parents=True, exist_ok=True)
    # Of the superuser, who may run the tests, every folder can be written.
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked) != path)
    with pytest.raises(ExecutionError, match="not writable, where Snakemake keeps notes"):
        check_command(MAIN, [SNAKEMAKE, "-n"])


def test_no_report_of_snakemake_before_a_run_has_ended(folder: Path) -> None:
    def check(*options: str) -> None:
        check_report(MAIN, [SNAKEMAKE, *options], Path("results"), ["soft_electrons"])

    with pytest.raises(ExecutionError, match=r"soft_electrons/report\.html: not there yet.* first"):
        check("--report", "page.html")
    check("--cores", "1", "--report-after-run", "--report", "page.html")
    check("--cores", "1")
    (folder / "results/soft_electrons").mkdir(parents=True)
    (folder / "results/soft_electrons/report.html").touch()
    check("--report", "page.html")
