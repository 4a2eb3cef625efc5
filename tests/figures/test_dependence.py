"""Shares against pT, eta and pile-up, counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepchain.errors import InputError
from hepchain.selection.working_point import WorkingPoint
from hepchain.studies import dependence
from hepchain.studies.dependence import collision_edges, collisions_of, read_collisions
from tests.figures.figure_inputs import write

TABLE: dict[str, Any] = {
    "event_number": np.array([7, 7, 3, 3, 7]),
    "label": np.array([1, 1, 1, 0, 2]),
    "weight": np.array([1.0, 3.0, 2.0, 1.0, 9.0]),
    "pt": np.array([0.6, 0.7, 1.5, 0.8, 0.9]),
    "eta": np.array([-2.0, 0.1, 0.2, -0.3, 0.0]),
    "score": np.array([0.5, 2.5, 2.5, 1.5, 9.0]),
}
EDGES = {
    "pt": np.array([0.5, 1.0, 2.0]),
    "abs_eta": np.array([0.0, 1.0, 2.5]),
    "mu": np.array([10.0, 30.0, 50.0]),
}
COLLISIONS = pd.Series([20.0, 40.0], [3, 7])
POINT = WorkingPoint((-np.inf, np.inf), (1.0,))


def test_shares_by_hand() -> None:
    curves = dependence.count("s", [TABLE], COLLISIONS, POINT, EDGES, ["signal", "background"])
    found = {(c.label, c.variable): c for c in curves}
    assert found["signal", "pt"].value == pytest.approx([0.75, 1.0])
    assert found["signal", "abs_eta"].value == pytest.approx([1.0, 0.0])
    assert found["signal", "mu"].value == pytest.approx([1.0, 0.75])
    assert found["background", "mu"].value[0] == 1.0
    assert np.isnan(found["background", "mu"].value[1])
    assert {c.inclusive.value for c in curves if c.label == "signal"} == {5 / 6}


def test_events_of_several_files_in_any_order(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / f"{row}.parquet", {"event_number": numbers, "mu": mu})
        for row, (numbers, mu) in enumerate([([9, 4], [1.0, 2.0]), ([1], [3.0])])
    ]
    found = collisions_of(read_collisions(paths), np.array([1, 9, 4, 1]))
    assert found.tolist() == [3.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("number", [1, 5, 9])
def test_track_of_an_unknown_event(number: int) -> None:
    with pytest.raises(InputError, match=f"scores of event {number}, which is not in the events"):
        collisions_of(COLLISIONS, np.array([3, number]))


def test_bins_of_pileup() -> None:
    edges = collision_edges(np.linspace(10.2, 69.7, 601))
    assert (edges[0], edges[-1]) == (10.0, 70.0)
    assert len(edges) == dependence.COLLISION_BINS + 1
    assert np.all(edges == np.round(edges))
    assert collision_edges(np.full(5, 30.0)).tolist() == [29.5, 30.5]
    assert len(collision_edges(np.empty(0))) == 2
