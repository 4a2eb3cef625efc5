"""Which events are shown, and where their hits are set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.soft_electrons.figures.displayed_events import (
    OF_EVENT,
    OF_TRACK,
    Chosen,
    choose,
    read_event,
)
from hepchain.chains.soft_electrons.figures.displayed_tracks import (
    Geometry,
    electrons_without_track,
    tracks_of,
)
from hepchain.errors import InputError
from hepchain.io.parquet import ParquetWriter
from hepchain.labels import Label
from tests.figures.drawings.event_display import LAYERS, event, tracks
from tests.figures.figure_inputs import write

CHOSEN = Chosen("signal", 7, 2, 0.9, True, 2.0, 5)


def selection(path: Path, scores: list[float], labels: list[int]) -> Path:
    number = len(scores)
    columns = {
        "event_number": np.arange(number)[::-1] + 10,
        "track_index": np.arange(number, dtype=np.int32),
        "score": np.array(scores, dtype=np.float64),
        "label": np.array(labels, dtype=np.int8),
        "passes_tagger": np.array(scores) > 0.5,
        "mass": np.ones(number),
        "weight": np.ones(number),
    }
    return write(path, columns, groups=1)


def test_the_median_of_the_sample_with_most_candidates_is_chosen(tmp_path: Path) -> None:
    few = selection(tmp_path / "few.parquet", [0.99], [1])
    many = selection(tmp_path / "many.parquet", [0.1, 0.9, 0.7, 0.8, 0.2], [1, 1, 1, 0, 0])
    chosen = choose({"few": few, "many": many}, Label.SIGNAL)
    assert chosen == Chosen("many", 12, 2, 0.7, True, 1.0, 3)
    assert choose({"many": many, "few": few}, Label.SIGNAL) == chosen


def test_of_equal_scores_the_first_event_is_chosen(tmp_path: Path) -> None:
    path = selection(tmp_path / "a.parquet", [0.5, 0.5], [0, 0])
    chosen = choose({"a": path}, Label.BACKGROUND)
    assert chosen is not None
    assert chosen.event_number == 10


def test_none_without_candidates_of_the_label(tmp_path: Path) -> None:
    path = selection(tmp_path / "a.parquet", [0.5], [1])
    assert choose({"a": path}, Label.BACKGROUND) is None


def test_the_event_is_read_from_the_part_that_has_it(tmp_path: Path) -> None:
    events, objects = [], []
    for part, number in enumerate((5, 7)):
        events.append(tmp_path / f"events-{part}.parquet")
        with ParquetWriter.open(events[-1]) as writer:
            plain = {"event_number": [number], "met": [210.0 + number], "met_phi": [0.1]}
            lists = {name: [[1.0, 2.0]] for name in OF_EVENT if name not in plain}
            writer.write(plain | lists)
        columns = {name: tracks(6, seed=part)[name] for name in OF_TRACK}
        columns["event_number"] = np.full(6, number)
        objects.append(write(tmp_path / f"tracks-{part}.parquet", columns, groups=1))
    found = read_event(CHOSEN, events, objects)
    assert found.met == 217.0
    np.testing.assert_allclose(found.tracks["pt"], tracks(6, seed=1)["pt"])
    with pytest.raises(InputError, match=r"events-0.*no event 8"):
        read_event(replace(CHOSEN, event_number=8), events, objects)


def test_hits_are_as_many_as_the_track_has() -> None:
    geometry = Geometry.of(LAYERS)
    for _, track in tracks_of(event(CHOSEN)):
        silicon, low, high = track.hits(geometry)
        assert len(high) == track.high_threshold
        assert len(low) + len(high) == track.trt
        assert (silicon >= track.start).all()
        assert ((low > geometry.silicon_end) & (low < geometry.end)).all()


def test_energy_of_a_cluster_is_that_of_the_track_times_e_over_p() -> None:
    first = tracks_of(event(CHOSEN))
    _, track = next(first)
    momentum = track.helix.pt * np.cosh(track.helix.eta)
    assert track.energy == pytest.approx(0.8 * momentum)


def test_an_electron_whose_track_is_left_out_is_drawn_from_its_own_direction() -> None:
    whole = event(CHOSEN)
    assert not list(electrons_without_track(whole))
    electrons = {**whole.electrons, "track_index": np.array([999])}
    (helix,) = electrons_without_track(replace(whole, electrons=electrons))
    assert (helix.pt, helix.eta, helix.phi, helix.charge) == (4.5, 0.2, 0.5, 1)
