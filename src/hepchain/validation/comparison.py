"""What a comparison of the simulation with a reference is, and when the two agree.

A bin agrees if ``|simulated - reference| <= tolerance + z sigma``, where sigma is the combined
standard error and the tolerance says what counts as agreement beyond statistics. z is such that
statistics alone make any bin fail in one comparison of a hundred, as there are some two hundred
(Sidak, J. Am. Stat. Assoc. 62 (1967) 626): 2.6 for one bin, 3.0 for four, 3.3 for twelve. A
comparison without a bin whose sigma is below the tolerance has no power: it is not called an
agreement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from hepchain.trust import Trust

FloatArray = npt.NDArray[np.float64]
ToleranceKind = Literal["relative", "absolute"]

FALSE_ALARMS = 0.01
"""Comparisons that statistics alone make fail, at most: where the tolerance is nought."""


class Relation(StrEnum):
    """How the reference is related to the simulation."""

    INPUT = "input"
    """The reference is itself a parameter of the simulation: a closure test."""
    FITTED = "fitted"
    """Parameters of the simulation were fitted to it."""
    INDEPENDENT = "independent"
    """No parameter comes from it."""


class Verdict(StrEnum):
    """Outcome of a comparison, from best to worst after the first two."""

    NO_REFERENCE = "no reference"
    TOO_FEW = "too few entries"
    AGREES = "agrees"
    EXPLAINED = "differs because"
    NOT_UNDERSTOOD = "differs, not understood"


SEVERITY = tuple(Verdict)
"""Verdicts by falling reassurance; the worst of several is the last of them."""


@dataclass(frozen=True)
class Axis:
    """What a quantity is compared in bins or categories of.

    Attributes
    ----------
    name : key, e.g. ``pt``
    title : with unit, as on the axis of a figure
    edges : of the bins, one more than bins; None for categories
    labels : of the bins or categories, one each
    """

    name: str
    title: str
    edges: tuple[float, ...] | None
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.edges is not None and len(self.edges) != len(self.labels) + 1:
            raise ValueError(f"{self.name}: {len(self.edges)} edges, {len(self.labels)} labels")

    @property
    def bins(self) -> int:
        """Number of bins or categories."""
        return len(self.labels)


def binned(name: str, title: str, edges: Iterable[float]) -> Axis:
    """Axis of bins, labelled by their edges ("1–1.5")."""
    edges = tuple(float(edge) for edge in edges)
    labels = tuple(f"{low:g}–{high:g}" for low, high in pairwise(edges))
    return Axis(name, title, edges, labels)


def categories(name: str, title: str, labels: Iterable[str]) -> Axis:
    """Axis of categories; a single number has one, without a name."""
    return Axis(name, title, None, tuple(labels))


@dataclass(frozen=True)
class Comparison:
    """One quantity of the simulation beside one reference.

    Arrays have shape (bins,); values that do not exist (empty bins, references without an error)
    are NaN. ``(quantity, selection, source)`` names a comparison.

    Attributes
    ----------
    quantity : key, e.g. ``d0_error``
    group : page of the report it belongs to, e.g. ``tracks``
    title, unit : for people; unit "1" if it has none
    simulated_error, reference_error : standard errors; a missing one counts as zero
    relation : how the reference is related to the simulation
    source : of the reference
    trust : how far the reference can be trusted
    tolerance : what counts as agreement beyond statistics, in parts of the reference or absolute
    tolerance_reason : why this much
    difference : why the two differ, if it is known, else ""
    selection : of what is compared, where a quantity is compared for several, e.g. a range of eta
    """

    quantity: str
    group: str
    title: str
    unit: str
    axis: Axis
    simulated: FloatArray
    simulated_error: FloatArray
    reference: FloatArray | None
    reference_error: FloatArray | None
    relation: Relation
    source: str
    trust: Trust
    tolerance: float
    tolerance_kind: ToleranceKind
    tolerance_reason: str
    difference: str = ""
    selection: str = ""

    def __post_init__(self) -> None:
        arrays = {
            name: getattr(self, name)
            for name in ("simulated", "simulated_error", "reference", "reference_error")
        }
        for name, array in arrays.items():
            if array is not None and np.shape(array) != (self.axis.bins,):
                raise ValueError(
                    f"{self.quantity}: {name} has shape {np.shape(array)}, "
                    f"the axis {self.axis.name} has {self.axis.bins} bins"
                )
        if self.tolerance < 0.0:
            raise ValueError(f"{self.quantity}: tolerance {self.tolerance} is negative")

    @cached_property
    def assessment(self) -> Assessment:
        """Deviation of each bin and the verdict."""
        return assess(self)


@dataclass(frozen=True)
class Assessment:
    """How far simulation and reference are apart; arrays of shape (bins,), NaN where either lacks.

    Attributes
    ----------
    deviation : simulated - reference, in the unit of the quantity
    bar : the tolerance in the unit of the quantity
    sigma : combined standard error
    in_tolerance, in_sigma : deviation over these two; infinite where they vanish
    excess : abs(deviation) over what is allowed; a bin agrees up to 1
    worst : bin with the largest excess, None if no bin can be compared
    verdict : outcome
    """

    deviation: FloatArray
    bar: FloatArray
    sigma: FloatArray
    in_tolerance: FloatArray
    in_sigma: FloatArray
    excess: FloatArray
    worst: int | None
    verdict: Verdict


def assess(comparison: Comparison) -> Assessment:
    """Deviation and verdict of a comparison; see the module for the rule."""
    simulated = np.asarray(comparison.simulated, dtype=np.float64)
    nothing = np.full_like(simulated, np.nan)
    reference = nothing if comparison.reference is None else comparison.reference
    deviation = simulated - reference
    comparable = np.isfinite(deviation)
    bar = np.where(comparable, _bar(comparison, reference), np.nan)
    sigma = np.hypot(
        _or_zero(comparison.simulated_error, comparable),
        _or_zero(comparison.reference_error, comparable),
    )
    allowed = bar + standard_errors(int(comparable.sum())) * sigma
    excess = _ratio(np.abs(deviation), allowed)
    return Assessment(
        deviation=np.where(comparable, deviation, np.nan),
        bar=bar,
        sigma=sigma,
        in_tolerance=_ratio(deviation, bar),
        in_sigma=_ratio(deviation, sigma),
        excess=excess,
        worst=int(np.nanargmax(excess)) if comparable.any() else None,
        verdict=_verdict(comparison, excess, decisive=bool((sigma <= bar).any())),
    )


def standard_errors(bins: int) -> float:
    """Combined standard errors that each of several bins may be off beyond the tolerance.

    >>> round(standard_errors(1), 3), round(standard_errors(12), 2)
    (2.576, 3.34)
    """
    each = -np.expm1(np.log1p(-FALSE_ALARMS) / max(bins, 1))
    return float(norm.isf(each / 2.0))


def worst_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """The least reassuring of several.

    Raises
    ------
    ValueError : there are none
    """
    return max(verdicts, key=SEVERITY.index)


def _verdict(comparison: Comparison, excess: FloatArray, decisive: bool) -> Verdict:
    if comparison.reference is None or not np.isfinite(comparison.reference).any():
        return Verdict.NO_REFERENCE
    if (excess > 1.0).any():
        return Verdict.EXPLAINED if comparison.difference else Verdict.NOT_UNDERSTOOD
    return Verdict.AGREES if decisive else Verdict.TOO_FEW


def _bar(comparison: Comparison, reference: FloatArray) -> FloatArray:
    if comparison.tolerance_kind == "relative":
        return comparison.tolerance * np.abs(reference)
    return np.full(comparison.axis.bins, comparison.tolerance)


def _or_zero(error: FloatArray | None, comparable: npt.NDArray[np.bool_]) -> FloatArray:
    if error is None:
        error = np.zeros(len(comparable))
    return np.where(comparable, np.nan_to_num(error, nan=0.0), np.nan)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient; infinite for something over nothing, 0 for nothing over nothing."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = numerator / denominator
    return np.where((numerator == 0.0) & (denominator == 0.0), 0.0, quotient)
