"""What others would get of the results of the whole chain."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.workspace import Workspace

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]


def test_results_become_models_and_a_submission(chain: Workspace) -> None:
    run = chain.smoke("soft_electrons_publication")
    assert run.status == 0, run.output[-6000:]
    folder = chain.results / "publication"
    listed = json.loads((folder / "workspaces/regions.json").read_text())
    results = {
        path.parent.name: json.loads(path.read_text())
        for path in (chain.results / "statistics").glob("*/result.json")
    }
    with_limit = {
        (approach["name"], point)
        for point, result in results.items()
        for approach in result["approaches"]
        if approach["status"] == "ok"
    }
    published = {
        (approach, point)
        for approach, regions in listed.items()
        for region in regions
        for point in region["points"]
        if approach != "control_region"
    }
    assert published == with_limit
    documents = list(yaml.safe_load_all((folder / "submission/submission.yaml").read_text()))
    names = {item["name"] for item in documents[1:]}
    assert {"Efficiency and fake rate", "Limits with tagger", "Yields with tagger"} <= names
    assert "SIMULATION" in documents[0]["comment"]
    assert (folder / "submission.tar.gz").exists()


def test_every_figure_has_its_numbers_beside_it(chain: Workspace) -> None:
    results = chain.results
    drawn = [path for path in results.rglob("*.png") if "publication" not in path.parts]
    assert drawn
    assert not [str(path) for path in drawn if not path.with_suffix(".json").exists()]
