"""The bootstrap against error propagation, and its correlations."""

import numpy as np
import pytest

from hepchain.seeds import generator
from hepchain.statistics import bootstrap
from hepchain.statistics.bootstrap import estimate, replicate_sums


def test_spread_of_a_sum_is_the_root_of_the_squared_weights() -> None:
    weights = np.random.default_rng(1).uniform(0.5, 2.0, (400, 1))
    sums = replicate_sums(weights, 4000, generator(1, "a"))
    assert sums.mean() == pytest.approx(weights.sum(), rel=0.01)
    assert sums.std() == pytest.approx(np.sqrt((weights**2).sum()), rel=0.05)


def test_spread_of_an_efficiency_is_binomial() -> None:
    # Columns all and passed are correlated: with independent sums the error would be larger.
    passed = (np.arange(500) < 400).astype(float)
    sums = replicate_sums(np.stack([np.ones(500), passed], axis=1), 4000, generator(1, "b"))
    result = estimate(0.8, sums[:, 1] / sums[:, 0])
    assert result.error == pytest.approx(np.sqrt(0.8 * 0.2 / 500), rel=0.05)
    assert result.low is not None
    assert result.high is not None
    assert result.error is not None
    assert result.high - result.low == pytest.approx(2 * result.error, rel=0.1)


def test_result_does_not_depend_on_how_many_replicas_fit_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = np.random.default_rng(2).uniform(size=(37, 3))
    whole = replicate_sums(columns, 50, generator(1, "c"))
    monkeypatch.setattr(bootstrap, "DRAWS_AT_ONCE", 100)
    assert np.array_equal(replicate_sums(columns, 50, generator(1, "c")), whole)


def test_undefined_replicas_are_counted_not_averaged() -> None:
    result = estimate(1.0, [0.9, 1.1, np.nan, np.inf])
    assert result.undefined_replicas == 2
    assert result.error == pytest.approx(np.std([0.9, 1.1], ddof=1))


def test_without_replicas_there_is_no_error() -> None:
    result = estimate(1.0, [])
    assert (result.value, result.error, result.low) == (1.0, None, None)
