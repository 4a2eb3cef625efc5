from __future__ import annotations

from math import erf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.roc import area_under_curve, chance_error


def test_area_of_two_gaussians() -> None:
    rng = np.random.default_rng(1)
    positive = np.repeat([True, False], 50_000)
    score = rng.normal(size=100_000) + positive
    assert area_under_curve(score, positive) == pytest.approx(0.5 * (1 + erf(0.5)), abs=0.005)


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=40))
def test_area_is_the_share_of_ordered_pairs(entries: list[tuple[int, bool]]) -> None:
    above = [score for score, positive in entries if positive]
    below = [score for score, positive in entries if not positive]
    pairs = [(a > b) + 0.5 * (a == b) for a in above for b in below]
    area = area_under_curve([e[0] for e in entries], [e[1] for e in entries])
    if pairs:
        assert area == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(area)


def test_weight_of_two_is_two_entries() -> None:
    score, positive = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    weighted = area_under_curve(score, positive, np.array([1.0, 2.0, 1.0, 1.0]))
    repeated = area_under_curve(np.append(score, 0.4), np.append(positive, False))
    assert weighted == pytest.approx(repeated)


def test_chance_error_is_the_spread_of_shuffled_labels() -> None:
    rng = np.random.default_rng(2)
    positive = np.repeat([True, False], [30, 70])
    areas = [area_under_curve(rng.uniform(size=100), positive) for _ in range(2000)]
    assert np.std(areas) == pytest.approx(chance_error(30, 70), rel=0.06)
