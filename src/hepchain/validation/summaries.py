"""Means and medians of weighted entries with their standard errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hepchain.validation.comparison import FloatArray

REPLICAS = 100


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error; both NaN where there are too few entries."""

    value: float
    error: float


NOTHING = Estimate(float("nan"), float("nan"))

Summary = Callable[[FloatArray, FloatArray], Estimate]
"""Function of values and weights, both of shape (n,)."""


def at_least(entries: float, summary: Summary) -> Summary:
    """``summary``, but nothing where there are fewer effective entries."""

    def guarded(values: FloatArray, weight: FloatArray) -> Estimate:
        return summary(values, weight) if effective_entries(weight) >= entries else NOTHING

    return guarded


def effective_entries(weight: FloatArray) -> float:
    """Squared sum of weights over sum of squared weights; 0 without entries."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0.0 else 0.0


def mean(values: FloatArray, weight: FloatArray) -> Estimate:
    """Weighted mean; its error is sqrt(sum w^2 (x - mean)^2) / sum w."""
    if effective_entries(weight) <= 1.0:
        return NOTHING
    value = float(np.average(values, weights=weight))
    entries = effective_entries(weight)
    spread = float(np.sqrt((weight**2 * (values - value) ** 2).sum()) / weight.sum())
    return Estimate(value, spread * float(np.sqrt(entries / (entries - 1.0))))


def mean_count(values: FloatArray, weight: FloatArray) -> Estimate:
    """Weighted mean of a number of hits; one hit more or less is added to the spread.

    So the error does not vanish where no track of a small sample has any.
    """
    estimate = mean(values, weight)
    entries = effective_entries(weight)
    return Estimate(estimate.value, float(np.hypot(estimate.error, 1.0 / max(entries, 1.0))))


def share(values: FloatArray, weight: FloatArray) -> Estimate:
    """Weighted share of entries that are 1, of 0 and 1.

    The error is that of the share moved by one entry towards a half, so that it does not vanish
    at 0 and 1 (Agresti and Coull, Am. Stat. 52 (1998) 119, with one standard error).
    """
    entries = effective_entries(weight)
    if entries <= 1.0:
        return NOTHING
    value = float(np.average(values, weights=weight))
    moved = (value * entries + 0.5) / (entries + 1.0)
    return Estimate(value, float(np.sqrt(moved * (1.0 - moved) / (entries + 1.0))))


def median(values: FloatArray, weight: FloatArray) -> Estimate:
    """Weighted median; its error from bootstrap replicas with Poisson weights (seed fixed)."""
    return _bootstrapped(_median_of_sorted, values, weight)


def width(values: FloatArray, weight: FloatArray) -> Estimate:
    """Half of the central 68.3 % interval, which tails do not move; error as of the median."""
    return _bootstrapped(_width_of_sorted, values, weight)


def _bootstrapped(
    function: Callable[[FloatArray, FloatArray], float], values: FloatArray, weight: FloatArray
) -> Estimate:
    """``function`` of sorted values and weights, and its spread over replicas."""
    if effective_entries(weight) <= 1.0:
        return NOTHING
    order = np.argsort(values, kind="stable")
    values, weight = values[order], weight[order]
    random = np.random.default_rng(0)
    replicas = [
        function(values, weight * random.poisson(1.0, len(weight))) for _ in range(REPLICAS)
    ]
    return Estimate(function(values, weight), float(np.nanstd(replicas)))


def _median_of_sorted(values: FloatArray, weight: FloatArray) -> float:
    return _quantile(values, weight, 0.5)


def _width_of_sorted(values: FloatArray, weight: FloatArray) -> float:
    low, high = (_quantile(values, weight, level) for level in (0.15865525, 0.84134475))
    return 0.5 * (high - low)


def _quantile(values: FloatArray, weight: FloatArray, level: float) -> float:
    """Quantile of sorted values, between neighbours where the cumulative weight lies between."""
    total = weight.sum()
    if total <= 0.0:
        return float("nan")
    middle = (np.cumsum(weight) - 0.5 * weight) / total
    return float(np.interp(level, middle, values))
