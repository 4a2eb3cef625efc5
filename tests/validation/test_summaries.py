from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.validation import summaries


def test_errors_are_the_spread_of_repeated_samples() -> None:
    rng = np.random.default_rng(1)
    for function, expected in (
        (summaries.mean, 1.0 / math.sqrt(400)),
        (summaries.median, math.sqrt(math.pi / 2) / math.sqrt(400)),
        (summaries.width, None),
    ):
        estimates = [function(rng.normal(size=400), np.ones(400)) for _ in range(60)]
        spread = np.std([estimate.value for estimate in estimates])
        error = np.mean([estimate.error for estimate in estimates])
        assert error == pytest.approx(spread, rel=0.3), function
        assert expected is None or error == pytest.approx(expected, rel=0.1), function


def test_width_of_a_normal_distribution_is_its_sigma() -> None:
    values = np.random.default_rng(2).normal(3.0, 2.0, 50_000)
    found = summaries.width(values, np.ones(len(values)))
    assert found.value == pytest.approx(2.0, abs=0.03)


@given(st.lists(st.integers(1, 5), min_size=2, max_size=12), st.integers(0, 100))
def test_a_weight_stands_for_that_many_entries(weights: list[int], seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=len(weights))
    weight = np.array(weights, dtype=float)
    repeated = np.repeat(values, weights)
    weighted = summaries.mean(values, weight)
    assert weighted.value == pytest.approx(summaries.mean(repeated, np.ones(len(repeated))).value)


def test_a_share_of_nothing_has_an_error() -> None:
    found = summaries.share(np.zeros(50), np.ones(50))
    assert found.value == 0.0
    assert 0.005 < found.error < 0.03


@pytest.mark.parametrize("function", [summaries.mean, summaries.median, summaries.share])
@pytest.mark.parametrize("entries", [0, 1])
def test_too_few_entries_give_nothing(function: summaries.Summary, entries: int) -> None:
    found = function(np.ones(entries), np.ones(entries))
    assert math.isnan(found.value)
    assert math.isnan(found.error)


@pytest.mark.parametrize("entries", [15, 30])
def test_the_width_of_a_small_sample_is_rarely_beyond_three_errors(entries: int) -> None:
    rng = np.random.default_rng(3)
    found = [summaries.width(rng.normal(size=entries), np.ones(entries)) for _ in range(300)]
    far = [abs(estimate.value - 1.0) > 3.0 * estimate.error for estimate in found]
    assert np.mean(far) <= 0.02


def test_close_entries_have_no_smaller_error_than_normal_ones() -> None:
    """A width of all but equal entries: replicas of them are as narrow."""
    values = np.r_[np.linspace(-1.0, 1.0, 18), 0.1, -0.1]
    found = summaries.width(values, np.ones(20))
    assert found.error >= 0.96 * found.value / math.sqrt(20)
    assert math.isnan(summaries.width(values[:14], np.ones(14)).value)
