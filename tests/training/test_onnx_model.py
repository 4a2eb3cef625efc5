"""Graphs give what the framework gives, whatever the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pytest

from hepchain.config.taggers import TaggerSettings
from hepchain.errors import StageError
from hepchain.training import environment
from hepchain.training.keras_tagger import KerasTagger
from hepchain.training.layout import Layout
from hepchain.training.onnx_graph import Graph, standardised
from hepchain.training.onnx_model import model_to_onnx
from hepchain.training.regimes import make_tagger
from hepchain.training.scaling import LIMIT, Scaling, VariableScaling
from hepchain.training.tagger import Examples, Tagger
from hepchain.training.taggers.network import Network
from hepchain.training.taggers.settings.cuts import CutsConfig
from hepchain.training.taggers.settings.lstm import LstmConfig
from hepchain.training.taggers.settings.network import NetworkConfig
from hepchain.training.taggers.settings.residual import ResidualConfig
from hepchain.training.taggers.settings.transformer import TransformerConfig
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.train import TOLERANCE
from tests.training.feature_tables import CATEGORIES, Table, inputs_of, scaling_of

pytestmark = pytest.mark.xdist_group("keras")

Values = Callable[..., np.ndarray]
FIT: Any = {"learning_rate": 1e-3, "batch_size": 64, "epochs": 1, "patience": 1, "dropout": 0.3}
SETTINGS: list[TaggerSettings] = [
    TreesConfig(kind="trees", trees=30, depth=5, learning_rate=0.3, patience=5),
    CutsConfig(
        kind="cuts", variables=["e_over_p", "pixel_dedx", "pt"], peel=0.1, min_background=20
    ),
    NetworkConfig(kind="network", hidden=[24, 16], **FIT),
    ResidualConfig(kind="residual", bins=5, width=16, blocks=2, weight_decay=1e-4, **FIT),
    LstmConfig(kind="lstm", units=8, hidden=[16], **FIT),
    TransformerConfig(kind="transformer", width=8, heads=2, blocks=2, weight_decay=1e-4, **FIT),
]
BY_KIND: dict[str, TaggerSettings] = {settings.kind: settings for settings in SETTINGS}
BY_NAME: dict[str, TaggerSettings] = BY_KIND | {
    "conditioned": NetworkConfig(kind="network", hidden=[24, 16], conditioned=True, **FIT),
    "in ranges of pT": SETTINGS[0].model_copy(update={"pt_boundaries": [1.0, 2.0]}),
}


@pytest.fixture(scope="module", autouse=True)
def _environment() -> None:
    environment.prepare(gpus=0)


def run_graph(content: bytes, values: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(content)
    result: np.ndarray = session.run(None, {"variables": values})[0]
    return result


def _inputs(category: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    columns = Table(events=200).columns()
    rows = (columns["category"] == category) & (columns["label"] < 2)
    names = list(inputs_of(category))
    values = np.stack([columns[name][rows] for name in names], axis=1)
    return values, columns["label"][rows], names


def fitted(name: str, category: str) -> tuple[Tagger, Scaling]:
    """Tagger of this kind that has seen tracks."""
    values, labels, names = _inputs(category)
    weights = np.ones(len(values), dtype=np.float32)
    scaling = scaling_of(values, weights, inputs_of(category))
    examples = Examples(scaling.apply(values, names, "here"), labels, weights, names)
    settings = BY_NAME[name]
    tagger = make_tagger(settings, scaling)
    if isinstance(tagger, KerasTagger):
        tagger._model = tagger._build(examples)  # random weights do
        rng = np.random.default_rng(1)
        tagger._model.set_weights(
            [w + 0.1 * rng.normal(size=w.shape) for w in tagger._model.get_weights()]
        )
    else:
        tagger.fit(examples, examples, seed=1)
    return tagger, scaling


@pytest.mark.parametrize("transformation", ["identity", "log", "log1p", "asinh"])
def test_standardised_variables(transformation: str, extremes: Values) -> None:
    """Every value as :class:`Scaling` gives it, to the last bit but for roundings of double."""
    floors = {"log": 0.01, "log1p": -0.9}
    variable = VariableScaling("x", transformation, 3.0, floors.get(transformation), 0.3, 0.7)
    graph = Graph()
    inputs = standardised(graph, Scaling((variable,)), "variables")
    content = graph.model(1, graph.node("Reshape", inputs, graph.constant([-1], np.int64)), {})
    values = extremes(1, 2000)
    expected = variable.apply(values[:, 0]).astype(np.float32)
    assert np.abs(expected).max() == LIMIT
    np.testing.assert_allclose(run_graph(content, values), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", list(BY_NAME))
def test_raw_scores_of_every_kind(name: str, extremes: Values) -> None:
    tagger, scaling = fitted(name, CATEGORIES[0])
    content = model_to_onnx(tagger, scaling, CATEGORIES[0], 0)
    ordinary, _, names = _inputs(CATEGORIES[0])
    for values in (ordinary, extremes(len(names))):
        expected = tagger.score(scaling.apply(values, names, "here"))
        assert len(np.unique(expected)) > 3
        np.testing.assert_allclose(run_graph(content, values), expected, rtol=0, atol=TOLERANCE)


def test_model_of_several_categories(extremes: Values) -> None:
    names = ("a", "b", "c", "d")
    scaling = Scaling(tuple(VariableScaling(n, "asinh", 1.0, None, 0.1, 0.9) for n in names))
    layout = Layout(names, {"first": names, "second": ("b", "d")})
    for category, members in layout.categories.items():
        values = extremes(len(members))
        own = scaling.of(members)
        standard = own.apply(values, members, "here")
        expanded = layout.expand(standard, category).astype(np.float64)
        expected = expanded @ np.arange(expanded.shape[1])
        content = model_to_onnx(_Sum(), own, category, 0, layout)  # type: ignore[arg-type]
        np.testing.assert_allclose(run_graph(content, values), expected, atol=1e-4)


class _Sum:
    """Sum of the inputs, each times its position: tells any two input vectors apart."""

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        size = graph.node("Shape", inputs, start=1)
        end = graph.node("Squeeze", size, graph.constant([0], np.int64))
        zero, one = graph.constant(0, np.int64), graph.constant(1, np.int64)
        weights = graph.node("Cast", graph.node("Range", zero, end, one), to=1)
        product = graph.node("Mul", inputs, weights)
        return graph.node("ReduceSum", product, graph.constant([1], np.int64), keepdims=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_get_no_score(bad: float) -> None:
    content = model_to_onnx(*fitted("trees", "silicon"), "silicon", 0)
    values, _, _ = _inputs("silicon")
    values = values[:50].copy()
    values[7, 3] = bad
    scores = run_graph(content, values)
    assert np.flatnonzero(np.isnan(scores)).tolist() == [7]


def test_layer_that_is_not_known_is_named() -> None:
    import keras

    tagger = Network(NetworkConfig(kind="network", hidden=[3], **FIT))
    layers = [keras.layers.Input((3,)), keras.layers.GaussianNoise(0.1, name="noise")]
    tagger._model = keras.Sequential([*layers, keras.layers.Dense(2)])
    variables = tuple(VariableScaling(name, "identity", 1.0, None, 0.0, 1.0) for name in "xyz")
    with pytest.raises(StageError, match="layer 'noise' is of type GaussianNoise"):
        model_to_onnx(tagger, Scaling(variables), "silicon", 0)
