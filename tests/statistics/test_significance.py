"""The closed formulas in their limits, and against independent evaluations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from hepchain.statistics.inference import expected_limit
from hepchain.statistics.significance import asimov_significance, median_limit, s_over_sqrt_b

signals = st.floats(0.01, 1e4)
backgrounds = st.floats(0.1, 1e5)
relative = st.floats(0.0, 1.0)


@given(backgrounds, relative)
def test_no_signal_has_no_significance(b: float, error: float) -> None:
    assert asimov_significance(0.0, b, error * b) == 0.0
    assert s_over_sqrt_b(0.0, b) == 0.0


@given(signals, backgrounds)
def test_exact_background_gives_the_poisson_formula(s: float, b: float) -> None:
    expected = math.sqrt(2 * max((s + b) * math.log1p(s / b) - s, 0.0))
    tolerance = 1e-6 * s / math.sqrt(b) + 1e-6
    assert asimov_significance(s, b) == pytest.approx(expected, abs=tolerance)
    assert asimov_significance(s, b, 1e-6 * b) == pytest.approx(expected, rel=1e-3, abs=1e-3)


@given(st.floats(100.0, 1e6), relative)
def test_small_signal_gives_s_over_the_total_error(b: float, error: float) -> None:
    s = 1e-3 * math.sqrt(b)
    expected = s / math.hypot(math.sqrt(b), error * b)
    assert asimov_significance(s, b, error * b) == pytest.approx(expected, rel=0.02)


@given(signals, backgrounds, relative, st.floats(1.01, 3.0))
def test_significance_grows_with_signal_and_falls_with_background_and_error(
    s: float, b: float, error: float, factor: float
) -> None:
    z = asimov_significance(s, b, error * b)
    slack = 1e-6 * (1 + z)
    assert asimov_significance(s * factor, b, error * b) >= z - slack
    assert asimov_significance(s, b * factor, error * b * factor) <= z + slack
    assert asimov_significance(s, b, error * factor * b) <= z + slack


@given(signals, backgrounds, st.floats(1.5, 50.0))
def test_statistical_significance_grows_with_the_root_of_luminosity(
    s: float, b: float, factor: float
) -> None:
    z, more = asimov_significance(s, b), asimov_significance(factor * s, factor * b)
    assert more == pytest.approx(math.sqrt(factor) * z, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(("s", "b", "error"), [(10.0, 20.0, 4.0), (3.0, 1.0, 0.7), (50, 400, 80)])
def test_formula_is_the_likelihood_ratio_of_the_on_off_problem(
    s: float, b: float, error: float
) -> None:
    # n ~ Poisson(mu s + b), m ~ Poisson(tau b), tau = b / error^2: Asimov data, b profiled.
    tau = b / error**2
    n, m = s + b, tau * b

    def minus_log(background: float, signal: float) -> float:
        on, off = signal + background, tau * background
        return float(on - n * np.log(on) + off - m * np.log(off))

    fit = minimize_scalar(
        lambda background: minus_log(background, 0.0),
        bounds=(0.1 * b, b + 2 * s),
        method="bounded",
        options={"xatol": 1e-10},
    )
    expected = math.sqrt(2 * (fit.fun - minus_log(b, s)))
    assert asimov_significance(s, b, error) == pytest.approx(expected, rel=1e-5)


def test_no_background_has_no_significance() -> None:
    assert np.isnan(asimov_significance(1.0, 0.0))
    assert np.isnan(s_over_sqrt_b(1.0, 0.0))


@pytest.mark.parametrize("b", [5.0, 80.0, 3000.0])
def test_limit_of_an_exact_background_solves_the_asymptotic_formula(b: float) -> None:
    # CLs = 2 (1 - Phi(sqrt q)) = 0.05 at q = 1.96^2, with q = 2 (s - b ln(1 + s / b)).
    s = float(median_limit(b))
    assert 2 * (s - b * math.log1p(s / b)) == pytest.approx(1.959964**2, rel=1e-4)


@given(st.floats(1.0, 1e5), st.floats(0.0, 0.5), st.floats(1.05, 3.0))
def test_limit_grows_with_background_and_error(b: float, error: float, factor: float) -> None:
    limit = median_limit(b, error * b)
    assert median_limit(factor * b, error * b) > limit
    assert median_limit(b, (error + 0.05) * factor * b) > limit
    assert median_limit([b, -1.0], 0.0)[1] != median_limit([b, -1.0], 0.0)[1]


def test_limit_of_many_events_is_that_of_a_normal_distribution() -> None:
    assert median_limit(1e8, 3e4) == pytest.approx(1.96 * math.hypot(1e4, 3e4), rel=2e-3)


@pytest.mark.parametrize(("b", "relative"), [(24.0, 0.15), (750.0, 0.12)])
def test_limit_is_that_of_a_workspace_with_the_same_constraint(b: float, relative: float) -> None:
    signal = 0.5 * b * relative + 5.0
    modifier = {"name": "auxiliary", "type": "shapesys", "data": [relative * b]}
    strength = {"name": "mu", "type": "normfactor", "data": None}
    samples = [
        {"name": "signal", "data": [signal], "modifiers": [strength]},
        {"name": "w", "data": [b], "modifiers": [modifier]},
    ]
    workspace = {
        "channels": [{"name": "x", "samples": samples}],
        "observations": [{"name": "x", "data": [b]}],
        "measurements": [{"name": "x", "config": {"poi": "mu", "parameters": []}}],
        "version": "1.0.0",
    }
    found = expected_limit(workspace, 0.95).expected[2] * signal
    assert median_limit(b, relative * b) == pytest.approx(found, rel=2e-3)
