"""What the classifier is told of an event: formulas, symmetries, which candidate, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.event_classifier.events import (
    INPUTS,
    EventCandidates,
    events_of,
    inputs_of,
)
from hepchain.chains.soft_electrons.statistics.candidates import read_candidates
from hepchain.errors import InputError
from tests.chains.soft_electrons.event_classifier.classifier_toys import Files, one_candidate


def inputs(splitting: float = 4.0, **values: float) -> dict[str, float]:
    found = inputs_of(one_candidate(**values), splitting)
    return dict(zip(INPUTS, found[0].tolist(), strict=True))


def test_transverse_mass_and_pair_momentum_of_known_configurations() -> None:
    back_to_back = inputs(
        electron_pt=8.0, pt=2.0, met=200.0, electron_phi=np.pi, phi=0.0, met_phi=0
    )
    assert back_to_back["transverse_mass"] == pytest.approx(2.0 * np.sqrt(8.0 * 200.0))
    assert back_to_back["pair_pt"] == pytest.approx(6.0)
    along = inputs(electron_pt=8.0, pt=2.0, met=200.0, electron_phi=0.5, phi=0.5, met_phi=0.5)
    assert along["transverse_mass"] == pytest.approx(0.0, abs=1e-6)
    assert along["pair_pt"] == pytest.approx(10.0)


def test_masses_are_relative_to_the_splitting_that_is_asked_about() -> None:
    found = inputs(splitting=5.0, mass=2.0)
    assert (found["splitting"], found["mass"]) == (5.0, 2.0)
    assert found["mass_over_splitting"] == pytest.approx(0.4)


@settings(max_examples=30, deadline=None)
@given(turn=st.floats(-10, 10), phi=st.floats(-3, 3), electron=st.floats(-3, 3))
def test_rotations_and_reflections_change_nothing(turn: float, phi: float, electron: float) -> None:
    azimuths = {"phi": phi, "electron_phi": electron, "met_phi": 0.3}
    first = inputs(**azimuths, electron_pt=7.0, pt=2.0, met=300.0)
    for turned in (
        {name: value + turn for name, value in azimuths.items()},
        {name: -value for name, value in azimuths.items()},
    ):
        second = inputs(**turned, electron_pt=7.0, pt=2.0, met=300.0)
        assert second == pytest.approx(first, rel=1e-5, abs=1e-4)


def test_nothing_of_how_a_sample_was_made_is_an_input() -> None:
    assert not {"weight", "label", "truth_pdg_id", "truth_origin", "event_number"} & set(INPUTS)


def test_the_candidate_of_highest_score_stands_for_its_event() -> None:
    rows = [
        one_candidate(track_index=i, mass=m, score=s)
        for i, m, s in ((0, 2.0, 1.0), (3, 2.5, 3.0), (4, 1.5, 3.0))
    ]
    events = events_of(
        EventCandidates.concatenate([one_candidate(event_number=7, mass=4.5), *rows]), 5.0
    )
    assert events.event_number.tolist() == [0, 7]
    assert events.mass.tolist() == [2.5, 4.5]


def test_candidates_outside_the_region_do_not_stand_for_their_event(tmp_path: Path) -> None:
    path = Files(tmp_path).write().backgrounds["background"]
    found = {point: read_candidates(EventCandidates, path, point) for point in ("light", "wide")}
    assert found["light"].mass.max() < 3.0 < found["wide"].mass.max() < 5.0
    assert set(found["light"].event_number) < set(found["wide"].event_number)
    scaled = read_candidates(EventCandidates, path, "light", luminosity=139.0)
    assert scaled.weight == pytest.approx(139.0 * found["light"].weight)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    ordered = Files(tmp_path / "ordered").write().backgrounds["background"]
    shuffled = Files(tmp_path / "shuffled", shuffled=True).write().backgrounds["background"]
    first, second = (
        events_of(read_candidates(EventCandidates, path, "light"), 3.0)
        for path in (ordered, shuffled)
    )
    for name in vars(first):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_values_that_are_no_numbers_and_absent_columns_are_refused(tmp_path: Path) -> None:
    files = Files(tmp_path, signal_events=10, background_events=10)
    columns = files.columns(0, "light")
    path = files.write(light={"met": np.full(len(columns["met"]), np.nan)}).signals["light"]
    with pytest.raises(InputError, match=r"light\.parquet: column met"):
        read_candidates(EventCandidates, path, "light")
    with pytest.raises(InputError, match="absent"):
        read_candidates(EventCandidates, path, "light", factor="absent")
