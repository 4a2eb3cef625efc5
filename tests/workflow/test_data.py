"""Jobs of data: the stages of a sample, and who reads them while their signal region is closed."""

from __future__ import annotations

import re

import pytest

from tests.workspace import RESULTS, Workspace, job_counts

TARGETS = (
    f"{RESULTS}/statistics/higgsino_155_150/result.json",
    f"{RESULTS}/figures/mass.json",
)
TABLE = f"{RESULTS}/selection/recorded.parquet"


def dry_run(workspace: Workspace, is_open: bool) -> str:
    """What a run with a sample of data would do."""
    (workspace.root / "recorded.root").touch()
    sample = {"role": "data", "files": ["recorded.root"], "ntuple": "hepchain"}
    text = (workspace.root / "config/soft_electrons/samples.yaml").read_text()
    (workspace.root / "with_data.yaml").write_text(f"{text}\nrecorded: {sample}\n")
    config = workspace.write_config("data.yaml", {"samples": "with_data.yaml"})
    opened = f"soft_electrons={{blinding: {{open: {str(is_open).lower()}}}}}"
    options = ["-n", "--logger-hepchain-headers", "--configfile", config, "--config", opened]
    run = workspace.snakemake(*TARGETS, *options)
    assert run.status == 0, run.output
    return run.output


def reads(output: str, message: str) -> str:
    """What the job with this message gets from jobs before it."""
    (reason,) = re.findall(rf"Job \d+: {re.escape(message)}\nReason: (.*)", output)
    return str(reason.partition("updated by another job: ")[2])


MASS, LIMITS = "Drawing the mass of the candidates", "Limits and significances of higgsino_155_150"


def test_closed_data_are_drawn_but_no_statistics_read_them(workspace: Workspace) -> None:
    output = dry_run(workspace, is_open=False)
    assert TABLE in reads(output, MASS)
    assert "recorded" not in reads(output, LIMITS)
    assert f"{RESULTS}/selection/wenu_jets.parquet" in reads(output, LIMITS)
    assert f"{RESULTS}/simulation/recorded" not in output
    # A job of each stage, by the tagger of the selection alone.
    messages = re.findall(r"Job \d+: (.*recorded.*)", output)
    assert len(messages) == 6
    # Four signals, two backgrounds, data.
    assert job_counts(output)["selection"] == 7


@pytest.mark.thorough
def test_opened_data_are_counted(workspace: Workspace) -> None:
    output = dry_run(workspace, is_open=True)
    assert TABLE in reads(output, MASS)
    assert TABLE in reads(output, LIMITS)
