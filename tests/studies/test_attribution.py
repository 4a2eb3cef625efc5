from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.special import expit

from hepchain.config.training import TreesConfig
from hepchain.config.variables import Transformation
from hepchain.errors import StageError
from hepchain.studies.attribution import attribute, log_odds, method_of, sampled
from hepchain.training.layout import Layout
from hepchain.training.model import Model
from hepchain.training.scaling import Scaling, VariableScaling
from hepchain.training.tagger import Examples
from hepchain.training.taggers.trees import Trees

RANDOM = np.random.default_rng(3)
SETTINGS = TreesConfig(kind="trees", trees=20, depth=4, learning_rate=0.3, patience=20)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def unscaled(*names: str) -> Scaling:
    plain = (Transformation.IDENTITY, 1.0, None, 0.0, 1.0)
    return Scaling(tuple(VariableScaling(name, *plain) for name in names))


def fitted(inputs: np.ndarray, slopes: np.ndarray) -> Trees:
    """Trees that have learnt a logistic model of the inputs."""
    labels = (RANDOM.uniform(size=len(inputs)) < expit(inputs @ slopes)).astype(np.int8)
    weights = np.ones(len(inputs), dtype=np.float32)
    tagger = Trees(SETTINGS)
    tagger.fit(Examples(inputs, labels, weights), Examples(inputs, labels, weights), 1)
    return tagger


def test_values_of_trees_add_up_and_leave_out_what_is_not_used() -> None:
    inputs = normal(2000, 4)
    inputs[:, 3] = 0.0
    model = Model("one", 0, 2, unscaled("a", "b", "c", "d"), fitted(inputs, np.array([2, 1, 0, 0])))
    found = attribute(model, inputs[:200], inputs, seed=1)
    assert method_of(model) == "exact"
    np.testing.assert_allclose(
        found.values.sum(axis=1) + found.base, log_odds(model, inputs[:200]), atol=1e-5
    )
    assert (found.values[:, 3] == 0.0).all()
    assert (found.rest == 0.0).all()
    first, second, third = np.abs(found.values[:, :3]).mean(axis=0)
    assert first > second > third


def test_model_of_several_categories_has_its_flags_apart() -> None:
    layout = Layout(("a", "b"), {"both": ("a", "b"), "half": ("b",)})
    rows = np.concatenate(
        [layout.expand(normal(1000, 2), "both"), layout.expand(normal(1000, 1), "half")]
    )
    tagger = fitted(rows, np.array([1.0, 1.0, 1.0, -1.0]))
    model = Model("half", 0, 2, unscaled("b"), tagger, layout)
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

    def score(self, inputs: np.ndarray) -> np.ndarray:
        return expit(inputs @ self.slopes).astype(np.float64)


def test_values_of_a_linear_model_are_its_terms() -> None:
    slopes = np.array([1.0, -0.5, 0.0])
    model = Model("one", 0, 2, unscaled("a", "b", "c"), Logistic(slopes))  # type: ignore[arg-type]
    values, background = normal(20, 3), normal(15, 3)
    found = attribute(model, values, background, seed=1)
    assert method_of(model) == "sampled"
    expected = slopes * (values - background.mean(axis=0))
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    # An input without influence leaves no trace but the rounding of the sums.
    np.testing.assert_allclose(found.values[:, 2], 0.0, atol=1e-12)
    np.testing.assert_allclose(
        found.values.sum(axis=1) + found.base, log_odds(model, values), atol=1e-9
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
