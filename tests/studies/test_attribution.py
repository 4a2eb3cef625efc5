from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from hepchain.errors import StageError
from hepchain.studies.attribution import attribute, log_odds, method_of, sampled
from hepchain.training.layout import Layout
from hepchain.training.model import Metadata, Model
from hepchain.training.onnx_graph import Graph
from hepchain.training.onnx_model import OnnxModel, model_to_onnx
from hepchain.training.scaling import Scaling, VariableScaling
from hepchain.training.tagger import Examples
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.taggers.trees import Trees

RANDOM = np.random.default_rng(3)
SETTINGS = TreesConfig(kind="trees", trees=20, depth=4, learning_rate=0.3, patience=20)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def unscaled(*names: str) -> Scaling:
    plain = ("identity", 1.0, None, 0.0, 1.0)
    return Scaling(tuple(VariableScaling(name, *plain) for name in names))


def fitted(inputs: np.ndarray, slopes: np.ndarray) -> Trees:
    """Trees that have learnt a logistic model of the inputs."""
    labels = (RANDOM.uniform(size=len(inputs)) < expit(inputs @ slopes)).astype(np.int8)
    weights = np.ones(len(inputs), dtype=np.float32)
    tagger = Trees(SETTINGS)
    tagger.fit(Examples(inputs, labels, weights), Examples(inputs, labels, weights), 1)
    return tagger


def model_of(
    tagger: Any, kind: str, scaling: Scaling, category: str, folder: Path, layout: Any = None
) -> Model:
    """Model as the training writes it."""
    tagger.save(folder)
    content = model_to_onnx(tagger, scaling, category, 0, layout)
    onnx = OnnxModel.open(folder / "model.onnx", content, "train it again")
    metadata = Metadata("toy", category, 0, 2, {"kind": kind}, {}, {})
    return Model(folder, metadata, scaling, onnx, layout)


def test_values_of_trees_add_up_and_leave_out_what_is_not_used(tmp_path: Path) -> None:
    inputs = normal(2000, 4)
    inputs[:, 3] = 0.0
    tagger = fitted(inputs, np.array([2, 1, 0, 0]))
    model = model_of(tagger, "trees", unscaled("a", "b", "c", "d"), "one", tmp_path)
    found = attribute(model, inputs[:200], inputs, seed=1)
    assert method_of(model) == "exact"
    np.testing.assert_allclose(
        found.values.sum(axis=1) + found.base, log_odds(model, inputs[:200]), atol=1e-5
    )
    assert (found.values[:, 3] == 0.0).all()
    assert (found.rest == 0.0).all()
    first, second, third = np.abs(found.values[:, :3]).mean(axis=0)
    assert first > second > third


def test_model_of_several_categories_has_its_flags_apart(tmp_path: Path) -> None:
    layout = Layout(("a", "b"), {"both": ("a", "b"), "half": ("b",)})
    rows = np.concatenate(
        [layout.expand(normal(1000, 2), "both"), layout.expand(normal(1000, 1), "half")]
    )
    tagger = fitted(rows, np.array([1.0, 1.0, 1.0, -1.0]))
    model = model_of(tagger, "trees", unscaled("b"), "half", tmp_path, layout)
    values = normal(50, 1)
    found = attribute(model, values, values, seed=1)
    assert found.values.shape == (50, 1)
    assert np.abs(found.rest).max() > 0.1
    total = found.values.sum(axis=1) + found.rest + found.base
    np.testing.assert_allclose(total, log_odds(model, values), atol=1e-5)


class Logistic:
    """Tagger that is linear in its inputs, and says nothing of contributions."""

    def __init__(self, slopes: np.ndarray) -> None:
        self.slopes = slopes

    def save(self, directory: Path) -> None:
        """What it has learnt is in the graph."""

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        odds = graph.node("MatMul", inputs, graph.constant(self.slopes[:, np.newaxis]))
        flat = graph.node("Reshape", odds, graph.constant([-1], np.int64))
        return graph.node("Sigmoid", flat)


@pytest.mark.thorough
def test_values_of_a_linear_model_are_its_terms(tmp_path: Path) -> None:
    slopes = np.array([1.0, -0.5, 0.0])
    model = model_of(Logistic(slopes), "network", unscaled("a", "b", "c"), "one", tmp_path)
    values, background = normal(20, 3), normal(15, 3)
    found = attribute(model, values, background, seed=1)
    assert method_of(model) == "sampled"
    expected = slopes * (values - background.mean(axis=0))
    np.testing.assert_allclose(found.values, expected, atol=1e-4)
    # An input without influence leaves no trace but the rounding of the sums.
    np.testing.assert_allclose(found.values[:, 2], 0.0, atol=1e-6)
    np.testing.assert_allclose(
        found.values.sum(axis=1) + found.base, log_odds(model, values), atol=1e-5
    )


def test_products_of_two_variables_are_shared_equally() -> None:
    """Of x y about a background at the origin, each variable has one half."""
    values, origin = normal(10, 3), np.zeros((1, 3), dtype=np.float32)
    found, _ = sampled(lambda rows: rows[:, 0] * rows[:, 1], values, origin, seed=5)
    half = 0.5 * values[:, 0] * values[:, 1]
    np.testing.assert_allclose(found, np.stack([half, half, 0.0 * half], axis=1), atol=1e-6)


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(StageError, match="--group explain"):
        sampled(lambda rows: rows[:, 0], normal(2, 2), normal(2, 2), seed=1)
