"""The network of the reference: its size, its loss, its ONNX file."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from hepchain.chains.soft_muons.taggers.dense import Dense
from hepchain.chains.soft_muons.taggers.settings.dense import DenseConfig
from hepchain.roc import area_under_curve
from hepchain.training import environment
from hepchain.training.onnx_model import model_to_onnx
from hepchain.training.scaling import Scaling, VariableScaling
from hepchain.training.tagger import Examples
from hepchain.training.train import TOLERANCE

SETTINGS = DenseConfig(
    kind="soft_muons.dense",
    normalised=[64, 128],
    plain=[64, 32, 8],
    dropout=0.3,
    learning_rate=1e-3,
    rate_factor=0.5,
    rate_patience=1,
    batch_size=256,
    epochs=4,
    patience=4,
)
INPUTS = 22

pytestmark = pytest.mark.xdist_group("keras")


def examples(seed: int, size: int = 3000) -> Examples:
    random = np.random.default_rng(seed)
    labels = (random.random(size) < 0.5).astype(np.int8)
    inputs = random.normal(size=(size, INPUTS)) + 0.4 * labels[:, np.newaxis]
    names = [f"x{number}" for number in range(INPUTS)]
    return Examples(inputs.astype(np.float32), labels, np.ones(size, np.float32), names)


@pytest.fixture(scope="module")
def fitted() -> Dense:
    environment.prepare(gpus=0)
    tagger = Dense(SETTINGS)
    tagger.fit(examples(1), examples(2), 3)
    return tagger


def test_it_has_the_layers_and_the_size_of_the_reference(fitted: Dense) -> None:
    """Dense (n + 1) m, batch normalisation 4 m: 21 to 22 thousand parameters."""
    layers = [(INPUTS, 64), (64, 128), (128, 64), (64, 32), (32, 8), (8, 1)]
    expected = sum((before + 1) * after for before, after in layers) + 4 * (64 + 128)
    assert fitted._model.count_params() == expected
    assert 21_000 < expected < 22_500


def test_the_pair_of_outputs_is_one_sigmoid(fitted: Dense) -> None:
    pair = fitted._model.predict(examples(4).inputs, verbose=0)
    np.testing.assert_allclose(pair.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(pair[:, 1], fitted.score(examples(4).inputs), atol=1e-6)


def test_it_learns_what_there_is(fitted: Dense) -> None:
    """The best area of two Gaussians at a distance of 0.4 sqrt(22) is 0.908."""
    held_out = examples(5)
    assert area_under_curve(fitted.score(held_out.inputs), held_out.labels == 1) > 0.87


@pytest.mark.thorough
def test_the_learning_rate_is_halved_where_the_loss_stands_still(fitted: Dense) -> None:
    tagger = Dense(SETTINGS.model_copy(update={"epochs": 7, "patience": 7}))
    noise = examples(1)
    shuffled = Examples(
        noise.inputs, np.random.default_rng(1).permutation(noise.labels), noise.weights, noise.names
    )
    tagger.fit(shuffled, examples(2), 3)
    rate = float(tagger._model.optimizer.learning_rate.numpy())
    halvings = np.log2(SETTINGS.learning_rate / rate)
    assert halvings >= 1
    assert halvings == pytest.approx(round(halvings), abs=1e-3)


def test_its_onnx_file_scores_as_it_does(fitted: Dense) -> None:
    held_out = examples(6)
    variables = tuple(
        VariableScaling(name, "identity", 1.0, None, 0.0, 1.0) for name in held_out.names
    )
    content = model_to_onnx(fitted, Scaling(variables), "run3", 0)
    session = onnxruntime.InferenceSession(content)
    scores = session.run(None, {"variables": held_out.inputs})[0]
    np.testing.assert_allclose(scores, fitted.score(held_out.inputs), rtol=0, atol=TOLERANCE)
