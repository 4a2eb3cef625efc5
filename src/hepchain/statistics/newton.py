"""Newton's method for the likelihood of a pyhf model: as good for 10 events a bin as for 10^9.

General minimisers see one number, whose differences vanish in its rounding where bins have millions
of events, and scales of parameters that differ by as much. Here the derivatives of the likelihood
follow from those of the rates, which are smooth and of one size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from pyhf.exceptions import FailedMinimization
from scipy.special import xlogy

Floats = npt.NDArray[np.float64]

STEP = 1e-3
"""Of the derivatives of rates; parameters are of order one, and rates change smoothly with them."""
PRECISION = 1e-9
"""Largest decrease of -2 ln L that a further step would bring."""
ITERATIONS = 200
"""Most fits need five."""
HALVINGS = 60
TINY = 1e-12
"""Smallest rate [events]."""


class NewtonOptimizer:
    """Optimiser for :func:`pyhf.set_backend`."""

    name = "newton"

    def minimize(
        self,
        objective: Callable[..., Any],
        data: Any,
        pdf: Any,
        init_pars: Sequence[float],
        par_bounds: Sequence[tuple[float, float]],
        fixed_vals: Sequence[tuple[int, float]] = (),
        return_fitted_val: bool = False,
        return_uncertainties: bool = False,
        return_correlations: bool = False,
    ) -> Any:
        """Parameters at the minimum of -2 ln L, and what else is asked for, as those of pyhf do.

        Uncertainties stand beside the parameters, shape (n, 2), zero where these are held; then
        come correlations and the value at the minimum.

        Raises
        ------
        FailedMinimization : no minimum was found
        """
        start = np.array(init_pars, dtype=np.float64)
        free = np.ones(len(start), dtype=bool)
        for row, value in fixed_vals:
            start[row], free[row] = value, False
        low, high = np.array(par_bounds, dtype=np.float64).T
        free &= low < high
        likelihood = _Likelihood(pdf, data)
        fitted = _minimum(likelihood, start, free, np.stack([low, high]))
        found: list[Any] = [fitted]
        if return_uncertainties or return_correlations:
            covariance = _covariance(likelihood, fitted, free & (fitted > low) & (fitted < high))
            errors = np.sqrt(np.diag(covariance))
            if return_uncertainties:
                found = [np.stack([fitted, errors], axis=1)]
            if return_correlations:
                scale = np.where(errors > 0.0, errors, 1.0)
                found.append(covariance / np.outer(scale, scale))
        if return_fitted_val:
            found.append(np.asarray(objective(fitted, data, pdf), dtype=np.float64).reshape(()))
        return tuple(found) if len(found) > 1 else found[0]


class _Likelihood:
    """-2 ln L of data, but for a constant."""

    def __init__(self, model: Any, data: Any) -> None:
        self.model = model
        number = model.config.nmaindata
        values = np.asarray(data, dtype=np.float64)
        self.counts, self.auxiliary = values[:number], values[number:]

    def parts(self, parameters: Floats) -> tuple[Floats, float]:
        """Rate of each bin [events], and -2 ln of what constrains the parameters."""
        main, *constraint = self.model.make_pdf(parameters)
        rates = np.asarray(main.expected_data(), dtype=np.float64)
        logs = [np.sum(one.log_prob(self.auxiliary)) for one in constraint]
        return rates, -2.0 * float(sum(logs))

    def value(self, parameters: Floats) -> float:
        """0 for a perfect description of the counts, so that no digits are lost."""
        rates, constraint = self.parts(parameters)
        rates, n = np.maximum(rates, TINY), self.counts
        return float(2.0 * np.sum(rates - n + xlogy(n, n / rates)) + constraint)

    def rounding(self, value: float) -> float:
        """Of a value of the likelihood."""
        return 16.0 * float(np.finfo(np.float64).eps) * (1.0 + abs(value) + np.sum(self.counts))

    def derivatives(self, parameters: Floats, free: Any, far: bool) -> tuple[Floats, Floats]:
        """Gradient, shape (n,), and a positive approximation of the Hessian, shape (n, n).

        Far from the minimum it is that expected of counts that agree with the rates, for which a
        linear model needs one step; near it, that of the counts.
        """
        size = len(parameters)
        rates, constraint = self.parts(parameters)
        slopes, bends = np.zeros((size, len(rates))), np.zeros((size, len(rates)))
        gradient, hessian = np.zeros(size), np.zeros((size, size))
        for row in np.flatnonzero(free):
            step = np.zeros(size)
            step[row] = STEP
            (above, up), (below, down) = (self.parts(parameters + by) for by in (step, -step))
            slopes[row] = (above - below) / (2 * STEP)
            bends[row] = (above - 2 * rates + below) / STEP**2
            gradient[row] = (up - down) / (2 * STEP)
            hessian[row, row] = max((up - 2 * constraint + down) / STEP**2, 0.0)
        rates = np.maximum(rates, TINY)
        ratio = self.counts / rates
        gradient += 2.0 * slopes @ (1.0 - ratio)
        weights = 2.0 / rates * (1.0 if far else np.clip(ratio, 0.1, 10.0))
        hessian += (slopes * weights) @ slopes.T
        curved = 0.0 if far else 2.0 * bends @ (1.0 - ratio)
        diagonal = np.diag(hessian)
        np.fill_diagonal(hessian, np.maximum(diagonal + curved, 0.5 * diagonal))
        return gradient, hessian

    def hessian(self, parameters: Floats, free: Any) -> Floats:
        """All second derivatives, shape (n, n), zero for parameters that are not free."""
        rows, steps = np.flatnonzero(free), STEP * np.eye(len(parameters))
        nominal, constraint = self.parts(parameters)
        moved = {
            (row, sign): self.parts(parameters + sign * steps[row])
            for row in rows
            for sign in (1, -1)
        }
        found = np.zeros((len(parameters), len(parameters)))
        ratio = self.counts / nominal
        for i in rows:
            for j in rows[rows <= i]:
                both, _ = self.parts(parameters + steps[i] + steps[j])
                bend = both - moved[i, 1][0] - moved[j, 1][0] + nominal
                slopes = [(moved[k, 1][0] - moved[k, -1][0]) / 2.0 for k in (i, j)]
                change = ratio / nominal * slopes[0] * slopes[1] + (1.0 - ratio) * bend
                found[i, j] = found[j, i] = 2.0 * np.sum(change) / STEP**2
            found[i, i] += (moved[i, 1][1] - 2 * constraint + moved[i, -1][1]) / STEP**2
        return found


def _minimum(likelihood: _Likelihood, start: Floats, free: Any, bounds: Floats) -> Floats:
    """Parameters at the minimum within bounds, shape (2, n), by steps that each go down."""
    parameters, far = start, True
    for _ in range(ITERATIONS):
        gradient, hessian = likelihood.derivatives(parameters, free, far)
        held = np.where(gradient > 0, parameters <= bounds[0], parameters >= bounds[1])
        step = _step(gradient, hessian, free & ~held)
        decrease = -float(gradient @ step) / 2.0
        if not np.isfinite(decrease):
            break
        rounding = likelihood.rounding(likelihood.value(parameters))
        if decrease < PRECISION + rounding and not far:
            return parameters
        parameters = _downhill(likelihood, parameters, gradient, step, bounds)
        far = decrease > 1.0
    raise FailedMinimization(SimpleNamespace(message="Newton's method has found no minimum"))


def _covariance(likelihood: _Likelihood, fitted: Floats, free: Any) -> Floats:
    """Inverse of half the Hessian at a minimum; zero for parameters that are not free."""
    hessian = likelihood.hessian(fitted, free)
    rows = np.flatnonzero(free & (np.diag(hessian) > 0.0))
    covariance = np.zeros_like(hessian)
    try:
        covariance[np.ix_(rows, rows)] = 2.0 * np.linalg.inv(hessian[np.ix_(rows, rows)])
    except np.linalg.LinAlgError as error:
        message = "the parameters at the minimum have no errors"
        raise FailedMinimization(SimpleNamespace(message=message)) from error
    return covariance


def _step(gradient: Floats, hessian: Floats, rows: Any) -> Floats:
    """To the minimum of the parabola, in these rows; those of which nothing depends stay."""
    step = np.zeros(len(gradient))
    moving = np.flatnonzero(rows & (np.diag(hessian) > 0.0))
    scale = 1.0 / np.sqrt(np.diag(hessian)[moving])
    matrix = hessian[np.ix_(moving, moving)] * np.outer(scale, scale)
    try:
        step[moving] = -scale * np.linalg.solve(matrix, scale * gradient[moving])
    except np.linalg.LinAlgError:
        step[moving] = -(scale**2) * gradient[moving]
    return step


def _downhill(
    likelihood: _Likelihood, parameters: Floats, gradient: Floats, step: Floats, bounds: Floats
) -> Floats:
    """The end of the step, or of the first half of a half of it that is low enough.

    Armijo's condition: a tenth of what the slope promises (Nocedal and Wright, Numerical
    Optimization (2006), eq. 3.4).
    """
    value = likelihood.value(parameters)
    for _ in range(HALVINGS):
        moved = np.clip(parameters + step, *bounds)
        wanted = value + 0.1 * float(gradient @ (moved - parameters))
        if likelihood.value(moved) <= wanted + likelihood.rounding(value):
            return moved
        step = step / 2.0
    return parameters
