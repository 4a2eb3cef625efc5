"""The closed formulas in their limits, and against independent evaluations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from hepchain.statistics.significance import asimov_significance, s_over_sqrt_b

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
