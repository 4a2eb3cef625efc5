"""Fits by Newton's method: closed formulas over eight orders of magnitude, and other minimisers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyhf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from hepchain.statistics.counting import Counting, analyse
from hepchain.statistics.diagnostics import diagnose
from hepchain.statistics.discovery import discovery_significance
from hepchain.statistics.fits import Optimizer, bounds_of, load_model, minimiser
from hepchain.statistics.inference import SIGMAS, expected_limit
from hepchain.statistics.significance import median_limit
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

MEDIAN = SIGMAS.index(0)


def q_of_asimov(s: float, b: float, error: float) -> float:
    """Test statistic of a signal s for b events of a background b +- error, normal, not negative.

    The rate x = s + background that fits best solves x^2 + (error^2 - s - b) x - b error^2 = 0.
    """
    half = (error**2 - s - b) / 2
    rate = b * error**2 / (half + math.hypot(half, math.sqrt(b) * error))
    rate = max(rate, s)
    shift = (rate - b) / b
    return 2 * b * (shift - math.log1p(shift)) + ((rate - s - b) / error) ** 2


def closed_limit(b: float, error: float, sigmas: float = 0.0) -> float:
    """Asymptotic CLs limit (Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554)."""

    def excess(s: float) -> float:
        root = math.sqrt(q_of_asimov(s, b, error))
        return float(norm.sf(root - sigmas) / norm.cdf(sigmas)) - 0.05

    width = math.hypot(math.sqrt(b), error)
    return float(brentq(excess, 1e-6 * width, 50 * width + 50, rtol=1e-10))


@pytest.mark.parametrize("relative", [0.002, 0.2, 1.0])
@pytest.mark.parametrize(
    "b", [1e1, 1e3, *(pytest.param(b, marks=pytest.mark.thorough) for b in (1e5, 1e7, 1e9))]
)
def test_limits_of_a_count_are_the_closed_formula(b: float, relative: float) -> None:
    result = analyse(Counting(b, b, relative * b))
    for sigmas, found in zip(SIGMAS, result.expected_limit, strict=True):
        assert found == pytest.approx(closed_limit(b, relative * b, sigmas), rel=1e-4)
    assert result.observed_limit == pytest.approx(result.expected_limit[MEDIAN], rel=1e-4)
    assert result.significance == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("b", [1e2, 1e4, 1e6, 1e8])
def test_a_background_known_exactly(b: float) -> None:
    result = analyse(Counting(b, b))
    assert result.expected_limit[MEDIAN] == pytest.approx(float(median_limit(b)), rel=1e-4)


@pytest.mark.parametrize("b", [1e3, 1e6, pytest.param(1e8, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("excess", [1.0, 5.0])
def test_observed_excesses(b: float, excess: float) -> None:
    """Of many events a likelihood is normal: the significance is the excess over its width."""
    error = 0.01 * b
    n = round(b + excess * math.hypot(math.sqrt(b), error))
    result = analyse(Counting(n, b, error))
    assert result.significance == pytest.approx(excess, rel=0.08 if b < 1e4 else 0.03)
    assert result.observed_limit > (n - b) * 1.05


def test_median_limit_keeps_its_digits() -> None:
    b = np.array([1e6, 1e8, 1e10])
    np.testing.assert_allclose(median_limit(b), 1.959964 * np.sqrt(b), rtol=1e-3)
    np.testing.assert_allclose(median_limit(b, 1e-3 * b), median_limit(b, 1e-3 * b), rtol=1e-6)


def templates(scale: float, bins: int = 3) -> Templates:
    """Backgrounds of so many events a bin, and a signal of the size of their fluctuations."""
    shape = np.array([1.0, 0.8, 0.5])[:bins]
    signal = np.array([0.6, 0.4, 1.0])[:bins] * math.sqrt(scale)

    def template(contents: Any, error: float) -> Template:
        return Template(tuple(contents), tuple(error * contents), (100,) * bins)

    return Templates(
        edges=tuple(float(edge) for edge in range(bins + 1)),
        requested_bins=bins,
        signal=template(signal, 0.03),
        backgrounds={"w": template(scale * shape, 0.002), "z": template(scale * shape / 10, 3e-4)},
    )


def workspace(scale: float, background: float = 0.1) -> tuple[Specification, float]:
    """Workspace and the factor on its signal, of which the limit is of order one."""
    content = templates(scale)
    events = sum(content.background.contents)
    factor = math.hypot(math.sqrt(events), 0.01 * events) / sum(content.signal.contents)
    uncertainties = Uncertainties({"x": 0.1, "y": 0.05}, background, 0.017)
    return make_workspace(content, uncertainties, "region", signal_factor=factor), factor


@pytest.mark.parametrize("scale", [1e2, 1e7])
def test_templates_of_any_size_have_limits_and_fits(scale: float) -> None:
    """Of a nearly linear model limit and significance follow from the error."""
    content, factor = workspace(scale)
    limit = expected_limit(content, 0.95).scaled(factor)
    strength = discovery_significance(content, 1.0 / factor)
    found = diagnose(content, factor, (0.0, 1.0))
    error = found.expected.signal_strength_error
    assert error is not None
    assert found.expected.signal_strength == pytest.approx(1.0, rel=2e-3)
    assert [item.fitted for item in found.closure] == pytest.approx([0.0, 1.0], abs=2e-3)
    tolerance = 0.15 if scale < 1e4 else 0.02
    assert strength == pytest.approx(1.0 / error, rel=tolerance)
    assert limit.expected[MEDIAN] == pytest.approx(1.96 * error, rel=tolerance + 0.03)
    assert max(pull.constraint for pull in found.expected.pulls) < 1.01


def test_errors_do_not_depend_on_what_normalises_the_background() -> None:
    """Bins with 10^7 events measure it: its uncertainty beforehand is no matter."""
    errors = []
    for uncertainty in (0.01, 0.1):
        content, factor = workspace(1e7, uncertainty)
        errors.append(diagnose(content, factor, ()).expected.signal_strength_error)
    assert errors[0] == pytest.approx(errors[1], rel=0.01)


def test_bins_of_one_shape_are_one_bin() -> None:
    """Without statistical errors, bins alike in signal over background tell what their sum does."""
    limits = []
    for bins in (1, 4):
        contents = (4e6 / bins,) * bins
        content = Templates(
            edges=tuple(float(edge) for edge in range(bins + 1)),
            requested_bins=bins,
            signal=Template((1e4 / bins,) * bins, (0.0,) * bins, (1,) * bins),
            backgrounds={"b": Template(contents, (0.0,) * bins, (1,) * bins)},
        )
        uncertainties = Uncertainties({"x": 0.1}, 0.002, 0.0)
        limits.append(expected_limit(make_workspace(content, uncertainties, "r"), 0.95).expected)
    np.testing.assert_allclose(limits[0], limits[1], rtol=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.floats(1.0, 5000.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.integers(0, 2**31 - 1))
def test_no_other_minimiser_goes_lower(
    scale: float, truth: float, strength: float, seed: int
) -> None:
    content, _ = workspace(scale)
    model, _ = load_model(content)
    parameters = model.config.suggested_init()
    parameters[model.config.poi_index] = truth
    rates = np.asarray(model.expected_actualdata(parameters))
    counts = np.random.default_rng(seed).poisson(rates).tolist()
    data = [*map(float, counts), *model.config.auxdata]
    bounds = bounds_of(model, 1.0)

    def value() -> float:
        _, found = pyhf.infer.mle.fixed_poi_fit(
            strength, data, model, par_bounds=bounds, return_fitted_val=True
        )
        return float(found)

    with minimiser("newton"):
        newton = value()
    pyhf.set_backend("numpy", pyhf.optimize.scipy_optimizer())
    assert newton <= value() + 1e-6


def test_errors_and_correlations_are_those_of_minuit() -> None:
    content, _ = workspace(1e3)
    model, data = load_model(content)
    bounds = [
        (-15.0, 15.0) if tuple(bound) in ((0.0, 10.0), (-5.0, 5.0)) else tuple(bound)
        for bound in model.config.suggested_bounds()
    ]
    found = []
    names: tuple[Optimizer, ...] = ("newton", "minuit")
    for name in names:
        with minimiser(name):
            result, correlations = pyhf.infer.mle.fit(
                np.add(data, 10.0 * (np.arange(len(data)) < model.config.nmaindata)).tolist(),
                model,
                par_bounds=bounds,
                return_uncertainties=True,
                return_correlations=True,
            )
        found.append((np.asarray(result), np.asarray(correlations)))
    (newton, minuit), (table, expected) = zip(*found, strict=True)
    np.testing.assert_allclose(newton[:, 0], minuit[:, 0], atol=5e-3)
    np.testing.assert_allclose(newton[:, 1], minuit[:, 1], rtol=0.02)
    np.testing.assert_allclose(table, expected, atol=0.02)
