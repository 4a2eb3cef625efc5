"""Limits against the counting experiment, published numbers, and simple laws."""

import math
from typing import Any

import numpy as np
import pyhf
import pytest
from pyhf.infer import hypotest
from pyhf.infer.intervals.upper_limits import toms748_scan
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from hepchain.errors import StageError
from hepchain.statistics import inference
from hepchain.statistics.discovery import discovery_significance
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import (
    SIGMAS,
    Limit,
    NoLimitError,
    expected_limit,
)
from hepchain.statistics.significance import asimov_significance
from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.workspace import Specification, Uncertainties, make_workspace

EXACT = Uncertainties(signal={}, background=1e-4, luminosity=0.0)
"""Next to none: a model without any nuisance parameter has nothing to fit."""


def counting(
    s: float,
    b: float,
    uncertainties: Uncertainties = EXACT,
    error: float = 0.0,
    signal_error: float = 0.0,
) -> Specification:
    """A single bin."""
    templates = Templates(
        edges=(0.0, 1.0),
        requested_bins=1,
        signal=Template((s,), (signal_error,), (1,)),
        backgrounds={"b": Template((b,), (error,), (1,))},
    )
    return make_workspace(templates, uncertainties, "region")


def asymptotic_cls(events: float, b: float, sigmas: float) -> float:
    """CLs of a counting experiment with known b, for data at a quantile of b alone."""
    root = math.sqrt(2 * (events - b * math.log1p(events / b)))
    return float(norm.sf(root - sigmas) / norm.cdf(sigmas))


@pytest.mark.parametrize("b", [3.0, 24.0, 100.0])
def test_band_is_that_of_the_closed_asymptotic_formula(b: float) -> None:
    limit = expected_limit(counting(math.sqrt(b), b), 0.95)
    for sigmas, found in zip(SIGMAS, limit.expected, strict=True):
        expected = brentq(lambda n, k=sigmas: asymptotic_cls(n, b, k) - 0.05, 1e-6, 50 * b)
        assert found * math.sqrt(b) == pytest.approx(expected, rel=3e-3)


def test_median_limit_is_near_the_exact_poisson_one() -> None:
    b = 100
    exact = brentq(lambda s: poisson.cdf(b, s + b) / poisson.cdf(b, b) - 0.05, 1, 100)
    assert expected_limit(counting(20.0, b), 0.95).expected[2] * 20 == pytest.approx(
        exact, rel=0.05
    )


@pytest.mark.parametrize(
    ("b", "error", "published"), [(24.0, 4.0, 13.0), (7.6, 2.1, 7.8), (0.5, 0.5, 2.9)]
)
def test_published_expected_limits_are_reproduced(b: float, error: float, published: float) -> None:
    # ATLAS, arXiv:1911.12606, region SR-E-1l1T: expected background and S95.
    uncertainties = Uncertainties(signal={}, background=error / b, luminosity=0.0)
    limit = expected_limit(counting(published, b, uncertainties), 0.95)
    assert limit.expected[2] == pytest.approx(1.0, abs=0.1)


def test_cls_at_the_limits_is_the_level() -> None:
    workspace = counting(
        10.0, 30.0, Uncertainties({"cross_section": 0.2}, 0.2, 0.017), error=3.0, signal_error=0.5
    )
    limit = expected_limit(workspace, 0.95)
    content = pyhf.Workspace(workspace)
    model = content.model()
    bounds = model.config.suggested_bounds()
    bounds[model.config.poi_index] = (0.0, 50.0)
    for row, value in enumerate(limit.expected):
        _, expected = hypotest(
            value, content.data(model), model, return_expected_set=True, par_bounds=bounds
        )
        assert float(expected[row]) == pytest.approx(0.05, rel=0.02)
    assert limit.bracket[0] < limit.expected[0]
    assert limit.expected[-1] < limit.bracket[1]


def test_limit_is_found_beyond_the_default_bounds_of_pyhf() -> None:
    limit = expected_limit(counting(0.05, 24.0), 0.95)
    assert limit.expected[-1] > limit.expected[2] > 100
    assert limit.expected[2] * 0.05 == pytest.approx(
        brentq(lambda n: asymptotic_cls(n, 24.0, 0) - 0.05, 1, 100), rel=3e-3
    )


@pytest.mark.thorough
def test_the_same_workspace_has_the_same_limit_to_the_last_bit() -> None:
    workspace = counting(10.0, 30.0, Uncertainties({"cross_section": 0.2}, 0.2, 0.017), error=3.0)
    assert expected_limit(workspace, 0.95) == expected_limit(workspace, 0.95)


def test_twice_the_signal_has_half_the_limit() -> None:
    first, second = (expected_limit(counting(s, 50.0), 0.95) for s in (5.0, 10.0))
    np.testing.assert_allclose(np.array(first.expected) / 2, second.expected, rtol=3e-3)


