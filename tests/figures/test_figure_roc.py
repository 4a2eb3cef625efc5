"""Curves of fake rate against efficiency against sorted scores and closed formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from hepchain.figures import combination_comparison
from hepchain.figures.roc import GRID, ClassSums, collect, roc
from hepchain.roc import area_under_curve, auc_error
from hepchain.shares import ALL


def gaussian_tracks(separation: float, tracks: int) -> dict[str, Any]:
    """Two normal classes whose means are ``separation`` apart."""
    random = np.random.default_rng(4)
    label = np.arange(tracks) % 2
    score = random.normal(separation * label, 1.0)
    return {
        "category": np.where(random.random(tracks) < 0.5, "trt", "silicon"),
        "label": label,
        "weight": random.uniform(0.5, 1.5, tracks),
        "score": score,
        "log_likelihood_ratio": score,
        "raw": 1.0 / (1.0 + np.exp(-score)),
    }


def test_perfect_separation() -> None:
    table = {
        "category": np.array(["trt"] * 4),
        "label": np.array([1, 1, 0, 0]),
        "weight": np.ones(4),
        "score": np.array([2.0, 3.0, -1.0, 0.0]),
    }
    curve = roc("keras", "trt", collect([table], ["trt"])["trt"])
    assert curve.auc == 1.0
    assert (curve.fake_rate == 0.0).all()


def test_area_is_that_of_the_sorted_scores() -> None:
    table = gaussian_tracks(1.0, 5000)
    curve = roc("keras", ALL, collect([table], [])[ALL])
    exact = area_under_curve(table["score"], table["label"] == 1, table["weight"])
    assert curve.auc == pytest.approx(exact, abs=2e-4)


def test_curve_of_two_normal_classes() -> None:
    curve = roc("keras", ALL, collect([gaussian_tracks(1.5, 200_000)], [])[ALL])
    expected = norm.sf(norm.isf(GRID) + 1.5)
    inner = slice(20, -20)
    assert curve.fake_rate[inner] == pytest.approx(expected[inner], rel=0.1)
    assert curve.auc == pytest.approx(norm.cdf(1.5 / np.sqrt(2)), abs=3 * curve.auc_error)
    assert (curve.low <= curve.fake_rate + 1e-9).all()
    assert (curve.fake_rate <= curve.high + 1e-9).all()


def test_pieces_and_labels_that_do_not_count() -> None:
    table = gaussian_tracks(1.0, 1000)
    rows = (slice(500), slice(500, None))
    halves = [{name: values[chosen] for name, values in table.items()} for chosen in rows]
    other = table | {"label": np.full(1000, 2), "score": np.full(1000, 50.0)}
    whole = roc("keras", "trt", collect([table], ["trt"])["trt"])
    split = roc("keras", "trt", collect([*halves, other], ["trt"])["trt"])
    assert split.auc == pytest.approx(whole.auc, abs=1e-12)


def test_error_of_an_area_without_separation() -> None:
    """For an area of one half, Hanley and McNeil give nearly the error of Mann and Whitney."""
    assert auc_error(0.5, 100, 200) == pytest.approx(np.sqrt(301 / (12 * 100 * 200)), rel=0.01)


def test_empty_class_has_no_curve() -> None:
    sums = ClassSums()
    sums.fill(np.array([1.0]), np.array([1]), np.array([1.0]))
    curve = roc("keras", ALL, sums)
    assert curve.efficiency.size == 0
    assert np.isnan(curve.auc)


def test_order_of_raw_output_is_kept_near_its_ends() -> None:
    table = {"raw": np.array([1e-9, 1e-6, 0.5, 1 - 1e-6, 1 - 1e-9])}
    spread = combination_comparison.SCORES["raw"](table)
    assert (np.diff(spread) > 1.0).all()


def test_both_combinations_agree_where_one_is_a_function_of_the_other() -> None:
    table = gaussian_tracks(1.0, 20_000)
    curves = [
        combination_comparison.combination("keras", name, collect([table], [], function)[ALL])
        for name, function in combination_comparison.SCORES.items()
    ]
    assert curves[0].efficiency == pytest.approx(curves[1].efficiency, abs=1e-3)
    assert curves[0].efficiency[-1] == 1.0
