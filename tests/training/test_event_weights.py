"""Weights of events in the training: used, with their sign, as a mixture of samples has them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.config.training import BalanceConfig
from hepchain.errors import InputError, StageError
from hepchain.training.balance import balance
from hepchain.training.model import load_model
from hepchain.training.tagger import Examples
from hepchain.training.taggers.cuts import Cuts
from hepchain.training.taggers.settings.cuts import CutsConfig
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.taggers.trees import Trees
from hepchain.training.tracks import FeatureFile, read_tracks
from hepchain.training.train import Task, train
from tests.training.feature_tables import Table, inputs_of, write_table

MakeTask = Callable[..., Task]
Columns = dict[str, np.ndarray]
CONFIG = BalanceConfig(pt_edges=[0.5, 1.0, 5.0], abs_eta_edges=[0.0, 2.5], max_weight_ratio=50.0)


VARIABLES = {name: inputs_of("silicon")[name] for name in ("pixel_dedx", "pt", "d0_significance")}


@pytest.fixture(scope="module")
def columns() -> Columns:
    """Tracks of one category with few variables, one of which separates the classes."""
    table = Table(events=4000).columns()
    silicon = table["category"] == "silicon"
    kept = ("event_number", "category", "label", "fold", "weight", "eta", *VARIABLES)
    return {name: table[name][silicon] for name in kept}


@pytest.fixture
def scores(columns: Columns, task: MakeTask, tmp_path: Path) -> Callable[..., np.ndarray]:
    """Scores of the same tracks by a model trained with these weights, or on another table."""
    plain = FeatureFile("gun", write_table(tmp_path / "plain.parquet", columns))
    values = read_tracks([plain], task(variables=VARIABLES).selections[0])[0].inputs

    def make(weight: np.ndarray | None = None, use: str = "use", of: Columns = columns) -> Any:
        weighted = of if weight is None else {**of, "weight": weight}
        file = FeatureFile("gun", write_table(tmp_path / "weighted.parquet", weighted))
        tracks = task().tracks
        config = tracks.balance.model_copy(update={"event_weights": use})
        settings = TreesConfig(kind="trees", trees=40, depth=2, learning_rate=0.1, patience=40)
        made = task(
            variables=VARIABLES,
            tracks=tracks.model_copy(update={"balance": config}),
            settings=settings,
        )
        where = tmp_path / f"model{len(list(tmp_path.iterdir()))}"
        train(made, [file], where)
        model = load_model(where)
        return model.score(values, model.variables, "test")

    return make


def random_signs(columns: Columns, share: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.where(rng.uniform(size=len(columns["label"])) < share, -1.0, 1.0)


def test_signs_of_the_weights_change_the_model(
    columns: Columns, scores: Callable[..., np.ndarray], caplog: pytest.LogCaptureFixture
) -> None:
    expected = scores()
    flipped = random_signs(columns, 0.1)
    with caplog.at_level(logging.WARNING):
        changed = scores(flipped)
    assert np.abs(changed - expected).max() > 0.05
    # It still learns what it can: the signs are random, so the two agree on average.
    assert np.corrcoef(changed, expected)[0, 1] > 0.8
    assert "negative weight count with its sign" in caplog.text
    np.testing.assert_array_equal(scores(flipped, "ignore"), expected)


def test_equal_weights_change_nothing(columns: Columns, scores: Callable[..., np.ndarray]) -> None:
    expected = scores()
    np.testing.assert_array_equal(scores(np.full(len(columns["label"]), 4.0)), expected)


def test_weighted_slices_train_as_the_mixture_they_stand_for(
    columns: Columns, scores: Callable[..., np.ndarray]
) -> None:
    """Hadrons that look like electrons come four times, a quarter of the weight each."""
    expected = scores()
    often = (columns["label"] == 0) & (columns["pixel_dedx"] > np.median(columns["pixel_dedx"]))
    order = np.sort(np.concatenate([np.arange(len(often)), *[np.flatnonzero(often)] * 3]))
    sliced = {name: values[order] for name, values in columns.items()}
    weight = np.where(often, 0.25, 1.0)[order]
    found, dropped = scores(weight, of=sliced), scores(weight, "ignore", of=sliced)
    assert np.abs(found - expected).mean() < 0.03
    assert np.abs(dropped - expected).mean() > 0.06


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_that_is_no_number_names_the_file(
    columns: Columns, scores: Callable[..., np.ndarray], value: float
) -> None:
    weight = np.where(np.arange(len(columns["label"])) % 7, 1.0, value)
    with pytest.raises(InputError, match=r"weighted\.parquet: the weights of the events of \d+"):
        scores(weight)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_spectra_are_balanced_with_their_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 500).astype(np.int8)
    pt, eta = rng.uniform(0.5, 5.0, 500), rng.uniform(-2.5, 2.5, 500)
    event_weight = rng.choice([-1.0, 1.0, 1.0, 1.0, 5.0], 500)
    weight = balance(labels, pt, eta, event_weight, CONFIG).of(labels, pt, eta, event_weight)
    low = pt < 1.0
    sums = [weight[(labels == label) & low].sum() for label in (0, 1)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-3)
    assert weight.sum() == pytest.approx(len(labels), rel=1e-3)
    assert (np.sign(weight) == np.sign(event_weight)).all()


def test_a_bin_of_negative_weight_is_left_out() -> None:
    labels, pt = np.repeat(np.array([0, 1], np.int8), 100), np.tile([0.7, 3.0], 100)
    event_weight = np.where((labels == 0) & (pt < 1.0), -1.0, 1.0)
    found = balance(labels, pt, np.zeros(200), event_weight, CONFIG)
    weight = found.of(labels, pt, np.zeros(200), event_weight)
    assert not weight[pt < 1.0].any()
    assert found.report()["tracks_with_weight_zero"] == 100


def test_trees_with_signed_weights_are_those_without_the_tracks_that_cancel() -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 4000).astype(np.int8)
    inputs = (rng.normal(size=(4000, 2)) + 1.5 * labels[:, np.newaxis]).astype(np.float32)
    plain = Examples(inputs, labels, np.ones(4000, dtype=np.float32))
    wrong = rng.normal(3.0, 0.3, size=(500, 2)).astype(np.float32)
    twice = Examples(
        np.concatenate([inputs, wrong, wrong]),
        np.concatenate([labels, np.zeros(1000, dtype=np.int8)]),
        np.concatenate([np.ones(4500), -np.ones(500)]).astype(np.float32),
    )
    config = TreesConfig(kind="trees", trees=30, depth=2, learning_rate=0.3, patience=30)
    first, second = Trees(config), Trees(config)
    first.fit(plain, plain, 1)
    history = second.fit(twice, plain, 1)
    assert np.abs(first.score(inputs) - second.score(inputs)).mean() < 0.03
    assert history.curves["val_loss"][-1] < 0.4


def test_cuts_refuse_negative_weights() -> None:
    examples = Examples(
        np.zeros((2, 1), np.float32),
        np.array([0, 1], np.int8),
        np.array([1.0, -1.0], np.float32),
        ["pt"],
    )
    config = CutsConfig(kind="cuts", variables=["pt"], peel=0.1, min_background=1)
    with pytest.raises(StageError, match=r"training\.balance\.event_weights: ignore"):
        Cuts(config).fit(examples, examples, 1)
