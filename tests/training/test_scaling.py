from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.errors import InputError, StageError
from hepchain.training.scaling import LIMIT, Scaling
from tests.training.feature_tables import scaling_of

VARIABLES = {
    "momentum": ("log", 1.0),
    "chi_squared": ("log1p", 1.0),
    "distance": ("asinh", 0.1),
    "angle": ("identity", 1.0),
}


def table(seed: int = 1, size: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns = [
        rng.lognormal(0.0, 1.0, size),
        rng.chisquare(5, size),
        rng.standard_t(4, size),
        rng.uniform(-np.pi, np.pi, size),
    ]
    return np.stack(columns, axis=1).astype(np.float32), rng.gamma(2.0, size=size).astype(
        np.float32
    )


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_inputs_have_weighted_mean_zero_and_width_one(seed: int) -> None:
    values, weights = table(seed)
    scaled = scaling_of(values, weights, VARIABLES).apply(values, list(VARIABLES), "test")
    mean = np.average(scaled.astype(float), axis=0, weights=weights)
    square = np.average(scaled.astype(float) ** 2, axis=0, weights=weights)
    np.testing.assert_allclose(mean, 0.0, atol=1e-4)
    np.testing.assert_allclose(np.sqrt(square - mean**2), 1.0, atol=1e-3)


def test_log_of_a_lognormal_is_its_normal() -> None:
    values, _ = table()
    scaling = scaling_of(values, np.ones(len(values), dtype=np.float32), VARIABLES)
    assert scaling.variables[0].mean == pytest.approx(0.0, abs=0.05)
    assert scaling.variables[0].width == pytest.approx(1.0, abs=0.05)


def test_weights_decide() -> None:
    values = np.array([[0.0], [10.0]], dtype=np.float32)
    weights = np.array([3.0, 1.0], dtype=np.float32)
    variable = scaling_of(values, weights, {"x": ("identity", 1.0)}).variables[0]
    assert variable.mean == pytest.approx(2.5)
    assert variable.width == pytest.approx(np.sqrt(0.75 * 2.5**2 + 0.25 * 7.5**2))


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_constant_variable_becomes_zero(constant: float) -> None:
    values = np.full((100, 1), constant, dtype=np.float32)
    scaling = scaling_of(values, np.ones(100, dtype=np.float32), {"x": ("identity", 1.0)})
    np.testing.assert_allclose(scaling.apply(values, ["x"], "test"), 0.0, atol=1e-6)


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=50))
@settings(deadline=None)
def test_scaling_never_turns_the_order_around(numbers: list[float]) -> None:
    values, weights = table()
    scaling = scaling_of(values, weights, VARIABLES)
    ordered = np.sort(np.array(numbers, dtype=np.float32))
    scaled = scaling.apply(np.repeat(ordered[:, None], 4, axis=1), list(VARIABLES), "test")
    assert (np.diff(scaled, axis=0) >= 0.0).all()
    assert np.abs(scaled).max() <= LIMIT


def test_values_outside_the_domain_are_taken_as_the_smallest_inside() -> None:
    values = np.array([[0.0], [-1.0], [0.5], [2.0], [3.0]], dtype=np.float32)
    scaling = scaling_of(values, np.ones(5, dtype=np.float32), {"x": ("log", 1.0)})
    scaled = scaling.apply(values, ["x"], "test")
    assert scaling.variables[0].floor == 0.5
    assert scaled[0] == scaled[1] == scaled[2]
    assert np.isfinite(scaled).all()


def test_wrong_transformation_is_named() -> None:
    values = np.array([[-1.0], [-2.0], [3.0]], dtype=np.float32)
    with pytest.raises(StageError, match=r"variable d0: 2 of 3 values .*'log'"):
        scaling_of(values, np.ones(3, dtype=np.float32), {"d0": ("log", 1.0)})


def test_saved_scaling_is_the_same(tmp_path: Path) -> None:
    scaling = scaling_of(*table(), VARIABLES)
    scaling.write(tmp_path)
    assert Scaling.read(tmp_path) == scaling


@pytest.mark.parametrize("content", ["{", "{}", '{"variables": [{"name": "x"}]}', "[]"])
def test_broken_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "scaling.json").write_text(content)
    with pytest.raises(InputError, match=r"scaling\.json"):
        Scaling.read(tmp_path)


def test_nan_is_refused_with_counts() -> None:
    values, weights = table()
    scaling = scaling_of(values, weights, VARIABLES)
    values[3:5, 1] = np.nan
    values[7, 2] = np.inf
    with pytest.raises(InputError, match=r"part-0: .*chi_squared \(2\), distance \(1\)"):
        scaling.apply(values, list(VARIABLES), "part-0")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["momentum", "distance", "angle", "mass"],
            "missing chi_squared; unknown to the model mass",
        ),
        (["chi_squared", "momentum", "distance", "angle"], "another order"),
    ],
)
def test_other_variables_are_refused_with_the_difference(names: list[str], message: str) -> None:
    values, weights = table()
    with pytest.raises(InputError, match=message):
        scaling_of(values, weights, VARIABLES).apply(values, names, "part-0")
