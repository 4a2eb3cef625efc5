"""What a comparison of the simulation with a reference is, and when the two agree.

:func:`judge` is the one rule. Of a bin with the deviation d = simulated - reference, the combined
standard error sigma and the tolerance t, in the same unit:

- it agrees if ``|d| <= t`` and ``sigma <= t``,
- it differs if ``|d| > t`` and ``|d| > z sigma``,
- else there are too few entries to tell: d is within the errors, which are not below t, or beyond t
  by what statistics can do.

z is such that statistics alone make any bin differ in at most one comparison of a hundred (Sidak,
J. Am. Stat. Assoc. 62 (1967) 626): 2.6 for one bin, 3.0 for four, 3.3 for twelve. The verdict of a
comparison is the worst of its bins. How far a reference can be trusted says what a verdict weighs,
it does not change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from hepchain.trust import Trust

FloatArray = npt.NDArray[np.float64]
ToleranceKind = Literal["relative", "absolute"]

FALSE_ALARMS = 0.01
"""Comparisons that statistics alone make differ, at most: where the tolerance is nought."""


class Relation(StrEnum):
    """How the reference is related to the simulation."""

    INPUT = "input"
    """The reference is itself a parameter of the simulation: a closure test."""
    FITTED = "fitted"
    """Parameters of the simulation were fitted to it."""
    INDEPENDENT = "independent"
    """No parameter comes from it."""


class Verdict(StrEnum):
    """Outcome for a bin or a comparison, by falling reassurance."""

    NO_REFERENCE = "no reference"
    AGREES = "agrees"
    TOO_FEW = "too few entries"
    EXPLAINED = "differs because"
    NOT_UNDERSTOOD = "differs, not understood"


SEVERITY = tuple(Verdict)
"""Verdicts by falling reassurance; the worst of several is the last of them."""


@dataclass(frozen=True)
class Axis:
    """What a quantity is compared in bins or categories of.

    ``edges`` are one more than bins, None for categories; ``labels`` are one a bin or category.
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
    are NaN. ``(quantity, selection, source)`` names a comparison. Keys are ``quantity``, e.g.
    ``d0_error``, and ``group``, the page of the report. The unit is "1" if there is none; a missing
    standard error counts as zero; the tolerance is what counts as agreement beyond statistics, in
    parts of the reference or absolute; ``difference`` says why the two differ, if it is known.
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
        for name in ("simulated", "simulated_error", "reference", "reference_error"):
            array = getattr(self, name)
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

    ``deviation`` is simulated - reference and ``bar`` the tolerance, both with ``sigma`` in the
    unit of the quantity; over the latter two it is infinite where they vanish. ``excess`` is
    abs(deviation) over the larger of tolerance and z sigma: a bin differs above 1. ``worst`` is the
    bin with the worst verdict and the largest excess of those, None if none can be compared.
    """

    deviation: FloatArray
    bar: FloatArray
    sigma: FloatArray
    in_tolerance: FloatArray
    in_sigma: FloatArray
    excess: FloatArray
    verdicts: tuple[Verdict, ...]
    worst: int | None
    verdict: Verdict

    @property
    def badness(self) -> tuple[int, float]:
        """What comparisons are sorted by: severity of the verdict, excess of the worst bin."""
        excess = -1.0 if self.worst is None else float(self.excess[self.worst])
        return SEVERITY.index(self.verdict), excess


def assess(comparison: Comparison) -> Assessment:
    """Deviation and verdict of a comparison; see the module for the rule."""
    simulated = np.asarray(comparison.simulated, dtype=np.float64)
    nothing = np.full_like(simulated, np.nan)
    reference = nothing if comparison.reference is None else comparison.reference
    deviation = simulated - reference
    comparable = np.isfinite(deviation)
    scale = np.abs(reference) if comparison.tolerance_kind == "relative" else 1.0
    bar = np.where(comparable, comparison.tolerance * scale, np.nan)
    sigma = np.hypot(
        _or_zero(comparison.simulated_error, comparable),
        _or_zero(comparison.reference_error, comparable),
    )
    z = standard_errors(int(comparable.sum()))
    excess = _ratio(np.abs(deviation), np.maximum(bar, z * sigma))
    verdicts = tuple(
        judge(*of_bin, z=z, known=np.isfinite(value), explained=bool(comparison.difference))
        for *of_bin, value in zip(deviation, sigma, bar, reference, strict=True)
    )
    return Assessment(
        deviation=np.where(comparable, deviation, np.nan),
        bar=bar,
        sigma=sigma,
        in_tolerance=_ratio(deviation, bar),
        in_sigma=_ratio(deviation, sigma),
        excess=excess,
        verdicts=verdicts,
        worst=_worst(verdicts, excess, comparable),
        verdict=worst_verdict(verdicts),
    )


def judge(
    deviation: float, sigma: float, tolerance: float, *, z: float, known: bool, explained: bool
) -> Verdict:
    """The verdict of one bin; see the module for the rule.

    ``deviation``, ``sigma`` and ``tolerance`` are in the unit of the quantity; ``z`` as of
    :func:`standard_errors`; ``explained``: whether it is known why the two differ.
    """
    if not known:
        return Verdict.NO_REFERENCE
    if abs(deviation) > tolerance and abs(deviation) > z * sigma:
        return Verdict.EXPLAINED if explained else Verdict.NOT_UNDERSTOOD
    agrees = abs(deviation) <= tolerance and sigma <= tolerance
    return Verdict.AGREES if agrees else Verdict.TOO_FEW


def standard_errors(bins: int) -> float:
    """Combined standard errors that each of several bins may be off beyond the tolerance.

    >>> round(standard_errors(1), 3), round(standard_errors(12), 2)
    (2.576, 3.34)
    """
    each = -np.expm1(np.log1p(-FALSE_ALARMS) / max(bins, 1))
    return float(-ndtri(each / 2.0))


def worst_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """The least reassuring of several.

    Raises
    ------
    ValueError : there are none
    """
    return max(verdicts, key=SEVERITY.index)


def counted(comparisons: Sequence[Comparison]) -> str:
    """How many comparisons there are, and how many of each verdict.

    >>> counted([])
    '0 comparisons'
    """
    counts = Counter(comparison.assessment.verdict for comparison in comparisons)
    worst_first = (verdict for verdict in reversed(Verdict) if counts[verdict])
    listed = "; ".join(f"{verdict}: {counts[verdict]}" for verdict in worst_first)
    return f"{len(comparisons)} comparisons" + (f" ({listed})" if listed else "")


def _worst(
    verdicts: Sequence[Verdict], excess: FloatArray, comparable: npt.NDArray[np.bool_]
) -> int | None:
    return max(
        np.flatnonzero(comparable).tolist(),
        key=lambda index: (SEVERITY.index(verdicts[index]), excess[index]),
        default=None,
    )


def _or_zero(error: FloatArray | None, comparable: npt.NDArray[np.bool_]) -> FloatArray:
    if error is None:
        error = np.zeros(len(comparable))
    return np.where(comparable, np.nan_to_num(error, nan=0.0), np.nan)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient; infinite for something over nothing, 0 for nothing over nothing."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = numerator / denominator
    return np.where((numerator == 0.0) & (denominator == 0.0), 0.0, quotient)
