"""Bins of equal signal: shares, merging, numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.event_classifier.binning import (
    TrainingOutput,
    equal_signal_bins,
)
from hepchain.chains.soft_electrons.statistics.discriminants import bins_above


def output(background: list[float], weight: float = 1.0) -> TrainingOutput:
    """Signal flat from 0 to 1, and background at these outputs."""
    signal = np.arange(1000) / 1000
    values = np.concatenate([signal, background])
    return TrainingOutput(
        values,
        np.arange(len(values)) < 1000,
        np.ones(len(values)),
        np.full(len(values), weight),
    )


@settings(max_examples=30, deadline=None)
@given(efficiency=st.floats(0.1, 1.0), bins=st.integers(1, 8))
def test_bins_have_equal_shares(efficiency: float, bins: int) -> None:
    everywhere = output(np.linspace(0.001, 0.999, 400).tolist())
    (cuts,) = equal_signal_bins([everywhere], efficiency, bins, 0.0)
    number = bins_above(cuts, everywhere.output[:1000])
    found = np.bincount(number[number >= 0], minlength=bins) / 1000
    assert found == pytest.approx(np.full(bins, efficiency / bins), abs=0.0025)


def test_bins_with_few_background_events_join_their_lower_neighbours() -> None:
    some = output([0.1] * 10 + [0.6] * 10 + [0.8] * 2 + [0.95] * 3)
    (cuts,) = equal_signal_bins([some], 1.0, 4, 5.0)
    assert cuts == pytest.approx([0.0, 0.5, 0.75], abs=0.002)
    (one,) = equal_signal_bins([output([0.5] * 3)], 1.0, 4, 5.0)
    assert one == pytest.approx([0.0], abs=0.002)


@pytest.mark.parametrize("weight", [1.0, 7.0])
@pytest.mark.parametrize(("fewest", "bins"), [(3.9, 2), (4.1, 1)])
def test_effective_events_count_once_and_whatever_their_weight(
    weight: float, fewest: float, bins: int
) -> None:
    """With two folds each event is in one training, with three in two."""
    two = [output([0.9] * 2 + [0.1] * 20, weight)] * 2
    three = [output([0.9] * 4 + [0.1] * 20, weight), output([0.9] * 4, weight), output([], weight)]
    assert {len(cuts) for cuts in equal_signal_bins(two, 1.0, 2, fewest)} == {bins}
    assert {len(cuts) for cuts in equal_signal_bins(three, 1.0, 2, fewest)} == {bins}


def test_numbers_are_open_at_the_lower_end() -> None:
    cuts = np.array([0.2, 0.5])
    assert bins_above(cuts, np.array([0.1, 0.2, 0.3, 0.5, 0.6])).tolist() == [-1, -1, 0, 0, 1]


def test_efficiency_is_that_of_the_threshold() -> None:
    some = output([0.5])
    (cut,) = some.thresholds([0.3])
    assert some.efficiency(cut) == pytest.approx(0.3, abs=0.001)
