"""Comparison of a classifier of events with the count: all results, none, other versions."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from hepchain.chains.soft_electrons.figures.event_classifier import (
    Unseen,
    draw,
    read_results,
    table,
)
from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.io.structured import write_json
from tests.figures.figure_inputs import POINTS, lines_of

NAMES = ("count", "count_azimuth", "mass_score", "score_bins", "classifier_count", "classifier")


def estimate(value: float, error: float | None) -> dict[str, Any]:
    return {"value": value, "error": error, "low": None, "high": None, "undefined_replicas": 0}


def content(point: str, good: bool) -> dict[str, Any]:
    """A result, in which the third discriminant has too few events, or all have."""
    discriminants, gains = [], []
    for row, name in enumerate(NAMES):
        ok = good and row != 2
        amount = {"value": 40.0 - row, "events": 90 - row}
        result = {
            "status": "ok" if ok else "insufficient: 2 events",
            "signal": amount,
            "background": amount,
            "templates": {"edges": [0.0, 1.0]},
        }
        limit = estimate(10.0 / (1 + row), 1.0) if ok else None
        discriminants.append(
            {"name": name, "title": name, "result": result, "limit": limit, "asimov": limit}
        )
        for over in NAMES[:row]:
            gain = estimate(2.0, 0.4)
            both = {"limit": gain, "asimov": gain, "decorrelated": gain, "verdict": "better"}
            if ok and over != NAMES[2]:
                gains.append({"discriminant": name, "over": over} | both)
    return {
        "point": point,
        "luminosity_fb": 139.0,
        "confidence_level": 0.95,
        "separation": {"classifier": 0.9, "score": 0.8, "error": 0.02},
        "reference": "count",
        "discriminants": discriminants,
        "gains": gains,
    }


def results(folder: Path, good: bool = True) -> list[Unseen]:
    paths = [folder / f"{point}.json" for point in POINTS]
    for point, path in zip(POINTS, paths, strict=True):
        write_json(path, content(point, good))
    return read_results(paths)


@pytest.mark.parametrize("good", [True, False])
def test_drawn_and_written_with_and_without_limits(
    tmp_path: Path, things: Things, config: FiguresConfig, good: bool
) -> None:
    found = results(tmp_path, good)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw(found, things, config)
        save(figure, found, [tmp_path / "figure.png", tmp_path / "numbers.json"])
    written = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert written.count("not enough events") == 2 * len(POINTS) * (1 if good else len(NAMES))
    assert len(json.loads((tmp_path / "numbers.json").read_text())) == len(POINTS)


def test_a_line_for_each_point_and_discriminant(tmp_path: Path, things: Things) -> None:
    made = table(results(tmp_path), things)
    assert len(made.frame) == len(POINTS) * len(NAMES)
    count, _, short, *_, classifier = lines_of(made)[: len(NAMES)]
    assert count[-1] == short[-1] == "–"
    assert classifier[-1] == "better"
    assert classifier[8] == "2.00 ± 0.40"


def test_results_of_another_version_are_named(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    write_json(path, {"point": "a"})
    with pytest.raises(InputError, match=r"old\.json: no key"):
        read_results([path])
