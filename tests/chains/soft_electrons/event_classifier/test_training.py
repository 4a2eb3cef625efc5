"""Training: known optimum, conditioning, what is left out, drawn splittings, balance."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from hepchain.chains.soft_electrons.event_classifier.binning import (
    TrainingOutput,
    equal_signal_bins,
)
from hepchain.chains.soft_electrons.event_classifier.training import (
    Events,
    FoldModel,
    TrainingSet,
    drawn_points,
    fit_fold,
    training_set,
)
from hepchain.chains.soft_electrons.statistics.discriminants import bins_above
from hepchain.errors import StageError
from hepchain.identity import fold_of
from hepchain.paired import Scored, area_difference
from tests.chains.soft_electrons.event_classifier.classifier_toys import CONFIG, Floats, Toy, config

DISTANCE = 2.0
GAUSSIANS = Toy(
    {"a": 3.0, "b": 3.0, "c": 5.0},
    signal=lambda random, n, splitting: random.normal(DISTANCE, 1.0, n),
    background=lambda random, n: random.normal(0.0, 1.0, n),
)
MOVING = Toy(
    {f"p{splitting}": float(splitting) for splitting in range(1, 8)},
    signal=lambda random, n, splitting: random.normal(splitting, 0.8, n),
    background=lambda random, n: random.uniform(-1.0, 9.0, n),
)


def make_set(toy: Toy, left_out: str, folds: int = 2) -> TrainingSet:
    return training_set(
        toy.splittings, ["background"], left_out, toy.view, folds, CONFIG.inner_folds
    )


@cache
def gaussians() -> tuple[TrainingSet, list[FoldModel]]:
    training = make_set(GAUSSIANS, "a")
    return training, [fit_fold(training, fold, CONFIG, 1, (), "toy") for fold in (0, 1)]


def out_of_fold(models: list[FoldModel], sample: str, events: Events) -> Floats:
    fold = fold_of(sample, events.event_number, len(models))
    output = np.empty(len(events))
    for number, model in enumerate(models):
        output[fold == number] = model.trees.log_odds(events.inputs[fold == number])
    return output


def area(signal: Floats, background: Floats) -> float:
    both = np.concatenate([signal, background])
    n = np.arange(len(both))
    tracks = Scored(both, both, np.ones(len(both)), n)
    return area_difference(tracks, n < len(signal)).first


def test_two_gaussians_are_separated_as_well_as_possible() -> None:
    """Area Phi(d / sqrt 2), at a mass point and in events that no model has seen."""
    _, models = gaussians()
    signal = out_of_fold(models, "a", GAUSSIANS.view("a", "a"))
    background = out_of_fold(models, "background", GAUSSIANS.view("background", "a"))
    expected = norm.cdf(DISTANCE / np.sqrt(2))
    assert area(signal, background) == pytest.approx(expected, abs=0.015)


def test_two_gaussians_reach_the_expected_gain() -> None:
    """Bins from the training keep the background that the best cut on the input keeps."""
    training, models = gaussians()
    outputs = [
        TrainingOutput(
            model.inner_score,
            training.signal[model.rows],
            training.balanced_weights(model.rows),
            training.events.weight[model.rows],
        )
        for model in models
    ]
    efficiency = CONFIG.signal_efficiency
    cuts = equal_signal_bins(outputs, efficiency, 3, 5.0)

    def shares(sample: str) -> Floats:
        events = GAUSSIANS.view(sample, "a")
        fold = fold_of(sample, events.event_number, 2)
        output = out_of_fold(models, sample, events)
        number = np.where(fold == 0, bins_above(cuts[0], output), bins_above(cuts[1], output))
        result: Floats = np.bincount(number[number >= 0], minlength=3) / len(events)
        return result

    s, b = shares("a"), shares("background")
    ends = norm.isf([efficiency, 2 / 3 * efficiency, efficiency / 3, 0.0]) + DISTANCE
    best = -np.diff(norm.sf(ends))
    # The output of trees has steps, which differ from model to model: shares are only about equal.
    assert s == pytest.approx([efficiency / 3] * 3, abs=0.08)
    assert s.sum() == pytest.approx(efficiency, abs=0.04)
    gain, expected = ((x**2 / y).sum() ** 0.5 for x, y in ((s, b), (efficiency / 3, best)))
    assert gain == pytest.approx(expected, rel=0.15)


def test_the_answer_follows_the_splitting_also_where_none_was_learnt() -> None:
    settings = config(trees={"trees": 100, "depth": 4, "learning_rate": 0.2, "l2": 1.0})
    training = make_set(MOVING, "p4")
    model = fit_fold(training, 0, settings, 1, (), "toy")
    for splitting in (2.0, 4.0, 6.0):
        x = splitting + np.array([-2.5, 0.0, 2.5])
        inputs = np.stack([np.full(3, splitting), x, np.zeros(3)], axis=1)
        below, at, above = model.trees.log_odds(inputs.astype(np.float32))
        assert at > max(below, above) + 0.3


def test_the_point_left_out_is_never_looked_at() -> None:
    asked = set()

    def view(sample: str, point: str) -> Events:
        asked.add((sample, point))
        return GAUSSIANS.view(sample, point)

    training_set(GAUSSIANS.splittings, ["background"], "b", view, 2, 2)
    assert asked == {("a", "a"), ("c", "c"), ("background", "a"), ("background", "c")}


def test_trees_learn_nothing_of_their_own_fold() -> None:
    training, models = gaussians()
    turned = training.events.inputs.copy()
    turned[training.fold == 0, 1] *= -1
    other = replace(training, events=replace(training.events, inputs=turned))
    again = [fit_fold(other, fold, CONFIG, 1, (), "toy") for fold in (0, 1)]
    inputs = GAUSSIANS.view("a", "a").inputs
    same = [
        np.array_equal(one.trees.log_odds(inputs), two.trees.log_odds(inputs))
        for one, two in zip(models, again, strict=True)
    ]
    assert same == [True, False]


def test_inner_scores_are_those_of_events_not_seen() -> None:
    """Trees that can learn by heart know their own events, and not those of the inner part."""
    deep = config(
        trees={"depth": 10, "min_child_weight": 0.0, "l2": 0.0, "learning_rate": 0.5, "trees": 30}
    )
    noise = replace(GAUSSIANS, signal=lambda random, n, _: random.normal(0.0, 1.0, n))
    small = replace(noise, signal_events=300, background_events=600)
    training = make_set(small, "a")
    model = fit_fold(training, 0, deep, 1, (), "toy")
    signal = training.signal[model.rows]
    seen = model.trees.log_odds(training.events.inputs[model.rows])
    assert area(seen[signal], seen[~signal]) > 0.95
    # The splitting alone tells a little of the class in what is left by chance.
    assert area(model.inner_score[signal], model.inner_score[~signal]) == pytest.approx(
        0.5, abs=0.08
    )


def test_splittings_of_the_background_are_uniform_and_independent_of_the_fold() -> None:
    event = np.arange(40_000)
    drawn = drawn_points("background", event, 4, "a")
    fold = fold_of("background", event, 2)
    counts = np.array([np.bincount(drawn[fold == k], minlength=4) for k in (0, 1)])
    assert counts == pytest.approx(np.full((2, 4), 5000), abs=5 * np.sqrt(5000))
    another = drawn_points("background", event, 4, "b")
    assert (drawn == another).mean() == pytest.approx(0.25, abs=0.02)


def test_each_event_of_the_background_is_drawn_once() -> None:
    training, _ = gaussians()
    number = training.events.event_number[~training.signal]
    assert sorted(number) == list(range(GAUSSIANS.background_events))


def test_each_mass_point_weighs_the_same_and_the_background_as_much() -> None:
    """Without c two mass points of one splitting are left, which share the background."""
    for left_out, expected in (("a", [1, 1, 1, 1]), ("c", [1, 1, 2])):
        training = make_set(GAUSSIANS, left_out)
        rows = training.fold == 1
        weight = training.balanced_weights(rows)
        sums = np.bincount(training.group[rows], weight)
        assert sums / sums[0] == pytest.approx(np.array(expected, dtype=float))
        # There are fewer events of the signal.
        assert weight[training.signal[rows]].mean() == pytest.approx(1.0)


def test_the_output_rises_with_inputs_that_must_not_fall() -> None:
    falling = replace(GAUSSIANS, signal=lambda random, n, _: random.normal(-DISTANCE, 1.0, n))
    model = fit_fold(make_set(falling, "a"), 0, CONFIG, 1, (1,), "toy")
    x = np.linspace(-4.0, 4.0, 50)
    inputs = np.stack([np.full(50, 3.0), x, np.zeros(50)], axis=1)
    assert (np.diff(model.trees.log_odds(inputs.astype(np.float32))) >= 0.0).all()


def test_too_few_events_are_refused_with_what_to_do() -> None:
    few = replace(GAUSSIANS, signal_events=20, background_events=60)
    with pytest.raises(StageError) as error:
        fit_fold(make_set(few, "a"), 0, CONFIG, 1, (), "toy")
    message = str(error.value)
    assert "signal events of the 50 of event_classifier.min_events" in message
    assert "background events of the 50" in message
    assert "simulation.parts" in message


def test_a_single_mass_point_is_refused() -> None:
    with pytest.raises(StageError, match="no mass point to train with"):
        make_set(replace(GAUSSIANS, splittings={"a": 3.0}), "a")
