"""The verdicts in a table: a row a quantity and reference, and one a bin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.stats import chi2

from hepchain.figures.tabulate import Table, number
from hepchain.validation.comparison import Comparison, Verdict, worst_verdict
from hepchain.validation.reconstructed import ReconstructedTracks, agreement

MARKS = {
    Verdict.AGREES: "good",
    Verdict.EXPLAINED: "fair",
    Verdict.NOT_UNDERSTOOD: "bad",
    Verdict.TOO_FEW: "unknown",
    Verdict.NO_REFERENCE: "unknown",
}
"""Verdict -> look of its row."""

SUMMARY_HEADER = (
    *("group", "quantity", "unit", "bins", "worst bin", "simulated", "reference", "deviation"),
    *("in tolerances", "in sigma", "relation", "trust", "source", "verdict"),
)
BINS_HEADER = (
    *("group", "quantity", "unit", "selection", "bin", "simulated", "simulated error"),
    *("reference", "reference error", "in tolerances", "in sigma", "relation", "trust", "source"),
    *("tolerance", "tolerance kind", "tolerance reason"),
)
NOTE = (
    "A bin agrees if it is within the tolerance and z combined standard errors of the reference; z "
    "(2.6 for one bin, 3.0 for four) lets statistics alone fail one comparison in a hundred. Each "
    "row shows the bin that uses up most of that. Relation: input (the reference is a parameter of "
    "the simulation), fitted (parameters were fitted to it), independent. Too few entries: within "
    "the errors, which are larger than the tolerance. See docs/validation.md."
)
AGREEMENT_NOTE = (
    "The two files of really reconstructed tracks against each other, without any simulation of "
    "ours. They differ in campaign, and by chance in how tracks are spread in eta within a bin."
)


def summary(comparisons: Sequence[Comparison]) -> Table:
    """One row a quantity and reference: its worst bin and the verdict of all."""
    together: dict[tuple[str, str, str], list[Comparison]] = {}
    for item in comparisons:
        together.setdefault((item.group, item.quantity, item.source), []).append(item)
    verdicts = [
        worst_verdict(item.assessment.verdict for item in items) for items in together.values()
    ]
    counts = Counter(verdicts)
    counted = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    return Table(
        title=f"Simulation and references: {counted or 'nothing compared'}",
        header=SUMMARY_HEADER,
        rows=[
            _row(items, verdict) for items, verdict in zip(together.values(), verdicts, strict=True)
        ],
        note=NOTE,
        marks=[MARKS[verdict] for verdict in verdicts],
    )


def bins(comparisons: Iterable[Comparison]) -> Table:
    """One row a bin."""
    return Table("All bins", BINS_HEADER, [row for item in comparisons for row in _bins(item)])


def agreement_of_references(tracks: ReconstructedTracks) -> Table:
    """How well the first two files agree with each other, by quantity."""
    first, second = tracks.files[:2]
    rows = []
    for name, (chi_squared, count) in agreement(first, second).items():
        chance = f"{chi2.sf(chi_squared, count):.3f}" if count else "–"
        rows.append((name, f"{chi_squared:.1f}", str(count), chance))
    return Table(
        f"{first.title} ({first.name}) against {second.title} ({second.name})",
        ("quantity", "chi2", "bins", "probability"),
        rows,
        f"{AGREEMENT_NOTE} Both: {first.source}.",
    )


def _row(items: Sequence[Comparison], verdict: Verdict) -> tuple[str, ...]:
    worst = max(items, key=_excess)
    found, position = worst.assessment, worst.assessment.worst
    identity = (worst.group, worst.title, worst.unit, str(sum(item.axis.bins for item in items)))
    origin = (str(worst.relation), str(worst.trust), worst.source, _verdict(worst, verdict))
    if position is None:
        return (*identity, "–", _range(worst), "–", "–", "–", "–", *origin)
    reference, reference_error = _reference(worst, position)
    return (
        *identity,
        _bin(worst, position),
        number(float(worst.simulated[position]), float(worst.simulated_error[position])),
        _with_error(reference, reference_error),
        _deviation(worst, position),
        f"{found.in_tolerance[position]:+.2f}",
        f"{found.in_sigma[position]:+.1f}",
        *origin,
    )


def _bin(comparison: Comparison, position: int) -> str:
    """Selection and bin, with the name of the axis where the bin is one of its edges."""
    axis = comparison.axis
    name = axis.title.split(" [")[0] if axis.edges is not None else ""
    where = " ".join(filter(None, (name, axis.labels[position])))
    return ", ".join(filter(None, (comparison.selection, where)))


def _with_error(value: float, error: float) -> str:
    return number(value, error) if np.isfinite(error) else number(value, digits=3)


def _range(comparison: Comparison) -> str:
    """Smallest and largest simulated value, where there is nothing to compare with."""
    known = comparison.simulated[np.isfinite(comparison.simulated)]
    if not len(known):
        return "–"
    ends = dict.fromkeys(number(float(end), digits=3) for end in (known.min(), known.max()))
    return " to ".join(ends)


def _excess(comparison: Comparison) -> float:
    found = comparison.assessment
    return -1.0 if found.worst is None else float(found.excess[found.worst])


def _reference(comparison: Comparison, position: int) -> tuple[float, float]:
    value = np.nan if comparison.reference is None else comparison.reference[position]
    errors = comparison.reference_error
    return float(value), float(np.nan if errors is None else errors[position])


def _deviation(comparison: Comparison, position: int) -> str:
    deviation = comparison.assessment.deviation[position]
    reference, _ = _reference(comparison, position)
    if comparison.tolerance_kind == "relative" and reference != 0.0:
        return f"{100.0 * deviation / abs(reference):+.1f} %"
    return f"{deviation:+.3g}"


def _verdict(comparison: Comparison, verdict: Verdict) -> str:
    if verdict is Verdict.EXPLAINED:
        return f"{verdict}: {comparison.difference}"
    return str(verdict)


def _bins(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    found = comparison.assessment
    for position, label in enumerate(comparison.axis.labels):
        reference, reference_error = _reference(comparison, position)
        numbers = (
            comparison.simulated[position],
            comparison.simulated_error[position],
            reference,
            reference_error,
            found.in_tolerance[position],
            found.in_sigma[position],
        )
        yield (
            comparison.group,
            comparison.quantity,
            comparison.unit,
            comparison.selection,
            label,
            *(f"{value:.5g}" if np.isfinite(value) else "" for value in numbers),
            str(comparison.relation),
            str(comparison.trust),
            comparison.source,
            f"{comparison.tolerance:g}",
            comparison.tolerance_kind,
            comparison.tolerance_reason,
        )
