"""Files that somebody brings: what Snakemake can and cannot have as an input, and bad ones."""

from __future__ import annotations

import pytest

from tests.workspace import RESULTS, Run, Workspace, job_counts

ADDRESS = "https://nowhere.invalid/a.root"
SKIMS = f"{RESULTS}/skimming/mine/report"


def run_with(workspace: Workspace, files: list[str], *arguments: str) -> Run:
    """A run with a sample of background that is read from these files."""
    sample = {"role": "background", "files": files, "ntuple": "hepchain"}
    told = "cross_section_pb: 1.0, scale_factor: 1.0, branching_fraction: 1.0, sum_of_weights: file"
    text = (workspace.root / "config/soft_electrons/samples.yaml").read_text()
    mine = ", ".join(f"{key}: {value!r}" for key, value in sample.items())
    (workspace.root / "with_mine.yaml").write_text(f"{text}\nmine: {{{mine}, {told}}}\n")
    config = workspace.write_config("mine.yaml", {"samples": "with_mine.yaml"})
    return workspace.snakemake(*arguments, "--configfile", config)


def test_names_that_mean_more_and_addresses_are_no_missing_inputs(workspace: Workspace) -> None:
    names = ["b[1].root", "c:d.root", "e f.root", "a{sample}.root"]
    for name in names:
        (workspace.root / name).touch()
    (workspace.root / "files.txt").write_text("\n".join([*names[1:], ADDRESS]))
    targets = [f"{SKIMS}-{part}.json" for part in range(5)]
    run = run_with(workspace, ["b[1].root", "@files.txt"], *targets, "-n")
    assert run.status == 0, run.output
    assert job_counts(run.output) == {"normalisation": 1, "skimming": 5}


@pytest.mark.thorough
def test_nothing_is_started_with_files_that_cannot_be_read(workspace: Workspace) -> None:
    """A dry run does not open them."""
    (workspace.root / "page.root").write_text("<!DOCTYPE html>" * 10)
    target = f"{SKIMS}-0.json"
    assert run_with(workspace, ["page.root"], target, "-n").status == 0
    run = run_with(workspace, ["page.root"], target)
    assert run.status != 0
    assert "sample mine: page.root: not a ROOT file" in run.output
    assert "nothing was started" in run.output
    assert not list((workspace.root / RESULTS).glob("logs/*"))
