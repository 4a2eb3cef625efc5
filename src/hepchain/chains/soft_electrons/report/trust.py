"""What the tagger leans on, and how far that is validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.config.reading import read_yaml
from hepchain.figures.tabulate import number
from hepchain.io.structured import read_json
from hepchain.report.tables import Table
from hepchain.validation.comparison import SEVERITY, Verdict

SHOWN = 4
"""Inputs of each category."""
NOTHING = "not compared"
COLUMNS = (
    *("Category", "Rank", "Input", "Mean |SHAP|", "Share of all [%]", "Verdict"),
    "Compared with what is known of the detector in",
)


@dataclass(frozen=True)
class Comparison:
    """Verdict on one input, in the validation."""

    title: str
    verdict: str
    relation: str
    trust: str

    @property
    def words(self) -> str:
        """As it stands in the table."""
        return f"{self.title}: {self.verdict} ({self.relation}, {self.trust})"


def leans_on(
    folder: Path, config: Mapping[str, Any], titles: Mapping[str, str], validated_by: Path
) -> Table:
    """The first inputs of each category by Shapley value beside the verdicts of the validation.

    An input is compared where a quantity has its name, where a bin has, and in the quantities that
    ``validated_by`` lists for it. Empty if the tagger of the selection has no Shapley values.

    Raises
    ------
    ConfigError, InputError : a file is missing or damaged
    """
    path = folder / f"figures/importance_{config['selection']['tagger']}.json"
    categories = read_json(path)["categories"] if path.exists() else []
    records = [
        record
        for file in sorted((folder / "validation").glob("*.json"))
        for record in read_json(file, list)
    ]
    further = read_yaml(validated_by)
    rows = [
        row
        for category in categories
        for row in _rows(category, titles[category["category"]], records, further)
    ]
    return Table("What the tagger leans on", COLUMNS, rows)


def _rows(
    category: Mapping[str, Any],
    title: str,
    records: Sequence[Mapping[str, Any]],
    further: Mapping[str, Sequence[str]],
) -> list[list[str]]:
    ranked = sorted(category["variables"], key=lambda one: -one["importance"])
    total = sum(one["importance"] for one in ranked)
    rows = []
    for rank, one in enumerate(ranked[:SHOWN], start=1):
        found = comparisons(one["name"], records, further.get(one["name"], ()))
        rows.append(
            [
                title,
                str(rank),
                one["name"],
                number(one["importance"], one["error"]),
                f"{100.0 * one['importance'] / total:.0f}",
                found[0].verdict if found else NOTHING,
                "; ".join(comparison.words for comparison in found) or "–",
            ]
        )
    return rows


def comparisons(
    variable: str, records: Iterable[Mapping[str, Any]], further: Iterable[str]
) -> list[Comparison]:
    """Comparisons of an input, one a title with its worst verdict, the worst first."""
    names = {variable, *further}
    worst: dict[str, Comparison] = {}
    for record in records:
        found = _compared(record, variable, names)
        if found and found.verdict != Verdict.NO_REFERENCE:
            known = worst.get(found.title)
            if known is None or _badness(found) < _badness(known):
                worst[found.title] = found
    return sorted(worst.values(), key=_badness)


def _compared(record: Mapping[str, Any], variable: str, names: set[str]) -> Comparison | None:
    labels, assessment = record["axis"]["labels"] or [], record["assessment"]
    if record["quantity"] in names:
        verdict = assessment["verdict"]
    elif variable in labels:
        verdict = assessment["verdicts"][labels.index(variable)]
    else:
        return None
    return Comparison(record["title"], verdict, record["relation"], record["trust"])


def _badness(comparison: Comparison) -> int:
    return -SEVERITY.index(Verdict(comparison.verdict))
