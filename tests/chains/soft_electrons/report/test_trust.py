"""What the tagger leans on, beside its validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hepchain.chains.soft_electrons.report.points import points
from hepchain.chains.soft_electrons.report.trust import comparisons, leans_on

TITLES = {"silicon": "silicon only"}
CONFIG = {"selection": {"tagger": "trees"}, "figures": {"titles": {"p1": "one"}}}


def record(quantity: str, verdict: str, labels: list[str] | None = None) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "title": f"Title of {quantity}",
        "axis": {"labels": labels},
        "assessment": {"verdict": verdict, "verdicts": ["agrees", verdict]},
        "relation": "input",
        "trust": "choice",
    }


def test_inputs_are_found_by_quantity_by_bin_and_by_the_list() -> None:
    records = [
        record("e1", "too few entries"),
        record("e1", "differs because"),
        record("shapes", "differs, not understood", ["f1", "e1"]),
        record("layers", "agrees"),
        record("none", "no reference", ["f1", "e1"]),
        record("other", "agrees"),
    ]
    found = comparisons("e1", records, ["layers"])
    assert [(one.title.split()[-1], one.verdict) for one in found] == [
        ("shapes", "differs, not understood"),
        ("e1", "differs because"),
        ("layers", "agrees"),
    ]
    assert [one.verdict for one in comparisons("f1", records, [])] == ["agrees", "agrees"]
    assert comparisons("eta", records, []) == []


def test_first_inputs_with_their_share(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "validation").mkdir()
    listed = tmp_path / "listed.yaml"
    listed.write_text("a: [q]\n")
    variables = [
        {"name": name, "importance": importance, "error": 0.1}
        for name, importance in (("b", 1.0), ("a", 3.0))
    ]
    content = {"categories": [{"category": "silicon", "variables": variables}]}
    (tmp_path / "validation/x.json").write_text(json.dumps([record("q", "agrees")]))
    assert leans_on(tmp_path, CONFIG, TITLES, listed).rows == []
    (tmp_path / "figures/importance_trees.json").write_text(json.dumps(content))
    first, second = leans_on(tmp_path, CONFIG, TITLES, listed).rows
    assert list(first[:3]) == ["silicon only", "1", "a"]
    assert first[4:] == ["75", "agrees", "Title of q: agrees (input, choice)"]
    assert second[5:] == ["not compared", "–"]


@pytest.mark.parametrize(("limit", "best"), [(None, None), (4.0, "one")])
def test_best_point(tmp_path: Path, limit: float | None, best: str | None) -> None:
    (tmp_path / "figures").mkdir()
    content = {"points": [{"name": "p1", "headline": "tagged"}]}
    (tmp_path / "figures/sensitivity.json").write_text(json.dumps(content))
    summary = {"limit_mu/p1/tagged": {"value": limit, "error": None}}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    found = points(tmp_path, CONFIG)
    assert (found["best"] or {}).get("title") == best
    assert found["excluded"] == []
