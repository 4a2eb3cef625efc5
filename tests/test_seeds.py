"""Random streams and folds depend on names only."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.identity import fold_of
from hepchain.seeds import generator, integer_seed


def test_the_same_job_draws_the_same_numbers() -> None:
    first, second = (generator(1, "sample", 0, "response").random(5) for _ in range(2))
    assert (first == second).all()


@given(st.integers(0, 2**31), st.text(max_size=8), st.integers(0, 10_000))
def test_other_jobs_draw_other_numbers(seed: int, sample: str, part: int) -> None:
    own = generator(seed, sample, part).random()
    for keys in ((sample, part + 1), (sample + "x", part), (sample, part, "x")):
        assert generator(seed, *keys).random() != own
    assert generator(seed + 1, sample, part).random() != own


@given(st.integers(0, 2**40))
def test_integer_seeds_suit_pythia(seed: int) -> None:
    assert 1 <= integer_seed(seed, "job") < 900_000_000


def test_folds_are_of_equal_size_and_independent_of_order() -> None:
    numbers = np.arange(60_000)
    folds = fold_of("sample", numbers, 5)
    assert np.bincount(folds) == pytest.approx(np.full(5, 12_000), rel=0.03)
    shuffled = np.random.default_rng(1).permutation(numbers)
    assert (fold_of("sample", shuffled, 5) == folds[shuffled]).all()
    assert (fold_of("other", numbers, 5) == folds).mean() == pytest.approx(0.2, abs=0.01)


def test_varied_samples_keep_the_folds_of_their_base() -> None:
    numbers = np.arange(1000)
    assert (fold_of("sample@noise_up", numbers, 5) == fold_of("sample", numbers, 5)).all()
