"""Files of the statistical models."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pyhf
import pytest

from hepchain.errors import InputError
from hepchain.io.structured import read_json, write_json
from hepchain.publication.workspaces import by_approach, export_workspaces
from tests.chains.soft_electrons.publication.publication_inputs import (
    POINTS,
    STATUS,
    Written,
    model,
    result,
    workspace,
)

RECORD = "ins0000000"


def export(sources: Written, folder: Path) -> None:
    export_workspaces(sources.results, sources.workspaces, "A toy.", RECORD, folder)


def test_every_point_can_be_made_from_the_files(sources: Written, tmp_path: Path) -> None:
    export(sources, tmp_path / "models")
    listed = read_json(tmp_path / "models/regions.json")
    assert listed.keys() == {"loose", "tight"}
    for approach, regions in listed.items():
        assert sorted(point for region in regions for point in region["points"]) == sorted(POINTS)
        for region in regions:
            folder = tmp_path / "models" / approach / region["region"]
            background = read_json(folder / "BkgOnly.json")
            patches = pyhf.PatchSet(read_json(folder / "patchset.json"))
            assert patches.digests["sha256"] == region["sha256"]
            for point in region["points"]:
                made = patches.apply(background, point)
                assert dict(made) == model(point, approach).workspace
    assert "--name c " in (tmp_path / "models/README.md").read_text()


def test_points_without_limit_are_left_out(
    sources: Written, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_json(sources.results["a"], result("a", STATUS))
    with caplog.at_level(logging.WARNING):
        export(sources, tmp_path / "models")
    listed = read_json(tmp_path / "models/regions.json")
    assert [region["points"] for region in listed["tight"]] == [["c"], ["b"]]
    assert [region["points"] for region in listed["loose"]] == [["c"], ["a", "b"]]
    assert caplog.messages == [f"tight: a is left out: {STATUS}"]


def test_of_points_with_the_same_masses_the_first_is_taken(
    sources: Written, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_json(sources.results["b"], {**result("b"), "mass_n2": 103.0, "mass_n1": 100.0})
    with caplog.at_level(logging.WARNING):
        export(sources, tmp_path / "models")
    assert read_json(tmp_path / "models/regions.json")["tight"][1]["points"] == ["a"]
    assert "tight: b is left out for a: same masses" in caplog.messages


def test_broken_workspace_is_named(sources: Written, tmp_path: Path) -> None:
    path = sources.workspaces["tight"]["b"]
    broken = workspace("b", "tight")
    del broken["channels"][0]["samples"][2]["modifiers"]
    write_json(path, broken)
    with pytest.raises(InputError, match=rf"{path}: channels\[0\]\.samples\[2\]: 'modifiers'"):
        export(sources, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_approach_that_the_results_lack(sources: Written, tmp_path: Path) -> None:
    other = replace(sources, workspaces={"new": sources.workspaces["tight"]})
    with pytest.raises(
        InputError, match=r"no approach 'new', only \['control_region', 'loose', 'tight'\]"
    ):
        export(other, tmp_path / "models")


def test_paths_by_approach() -> None:
    """By the names in the paths, whatever the order of the paths."""
    paths = [f"{point}/workspace_{approach}.json" for point in "ba" for approach in "yx"]
    found = by_approach(["x", "y"], ["a", "b"], paths)
    assert found["y"] == {name: Path(f"{name}/workspace_y.json") for name in "ab"}
    with pytest.raises(KeyError, match="workspace_x"):
        by_approach(["x", "y"], ["a", "b"], paths[:1])
