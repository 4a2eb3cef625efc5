"""Classification without labels: nothing is scored by what has seen it, a signal is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.dijets import classifiers
from hepchain.chains.dijets.classifiers import Examples, train
from hepchain.chains.dijets.config.methods import CwolaConfig, NetworkSettings, TreesSettings
from hepchain.chains.dijets.cwola import (
    Regions,
    band_of,
    depends_on_mass,
    inner_parts,
    ranked,
    score_fold,
)
from hepchain.chains.dijets.events.table import MASS
from hepchain.chains.dijets.performance import performance
from hepchain.chains.dijets.scores import read_scores, write_scores
from hepchain.errors import InputError, StageError
from tests.chains.dijets.pseudo_data import FOLDS, made

BANDS = (2900.0, 3300.0, 3700.0, 4100.0)
TREES = TreesSettings(kind="trees", trees=40, leaves=8, depth=4, learning_rate=0.2, patience=5)
NETWORK = NetworkSettings(
    kind="network",
    hidden=[16, 8],
    dropout=0.1,
    learning_rate=0.01,
    batch_size=200,
    epochs=10,
    patience=5,
)
CONFIG = CwolaConfig(
    features=["mj1", "dmj"],
    classifier=TREES,
    members=2,
    max_correlation=0.1,
    on_correlation="refuse",
)


def test_no_event_is_scored_by_a_model_that_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row carries its number as an input: what models are given tells which they saw."""
    events = made(3000, 100, beside=200)
    events = replace(events, columns={**events.columns, "dmj": events.event_number.astype(float)})
    seen: list[set[float]] = []

    def spy(training: Examples, validation: Examples, *_: object) -> classifiers.Score:
        of_both = np.concatenate([training.inputs, validation.inputs])[:, 1]
        seen.append(set(of_both))

        def score(inputs: np.ndarray) -> np.ndarray:
            assert not seen[-1] & set(inputs[:, 1])
            return np.asarray(inputs[:, 0])

        return score

    monkeypatch.setattr(classifiers, "train", spy)
    for fold in range(FOLDS):
        seen.clear()
        scores = score_fold(events, fold, BANDS, CONFIG, 1)
        assert len(scores) == np.count_nonzero(events.fold == fold)
        assert len(seen) == CONFIG.members
        scored = set(events.event_number[events.fold == fold])
        learnt = set[float]().union(*seen)
        assert not scored & learnt
        around = Regions.of(events, BANDS).both & (events.fold != fold)
        assert learnt == set(events.event_number[around])


def test_no_truth_enters_a_training() -> None:
    events = made(3000, 150)
    changed = replace(events, signal=~events.signal)
    one, two = (score_fold(data, 0, BANDS, CONFIG, 1) for data in (events, changed))
    assert np.array_equal(one, two)


def test_a_signal_is_found_and_nothing_without_one() -> None:
    def largest(signal: int) -> float:
        events = made(12_000, signal, beside=1000)
        scores = np.empty(len(events))
        for fold in range(FOLDS):
            scores[events.fold == fold] = score_fold(events, fold, BANDS, CONFIG, 1)
        random = np.random.default_rng(1)
        return performance(events, scores, (3300.0, 3700.0), random).max_sic

    assert largest(0) < 2.0
    assert largest(300) > 4.0


@pytest.mark.parametrize("settings", [TREES, NETWORK], ids=["trees", "network"])
def test_classifiers_learn_the_ratio_of_densities(settings: classifiers.Settings) -> None:
    """Of two Gaussians a distance 1 apart the logarithm of the odds is x - 1/2."""
    random = np.random.default_rng(2)
    positive = np.arange(12_000) % 2 == 0
    inputs = random.normal(positive.astype(float), 1.0)[:, np.newaxis]
    examples = Examples(inputs, positive)
    held_out = np.arange(12_000) % 5 == 0
    score = train(examples.part(~held_out), examples.part(held_out), settings, 1)
    points = np.linspace(-1.0, 2.0, 13)
    assert np.abs(score(points[:, np.newaxis]) - (points - 0.5)).mean() < 0.15


def test_classes_weigh_the_same() -> None:
    weights = Examples(np.zeros((10, 1)), np.arange(10) < 3).weights
    assert weights[:3].sum() == pytest.approx(weights[3:].sum())
    with pytest.raises(StageError, match="both need some"):
        _ = Examples(np.zeros((3, 1)), np.zeros(3, dtype=bool)).weights


def test_ranks_are_shares() -> None:
    reference = np.array([True, True, True, True, False])
    assert ranked(np.array([1.0, 2.0, 3.0, 4.0, 2.5]), reference).tolist() == [
        *(0.25, 0.5, 0.75, 1.0, 0.5)
    ]
    with pytest.raises(StageError, match="take fewer folds"):
        ranked(np.zeros(3), np.zeros(3, dtype=bool))


def test_inputs_that_depend_on_the_mass() -> None:
    events = made(3000, 0)
    assert not depends_on_mass(events, BANDS, CONFIG)
    wrong = replace(events, columns={**events.columns, "mj1": 0.1 * events.columns[MASS]})
    with pytest.raises(StageError, match=r"mj1 \(1\.00\).*cwola.max_correlation"):
        depends_on_mass(wrong, BANDS, CONFIG)
    flagged = CONFIG.model_copy(update={"on_correlation": "flag"})
    assert depends_on_mass(wrong, BANDS, flagged)


def test_parts_belong_to_events() -> None:
    events = made(2000, 50)
    parts = inner_parts(events, 4)
    assert np.bincount(parts).min() > 400
    order = np.random.default_rng(1).permutation(len(events))
    moved = replace(events, sample=events.sample[order], event_number=events.event_number[order])
    assert np.array_equal(inner_parts(moved, 4), parts[order])


def test_scores_are_put_in_the_order_of_the_events(tmp_path: Path) -> None:
    events = made(100, 20)
    files = []
    for fold in range(FOLDS):
        chosen = events.fold == fold
        files.append(tmp_path / f"fold{fold}.parquet")
        write_scores(events, chosen, events.event_number[chosen] / 1000.0, files[-1])
    assert read_scores(events, files) == pytest.approx(events.event_number / 1000.0)
    assert np.isnan(read_scores(events, files[:1])).any()
    with pytest.raises(InputError, match="once each"):
        read_scores(events, [files[0], files[0]])
    with pytest.raises(InputError, match="once each"):
        read_scores(made(20, 0), files)


def test_side_bands_weigh_the_same() -> None:
    """Each as much as the other, both as much as the window, however many events they have."""
    mass = np.array([2950.0] * 6 + [3500.0] * 3 + [3900.0])
    band = band_of(mass, BANDS)
    examples = Examples(np.zeros((10, 1)), band == 1, band)
    totals = np.bincount(band, examples.weights)
    assert totals == pytest.approx([2.5, 5.0, 2.5])
    half = examples.part(np.arange(10) % 2 == 0)
    assert np.bincount(half.positive, half.weights) == pytest.approx([2.5, 2.5])
    without = Examples(examples.inputs, examples.positive)
    assert without.weights == pytest.approx(np.where(band == 1, 5.0 / 3.0, 5.0 / 7.0))
