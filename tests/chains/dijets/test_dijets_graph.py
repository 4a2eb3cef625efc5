"""The graph of jobs of the dijets: of a small run, and of files that somebody brings."""

from __future__ import annotations

import pytest
import yaml

from tests.workspace import Workspace, copy_repository

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
    assert count(output, "slice") == 0


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
