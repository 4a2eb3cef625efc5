"""Networks: a worker imports Keras for this group of tests, some ten seconds."""

from __future__ import annotations

from math import erf

import numpy as np
import pytest

from hepchain.roc import area_under_curve
from hepchain.training import environment
from hepchain.training.tagger import Examples, History
from hepchain.training.taggers.network import Network
from hepchain.training.taggers.settings.network import NetworkConfig

pytestmark = pytest.mark.xdist_group("keras")

SETTINGS = NetworkConfig(
    kind="network",
    hidden=[128, 128],
    dropout=0.5,
    learning_rate=2e-3,
    batch_size=64,
    epochs=4,
    patience=2,
)


def gaussians(seed: int, size: int = 6000, distance: float = 1.5) -> Examples:
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=size) < 0.5).astype(np.int8)
    inputs = rng.normal(size=(size, 79)).astype(np.float32)
    inputs[:, 0] += distance * (labels - 0.5)
    return Examples(inputs, labels, np.ones(size, dtype=np.float32))


def fit(seed: int = 3) -> tuple[Network, History]:
    environment.prepare(gpus=0)
    tagger = Network(SETTINGS)
    return tagger, tagger.fit(gaussians(1), gaussians(2, size=2000), seed)


@pytest.fixture(scope="module")
def fitted() -> tuple[Network, History]:
    return fit()


def test_architecture_is_the_reference(fitted: tuple[Network, History]) -> None:
    model = fitted[0]._model
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert model.count_params() == (79 + 1) * 128 + (128 + 1) * 128 + (128 + 1) * 2
    assert model.layers[-1].activation.__name__ == "softmax"
    assert {layer.rate for layer in model.layers if hasattr(layer, "rate")} == {0.5}


def test_area_under_curve_comes_near_that_of_two_gaussians(
    fitted: tuple[Network, History],
) -> None:
    test = gaussians(4)
    best = 0.5 * (1.0 + erf(1.5 / 2.0))
    area = area_under_curve(fitted[0].score(test.inputs), test.labels == 1)
    assert best - 0.03 < area < best + 0.02


def test_best_weights_are_kept(fitted: tuple[Network, History]) -> None:
    tagger, history = fitted
    assert set(history.curves) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    validation = gaussians(2, size=2000)
    score = tagger.score(validation.inputs).astype(float)
    loss = -np.log(np.where(validation.labels == 1, score, 1.0 - score)).mean()
    assert loss == pytest.approx(min(history.curves["val_loss"]), rel=1e-4)


def test_same_seed_same_scores_bit_for_bit(fitted: tuple[Network, History]) -> None:
    inputs = gaussians(4).inputs
    again, history = fit()
    np.testing.assert_array_equal(again.score(inputs), fitted[0].score(inputs))
    assert history == fitted[1]
    other, _ = fit(seed=4)
    assert (other.score(inputs) != again.score(inputs)).any()


def test_score_of_a_track_does_not_depend_on_the_others(fitted: tuple[Network, History]) -> None:
    inputs = gaussians(4, size=9000).inputs
    together = fitted[0].score(inputs)
    np.testing.assert_allclose(fitted[0].score(inputs[:10]), together[:10], atol=1e-6)
    np.testing.assert_allclose(fitted[0].score(inputs[-10:]), together[-10:], atol=1e-6)


@pytest.mark.thorough
def test_conditioned_network_learns_what_turns_with_pt() -> None:
    """A variable whose meaning pT reverses: no linear use of pT can tell the classes apart."""

    def data(seed: int) -> Examples:
        rng = np.random.default_rng(seed)
        labels = (rng.uniform(size=6000) < 0.5).astype(np.int8)
        inputs = rng.normal(size=(6000, 3)).astype(np.float32)
        inputs[:, 0] += 2.0 * (labels - 0.5) * np.sign(inputs[:, 1])
        return Examples(inputs, labels, np.ones(6000, np.float32), ["x", "pt", "noise"])

    environment.prepare(gpus=0)
    settings = SETTINGS.model_copy(update={"conditioned": True, "hidden": [32, 32]})
    tagger = Network(settings)
    tagger.fit(data(1), data(2), 3)
    test = data(4)
    area = area_under_curve(tagger.score(test.inputs), test.labels == 1)
    best = 0.5 * (1.0 + erf(2.0 / 2.0))
    assert best - 0.03 < area < best + 0.02