def test_each_uncertainty_weakens_the_limit() -> None:
    base = expected_limit(counting(10.0, 50.0), 0.95).expected[2]
    for workspace in (
        counting(10.0, 50.0, Uncertainties({"cross_section": 0.3}, 0.0, 0.0)),
        counting(10.0, 50.0, Uncertainties({}, 0.2, 0.0)),
        counting(10.0, 50.0, Uncertainties({}, 0.0, 0.1)),
        counting(10.0, 50.0, error=8.0),
        counting(10.0, 50.0, signal_error=2.0),
    ):
        assert expected_limit(workspace, 0.95).expected[2] > 1.005 * base


def test_a_higher_confidence_level_has_a_weaker_limit() -> None:
    workspace = counting(10.0, 50.0)
    low, high = (expected_limit(workspace, level).expected[2] for level in (0.90, 0.95))
    assert high > 1.1 * low


def test_a_signal_that_may_be_zero_has_no_limit() -> None:
    workspace = counting(10.0, 50.0, signal_error=9.0)
    with pytest.raises(NoLimitError, match=r"no upper limit: CLs is above 0\.05"):
        expected_limit(workspace, 0.95)
    assert issubclass(NoLimitError, StageError)


def failing(*arguments: Any, **keywords: Any) -> None:
    raise pyhf.exceptions.FailedMinimization(type("Result", (), {"message": "stuck"})())


def test_a_failed_fit_is_told_and_leaves_pyhf_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pyhf.get_backend()
    monkeypatch.setattr(pyhf.infer.mle, "fixed_poi_fit", failing)
    with pytest.raises(NotConvergedError, match=r"newton: stuck; minuit: stuck"):
        expected_limit(counting(10.0, 50.0), 0.95)
    monkeypatch.setattr(pyhf.infer.test_statistics, "q0", failing)
    with pytest.raises(NotConvergedError, match="stuck"):
        discovery_significance(counting(10.0, 50.0))
    assert pyhf.get_backend() == before


def test_minimisers_that_disagree_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Limit((1.0, 2.0, 9.0, 10.0, 11.0), (0.0, 16.0), "newton")
    monkeypatch.setattr(inference, "_scan", lambda *_: wrong)
    with pytest.raises(NotConvergedError, match="the limit of newton at 0 sigma has CLs"):
        expected_limit(counting(10.0, 50.0), 0.95)


@pytest.mark.parametrize(
    ("s", "b", "error"), [(0.0, 50.0, 0.1), (10.0, 50.0, 0.0), (30.0, 400.0, 0.1)]
)
def test_discovery_significance_is_that_of_the_closed_formula(
    s: float, b: float, error: float
) -> None:
    uncertainties = Uncertainties({"cross_section": 0.2}, error, 0.0)
    found = discovery_significance(counting(s, b, uncertainties))
    # The formula has a Poisson, the workspace a log-normal constraint: some per cent apart.
    expected = float(asimov_significance(s, b, error * b))
    assert found == pytest.approx(expected, rel=0.05, abs=2e-3)


def test_scan_that_meets_no_number_is_not_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    """SciPy gives up with a ValueError where CLs is not a number inside the bracket."""

    def gives_up(*arguments: Any, **settings: Any) -> None:
        raise ValueError("The function value at x=21.8 is NaN; solver cannot continue.")

    monkeypatch.setattr(inference, "toms748", gives_up)
    with pytest.raises(NotConvergedError, match=r"x=21\.8 is NaN"):
        expected_limit(counting(3.0, 9.0), 0.95)


def test_limits_are_those_of_a_scan_of_all_fits() -> None:
    """The band from fits of the Asimov data alone is that of pyhf, which makes four fits a CLs."""
    templates = Templates(
        edges=(0.0, 1.0, 2.0),
        requested_bins=2,
        signal=Template((4.0, 1.0), (0.3, 0.2), (100, 40)),
        backgrounds={"b": Template((20.0, 60.0), (3.0, 5.0), (44, 144))},
    )
    workspace = make_workspace(
        templates, Uncertainties({"cross_section": 0.2}, 0.2, 0.017), "region"
    )
    found = expected_limit(workspace, 0.95)
    content = pyhf.Workspace(workspace)
    model = content.model()
    bounds = model.config.suggested_bounds()
    bounds[model.config.poi_index] = (0.0, 100.0)
    _, expected = toms748_scan(
        content.data(model), model, 0.0, found.bracket[1], rtol=1e-4, par_bounds=bounds
    )
    assert found.expected == pytest.approx([float(value) for value in expected], rel=2e-3)


def test_uncertainties_of_the_signal_act_as_one_of_their_sum_in_quadrature() -> None:
    one = Uncertainties({"both": 0.3}, 0.2, 0.0)
    apart = Uncertainties({"cross_section": 0.18, "branching_fraction": 0.24}, 0.2, 0.0)
    limits = [expected_limit(counting(10.0, 50.0, item), 0.95).expected for item in (one, apart)]
    np.testing.assert_allclose(limits[1], limits[0], rtol=2e-3)
