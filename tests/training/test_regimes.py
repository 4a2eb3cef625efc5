"""Models for ranges of pT."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import StageError
from hepchain.training.model import load_models, read_history
from hepchain.training.regimes import RegimeTagger
from hepchain.training.tagger import Examples, Tagger, tagger_class
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from tests.training.feature_tables import CATEGORIES, VARIABLES, inputs_of

SETTINGS = TreesConfig(kind="trees", trees=15, depth=3, learning_rate=0.5, patience=5)


def examples(seed: int = 1, size: int = 3000) -> Examples:
    """Second input: pT. The first separates the classes below zero and, turned, above."""
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=size) < 0.3).astype(np.int8)
    inputs = rng.normal(size=(size, 2)).astype(np.float32)
    inputs[:, 0] += 2.0 * (labels - 0.5) * np.where(inputs[:, 1] < 0.0, -1.0, 1.0)
    weights = rng.uniform(0.5, 1.5, size=size).astype(np.float32)
    return Examples(inputs, labels, weights, ["x", "pt"])


def test_each_range_has_the_model_trained_on_its_tracks_alone() -> None:
    training, validation = examples(), examples(2)
    tagger = RegimeTagger(SETTINGS, column=1, cuts=[0.0])
    history = tagger.fit(training, validation, seed=5)
    scores = tagger.score(validation.inputs)
    for number, below in ((0, True), (1, False)):
        parts = []
        for whole in (training, validation):
            chosen = (whole.inputs[:, 1] < 0.0) == below
            labels = whole.labels[chosen]
            sums = np.bincount(labels, whole.weights[chosen])
            weights = whole.weights[chosen] * (0.5 * len(labels) / sums)[labels]
            parts.append(Examples(whole.inputs[chosen], labels, weights.astype(np.float32)))
        alone: Tagger = tagger_class("trees")(SETTINGS)
        alone.fit(parts[0], parts[1], 5 + number)
        chosen = (validation.inputs[:, 1] < 0.0) == below
        np.testing.assert_array_equal(scores[chosen], alone.score(parts[1].inputs))
    assert history.curves["val_loss"][history.best - 1] <= min(history.curves["val_loss"]) + 1e-12


def test_a_range_without_a_class_is_refused() -> None:
    training = examples()
    training.labels[training.inputs[:, 1] > 1.0] = 0
    with pytest.raises(StageError, match=r"pT range 2 of 2: \d+ background, 0 signal"):
        RegimeTagger(SETTINGS, 1, [1.0]).fit(training, training, seed=1)


def test_model_with_ranges_is_trained_and_read_back(
    gun: FeatureFile, task: Callable[..., Task], tmp_path: Path
) -> None:
    categories = {name: tuple(VARIABLES.of_category(name)) for name in CATEGORIES}
    made = task(variables=inputs_of("trt_calorimeter"), categories=categories)
    settings = made.settings.model_copy(update={"pt_boundaries": [1.5], "spectrum": "background"})
    train(replace(made, category="all", settings=settings), [gun], tmp_path / "model")
    assert len(load_models(tmp_path / "model")) == len(CATEGORIES)
    metadata = json.loads((tmp_path / "model" / "metadata.json").read_text())
    assert metadata["settings"]["pt_boundaries"] == [1.5]
    history = read_history(tmp_path / "model")
    assert len(history["loss"]) == metadata["epochs"] == metadata["best_epoch"]
