"""What variations of the simulation do to signal and background yields, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, number
from hepchain.io.structured import read_records

SIGNAL = "signal"
"""What a result calls its signal."""


@dataclass(frozen=True)
class YieldChange:
    """Relative change of the yield of a sample in the region of a mass point."""

    point: str
    sample: str
    variation: str
    changes: Mapping[str, Mapping[str, Any]]
    """Title of the approach -> ``change``, ``error``, ``applied``, ``mirrored``."""


def yield_changes(results: Iterable[str | Path]) -> list[YieldChange]:
    """Changes of all samples in all regions, by point, sample and variation.

    Raises
    ------
    InputError : a result lacks a key
    """
    return [change for changes in read_records(results, _of_point) for change in changes]


def _of_point(content: Mapping[str, Any]) -> list[YieldChange]:
    point = str(content["point"])
    by_key: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for approach in content["approaches"]:
        for item in approach["variations"]:
            changes = by_key.setdefault((item["sample"], item["variation"]), {})
            changes[approach["title"]] = item
    return [
        YieldChange(point, point if sample == SIGNAL else sample, variation, changes)
        for (sample, variation), changes in by_key.items()
    ]


def table(changes: Sequence[YieldChange], things: Things, titles: Mapping[str, str]) -> Table:
    """A line for each region, sample and variation; changes in per cent."""
    titles_of_approaches = list(dict.fromkeys(key for item in changes for key in item.changes))
    header = ["Region", "Sample", "Variation"]
    header += [f"{title} [%]" for title in titles_of_approaches] + ["In the fit"]
    rows = [
        [
            things.title(item.point),
            things.title(item.sample),
            titles.get(item.variation, item.variation),
            *(_percent(item.changes[title]) for title in titles_of_approaches),
            _applied(item),
        ]
        for item in changes
    ]
    note = (
        "Relative change of the yield ± statistical error of the simulation; events that both "
        "samples have in common cancel in the error. A side that was not simulated is the other "
        "one mirrored."
    )
    return Table("Variations of the simulation", header, rows, note)


def _percent(item: Mapping[str, Any]) -> str:
    change, error = item["change"], item["error"]
    if change is None:
        return "–"
    text = number(100 * change, None if error is None else 100 * error)
    return text if text.startswith("-") else f"+{text}"


def _applied(item: YieldChange) -> str:
    """Whether the variation is in the statistical model, and whether for both sides."""
    applied = [title for title, change in item.changes.items() if change["applied"]]
    if not applied:
        return "no"
    text = "yes" if len(applied) == len(item.changes) else f"{' and '.join(applied)} only"
    mirrored = any(change["mirrored"] for change in item.changes.values())
    return f"{text}, both sides" if mirrored else text
