"""The graph of jobs of the dijets: of a small run, and of files that somebody brings."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.workspace import REPOSITORY, Workspace, copy_repository

SMOKE = "config/dijets/smoke.yaml"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return copy_repository(tmp_path_factory.mktemp("repository"))


def plan(workspace: Workspace, *files: str) -> str:
    run = workspace.snakemake("dijets", "-n", "--configfile", SMOKE, *files)
    assert run.status == 0, run.output
    return run.output


def count(output: str, rule: str) -> int:
    rows = (line.split() for line in output.splitlines())
    return next((int(row[1]) for row in rows if row[:1] == [f"dijets_{rule}"]), 0)


def test_jobs_fan_out(workspace: Workspace) -> None:
    """Two windows, two folds, two data, and folds of one window where features are correlated."""
    output = plan(workspace)
    assert count(output, "cwola") == 2 * 2 * 2 + 2
    assert count(output, "densities") == 2 * 2
    assert (count(output, "generation"), count(output, "jets")) == (3, 3)
    assert (
        count(output, "slice") == count(output, "box_generation") == count(output, "box_seal") == 0
    )


def test_each_number_of_a_scan_is_searched(workspace: Workspace) -> None:
    output = on_request(workspace, "injection_scan")
    assert count(output, "data") == count(output, "search") == 2
    assert count(output, "densities") == count(output, "performance") == 0


def test_each_seed_is_a_job(workspace: Workspace) -> None:
    output = on_request(workspace, "method_seeds")
    assert (count(output, "seed_cwola"), count(output, "seed_densities")) == (2, 2 * 2)
    assert count(output, "data") == 1
    assert count(output, "cwola") == count(output, "densities") == 0


def on_request(workspace: Workspace, target: str, *files: str) -> str:
    run = workspace.snakemake(f"dijets_{target}", "-n", "--configfile", SMOKE, *files)
    assert run.status == 0, run.output
    return run.output


def test_black_boxes_are_made_on_request_and_opened_on_another(workspace: Workspace) -> None:
    output = on_request(workspace, "black_boxes")
    assert count(output, "box_generation") == count(output, "box_answer") == 3
    assert count(output, "cwola") == 3 * 2 * 2
    assert count(output, "generation") == count(output, "box_opening") == 0
    assert count(on_request(workspace, "black_boxes_opened"), "box_opening") == 3


def test_boxes_of_others_are_searched_the_same_way(workspace: Workspace) -> None:
    for name in ("theirs0.h5", "theirs1.h5"):
        (workspace.root / name).touch()
    content = {"black_boxes": {"own": None, "files": {"theirs": ["theirs0.h5", "theirs1.h5"]}}}
    (workspace.root / "theirs.yaml").write_text(yaml.safe_dump({"dijets": content}))
    output = on_request(workspace, "black_boxes", "theirs.yaml")
    assert (count(output, "jets"), count(output, "box_answer")) == (2, 1)
    assert count(output, "box_seal") == count(output, "box_generation") == 0
    (workspace.root / "theirs1.h5").unlink()
    run = workspace.snakemake("dijets_black_boxes", "-n", "--configfile", SMOKE, "theirs.yaml")
    assert run.status != 0
    assert "theirs1.h5" in run.output


def test_no_rule_of_the_search_reads_a_seal() -> None:
    """The truth is an input of those that fill a box and open it; an answer states its digest."""
    found = {}
    for path in sorted((REPOSITORY / "workflow/chains/dijets").glob("*.smk")):
        blocks = re.split(r"^rule (\w+):\n", path.read_text(), flags=re.MULTILINE)
        for name, text in zip(blocks[1::2], blocks[2::2], strict=True):
            inputs = re.search(r"^    input:\n((?: {8}.*\n)+)", text, re.MULTILINE)
            if inputs and "SEALS" in inputs[1]:
                found[name] = "sha256" in inputs[1]
    assert found == {"box_generation": False, "box_answer": True, "box_opening": False}


def test_files_of_others_are_read_without_a_signal(workspace: Workspace) -> None:
    (workspace.root / "olympics.h5").touch()
    content = {
        "events": {"samples": {"olympics": {"files": ["olympics.h5"], "labelled": True}}},
        "data": {"background": "olympics", "signal": None, "injected": [0]},
    }
    path = workspace.root / "olympics.yaml"
    path.write_text(yaml.safe_dump({"dijets": content}))
    output = plan(workspace, path.name)
    assert (count(output, "generation"), count(output, "jets")) == (0, 1)
    assert count(output, "supervised") == count(output, "performance") == 0
    assert count(output, "search") == 1
