"""References that are a few numbers, and comparisons with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hepchain.efficiency import efficiency_of_sums
from hepchain.trust import Trust
from hepchain.validation.comparison import (
    Axis,
    Comparison,
    FloatArray,
    Relation,
    ToleranceKind,
)
from hepchain.validation.summaries import NOTHING, Estimate, Summary

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

NUMBER = Axis("", "", None, ("all",))
"""Axis of a single number."""

UNKNOWN = "none known"
"""Source of what has no reference."""


@dataclass(frozen=True)
class Reference:
    """What is known of a quantity; the attributes are those of a :class:`Comparison`."""

    value: FloatArray
    source: str
    trust: Trust
    relation: Relation
    tolerance: float
    tolerance_reason: str
    tolerance_kind: ToleranceKind = "absolute"
    difference: str = ""
    error: FloatArray | None = None

    @classmethod
    def within(
        cls,
        low: float,
        high: float,
        *,
        source: str,
        trust: Trust,
        relation: Relation,
        reason: str = "the range that the source gives",
        difference: str = "",
        bins: int = 1,
    ) -> Reference:
        """Anything between two numbers: their middle, with half the range as tolerance."""
        return cls(
            value=np.full(bins, 0.5 * (low + high)),
            source=source,
            trust=trust,
            relation=relation,
            tolerance=round(0.5 * (high - low), 10),
            tolerance_reason=reason,
            difference=difference,
        )

    def at(self, *values: float) -> Reference:
        """The same with other values."""
        return replace(self, value=np.array(values, dtype=np.float64))


@dataclass(frozen=True)
class Quantity:
    """What is measured: key, titles and axis of a :class:`Comparison`."""

    name: str
    group: str
    title: str
    axis: Axis
    unit: str = "1"
    selection: str = ""

    def compared(self, estimates: Iterable[Estimate], reference: Reference | None) -> Comparison:
        """Comparison of the measured bins with a reference, None if nothing is known."""
        value, error = arrays(estimates)
        if reference is None:
            reference = Reference(
                value=np.full(self.axis.bins, np.nan),
                source=UNKNOWN,
                trust=Trust.CHOICE,
                relation=Relation.INDEPENDENT,
                tolerance=0.0,
                tolerance_reason="nothing to compare with",
            )
        exists = bool(np.isfinite(reference.value).any())
        return Comparison(
            quantity=self.name,
            group=self.group,
            title=self.title,
            unit=self.unit,
            axis=self.axis,
            simulated=value,
            simulated_error=error,
            reference=reference.value if exists else None,
            reference_error=reference.error if exists else None,
            relation=reference.relation,
            source=reference.source,
            trust=reference.trust,
            tolerance=reference.tolerance,
            tolerance_kind=reference.tolerance_kind,
            tolerance_reason=reference.tolerance_reason,
            difference=reference.difference,
            selection=self.selection,
        )


def counted(passing: float, total: float) -> Estimate:
    """Efficiency of counts, with half of its Clopper-Pearson interval as error."""
    if total <= 0.0:
        return NOTHING
    found = efficiency_of_sums(passing, total, total)
    return Estimate(found.value, 0.5 * (found.high - found.low))


def divided(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient; infinite or NaN where the denominator vanishes."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(numerator / denominator, dtype=np.float64)


def arrays(estimates: Iterable[Estimate]) -> tuple[FloatArray, FloatArray]:
    """Values and errors of a row of estimates, shape (bins,) each."""
    estimates = list(estimates)
    return (
        np.array([estimate.value for estimate in estimates], dtype=np.float64),
        np.array([estimate.error for estimate in estimates], dtype=np.float64),
    )


def in_bins(
    summary: Summary,
    values: FloatArray,
    by: FloatArray,
    edges: Sequence[float],
    weight: FloatArray | None = None,
) -> list[Estimate]:
    """``summary`` of the values of the entries in each bin of ``by``, lower edges included.

    Parameters
    ----------
    values, by, weight : shape (n,); weights are 1 if not given
    edges : of the bins
    """
    return [summarised(summary, values, (by >= a) & (by < b), weight) for a, b in pairwise(edges)]


def in_windows(
    summary: Summary,
    values: FloatArray,
    by: FloatArray,
    centres: Sequence[float],
    half_width: float,
    weight: FloatArray | None = None,
) -> list[Estimate]:
    """``summary`` around each centre, where ``by`` is off by at most a part ``half_width``."""
    return [
        summarised(summary, values, np.abs(by / centre - 1.0) < half_width, weight)
        for centre in centres
    ]


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
