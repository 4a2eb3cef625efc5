"""Factors of a gain: their product is the gain, and each is one where nothing differs."""

import numpy as np
import pytest

from hepchain.chains.soft_electrons.config.statistics import Approach
from hepchain.chains.soft_electrons.statistics.approaches import Candidates, accepted
from hepchain.chains.soft_electrons.statistics.factors import gain_factors
from hepchain.labels import Label
from tests.chains.soft_electrons.statistics.statistics_samples import MATCHED, USES


def sample(events: int, electrons: float, hadrons: float, seed: int) -> Candidates:
    """Events with an electron with a probability, and a Poisson number of hadrons."""
    random = np.random.default_rng(seed)
    counts = random.poisson(hadrons, events)
    numbers = [np.flatnonzero(random.random(events) < electrons), np.repeat(range(events), counts)]
    label = np.repeat([Label.SIGNAL, Label.BACKGROUND], [len(number) for number in numbers])
    event = np.concatenate(numbers)
    n = len(event)
    weight = random.uniform(0.5, 1.5, events)[event]
    passes = random.random(n) < np.where(label == Label.SIGNAL, 0.8, 0.05)
    return Candidates(
        event_number=event,
        track_index=np.arange(n),
        weight=weight,
        mass=np.ones(n),
        pt=random.uniform(0.5, 5.0, n).astype(np.float32),
        score=random.normal(size=n),
        passes_tagger=passes,
        tag_rate=passes.astype(np.float64),
        tag_rate_up=passes.astype(np.float64),
        label=label.astype(np.int8),
        truth_origin=np.zeros(n, dtype=np.int8),
        truth_is_pileup=np.zeros(n, dtype=np.int8),
        presence=np.ones(n),
        electron_phi=np.zeros(n),
        met_phi=np.zeros(n),
        counted=np.ones(n, dtype=np.bool_),
        others=np.zeros(n, dtype=[]),
    )


def value(estimate: object) -> float:
    return float(getattr(estimate, "value"))  # noqa: B009


@pytest.mark.parametrize("approach", [USES["with_tagger"], MATCHED])
def test_the_product_of_the_factors_is_the_gain(approach: Approach) -> None:
    signal, background = sample(2000, 0.5, 0.7, 1), sample(4000, 0.0, 1.2, 2)
    found = gain_factors("x", approach, signal, [background], 50, np.random.default_rng(0))

    def share(candidates: Candidates) -> float:
        every = accepted(candidates, USES["without_tagger"]).weight.sum()
        return float(accepted(candidates, approach).weight.sum() / every)

    gain = share(signal) / np.sqrt(share(background))
    corrections = (found.electron_share, found.several_candidates, found.hadrons_accepted)
    product = value(found.one_candidate) * np.prod([value(item) for item in corrections])
    assert value(found.s_over_sqrt_b) == pytest.approx(gain)
    assert product == pytest.approx(gain)
    assert value(found.several_candidates) < 1.0 < value(found.hadrons_accepted)


def test_one_candidate_an_event_has_no_corrections() -> None:
    signal = sample(3000, 1.0, 0.0, 3)
    background = sample(4000, 0.0, 1.0, 4)
    rows = np.unique(background.event_number, return_index=True)[1]
    single = Candidates(**{name: column[rows] for name, column in vars(background).items()})
    tagger = USES["with_tagger"]
    found = gain_factors("x", tagger, signal, [single], 300, np.random.default_rng(0))
    assert value(found.electron_share) == value(found.hadrons_accepted) == pytest.approx(1.0)
    assert value(found.several_candidates) == pytest.approx(1.0)
    assert value(found.efficiency) == pytest.approx(0.8, abs=0.03)
    assert found.efficiency is not None
    # Binomial, with weights of a mean square of 13 / 12 of the squared mean.
    expected = np.sqrt(0.16 / 3000 * 13 / 12)
    assert found.efficiency.error == pytest.approx(expected, rel=0.15)


def test_nothing_accepted_has_no_gain() -> None:
    signal, background = sample(50, 1.0, 0.0, 5), sample(50, 0.0, 1.0, 6)
    none = Candidates(**{**vars(background), "passes_tagger": background.passes_tagger & False})
    found = gain_factors("x", USES["with_tagger"], signal, [none], 0, np.random.default_rng(0))
    assert found.s_over_sqrt_b is None
    assert value(found.fake_rate) == 0.0
