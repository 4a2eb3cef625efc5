"""Embedding of quantile bins and the residual network on it."""

from __future__ import annotations

import numpy as np
import pytest

from hepchain.roc import area_under_curve
from hepchain.training import environment
from hepchain.training.tagger import Examples
from hepchain.training.taggers.residual import Residual, quantile_bins
from hepchain.training.taggers.settings.residual import ResidualConfig

pytestmark = pytest.mark.xdist_group("keras")

SETTINGS = ResidualConfig(
    kind="residual",
    bins=4,
    width=16,
    blocks=1,
    dropout=0.1,
    learning_rate=1e-2,
    weight_decay=1e-3,
    batch_size=128,
    epochs=2,
    patience=2,
)


def window(seed: int, size: int = 4000) -> Examples:
    """Electrons in a window of the first input, hadrons on both sides: nothing linear tells."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(size, 5)).astype(np.float32)
    inputs[:, 4] = rng.uniform(size=size) < 0.02
    labels = (np.abs(inputs[:, 0]) < 0.67).astype(np.int8)
    return Examples(inputs, labels, np.ones(size, dtype=np.float32))


@pytest.fixture(scope="module")
def fitted() -> Residual:
    environment.prepare(gpus=0)
    tagger = Residual(SETTINGS)
    tagger.fit(window(1), window(2), seed=3)
    return tagger


def test_bins_are_the_quantiles() -> None:
    values = np.arange(101, dtype=np.float32)[:, None]
    scale, offset = quantile_bins(values, 4)
    np.testing.assert_allclose(scale, 1.0 / 25.0 * np.ones((4, 1)))
    np.testing.assert_allclose(offset, [[0.0], [-1.0], [-2.0], [-3.0]])


def test_bins_of_few_values_have_no_infinity() -> None:
    values = np.repeat(np.array([0.0, 1.0], np.float32), [98, 2])[:, None]
    scale, offset = quantile_bins(values, 4)
    np.testing.assert_array_equal(scale[:, 0], [0.0, 0.0, 0.0, 1.0])
    np.testing.assert_array_equal(offset[:, 0], 0.0)


def test_embedding_is_piecewise_linear_between_zero_and_one(fitted: Residual) -> None:
    import keras

    inputs = window(4).inputs
    model = fitted._model
    flat = next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten))
    embedded = np.asarray(keras.Model(model.inputs, flat.output)(inputs))
    scale, offset = quantile_bins(window(1).inputs, 4)
    expected = np.clip(inputs[:, None, :] * scale + offset, 0.0, 1.0).reshape(len(inputs), -1)
    np.testing.assert_allclose(embedded, expected, atol=1e-5)


def test_window_is_learnt_in_two_epochs(fitted: Residual) -> None:
    test = window(4)
    assert area_under_curve(fitted.score(test.inputs), test.labels == 1) > 0.95


def test_no_bins_is_a_plain_residual_network() -> None:
    model = Residual(SETTINGS.model_copy(update={"bins": 0}))._build(window(1, size=500))
    assert "Flatten" not in [type(layer).__name__ for layer in model.layers]
    block = 2 * (16 * 16 + 16) + 2 * 16
    assert model.count_params() == (5 * 16 + 16) + block + 2 * 16 + (16 * 2 + 2)
