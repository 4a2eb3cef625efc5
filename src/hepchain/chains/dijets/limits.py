"""Upper limits on the events of any signal that pass a cut in a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hepchain.figures.tabulate import Table, number
from hepchain.statistics.counting import Counting, analyse

MEDIAN = 2
"""Of the expected limits."""


@dataclass(frozen=True)
class Limit:
    """Of one window and cut, 95 % confidence level, CLs."""

    window: str
    efficiency: float
    observed: float | None
    """Events; None where the fit says nothing."""
    expected: float | None
    """Median without a signal."""


def limits(findings: Sequence[Mapping[str, Any]]) -> list[Limit]:
    """Limits from the count in each window and what is expected there with its error."""
    return [_limit(item) for item in findings]


def _limit(item: Mapping[str, Any]) -> Limit:
    observed = expected = None
    if not item["flags"] and item["expected"]:
        found = analyse(Counting(item["observed"], item["expected"], item["error"]))
        observed, expected = found.observed_limit, found.expected_limit[MEDIAN]
    return Limit(item["window"], item["efficiency"], observed, expected)


def table(
    findings: Sequence[Mapping[str, Any]],
    found: Sequence[Limit],
    windows: Mapping[str, Sequence[float]],
    injected: int,
) -> Table:
    """A line for each window and cut."""
    rows = [
        {
            "Window [TeV]": "{:g} to {:g}".format(
                *(edge / 1e3 for edge in windows[item["window"]])
            ),
            "Data kept [%]": f"{100 * item['efficiency']:g}",
            "Observed": f"{item['observed']:.0f}",
            "Expected": number(item["expected"], item["error"]),
            "Significance": number(item["significance"]),
            "Local p-value": number(item["p_value"]),
            "P-value of the fit": number(item["goodness"]),
            "Limit, expected": number(limit.expected, digits=3),
            "Limit, observed": number(limit.observed, digits=3),
            "Remarks": ", ".join(item["flags"]),
        }
        for item, limit in zip(findings, found, strict=True)
    ]
    title = "Data without a signal" if injected == 0 else f"{injected} events of a signal injected"
    note = (
        "Limits are on the events of a signal that pass the cut in the window, at 95 % confidence "
        "level (CLs), with the error of the fit as the uncertainty of the background."
    )
    return Table(title, pd.DataFrame(rows), note)
