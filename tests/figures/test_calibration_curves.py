"""Curves of toys that are calibrated, overconfident or empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import efficiency_of_sums, share_interval
from hepchain.figures import calibration_curves
from hepchain.figures.style import Things
from hepchain.studies.calibration_curves import curve, expected_error
from hepchain.studies.calibration_fit import BLOCKS, Tracks, fit

SIZE = 40_000


def toy(overconfidence: float = 1.0, hadron_weight: float = 1.0) -> Tracks:
    """Tracks whose true log ratio is ``ratio / overconfidence``, hadrons thinned by weight."""
    random = np.random.default_rng(5)
    true = random.normal(0.0, 3.0, SIZE)
    electron = random.random(SIZE) < expit(true)
    kept = electron | (random.random(SIZE) < 1.0 / hadron_weight)
    weight = np.where(electron, 1.0, hadron_weight)
    block = np.arange(SIZE) % BLOCKS
    return Tracks(overconfidence * true, electron, weight, block).chosen(kept)


@pytest.mark.parametrize("hadron_weight", [1.0, 20.0])
def test_calibrated_toy_is_on_the_diagonal(hadron_weight: float) -> None:
    found = curve("test", "all", toy(hadron_weight=hadron_weight), seed=1)
    inside = (found.low <= found.predicted) & (found.predicted <= found.high)
    assert 3 <= inside.sum() <= 10
    spread = np.where(
        found.observed > found.predicted, found.observed - found.low, found.high - found.observed
    )
    assert np.all(np.abs(found.observed - found.predicted) < 4.0 * spread)
    assert abs(found.fit.slope - 1.0) < 3.0 * found.fit.slope_error
    assert abs(found.fit.intercept) < 3.0 * found.fit.intercept_error
    assert found.expected_error.error is not None
    assert found.expected_error.value < 0.02


def test_overconfident_ratio_has_a_slope_below_one() -> None:
    found = curve("test", "all", toy(overconfidence=2.0), seed=1)
    assert found.fit.slope == pytest.approx(0.5, abs=3.0 * found.fit.slope_error)
    assert found.observed[2] > found.predicted[2]
    assert found.observed[7] < found.predicted[7]
    assert found.expected_error.error is not None
    assert found.expected_error.value > 10.0 * found.expected_error.error


def test_errors_of_the_fit_are_those_of_many_toys() -> None:
    tracks = toy(hadron_weight=20.0)
    parts = [tracks.chosen(tracks.block % 10 == part) for part in range(10)]
    slopes = [fit(part).slope for part in parts]
    error = fit(tracks).slope_error
    assert np.std(slopes, ddof=1) / np.sqrt(10) == pytest.approx(error, rel=0.6)


def test_mean_distance_by_hand() -> None:
    hadrons, electrons = np.array([3.0, 1.0]), np.array([1.0, 3.0])
    predicted = np.array([2.0, 3.0])
    sums = np.array([hadrons, electrons, predicted])
    assert expected_error(sums) == pytest.approx(1.0 / 8.0)


def test_interval_of_equal_weights_is_binomial() -> None:
    electrons, hadrons = np.array([0.0, 3.0, 5.0]), np.array([4.0, 7.0, 0.0])
    low, high = share_interval(electrons, electrons, hadrons, hadrons)
    for row, (e, h) in enumerate(zip(electrons, hadrons, strict=True)):
        known = efficiency_of_sums(e, e + h, e + h)
        assert (low[row], high[row]) == pytest.approx((known.low, known.high))


def test_interval_of_swapped_classes_is_mirrored() -> None:
    electrons, hadrons = (np.array([2.0]), np.array([0.5])), (np.array([30.0]), np.array([100.0]))
    low, high = share_interval(*electrons, *hadrons)
    mirrored = share_interval(*hadrons, *electrons)
    assert (1.0 - high, 1.0 - low) == (pytest.approx(mirrored[0]), pytest.approx(mirrored[1]))


def test_separated_classes_have_no_fit() -> None:
    ratio = np.array([-5.0, -4.0, 4.0, 5.0])
    tracks = Tracks(ratio, ratio > 0, np.ones(4), np.arange(4))
    assert np.isnan(fit(tracks).slope)


def test_a_class_alone_has_no_fit() -> None:
    tracks = Tracks(np.array([1.0, 2.0]), np.ones(2, dtype=bool), np.ones(2), np.arange(2))
    assert np.isnan(fit(tracks).slope)


def test_drawn_points_are_the_numbers(
    drawn: dict[str, Any], things: Things, config: FiguresConfig
) -> None:
    numbers = drawn["calibration_curves"].numbers
    axes = drawn["calibration_curves"].figure.axes[0]
    shown = axes.containers[list(calibration_curves.SHIFTS).index("test")].lines[0].get_ydata()
    wanted = next(c for c in numbers.curves if (c.source, c.category) == ("test", "all"))
    assert shown == pytest.approx(wanted.observed)
