"""The verdicts in a table: a row a comparison, and one a bin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2

from hepchain.figures.tabulate import Table, number
from hepchain.validation.comparison import Comparison, Verdict, counted
from hepchain.validation.reconstructed import ReconstructedTracks, agreement

MARKS = {
    Verdict.AGREES: "good",
    Verdict.EXPLAINED: "fair",
    Verdict.NOT_UNDERSTOOD: "bad",
    Verdict.TOO_FEW: "unknown",
    Verdict.NO_REFERENCE: "unknown",
}
"""Verdict -> look of its row."""

NOTE = (
    "A row a comparison, the worst first, with the bin that decides its verdict. A bin agrees if "
    "deviation and combined standard error (sigma) are within the tolerance. It differs if the "
    "deviation is beyond the tolerance and beyond z sigma; z (2.6 for one bin, 3.0 for four) lets "
    "statistics alone do that in one comparison of a hundred. Else there are too few entries to "
    "tell. Relation: input (the reference is a parameter of the simulation), fitted (parameters "
    "were fitted to it), independent. See docs/validation.md."
)
AGREEMENT_NOTE = (
    "The two files of really reconstructed tracks against each other, without any simulation of "
    "ours. They differ in campaign, and by chance in how tracks are spread in eta within a bin."
)


def summary(comparisons: Sequence[Comparison]) -> Table:
    """One row a comparison with the bin that decides its verdict; the worst first."""
    ordered = sorted(comparisons, key=lambda item: item.assessment.badness, reverse=True)
    return Table(
        title=f"Simulation and references, {counted(comparisons)}",
        frame=pd.DataFrame([_row(item) for item in ordered]),
        note=NOTE,
        marks=[MARKS[item.assessment.verdict] for item in ordered],
    )


def bins(comparisons: Iterable[Comparison]) -> Table:
    """One row a bin."""
    return Table("All bins", pd.concat(map(_bins, comparisons)))


def agreement_of_references(tracks: ReconstructedTracks) -> Table:
    """How well the first two files agree with each other, by quantity."""
    first, second = tracks.files[:2]
    rows = []
    for name, (chi_squared, count) in agreement(first, second).items():
        chance = f"{chi2.sf(chi_squared, count):.3f}" if count else "–"
        rows.append((name, f"{chi_squared:.1f}", str(count), chance))
    return Table(
        f"{first.title} ({first.name}) against {second.title} ({second.name})",
        pd.DataFrame(rows, columns=["quantity", "chi2", "bins", "probability"]),
        f"{AGREEMENT_NOTE} Both: {first.source}.",
    )


def _row(comparison: Comparison) -> dict[str, str]:
    found, position = comparison.assessment, comparison.assessment.worst
    known, at = position is not None, position or 0
    reference, error = _reference(comparison, at)
    simulated = float(comparison.simulated[at]), float(comparison.simulated_error[at])
    return {
        "verdict": str(found.verdict),
        "group": comparison.group,
        "quantity": comparison.title,
        "unit": comparison.unit,
        "bins": str(comparison.axis.bins),
        "worst bin": _bin(comparison, position)
        if position is not None
        else comparison.selection or "–",
        "simulated": number(*simulated) if known else _range(comparison),
        "reference": _with_error(reference, error) if known else "–",
        "deviation": _deviation(comparison, at) if known else "–",
        "in tolerances": f"{found.in_tolerance[at]:+.2f}" if known else "–",
        "in sigma": f"{found.in_sigma[at]:+.1f}" if known else "–",
        "relation": str(comparison.relation),
        "trust": str(comparison.trust),
        "source": comparison.source,
        "reason": comparison.difference if found.verdict is Verdict.EXPLAINED else "",
    }


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


def _bins(comparison: Comparison) -> pd.DataFrame:
    found = comparison.assessment
    numbers = {
        "simulated": comparison.simulated,
        "simulated error": comparison.simulated_error,
        "reference": comparison.reference,
        "reference error": comparison.reference_error,
        "in tolerances": found.in_tolerance,
        "in sigma": found.in_sigma,
    }
    texts = {
        name: ["" if x is None or not np.isfinite(x) else f"{x:.5g}" for x in values]
        for name, given in numbers.items()
        for values in [[None] * comparison.axis.bins if given is None else given]
    }
    words = ("group", "quantity", "unit", "selection")
    origin = ("relation", "trust", "source", "tolerance", "tolerance_kind", "tolerance_reason")
    return pd.DataFrame(
        {name: getattr(comparison, name) for name in words}
        | {"bin": comparison.axis.labels}
        | texts
        | {name.replace("_", " "): str(getattr(comparison, name)) for name in origin}
        | {"tolerance": f"{comparison.tolerance:g}", "verdict": list(map(str, found.verdicts))}
    )
