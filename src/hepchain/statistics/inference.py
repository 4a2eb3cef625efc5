"""Limits of a workspace, from pyhf.

Fits use Newton's method, and limits are confirmed by Minuit. Where Minuit fails or disagrees, as it
does with millions of events a bin, other fits by Newton's method, which begin elsewhere, confirm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyhf
from pyhf.infer import hypotest
from scipy.optimize import toms748
from scipy.stats import norm

from hepchain.errors import StageError
from hepchain.statistics.fits import (
    DOUBLINGS,
    NotConvergedError,
    Optimizer,
    Profile,
    bounds_of,
    first_that_converges,
    free_fit,
    load_model,
    minimiser,
)
from hepchain.statistics.workspace import Specification

SIGMAS = (-2, -1, 0, 1, 2)
"""Quantiles of the expected limit, in standard deviations of a background-only experiment."""

AGREEMENT = 0.05
"""Largest relative difference of the CLs of both minimisers at a limit."""

TOLERANCE = 1e-6
"""Relative tolerance of the limits; CLs may fall far within a thousandth of a limit."""

INSUFFICIENT = "insufficient"
"""First word of the status of a result without a limit, for want of simulated events."""


class NoLimitError(StageError):
    """CLs stays above the level at any signal strength."""


def status_of(error: NoLimitError | NotConvergedError) -> str:
    """Status of a result that has no limit since this has happened."""
    word = INSUFFICIENT if isinstance(error, NoLimitError) else "not converged"
    return f"{word}: {error}"


@dataclass(frozen=True)
class Limit:
    """Expected upper limit on the signal strength (CLs, asymptotic, q-tilde)."""

    expected: tuple[float, ...]
    """Limit at each of ``SIGMAS`` from the median."""
    bracket: tuple[float, float]
    """Signal strengths between which it was searched: CLs is below the level at the upper one."""
    optimizer: Optimizer
    """Minimiser that found it."""

    def scaled(self, scale: float) -> Limit:
        """The limit in units of the prediction, of one in units of ``scale``."""
        low, high = self.bracket
        expected = tuple(scale * value for value in self.expected)
        return replace(self, expected=expected, bracket=(scale * low, scale * high))


def expected_limit(workspace: Specification, confidence_level: float) -> Limit:
    """Expected upper limit on the signal strength with its band of one and two sigma.

    CLs (A. Read, J. Phys. G 28 (2002) 2693) of the test statistic q-tilde in the asymptotic
    approximation (Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554), for the observation in the
    workspace, which is the expected background. All quantiles follow from one function, q of the
    Asimov data, one fit a call; its roots are searched in a bracket found by doubling.

    Parameters
    ----------
    workspace : with a signal strength of order one at the limit

    Raises
    ------
    NoLimitError : CLs is above the level after ``DOUBLINGS``
    NotConvergedError : both minimisers have failed, or they do not agree
    """
    level = 1.0 - confidence_level

    def attempt(first: Optimizer, second: Optimizer) -> Limit:
        limit = _scan(workspace, level, first)
        _confirm(workspace, level, limit, second)
        return limit

    return first_that_converges(attempt)


def observed_limit(workspace: Specification, confidence_level: float) -> float:
    """Upper limit on the signal strength for the observation in the workspace.

    As :func:`expected_limit`, with the same parameters and errors; two fits a call.
    """
    level = 1.0 - confidence_level

    def attempt(first: Optimizer, second: Optimizer) -> float:
        with minimiser(first):
            observed = _Observed(*load_model(workspace))
            upper = _bracket(lambda strength: observed.cls(strength) < level, level)
            limit = _crossing(observed.cls, level, upper, first)
        with minimiser(second):
            _agree(_cls(*load_model(workspace), limit)[0], level, f"the observed limit of {first}")
        return limit

    return first_that_converges(attempt)


def _scan(workspace: Specification, level: float, optimizer: Optimizer) -> Limit:
    """Limits of all quantiles, each where the root of q of the Asimov data is its own."""
    wanted = [quantile_root(sigma, level) for sigma in SIGMAS]
    with minimiser(optimizer):
        asimov = _Asimov(*load_model(workspace))
        upper = _bracket(lambda strength: asimov.root_of_q(strength) > wanted[-1], level)
        values = tuple(_crossing(asimov.root_of_q, root, upper, optimizer) for root in wanted)
    if not np.all(np.isfinite(values)) or np.any(np.diff(values) <= 0.0):
        raise NotConvergedError(f"{optimizer}: limits {values} do not increase")
    return Limit(values, (0.0, upper), optimizer)


def _bracket(excluded: Callable[[float], bool], level: float) -> float:
    """The first signal strength that is excluded, doubled from 1.

    Raises
    ------
    NoLimitError : none is after ``DOUBLINGS``
    """
    upper = 1.0
    for _ in range(DOUBLINGS):
        if excluded(upper):
            return upper
        upper *= 2.0
    raise NoLimitError(
        f"no upper limit: CLs is above {level:g} up to {upper:g} times the limit expected of a "
        "counting experiment; the signal's statistical error is too large: simulate more signal"
    )


def _crossing(
    function: Callable[[float], float], value: float, upper: float, optimizer: Optimizer
) -> float:
    """Signal strength from 0 to ``upper`` at which a function of it has this value.

    Raises
    ------
    NotConvergedError : the function is not a number somewhere
    """
    try:
        return float(toms748(lambda s: function(s) - value, 0.0, upper, rtol=TOLERANCE))
    except ValueError as error:
        raise NotConvergedError(f"{optimizer}: {error}") from error


def quantile_root(sigma: float, level: float) -> float:
    """Root of q of the Asimov data at the limit of a quantile ``sigma`` from the median.

    There CLs = (1 - Phi(root - sigma)) / Phi(sigma) is the level (Cowan, Cranmer, Gross, Vitells,
    EPJC 71 (2011) 1554, eq. 89 for CLs).
    """
    return float(sigma + norm.isf(level * norm.cdf(sigma)))


class _Asimov:
    """Test statistic of the data expected without signal, with a conditional fit a call."""

    def __init__(self, model: Any, data: Any) -> None:
        bounds = bounds_of(model, 1.0)
        nominal = pyhf.infer.mle.fixed_poi_fit(0.0, data, model, par_bounds=bounds)
        # Of these data the parameters that they were made with are the best fit.
        expected = model.expected_data(nominal)
        self.best = float(-2.0 * np.asarray(model.logpdf(nominal, expected)).item())
        self.profile = Profile(model, expected, 0.0, nominal)

    def root_of_q(self, strength: float) -> float:
        """Root of q of a signal strength."""
        if strength == 0.0:
            return 0.0
        return float(np.sqrt(max(self.profile.at(strength) - self.best, 0.0)))


class _Observed:
    """CLs of the observation."""

    def __init__(self, model: Any, data: Any) -> None:
        self.asimov = _Asimov(model, data)
        fitted, self.best = free_fit(model, data)
        self.strength = float(fitted[model.config.poi_index])
        self.profile = Profile(model, data, self.strength, fitted)

    def cls(self, strength: float) -> float:
        """CLs of a signal strength."""
        root = 0.0
        if strength > self.strength:
            root = float(np.sqrt(max(self.profile.at(strength) - self.best, 0.0)))
        return asymptotic_cls(root, self.asimov.root_of_q(strength))


def asymptotic_cls(root: float, expected: float) -> float:
    """CLs from the roots of q-tilde of the observation and of the data expected without signal.

    Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554, eq. 64 to 66; 1 at strength zero.
    """
    if expected == 0.0:
        return 1.0
    distance = root - expected
    if root > expected:
        distance = (root**2 - expected**2) / (2.0 * expected)
    return float(norm.sf(distance + expected) / norm.sf(distance))


def _cls(model: Any, data: Any, strength: float) -> Sequence[float]:
    """CLs of the observation and of the five quantiles."""
    observed, expected = hypotest(
        strength, data, model, return_expected_set=True, par_bounds=bounds_of(model, strength)
    )
    values = [float(observed), *(float(value) for value in expected)]
    if not np.all(np.isfinite(values)):
        raise NotConvergedError(f"CLs at mu = {strength:.3g} is not a number: {values}")
    return values


def _confirm(workspace: Specification, level: float, limit: Limit, optimizer: Optimizer) -> None:
    """Check the median and the highest limit with the other minimiser."""
    with minimiser(optimizer):
        model, data = load_model(workspace)
        for row in (SIGMAS.index(0), len(SIGMAS) - 1):
            found = _cls(model, data, limit.expected[row])[1 + row]
            _agree(found, level, f"the limit of {limit.optimizer} at {SIGMAS[row]} sigma")


def _agree(found: float, level: float, what: str) -> None:
    """Check that CLs at a limit is the level also with the other minimiser."""
    if abs(found - level) > AGREEMENT * level:
        raise NotConvergedError(
            f"{what} has CLs = {found:.4f} with the other minimiser, not {level:g}"
        )
