"""Peeling: nested boxes, known answers, the floor of what a tagger can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from hepchain.errors import StageError
from hepchain.roc import area_under_curve
from hepchain.training.tagger import Examples
from hepchain.training.taggers.cuts import Cuts, rising_probabilities, steps_passed
from hepchain.training.taggers.settings.cuts import CutsConfig

NAMES = ("e_over_p", "reta", "noise", "eta")


def config(*variables: str, min_background: int = 50) -> CutsConfig:
    return CutsConfig(
        kind="cuts", variables=list(variables), peel=0.05, min_background=min_background
    )


def gaussians(
    seed: int, size: int = 20_000, shifts: tuple[float, ...] = (2.0, 0.0, 0.0, 0.0)
) -> Examples:
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=size) < 0.4).astype(np.int8)
    inputs = rng.normal(size=(size, 4)) + np.outer(labels, shifts)
    share = np.where(labels == 1, 0.4, 0.6)
    weights = (0.5 / share).astype(np.float32)
    return Examples(inputs.astype(np.float32), labels, weights, NAMES)


def fitted(*variables: str, shifts: tuple[float, ...] = (2.0, 0.0, 0.0, 0.0)) -> Cuts:
    tagger = Cuts(config(*variables))
    tagger.fit(gaussians(1, shifts=shifts), gaussians(2, shifts=shifts), seed=1)
    return tagger


def test_one_variable_gives_the_best_there_is() -> None:
    """Lower cuts on a shifted Gaussian are the Neyman-Pearson test."""
    test, tagger = gaussians(3), fitted("e_over_p")
    score, electron = tagger.score(test.inputs), test.labels == 1
    assert {(cut.variable, cut.upper) for cut in tagger._cuts} == {("e_over_p", False)}
    bounds = [cut.bound for cut in tagger._cuts]
    assert bounds == sorted(bounds)
    assert area_under_curve(score, electron) == pytest.approx(ndtr(np.sqrt(2.0)), abs=0.01)
    threshold = np.quantile(score[~electron], 0.95)
    efficiency = (score[electron] > threshold).mean()
    assert efficiency == pytest.approx(ndtr(2.0 + ndtri(0.05)), abs=0.03)


def test_probabilities_are_those_of_the_tracks() -> None:
    test, tagger = gaussians(3), fitted("e_over_p")
    score = tagger.score(test.inputs).astype(float)
    for low, high in ((0.1, 0.4), (0.4, 0.6), (0.6, 0.9)):
        chosen = (score > low) & (score < high)
        share = np.average(test.labels[chosen], weights=test.weights[chosen])
        assert share == pytest.approx(
            np.average(score[chosen], weights=test.weights[chosen]), abs=0.04
        )


def test_both_sides_are_cut_on_and_useless_variables_are_not() -> None:
    """Electrons in a window of one variable, below hadrons in another."""
    rng = np.random.default_rng(5)

    def examples(size: int) -> Examples:
        labels = np.tile([0, 1], size).astype(np.int8)
        inputs = rng.normal(size=(2 * size, 4)).astype(np.float32)
        inputs[labels == 1, 0] *= 0.2
        inputs[labels == 1, 1] -= 1.5
        return Examples(inputs, labels, np.ones(2 * size, dtype=np.float32), NAMES)

    tagger = Cuts(config("e_over_p", "reta", "noise"))
    tagger.fit(examples(8000), examples(4000), seed=1)
    first = [(cut.variable, cut.upper) for cut in tagger._cuts[:25]]
    assert {("e_over_p", True), ("e_over_p", False), ("reta", True)} == set(first)


def test_sequence_is_nested_and_named_by_the_steps_passed() -> None:
    tagger = fitted("e_over_p", "reta", shifts=(1.5, 1.0, 0.0, 0.0))
    inputs = gaussians(4).inputs
    steps = steps_passed(tagger._cuts, inputs)
    for number in (1, len(tagger._cuts) // 2, len(tagger._cuts)):
        passing = np.all([cut.keeps(inputs) for cut in tagger._cuts[:number]], axis=0)
        np.testing.assert_array_equal(steps >= number, passing)
    assert (np.diff(tagger.score(inputs)[np.argsort(steps)]) >= 0.0).all()


def test_smallest_validation_loss_is_kept() -> None:
    tagger = Cuts(config("e_over_p", "noise"))
    validation = gaussians(2, size=3000)
    history = tagger.fit(gaussians(1, size=3000), validation, seed=1)
    score = tagger.score(validation.inputs).astype(float)
    right = np.where(validation.labels == 1, score, 1.0 - score)
    classes = [validation.labels == label for label in (0, 1)]
    loss = np.mean([-np.average(np.log(right[c]), weights=validation.weights[c]) for c in classes])
    assert loss == pytest.approx(min(history.curves["val_loss"]), rel=1e-5)
    assert history.best - 1 == len(tagger._cuts) == np.argmin(history.curves["val_loss"])


def test_nothing_to_learn_gives_no_cuts_worth_keeping() -> None:
    tagger = fitted("noise")
    test = gaussians(3)
    assert area_under_curve(tagger.score(test.inputs), test.labels == 1) == pytest.approx(
        0.5, abs=0.02
    )


def test_constant_variables_cannot_be_cut_on() -> None:
    part = gaussians(1)
    part.inputs[:, 0] = 0.0
    tagger = Cuts(config("e_over_p"))
    assert tagger.fit(part, part, seed=1).best == 1
    assert set(tagger.score(part.inputs).tolist()) == {0.5}


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.integers(0, 1000))
def test_every_step_has_a_probability_above_the_one_before(steps: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sums = rng.dirichlet(np.ones(steps), size=2)
    probabilities = rising_probabilities(sums, 1e-4)
    assert ((probabilities > 0.0) & (probabilities < 1.0)).all()
    assert (np.diff(probabilities) >= 0.0).all()


def test_tracks_without_the_variables_are_refused() -> None:
    with pytest.raises(StageError, match=r"none of the variables to cut on \(weta2\)"):
        Cuts(config("weta2")).fit(gaussians(1), gaussians(2), seed=1)
