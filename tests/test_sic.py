"""Significance improvement: closed formulas and what the floor does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from hepchain.errors import StageError
from hepchain.sic import FLOOR, improvement, largest_with_error


def test_two_gaussians() -> None:
    """Efficiency Phi(d - t) over the root of Phi(-t), at any threshold t."""
    distance, events = 1.5, 200_000
    random = np.random.default_rng(1)
    score = np.concatenate([random.normal(size=events), random.normal(distance, size=events)])
    curve = improvement(score, np.arange(2 * events) >= events)
    thresholds = norm.isf([0.2, 0.05, 0.01])
    found = np.interp(norm.sf(thresholds), curve.fake_rate, curve.sic)
    expected = norm.sf(thresholds - distance) / np.sqrt(norm.sf(thresholds))
    assert found == pytest.approx(expected, rel=0.03)


def test_counts_by_hand() -> None:
    """Three signal events before 25, 26, ... of 100 background events."""
    score = np.concatenate([np.arange(100.0), [99.5, 74.5, 0.5]])
    curve = improvement(score, np.arange(103) >= 100)
    assert curve.fake_rate[0] == FLOOR / 100
    assert curve.efficiency[0] == pytest.approx(1 / 3)
    assert curve.largest == pytest.approx(2 / 3 / np.sqrt(0.25))


def test_a_score_that_knows_nothing_is_no_improvement() -> None:
    random = np.random.default_rng(2)
    curve = improvement(random.random(100_000), random.random(100_000) < 0.3)
    assert curve.largest == pytest.approx(1.0, abs=0.25)
    assert curve.sic[-1] == 1.0


@given(st.integers(25, 400), st.integers(1, 50))
def test_the_largest_falls_with_the_floor_and_monotonous_scores_change_nothing(
    background: int, signal: int
) -> None:
    random = np.random.default_rng(background * 100 + signal)
    score = random.normal(size=background + signal)
    truth = np.arange(background + signal) < signal
    lower, higher = (improvement(score, truth, floor).largest for floor in (5, 25))
    assert lower >= higher
    assert improvement(np.exp(score), truth).largest == pytest.approx(higher)


def test_equal_scores_are_cut_together() -> None:
    curve = improvement(np.zeros(60), np.arange(60) < 30)
    assert curve.sic.tolist() == [1.0]


def test_the_error_is_the_spread_of_experiments() -> None:
    random = np.random.default_rng(3)
    truth = np.arange(6000) < 1000

    def experiment() -> np.ndarray:
        return random.normal(size=6000) + 1.5 * truth

    spread = np.std([improvement(experiment(), truth).largest for _ in range(100)])
    _, error = largest_with_error(experiment(), truth, random)
    assert error == pytest.approx(spread, rel=0.5)


@pytest.mark.parametrize(
    ("score", "signal", "message"),
    [
        ([np.nan] * 40, [True] * 10 + [False] * 30, "40 scores are not finite"),
        ([0.0] * 40, [False] * 40, "0 signal and 40 background events"),
        ([0.0] * 40, [True] * 20 + [False] * 20, "at least 25 background events"),
    ],
)
def test_what_has_no_improvement(score: list[float], signal: list[bool], message: str) -> None:
    with pytest.raises(StageError, match=message):
        improvement(score, signal)
