"""Limits and significances in bins: against pyhf, the closed formula of one bin, and limits."""

from __future__ import annotations

import numpy as np
import pytest

from hepchain.statistics.binned import Bins, binned_limit, binned_significance
from hepchain.statistics.discovery import discovery_significance
from hepchain.statistics.inference import (
    SIGMAS,
    expected_limit,
)
from hepchain.statistics.significance import asimov_significance, median_limit
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

SIGNAL, BACKGROUND, ERROR = (4.0, 5.0, 3.0), (60.0, 20.0, 4.0), (9.0, 5.0, 2.0)
NORMALISATION = 0.2


def bins(*, error: tuple[float, ...] = ERROR) -> Bins:
    return Bins(*(np.array([row]) for row in (SIGNAL, BACKGROUND, np.square(error))))


def workspace() -> Specification:
    edges = (0.0, 1.0, 2.0, 3.0)
    events = (1, 1, 1)
    templates = Templates(
        edges,
        3,
        Template(SIGNAL, (0.02, 0.02, 0.02), events),
        {"background": Template(BACKGROUND, ERROR, events)},
    )
    nothing_else = Uncertainties(signal={}, background=NORMALISATION, luminosity=0.0)
    return make_workspace(templates, nothing_else, "test")


def test_agrees_with_the_fits_of_the_workspace() -> None:
    limit = expected_limit(workspace(), 0.95).expected[SIGMAS.index(0)]
    assert binned_limit(bins(), NORMALISATION, 0.95)[0] == pytest.approx(limit, rel=3e-3)
    significance = discovery_significance(workspace())
    assert binned_significance(bins(), NORMALISATION)[0] == pytest.approx(significance, rel=3e-3)


def test_one_bin_is_a_counting_experiment() -> None:
    one = Bins(np.array([[12.0]]), np.array([[50.0]]), np.array([[16.0]]))
    error = np.hypot(0.1 * 50.0, 4.0)
    limit = median_limit(np.array([50.0]), np.array([error]), 0.95)[0] / 12.0
    assert binned_limit(one, 0.1, 0.95)[0] == pytest.approx(limit, rel=0.03)
    expected = asimov_significance(12.0, 50.0, error)
    assert binned_significance(one, 0.1)[0] == pytest.approx(expected, rel=0.03)


def test_without_systematic_the_closed_formula_adds_in_quadrature() -> None:
    exact = bins(error=(0.0, 0.0, 0.0))
    single = asimov_significance(SIGNAL, BACKGROUND)
    expected = np.sqrt((single**2).sum())
    assert binned_significance(exact, 0.0)[0] == pytest.approx(expected, rel=1e-9)


def test_bins_of_one_ratio_are_one_bin() -> None:
    share = np.array([[0.2, 0.5, 0.3]])
    parts = Bins(10.0 * share, 40.0 * share, 0.0 * share)
    whole = Bins(np.array([[10.0]]), np.array([[40.0]]), np.zeros((1, 1)))
    assert binned_limit(parts, 0.2, 0.95) == pytest.approx(binned_limit(whole, 0.2, 0.95))


def test_an_error_of_the_bin_is_as_good_as_a_normalisation_where_there_is_one_bin() -> None:
    one = Bins(np.array([[12.0]]), np.array([[50.0]]), np.array([[16.0]]))
    apart = binned_limit(one.decorrelated(0.1), 0.0, 0.95)
    assert apart == pytest.approx(binned_limit(one, 0.1, 0.95), rel=0.03)


def test_replicas_are_independent_and_empty_ones_undefined() -> None:
    signal = np.array([[4.0, 5.0], [4.0, 5.0], [4.0, 5.0], [0.0, 0.0]])
    background = np.array([[60.0, 20.0], [60.0, 0.0], [0.0, 20.0], [60.0, 20.0]])
    found = binned_limit(Bins(signal, background, 0.1 * background), 0.2, 0.95)
    assert np.isnan(found).tolist() == [False, False, True, True]
    merged = Bins(np.array([[9.0]]), np.array([[60.0]]), np.array([[6.0]]))
    assert found[1] == pytest.approx(binned_limit(merged, 0.2, 0.95)[0])
