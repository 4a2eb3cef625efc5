"""Efficiencies of weighted entries against closed formulas and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from hepchain.efficiency import ONE_SIGMA, efficiency, efficiency_of_sums


def test_weighted_share() -> None:
    result = efficiency([True, False, True], [1.0, 2.0, 3.0])
    assert result.value == pytest.approx(4 / 6)
    assert result.entries == pytest.approx(36 / 14)


def test_nothing_passes() -> None:
    """The upper limit of Clopper and Pearson for 0 of n: 1 - tail^(1/n)."""
    result = efficiency([False] * 10, np.ones(10))
    assert (result.value, result.low) == (0.0, 0.0)
    assert result.high == pytest.approx(1 - ((1 - ONE_SIGMA) / 2) ** (1 / 10))


def test_all_pass() -> None:
    result = efficiency([True] * 10, np.ones(10))
    assert (result.value, result.high) == (1.0, 1.0)
    assert result.low == pytest.approx(((1 - ONE_SIGMA) / 2) ** (1 / 10))


def test_no_entries() -> None:
    result = efficiency([], [])
    assert np.isnan(result.value)
    assert (result.low, result.high, result.entries) == (0.0, 1.0, 0.0)


def test_bounds_solve_the_binomial_equations() -> None:
    result = efficiency_of_sums(7.0, 20.0, 20.0)
    tail = (1 - ONE_SIGMA) / 2
    assert binom.sf(6, 20, result.low) == pytest.approx(tail)
    assert binom.cdf(7, 20, result.high) == pytest.approx(tail)


def test_many_entries_approach_the_normal_error() -> None:
    result = efficiency_of_sums(3e5, 1e6, 1e6)
    assert (result.high - result.low) / 2 == pytest.approx(np.sqrt(0.3 * 0.7 / 1e6), rel=0.01)


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.1, 10.0)), min_size=1, max_size=30),
    st.floats(0.01, 100.0),
)
def test_scale_of_the_weights_does_not_matter(
    entries: list[tuple[bool, float]], scale: float
) -> None:
    passing, weight = map(np.array, zip(*entries, strict=True))
    one, other = efficiency(passing, weight), efficiency(passing, scale * weight)
    assert 0.0 <= one.low <= one.value + 1e-12
    assert one.value - 1e-12 <= one.high <= 1.0
    assert other.value == pytest.approx(one.value)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=1e-9)


@given(st.integers(0, 30), st.integers(1, 30))
def test_pass_and_fail_mirror_each_other(passing: int, failing: int) -> None:
    total = float(passing + failing)
    one = efficiency_of_sums(float(passing), total, total)
    other = efficiency_of_sums(float(failing), total, total)
    assert one.low == pytest.approx(1 - other.high, abs=1e-9)


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.9])
def test_interval_covers_at_least_its_level(probability: float) -> None:
    counts = np.arange(41)
    bounds = [efficiency_of_sums(float(k), 40.0, 40.0) for k in counts]
    covered = np.array([b.low <= probability <= b.high for b in bounds])
    assert binom.pmf(counts, 40, probability)[covered].sum() >= ONE_SIGMA


def test_negative_weights_keep_the_bounds_in_range() -> None:
    result = efficiency([True, True, False], [2.0, 1.0, -0.5])
    assert result.value == pytest.approx(3 / 2.5)
    assert 0.0 <= result.low <= result.high == 1.0
