from __future__ import annotations

from math import erf
from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import InputError
from hepchain.roc import area_under_curve
from hepchain.training.tagger import Examples
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.taggers.trees import Trees

SETTINGS = TreesConfig(kind="trees", trees=60, depth=3, learning_rate=0.2, patience=5)


def gaussians(seed: int, size: int = 4000, distance: float = 1.5) -> Examples:
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=size) < 0.5).astype(np.int8)
    inputs = rng.normal(size=(size, 3)).astype(np.float32)
    inputs[:, 0] += distance * labels
    return Examples(inputs, labels, np.ones(size, dtype=np.float32))


@pytest.fixture(scope="module")
def fitted() -> Trees:
    tagger = Trees(SETTINGS)
    tagger.fit(gaussians(1), gaussians(2), seed=3)
    return tagger


def test_area_under_curve_is_that_of_two_gaussians(fitted: Trees) -> None:
    test = gaussians(4, size=20_000)
    best = 0.5 * (1.0 + erf(1.5 / 2.0))
    area = area_under_curve(fitted.score(test.inputs), test.labels == 1)
    assert best - 0.02 < area < best + 0.01


def test_same_seed_same_scores(fitted: Trees) -> None:
    again = Trees(SETTINGS)
    history = again.fit(gaussians(1), gaussians(2), seed=3)
    inputs = gaussians(4).inputs
    np.testing.assert_array_equal(again.score(inputs), fitted.score(inputs))
    assert history.best == np.argmin(history.curves["val_loss"]) + 1
    assert len(history.curves["loss"]) == len(history.curves["val_accuracy"])


def test_weights_count() -> None:
    training = gaussians(1)
    weights = np.where(training.labels == 1, 3.0, 1.0).astype(np.float32)
    tagger = Trees(SETTINGS)
    tagger.fit(Examples(training.inputs, training.labels, weights), gaussians(2), seed=3)
    unweighted = Trees(SETTINGS)
    unweighted.fit(training, gaussians(2), seed=3)
    inputs = gaussians(4).inputs
    assert tagger.score(inputs).mean() > unweighted.score(inputs).mean() + 0.05


def test_loaded_model_scores_the_same(fitted: Trees, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    inputs = gaussians(4).inputs
    np.testing.assert_array_equal(Trees.load(tmp_path).score(inputs), fitted.score(inputs))


def test_unreadable_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.ubj: no such file"):
        Trees.load(tmp_path)
    (tmp_path / "model.ubj").write_bytes(b"{broken")
    with pytest.raises(InputError, match=r"model\.ubj: not a readable XGBoost model"):
        Trees.load(tmp_path)
