"""The state of a run from Snakemake's log: retries, failures with nested logs, reasons."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hepchain.errors import InputError
from hepchain.execution.progress import (
    closing_words,
    failures_text,
    latest_log,
    read_progress,
    reason,
    summary,
    table,
)

LOG = """\
Building DAG of jobs...
Job stats:
job              count
-------------  -------
generation           3
response             3
selection            1
total                7

Select jobs to execute...
Execute 2 jobs...
[Sun Nov 22 07:49:27 2026]
Job 7: Generating 150 events of a, part 0
Reason: Missing output files: results/a.parquet
[Sun Nov 22 07:49:28 2026]
rule generation:
    output: results/b.parquet
    log: results/logs/b.log
    jobid: 3
[Sun Nov 22 07:50:27 2026]
Finished jobid: 7 (Rule: generation)
1 of 7 steps (14%) done
[Sun Nov 22 07:50:28 2026]
Error in rule generation:
    message: SLURM-job '10' failed, SLURM status is: 'FAILED'.
    jobid: 3
    output: results/b.parquet
    log: logs/b.log, slurm/10.log (check log file(s) for error details)
    external_jobid: 10
Logfile logs/b.log:
================================================================================
Error in rule response:
    jobid: 0
Finished jobid: 5 (Rule: selection)
================================================================================
Trying to restart job 3.
[Sun Nov 22 07:51:00 2026]
Job 3: Generating 150 events of b, part 0
[Sun Nov 22 07:51:30 2026]
Error in rule generation:
    message: None
    jobid: 3
    log: logs/b.log, slurm/11.log (check log file(s) for error details)
[Sun Nov 22 07:51:31 2026]
Job 4: Detector response of a
"""


def test_log_is_followed() -> None:
    progress = read_progress(LOG.splitlines())
    assert progress.totals == {"generation": 3, "response": 3, "selection": 1}
    assert progress.finished == {"generation": 1}
    assert progress.running == {4}
    assert progress.retries == 1
    assert progress.elapsed == timedelta(minutes=2, seconds=4)
    (failure,) = progress.failures.values()
    assert (failure.rule, failure.job) == ("generation", 3)
    assert failure.logs == (Path("logs/b.log"), Path("slurm/11.log"))


def test_job_that_succeeds_at_last_has_not_failed() -> None:
    lines = [*LOG.splitlines(), "Finished jobid: 3 (Rule: generation)"]
    progress = read_progress(lines)
    assert progress.failures == {}
    assert progress.finished["generation"] == 2


def test_table_and_summary_agree() -> None:
    progress = read_progress(LOG.splitlines())
    rows = [line.split() for line in table(progress).splitlines()]
    assert rows[1] == ["generation", "3", "1", "1"]
    assert rows[2] == ["2", "rules,", "none", "done", "4", "0"]
    assert summary(progress).startswith("1 of 7 jobs done (14 %), 1 submitted or running, 1 failed")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("slurmstepd: error: *** JOB 8 CANCELLED AT x DUE TO TIME LIMIT ***", "time limit"),
        ("slurmstepd: error: StepId=1.0 exceeded memory limit (300 > 200)", "memory limit"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "07:50 INFO x\n07:51 ERROR features: branch 'a' is missing\nmore",
            "branch 'a' is missing",
        ),
        ("nothing of note", "it was killed"),
    ],
)
def test_reason_is_named(tmp_path: Path, text: str, meaning: str) -> None:
    log = tmp_path / "x.log"
    log.write_text(text)
    assert meaning in reason([tmp_path / "absent.log", log])


def test_failures_name_their_logs(tmp_path: Path) -> None:
    progress = read_progress(LOG.splitlines())
    text = failures_text(progress, tmp_path)
    assert "1 job(s) failed" in text
    assert f"log: {tmp_path / 'slurm/11.log'}" in text
    assert failures_text(read_progress([]), tmp_path) == ""


def test_long_lists_are_cut(tmp_path: Path) -> None:
    error = (
        "Error in rule x:\n    jobid: {}\n    log: x.log (check log file(s) for error details)\n"
    )
    progress = read_progress("".join(error.format(n) for n in range(30)).splitlines())
    text = failures_text(progress, tmp_path, shown=20)
    assert text.count("    log: ") == 20
    assert "and 10 more" in text


def test_newest_run_that_started_jobs(tmp_path: Path) -> None:
    logs = tmp_path / ".snakemake" / "log"
    with pytest.raises(InputError, match="no log of a run"):
        latest_log(tmp_path)
    logs.mkdir(parents=True)
    (logs / "2026-01-01T1.snakemake.log").write_text(LOG)
    (logs / "2026-01-02T1.snakemake.log").write_text("Building DAG of jobs...\n")
    assert latest_log(tmp_path).name.startswith("2026-01-01")
    assert "1 failed" in closing_words([str(latest_log(tmp_path))])
