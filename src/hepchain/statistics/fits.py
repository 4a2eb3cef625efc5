"""Fits of a workspace by pyhf, with Newton's method or with Minuit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pyhf

from hepchain.assumptions import Kind, assumed
from hepchain.statistics.newton import NewtonOptimizer
from hepchain.statistics.workspace import Specification

LOGGER = logging.getLogger(__name__)

DOUBLINGS = 10
"""Doublings of the signal strength, from 1, after which no limit is expected any more.

Beyond a thousand times the expected limit fits become unreliable: a false minimum would then pass
for a limit.
"""

CLIP = 1e-9
"""Smallest content of a bin in a fit."""

Optimizer = Literal["newton", "minuit"]

Result = TypeVar("Result")

ORDERS: tuple[tuple[Optimizer, Optimizer], ...] = (
    ("newton", "minuit"),
    ("newton", "newton"),
    ("minuit", "newton"),
)
"""Which minimiser finds a limit and which confirms it: what is tried first, and then."""


class NotConvergedError(Exception):
    """A fit has failed, or the two minimisers do not agree."""


@contextmanager
def minimiser(name: Optimizer) -> Iterator[None]:
    """NumPy and this minimiser for all pyhf calls of the block."""
    previous = pyhf.get_backend()
    choices: dict[str, Callable[[], Any]] = {
        "newton": NewtonOptimizer,
        "minuit": lambda: pyhf.optimize.minuit_optimizer(strategy=1, tolerance=1e-3),
    }
    pyhf.set_backend("numpy", choices[name]())
    try:
        yield
    except (pyhf.exceptions.FailedMinimization, FloatingPointError) as error:
        reason = str(error).splitlines()[0]
        if "successfully" in reason:  # of Minuit, whose errors at the minimum have failed
            reason = "the minimum that was found is not valid"
        raise NotConvergedError(f"{name}: {reason}") from error
    finally:
        pyhf.set_backend(*previous)


def first_that_converges(attempt: Callable[[Optimizer, Optimizer], Result]) -> Result:
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
            assumed(LOGGER, Kind.FIT_REPEATED, f"{error}; tried with another minimiser", 1)
            problems.append(str(error))
    raise NotConvergedError("; ".join(dict.fromkeys(problems)))


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


def bounds_of(model: Any, upper: float) -> list[tuple[float, float]]:
    """Bounds of the fits: the signal strength may go well beyond the one that is tested."""
    bounds = list(model.config.suggested_bounds())
    bounds[model.config.poi_index] = (0.0, max(10.0, 10.0 * upper))
    return bounds


class Profile:
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
            par_bounds=bounds_of(self.model, strength),
            return_fitted_val=True,
        )
        if not np.isfinite(float(value)):
            raise NotConvergedError(f"likelihood at mu = {strength:.3g} is not a number: {value}")
        self.fits[strength] = np.asarray(fitted)
        return float(value)


def free_fit(model: Any, data: Any) -> tuple[Any, float]:
    """Best fit with a signal strength of at least 0, and its -2 ln of the likelihood."""
    upper = 1.0
    while True:
        bounds = bounds_of(model, upper)
        fitted, value = pyhf.infer.mle.fit(data, model, par_bounds=bounds, return_fitted_val=True)
        _, end = bounds[model.config.poi_index]
        if fitted[model.config.poi_index] < 0.99 * end or upper >= 2.0**DOUBLINGS:
            return np.asarray(fitted), float(value)
        upper *= 10.0


def prior_widths(model: Any) -> npt.NDArray[np.float64]:
    """Uncertainty of each parameter before a fit; one for the signal strength."""
    widths = np.ones(len(model.config.par_names))
    for name in model.config.par_order:
        parameters = model.config.param_set(name)
        if parameters.constrained:
            widths[model.config.par_slice(name)] = parameters.width()
    return widths
