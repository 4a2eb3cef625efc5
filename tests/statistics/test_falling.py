"""Fits of a falling spectrum, and what is found in a window of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import kstest

from hepchain.errors import StageError
from hepchain.statistics.falling import (
    choose,
    design,
    excess,
    excess_of_chosen,
    fit,
    global_p_value,
)

ENERGY = 13_000.0
EDGES = np.arange(2700.0, 6101.0, 100.0)
WINDOW = (EDGES[:-1] >= 3300.0) & (EDGES[1:] <= 3700.0)
X = 0.5 * (EDGES[1:] + EDGES[:-1]) / ENERGY


def spectrum(events: float, *, bend: float = 0.0) -> np.ndarray:
    """Expected events of each bin; with a bend three parameters do not describe them."""
    rate = (1.0 - X) ** 9 * X ** (-6.0 + bend * np.log(X / X[0]))
    return np.asarray(events * rate / rate.sum())


def toys(number: int, events: float) -> np.ndarray:
    return np.random.default_rng(5).poisson(spectrum(events), (number, len(X))).astype(float)


def test_the_function_is_found_again() -> None:
    expected = spectrum(1e6)
    found = fit(expected[np.newaxis], design(EDGES, 3, ENERGY), ~WINDOW)
    assert found.converged.all()
    assert found.expected[0] == pytest.approx(expected, rel=1e-6)
    assert found.deviance[0] == pytest.approx(0.0, abs=1e-6)


def test_agrees_with_a_general_minimiser() -> None:
    counts = toys(1, 3000.0)[0]
    columns = design(EDGES, 4, ENERGY)

    def loss(theta: np.ndarray) -> float:
        rate = np.exp(columns[~WINDOW] @ theta)
        wanted = counts[~WINDOW]
        return float(np.sum(rate - wanted * np.log(rate) + gammaln(wanted + 1.0)))

    start = np.linalg.lstsq(columns, np.log(counts + 0.5), rcond=None)[0]
    theirs = np.exp(columns @ minimize(loss, start, method="BFGS").x)
    ours = fit(counts[np.newaxis], columns, ~WINDOW).expected[0]
    assert ours == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("events", [300.0, 40_000.0])
def test_p_values_without_a_signal_are_uniform(events: float) -> None:
    found = excess(toys(2000, events), design(EDGES, 3, ENERGY), WINDOW)
    assert found.fits.converged.all()
    assert kstest(found.p_value[np.isfinite(found.p_value)], "uniform").pvalue > 1e-3
    assert np.std(found.significance) == pytest.approx(1.0, abs=0.06)


def test_deviances_have_their_degrees_of_freedom() -> None:
    found = fit(toys(1000, 40_000.0), design(EDGES, 3, ENERGY), ~WINDOW)
    assert (found.degrees == len(X) - WINDOW.sum() - 3).all()
    assert found.deviance.mean() == pytest.approx(found.degrees[0], rel=0.05)


def test_a_signal_is_found_with_the_significance_of_a_count() -> None:
    """For an excess s over b known to sigma: about s / sqrt(b + sigma^2)."""
    expected = spectrum(40_000.0)
    inside = expected[WINDOW].sum()
    added = np.where(WINDOW, expected * 0.06, 0.0)
    columns = design(EDGES, 3, ENERGY)
    found = excess((expected + added)[np.newaxis], columns, WINDOW)
    uncertainty = np.std(excess(toys(500, 40_000.0), columns, WINDOW).expected)
    about = 0.06 * inside / np.hypot(np.sqrt(inside), uncertainty)
    assert found.significance[0] == pytest.approx(about, rel=0.05)
    assert found.expected[0] == pytest.approx(inside, rel=1e-6)


def test_a_deficit_is_negative() -> None:
    expected = spectrum(40_000.0)
    fewer = np.where(WINDOW, 0.9 * expected, expected)
    assert excess(fewer[np.newaxis], design(EDGES, 3, ENERGY), WINDOW).significance[0] < -3.0


def chosen(counts: np.ndarray) -> np.ndarray:
    return choose(np.atleast_2d(counts), EDGES, WINDOW, ENERGY, 0.05)


def test_functions_are_chosen_by_what_they_improve() -> None:
    assert chosen(spectrum(1e6, bend=0.0)) == 3
    assert chosen(spectrum(1e6, bend=-3.0)) > 3
    assert np.mean(chosen(toys(300, 40_000.0)) > 3) == pytest.approx(0.05, abs=0.04)


def test_no_function_rises_into_a_peak_wider_than_the_window() -> None:
    """So many more beside the window that five parameters follow them, and rise, by an F-test."""
    middle = 0.5 * (EDGES[1:] + EDGES[:-1])
    peak = 120.0 * np.exp(-0.5 * ((middle - 3500.0) / 250.0) ** 2)
    counts = spectrum(600.0) + peak
    following = fit(counts[np.newaxis], design(EDGES, 5, ENERGY), ~WINDOW)
    smallest = fit(counts[np.newaxis], design(EDGES, 3, ENERGY), ~WINDOW)
    assert (np.diff(following.expected[0]) > 0.0).any()
    assert smallest.deviance[0] > following.deviance[0] + 10.0
    found, parameters = excess_of_chosen(counts[np.newaxis], EDGES, WINDOW, ENERGY, 0.05)
    assert parameters[0] < 5
    assert (np.diff(found.fits.expected[0]) <= 0.0).all()


def test_spectra_together_are_as_each_alone() -> None:
    counts = np.vstack([toys(20, 40_000.0), spectrum(1e6, bend=-3.0)[np.newaxis]])
    found, parameters = excess_of_chosen(counts, EDGES, WINDOW, ENERGY, 0.05)
    assert len(set(parameters)) > 1
    for row, number in enumerate(parameters):
        alone = excess(counts[row : row + 1], design(EDGES, int(number), ENERGY), WINDOW)
        assert found.significance[row] == pytest.approx(alone.significance[0], abs=1e-3)
        assert found.fits.goodness[row] == pytest.approx(alone.fits.goodness[0], abs=1e-6)
        assert found.fits.expected[row] == pytest.approx(alone.fits.expected[0], rel=1e-6)


def test_empty_spectra_do_not_pretend() -> None:
    found = excess(np.zeros((1, len(X))), design(EDGES, 3, ENERGY), WINDOW)
    assert np.isnan(found.significance[0]) or abs(found.significance[0]) < 1e-3


def test_the_global_p_value_counts_toys() -> None:
    random = np.random.default_rng(7)
    value, error = global_p_value([0.01, 0.3], random.random((20_000, 2)))
    assert value == pytest.approx(1.0 - 0.99**2, abs=4.0 * error)
    assert global_p_value([0.0], np.ones((99, 1)))[0] == pytest.approx(0.01)


def test_what_cannot_be_fitted() -> None:
    columns = design(EDGES, 3, ENERGY)
    with pytest.raises(StageError, match="too few for a fit of 3 parameters"):
        fit(toys(1, 100.0), columns, np.arange(len(X)) < 3)
    with pytest.raises(StageError, match="no bin of the spectrum is in the window"):
        excess(toys(1, 100.0), columns, np.zeros(len(X), dtype=bool))
