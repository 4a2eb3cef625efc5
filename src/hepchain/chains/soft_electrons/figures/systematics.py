"""What variations of the simulation do to signal and background yields, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, estimated
from hepchain.io.structured import read_records

SIGNAL = "signal"
"""What a result calls its signal."""
KEYS = ("variation", "change", "error", "applied", "mirrored")

Changes = list[dict[str, Any]]
"""Relative changes of yields: ``point``, ``sample``, ``approach`` (its title) and ``KEYS``."""


def yield_changes(results: Iterable[str | Path]) -> Changes:
    """Changes of all samples in the regions of all mass points, in all approaches.

    Raises
    ------
    InputError : a result lacks a key
    """
    return [change for changes in read_records(results, _of_point) for change in changes]


def _of_point(content: Mapping[str, Any]) -> Changes:
    point = content["point"]
    return [
        {
            "point": point,
            "sample": point if item["sample"] == SIGNAL else item["sample"],
            "approach": approach["title"],
            **{key: item[key] for key in KEYS},
        }
        for approach in content["approaches"]
        for item in approach["variations"]
    ]


def table(changes: Changes, things: Things, titles: Mapping[str, str]) -> Table:
    """A line for each region, sample and variation; changes in per cent."""
    rows: dict[tuple[str, str, str], Changes] = {}
    for item in changes:
        rows.setdefault((item["point"], item["sample"], item["variation"]), []).append(item)
    cells = [
        {
            "Region": things.title(point),
            "Sample": things.title(sample),
            "Variation": titles.get(variation, variation),
            **{f"{item['approach']} [%]": _percent(item) for item in items},
            "In the fit": _applied(items),
        }
        for (point, sample, variation), items in rows.items()
    ]
    note = (
        "Relative change of the yield ± statistical error of the simulation; events that both "
        "samples have in common cancel in the error. A side that was not simulated is the other "
        "one mirrored."
    )
    approaches = dict.fromkeys(f"{item['approach']} [%]" for item in changes)
    columns = ["Region", "Sample", "Variation", *approaches, "In the fit"]
    return Table("Variations of the simulation", pd.DataFrame(cells, columns=columns), note)


def _percent(item: Mapping[str, Any]) -> str:
    text = estimated({"value": item["change"], "error": item["error"]}, 100)
    return text if text.startswith(("-", "–")) else f"+{text}"


def _applied(items: Sequence[Mapping[str, Any]]) -> str:
    """Whether the variation is in the statistical model, and whether for both sides."""
    applied = [item["approach"] for item in items if item["applied"]]
    if not applied:
        return "no"
    text = "yes" if len(applied) == len(items) else f"{' and '.join(applied)} only"
    return f"{text}, both sides" if any(item["mirrored"] for item in items) else text
