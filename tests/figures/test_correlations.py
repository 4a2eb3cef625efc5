"""Correlations of variables whose correlation is known."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.config.figures import FiguresConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures.correlations import draw, strong
from hepchain.figures.style import Things
from hepchain.io.records import read_record
from hepchain.io.structured import plain, write_json
from hepchain.studies.correlations import Correlations, Moments, correlations
from hepchain.training.scaling import Scaling, VariableScaling
from tests.figures.figure_inputs import write

SIZE = 8000
NAMES = ("x", "twice", "other", "mixed", "power", "constant")
BALANCE = BalanceConfig(pt_edges=[0.5, 1.0, 5.0], abs_eta_edges=[0.0, 2.5], max_weight_ratio=50)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Correlations:
    """x and 2 x, an independent variable, half and half, exp(x) taken back by a logarithm."""
    random = np.random.default_rng(4)
    x, other = random.normal(size=(2, SIZE))
    columns = {
        "category": np.where(np.arange(SIZE) % 4 == 3, "silicon", "trt").tolist(),
        "label": (np.arange(SIZE) % 3).astype(np.int8),
        "pt": random.uniform(0.5, 5.0, SIZE),
        "eta": random.uniform(-2.5, 2.5, SIZE),
        "weight": np.ones(SIZE),
        "x": x,
        "twice": 2.0 * x,
        "other": other,
        "mixed": x - other,
        "power": np.exp(x),
        "constant": np.ones(SIZE),
    }
    path = write(tmp_path_factory.mktemp("features") / "features-0.parquet", columns, groups=5)
    kinds = dict.fromkeys(NAMES, "identity") | {"power": "log"}
    scaling = Scaling(
        tuple(
            VariableScaling(n, k, 1.0, 1e-9 if n == "power" else None, 0.0, 1.0)
            for n, k in kinds.items()
        )
    )
    groups = {name: "silicon" if name in ("x", "twice") else "trt" for name in NAMES}
    return correlations([path], "trt", groups, scaling, BALANCE)


@pytest.mark.parametrize("label", ["signal", "background"])
def test_known_correlations(numbers: Correlations, label: str) -> None:
    found = dict(zip(NAMES, numbers.values[label][0], strict=True))
    assert found["twice"] == 1.0
    assert found["power"] == pytest.approx(1.0, abs=1e-3)
    assert found["other"] == pytest.approx(0.0, abs=0.08)
    assert found["mixed"] == pytest.approx(np.sqrt(0.5), abs=0.05)
    assert np.isnan(found["constant"])


def test_the_file_of_numbers_holds_all_that_is_drawn(numbers: Correlations, tmp_path: Path) -> None:
    write_json(tmp_path / "numbers.json", plain(numbers))
    found = read_record(Correlations, tmp_path / "numbers.json")
    assert plain(found) == plain(numbers)
    np.testing.assert_array_equal(found.values["signal"], numbers.values["signal"])


def test_only_both_classes_of_the_category_count(numbers: Correlations) -> None:
    assert numbers.tracks == {"signal": 2000, "background": 2000}


def test_pieces_give_what_the_whole_gives() -> None:
    random = np.random.default_rng(4)
    values, weight = random.normal(size=(500, 3)), random.uniform(0.1, 2.0, 500)
    values[:, 1] += values[:, 0]
    pieces = Moments.empty(3)
    for rows in np.array_split(np.arange(500), 7):
        pieces.add(values[rows], weight[rows])
    known = np.cov(values.T, aweights=weight)
    widths = np.sqrt(np.diag(known))
    assert pieces.correlation() == pytest.approx(known / np.outer(widths, widths))


def test_without_tracks_nothing_is_known() -> None:
    assert np.isnan(Moments.empty(2).correlation()).all()


def test_the_signal_is_drawn_above_the_diagonal(
    numbers: Correlations, things: Things, config: FiguresConfig
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw(numbers, things, config)
        figure.draw_without_rendering()
    shown: np.ndarray = np.ma.filled(np.ma.asanyarray(figure.axes[0].images[0].get_array()), np.nan)
    rows = strong(numbers)
    mixed, x = rows.index(NAMES.index("mixed")), rows.index(NAMES.index("x"))
    assert shown[x, mixed] == numbers.values["signal"][0, 3]
    assert shown[mixed, x] == numbers.values["background"][3, 0]
    assert np.isnan(np.diag(shown)).all()
    assert np.asarray(figure.axes[0].lines[0].get_ydata())[0] == 1.5


def test_variables_without_a_strong_correlation_are_left_out(numbers: Correlations) -> None:
    names = [NAMES[row] for row in strong(numbers)]
    assert set(names) == {"x", "twice", "other", "mixed", "power"}
    assert {names[0], names[1]} == {"x", "twice"}
    weak = {name: values * 0.6 for name, values in numbers.values.items()}
    assert [NAMES[row] for row in strong(replace(numbers, values=weak))] == ["x", "twice", "power"]


def test_like_stands_beside_like() -> None:
    values = np.eye(4)
    values[0, 2] = values[2, 0] = 0.9
    values[1, 3] = values[3, 1] = -0.8
    numbers = Correlations("trt", list("abcd"), ["one"] * 4, {"signal": values}, {"signal": 1})
    order = strong(numbers)
    assert abs(order.index(0) - order.index(2)) == 1
    assert abs(order.index(1) - order.index(3)) == 1
