"""Limits and discovery significances of a workspace, from pyhf.

Fits use SciPy's SLSQP; if one fails, all are made again with Minuit. Limits are confirmed by the
other of the two, since SLSQP may call a point a minimum that is none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import pyhf
from pyhf.infer import hypotest, test_statistics
from scipy.optimize import toms748
from scipy.stats import norm

from hepchain.errors import StageError
from hepchain.statistics.workspace import Specification

LOGGER = logging.getLogger(__name__)

SIGMAS = (-2, -1, 0, 1, 2)
"""Quantiles of the expected limit, in standard deviations of a background-only experiment."""

DOUBLINGS = 10
"""Doublings of the signal strength, from 1, after which no limit is expected any more.

Beyond a thousand times the expected limit fits become unreliable: a false minimum would then pass
for a limit.
"""

AGREEMENT = 0.05
"""Largest relative difference of the CLs of both minimisers at a limit."""

CLIP = 1e-9
"""Smallest content of a bin in a fit."""

TOLERANCE = 1e-3
"""Relative tolerance of the limits."""

Optimizer = Literal["scipy", "minuit"]

Result = TypeVar("Result")

ORDERS: tuple[tuple[Optimizer, Optimizer], ...] = (("scipy", "minuit"), ("minuit", "scipy"))
"""Which minimiser finds a limit and which confirms it: what is tried first, and then."""


class NotConvergedError(Exception):
    """A fit has failed, or the two minimisers do not agree."""


class NoLimitError(StageError):
    """CLs stays above the level at any signal strength."""


@dataclass(frozen=True)
class Limit:
    """Expected upper limit on the signal strength (CLs, asymptotic, q-tilde)."""

    expected: tuple[float, ...]
    """Limit at each of ``SIGMAS`` from the median."""
    bracket: tuple[float, float]
    """Signal strengths between which it was searched: CLs is below the level at the upper one."""
    optimizer: Optimizer
    """Minimiser that found it."""


@contextmanager
def minimiser(name: Optimizer) -> Iterator[None]:
    """NumPy and this minimiser for all pyhf calls of the block."""
    previous = pyhf.get_backend()
    choices = {
        "scipy": pyhf.optimize.scipy_optimizer,
        "minuit": lambda: pyhf.optimize.minuit_optimizer(strategy=1, tolerance=1e-3),
    }
    pyhf.set_backend("numpy", choices[name]())
    try:
        yield
    except (pyhf.exceptions.FailedMinimization, FloatingPointError) as error:
        raise NotConvergedError(f"{name}: {str(error).splitlines()[0]}") from error
    finally:
        pyhf.set_backend(*previous)


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

    return _first_that_converges(attempt)


def observed_limit(workspace: Specification, confidence_level: float) -> float:
    """Upper limit on the signal strength for the observation in the workspace.

    As :func:`expected_limit`, with the same parameters and errors; two fits a call.
    """
    level = 1.0 - confidence_level

    def attempt(first: Optimizer, second: Optimizer) -> float:
        with minimiser(first):
            model, data = load_model(workspace)
            limit = _search(_Observed(model, data), level, first)
        with minimiser(second):
            _agree(_cls(*load_model(workspace), limit)[0], level, f"the observed limit of {first}")
        return limit

    return _first_that_converges(attempt)


def _first_that_converges(attempt: Callable[[Optimizer, Optimizer], Result]) -> Result:
    """Result of the first of ``ORDERS`` with which fits converge.

    Raises
    ------
    NotConvergedError : they do with none; with the problems of all
    """
    problems = []
    for first, second in ORDERS:
        try:
            return attempt(first, second)
        except NotConvergedError as error:
            LOGGER.warning("%s", error)
            problems.append(str(error))
    raise NotConvergedError("; ".join(problems))


def load_model(workspace: Specification) -> tuple[Any, Any]:
    """pyhf model and data of a workspace."""
    content = pyhf.Workspace(workspace)
    if not _has_shapes(workspace):
        model = content.model()
    else:  # They are interpolated linearly: far from the nominal a bin would fall below zero.
        model = content.model(clip_sample_data=0.0, clip_bin_data=CLIP)
    return model, content.data(model)


def _has_shapes(workspace: Specification) -> bool:
    samples = [sample for channel in workspace["channels"] for sample in channel["samples"]]
    return any(
        modifier["type"] == "histosys" for sample in samples for modifier in sample["modifiers"]
    )


def _bounds(model: Any, upper: float) -> list[tuple[float, float]]:
    """Bounds of the fits: the signal strength may go well beyond the one that is tested."""
    bounds = list(model.config.suggested_bounds())
    bounds[model.config.poi_index] = (0.0, max(10.0, 10.0 * upper))
    return bounds


def _scan(workspace: Specification, level: float, optimizer: Optimizer) -> Limit:
    """Limits of all quantiles, each where the root of q of the Asimov data is its own."""
    with minimiser(optimizer):
        model, data = load_model(workspace)
        asimov = _Asimov(model, data)
        wanted = [quantile_root(sigma, level) for sigma in SIGMAS]
        upper = 1.0
        for _ in range(DOUBLINGS):
            if asimov.root_of_q(upper) > wanted[-1]:
                break
            upper *= 2.0
        else:
            raise NoLimitError(_no_limit(level, upper))
        try:
            values = tuple(_strength_at(asimov, root, upper) for root in wanted)
        except ValueError as error:  # not a number within the bracket
            raise NotConvergedError(f"{optimizer}: {error}") from error
    if not np.all(np.isfinite(values)) or np.any(np.diff(values) <= 0.0):
        raise NotConvergedError(f"{optimizer}: limits {values} do not increase")
    return Limit(values, (0.0, upper), optimizer)


def _strength_at(asimov: _Asimov, root: float, upper: float) -> float:
    """Signal strength at which the root of q is this."""
    found = toms748(lambda s: asimov.root_of_q(s) - root, 0.0, upper, rtol=TOLERANCE)
    return float(found)


def quantile_root(sigma: float, level: float) -> float:
    """Root of q of the Asimov data at the limit of a quantile ``sigma`` from the median.

    There CLs = (1 - Phi(root - sigma)) / Phi(sigma) is the level (Cowan, Cranmer, Gross, Vitells,
    EPJC 71 (2011) 1554, eq. 89 for CLs).
    """
    return float(sigma + norm.isf(level * norm.cdf(sigma)))


class _Profile:
    """-2 ln of the likelihood of data against the signal strength, a conditional fit a call."""

    def __init__(self, model: Any, data: Any, strength: float, fitted: Any) -> None:
        """``fitted``: all parameters at ``strength``, where the first fit begins."""
        self.model, self.data = model, data
        self.fits: dict[float, Any] = {strength: fitted}

    def at(self, strength: float) -> float:
        """The value at a signal strength, from a fit that begins at that of the nearest one."""
        nearest = min(self.fits, key=lambda other: abs(other - strength))
        fitted, value = pyhf.infer.mle.fixed_poi_fit(
            strength,
            self.data,
            self.model,
            init_pars=list(self.fits[nearest]),
            par_bounds=_bounds(self.model, strength),
            return_fitted_val=True,
        )
        if not np.isfinite(float(value)):
            raise NotConvergedError(f"likelihood at mu = {strength:.3g} is not a number: {value}")
        self.fits[strength] = np.asarray(fitted)
        return float(value)


class _Asimov:
    """Test statistic of the data expected without signal, with a conditional fit a call."""

    def __init__(self, model: Any, data: Any) -> None:
        bounds = _bounds(model, 1.0)
        nominal = pyhf.infer.mle.fixed_poi_fit(0.0, data, model, par_bounds=bounds)
        # Of these data the parameters that they were made with are the best fit.
        expected = model.expected_data(nominal)
        self.best = float(-2.0 * np.asarray(model.logpdf(nominal, expected)).item())
        self.profile = _Profile(model, expected, 0.0, nominal)

    def root_of_q(self, strength: float) -> float:
        """Root of q of a signal strength."""
        if strength == 0.0:
            return 0.0
        return float(np.sqrt(max(self.profile.at(strength) - self.best, 0.0)))


class _Observed:
    """CLs of the observation."""

    def __init__(self, model: Any, data: Any) -> None:
        self.asimov = _Asimov(model, data)
        fitted, self.best = self._free_fit(model, data)
        self.strength = float(fitted[model.config.poi_index])
        self.profile = _Profile(model, data, self.strength, fitted)

    @staticmethod
    def _free_fit(model: Any, data: Any) -> tuple[Any, float]:
        """Best fit with a signal strength of at least 0, and its -2 ln of the likelihood."""
        upper = 1.0
        while True:
            bounds = _bounds(model, upper)
            fitted, value = pyhf.infer.mle.fit(
                data, model, par_bounds=bounds, return_fitted_val=True
            )
            _, end = bounds[model.config.poi_index]
            if fitted[model.config.poi_index] < 0.99 * end or upper >= 2.0**DOUBLINGS:
                return np.asarray(fitted), float(value)
            upper *= 10.0

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


def _search(observed: _Observed, level: float, optimizer: Optimizer) -> float:
    """Signal strength at which CLs of the observation is ``level``."""
    upper = 1.0
    for _ in range(DOUBLINGS):
        if observed.cls(upper) < level:
            break
        upper *= 2.0
    else:
        raise NoLimitError(_no_limit(level, upper))
    try:
        return float(toms748(lambda s: observed.cls(s) - level, 0.0, upper, rtol=TOLERANCE))
    except ValueError as error:
        raise NotConvergedError(f"{optimizer}: {error}") from error


def _no_limit(level: float, upper: float) -> str:
    return (
        f"no upper limit: CLs is above {level:g} up to {upper:g} times the limit expected of a "
        "counting experiment; the signal's statistical error is too large: simulate more signal"
    )


def _cls(model: Any, data: Any, strength: float) -> Sequence[float]:
    """CLs of the observation and of the five quantiles."""
    observed, expected = hypotest(
        strength, data, model, return_expected_set=True, par_bounds=_bounds(model, strength)
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


def discovery_significance(workspace: Specification, strength: float = 1.0) -> float:
    """Median significance with which the background alone is refused if the signal is there.

    Root of the test statistic q0 of the Asimov data at signal strength ``strength`` and nominal
    nuisance parameters (Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554, eq. 12 and 52).

    Raises
    ------
    NotConvergedError : the fit has failed with both minimisers
    """

    def attempt(first: Optimizer, second: Optimizer) -> float:
        with minimiser(first):
            model, _ = load_model(workspace)
            parameters = _nominal(model, strength)
            return _root_of_q0(model, model.expected_data(parameters), strength)

    return _first_that_converges(attempt)


def observed_significance(workspace: Specification) -> float:
    """Significance with which the observation in the workspace refuses the background alone.

    Root of q0; 0 if fewer events than expected are observed.

    Raises
    ------
    NotConvergedError : the fit has failed with both minimisers
    """

    def attempt(first: Optimizer, second: Optimizer) -> float:
        with minimiser(first):
            return _root_of_q0(*load_model(workspace), strength=1.0)

    return _first_that_converges(attempt)


def _nominal(model: Any, strength: float) -> list[float]:
    parameters = list(model.config.suggested_init())
    parameters[model.config.poi_index] = strength
    return parameters


def _root_of_q0(model: Any, data: Any, strength: float) -> float:
    """Root of q0 of ``data``, fits beginning at ``strength``."""
    parameters = _nominal(model, strength)
    statistic = test_statistics.q0(
        0.0,
        data,
        model,
        parameters,
        _bounds(model, strength),
        model.config.suggested_fixed(),
    )
    if not np.isfinite(statistic):
        raise NotConvergedError(f"q0 is not a number: {statistic}")
    return float(np.sqrt(max(float(statistic), 0.0)))
