"""Samples of one's own: the others' jobs stay what they were, and mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hepchain.variations import base_of
from tests.workspace import CHAIN, RESULTS, SMOKE, Workspace

OF_A_SAMPLE = ("generation", "response", "normalisation", "skimming", "features", "scoring")
BEFORE_SELECTION = {*OF_A_SAMPLE, "training", "calibration", "combination", "working_points"}
READ = {
    "role": "background",
    "files": ["data/*.root"],
    "ntuple": "hepchain",
    "cross_section_pb": 9.1,
    "scale_factor": 1.0,
    "branching_fraction": 1.0,
    "sum_of_weights": "file",
}
POINT = {
    "role": "signal",
    "process": "higgsino",
    "pileup": "minimum_bias_evaluation",
    "masses": {"n2": 160.0, "n1": 150.0},
    "cross_section_pb": 0.65,
    "scale_factor": 2.73,
    "branching_fraction": 0.047,
}
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "dropped": ({"samples": {"higgsino_128_125": None}}, "higgsino_128_125"),
    "added": (
        {
            "samples": {"more": POINT},
            "simulation": {"parts": {"more": 1}, "events_per_part": {"more": 100}},
        },
        "more",
    ),
    "read": ({"samples": {"wenu_jets": READ}}, "wenu_jets"),
}

Jobs = dict[tuple[str, ...], dict[str, Any]]


def planned(workspace: Workspace, name: str, *files: str) -> Jobs:
    """Outputs of each job of a small run with these config files -> the job."""
    options = ("--dry-run", "--quiet", "all", "--configfile", SMOKE, *files)
    run = workspace.python("tests/workflow/resolved_jobs.py", f"{name}.json", CHAIN, *options)
    assert run.status == 0, run.output
    jobs = json.loads((workspace.root / f"{name}.json").read_text())
    return {tuple(job["outputs"]): job for job in jobs}


@pytest.fixture(scope="module")
def default(workspace: Workspace) -> Jobs:
    return planned(workspace, "default")


@pytest.mark.parametrize("kind", CHANGES)
def test_jobs_of_other_samples_stay(workspace: Workspace, default: Jobs, kind: str) -> None:
    data = workspace.root / "data"
    data.mkdir(exist_ok=True)
    (data / "a.root").touch()
    content, sample = CHANGES[kind]
    found = planned(workspace, kind, workspace.write_config(f"{kind}.yaml", content))
    kept = 0
    for outputs in default.keys() | found.keys():
        before, after = default.get(outputs), found.get(outputs)
        job: dict[str, Any] = before or after or {}
        of = base_of(job["wildcards"].get("sample", ""))
        if job["rule"] not in BEFORE_SELECTION or of == sample:
            continue
        assert before is not None, outputs
        assert after is not None, outputs
        assert before["parameters"] == after["parameters"]
        assert before["inputs"] == after["inputs"]
        kept += 1
    assert kept > 50
    of_sample = [job["rule"] for job in found.values() if job["wildcards"].get("sample") == sample]
    assert ("generation" in of_sample) == (kind == "added")
    assert ("features" in of_sample) == (kind != "dropped")


@pytest.mark.thorough
def test_validation_of_events_goes_on_with_a_list_that_is_extended(
    workspace: Workspace, default: Jobs
) -> None:
    content, _ = CHANGES["added"]
    found = planned(workspace, "more", workspace.write_config("more.yaml", content))
    outputs = (f"{RESULTS}/validation/events.json",)
    assert found[outputs]["parameters"] == default[outputs]["parameters"]
    assert found[outputs]["inputs"] == default[outputs]["inputs"]
    assert "'splitting': 3.0" in found[outputs]["parameters"]["arguments"]


def test_a_target_behind_config_files_is_told_from_one(workspace: Workspace) -> None:
    picture = workspace.root / "roc.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    for target in ("roc.png", CHAIN):
        run = workspace.snakemake("-n", "--configfile", SMOKE, target)
        assert run.status != 0
        assert f"{target}: Snakemake takes this for a config file" in run.output
        assert "Traceback" not in run.output
    picture.unlink()


@pytest.mark.thorough
def test_a_file_that_says_nothing_is_a_config_file(workspace: Workspace) -> None:
    (workspace.root / "nothing.yaml").write_text("# soft_electrons:\n")
    run = workspace.snakemake("-n", "-q", "all", "--configfile", SMOKE, "nothing.yaml")
    assert run.status == 0, run.output


def test_ntuples_that_are_not_there_are_told_before_anything_runs(workspace: Workspace) -> None:
    sample = {**READ, "files": ["nowhere/*.root"], "ntuple": "mine"}
    config = workspace.write_config("nowhere.yaml", {"samples": {"wenu_jets": sample}})
    run = workspace.snakemake("-n", "--configfile", config)
    check = workspace.run("hepchain.cli", "config", "check", config)
    assert (run.status, check.status) == (1, 1)
    for message in ("no file matches nowhere/*.root", "config/ntuples/mine.yaml: no such file"):
        assert message in run.output
        assert message in check.output


@pytest.mark.thorough
def test_the_list_of_the_run_can_be_all_ones_own(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.root").touch()
    read = {**READ, "files": [str(tmp_path / "*.root")]}
    samples = {
        "gun": {key: read[key] for key in ("files", "ntuple")} | {"role": "training"},
        "signal_sample": {**read, "role": "signal", "masses": {"n2": 155.0, "n1": 150.0}},
        "jets": read,
    }
    path = workspace.root / "own_samples.yaml"
    path.write_text(json.dumps(samples))
    working_points = {"working_points": {"sample": "signal_sample"}}
    content = {"samples": path.name, "combination": working_points}
    found = planned(workspace, "own", workspace.write_config("own.yaml", content))
    rules = {job["rule"] for job in found.values()}
    assert {"skimming", "training", "selection", "statistics"} <= rules
    assert not {"generation", "response"} & rules
