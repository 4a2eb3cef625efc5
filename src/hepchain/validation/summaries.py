"""Means and medians of weighted entries with their standard errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.efficiency import efficiency_of_sums
from hepchain.validation.comparison import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

REPLICAS = 100

ENTRIES_OF_WIDTH = 15
"""From here on the width of normal entries is beyond three of its errors in 1 % of samples."""

NORMAL_WIDTH = 0.962
"""Relative error of the width of normal entries, times the root of their number: with the level
p = 0.1587 and the density f there, sqrt(p (1 - 2 p) / 2) / f."""


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
    return _bootstrapped(lambda x, w: _quantile(x, w, 0.5), values, weight)


def width(values: FloatArray, weight: FloatArray) -> Estimate:
    """Half of the central 68.3 % interval, which tails do not move; error as of the median.

    Replicas of few entries hardly reach beyond them: their spread is far too small where the
    entries lie close by chance. The error is therefore that of normal entries at least (from the
    variances of two quantiles, Kendall and Stuart, The Advanced Theory of Statistics, ch. 14), and
    there is no width of fewer than :data:`ENTRIES_OF_WIDTH` entries.
    """
    entries = effective_entries(weight)
    if entries < ENTRIES_OF_WIDTH:
        return NOTHING
    found = _bootstrapped(_width_of_sorted, values, weight)
    return Estimate(found.value, max(found.error, NORMAL_WIDTH * found.value / float(entries**0.5)))


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


def counted(passing: float, total: float) -> Estimate:
    """Efficiency of counts, with half of its Clopper-Pearson interval as error."""
    if total <= 0.0:
        return NOTHING
    found = efficiency_of_sums(passing, total, total)
    return Estimate(found.value, 0.5 * (found.high - found.low))


def passing(values: FloatArray, weight: FloatArray) -> Estimate:
    """Share of entries that are 1, of 0 and 1, as :func:`counted` has it; weights are not used."""
    return counted(float(values.sum()), float(len(values)))


def divided(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient; infinite or NaN where the denominator vanishes."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(numerator / denominator, dtype=np.float64)


def inverse_in_cells(
    table: FloatArray, edges: Sequence[Sequence[float]], values: Sequence[FloatArray]
) -> FloatArray:
    """One over the number in the cell of each entry; 0 outside the cells and where it vanishes.

    Parameters
    ----------
    table, edges : numbers in cells, shape (n, m), and the edges in both directions
    values : of the entries, shape (k,) each
    """
    inverse = np.divide(1.0, table, out=np.zeros(table.shape), where=table > 0.0)
    cell = tuple(np.digitize(v, e) for v, e in zip(values, edges, strict=True))
    return np.asarray(np.pad(inverse, 1)[cell], dtype=np.float64)


def arrays(estimates: Iterable[Estimate]) -> tuple[FloatArray, FloatArray]:
    """Values and errors of a row of estimates, shape (bins,) each."""
    estimates = list(estimates)
    return (
        np.array([estimate.value for estimate in estimates], dtype=np.float64),
        np.array([estimate.error for estimate in estimates], dtype=np.float64),
    )


def summarised(
    summary: Summary, values: FloatArray, chosen: BoolArray, weight: FloatArray | None = None
) -> Estimate:
    """``summary`` of some entries; nothing if there are none."""
    if not chosen.any():
        return NOTHING
    weights = np.ones(len(values)) if weight is None else weight
    return summary(values[chosen].astype(np.float64), weights[chosen])


def ratio(numerator: Estimate, denominator: Estimate) -> Estimate:
    """Quotient of two independent estimates, errors propagated to first order."""
    if not denominator.value > 0.0:
        return NOTHING
    value = numerator.value / denominator.value
    relative = np.hypot(
        numerator.error / numerator.value if numerator.value else 0.0,
        denominator.error / denominator.value,
    )
    error = numerator.error / denominator.value if not numerator.value else abs(value) * relative
    return Estimate(value, float(error))


def rms(values: FloatArray, weight: FloatArray) -> Estimate:
    """Root of the central second moment; its error from the fourth (Cramer, Mathematical methods
    of statistics (1946), sec. 27.4)."""
    entries = len(values)
    if entries < 3:
        return NOTHING
    deviation = values - np.average(values, weights=weight)
    second = float(np.average(deviation**2, weights=weight))
    fourth = float(np.average(deviation**4, weights=weight))
    if second <= 0.0:
        return NOTHING
    error = np.sqrt(max(fourth - second**2, 0.0) / entries) / (2.0 * np.sqrt(second))
    return Estimate(float(np.sqrt(second)), float(error))
