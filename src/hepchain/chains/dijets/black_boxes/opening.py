"""Opening of the seals: what was answered beside what is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hepchain.chains.dijets.black_boxes.answer import opened_words
from hepchain.chains.dijets.black_boxes.seal import Truth
from hepchain.chains.dijets.config.black_boxes import NOTHING, AnswerConfig
from hepchain.chains.dijets.data import Events, Floats
from hepchain.figures.tabulate import Table, estimated, number


@dataclass(frozen=True)
class Compared:
    """A quantity of a box."""

    quantity: str
    reported: Mapping[str, float | None]
    """``value`` and ``error``."""
    true: float | None
    """None without a signal."""
    difference: float | None
    """In errors of what was reported."""


@dataclass(frozen=True)
class Opened:
    """A box beside its truth."""

    box: str
    content: str
    verdict: str
    blind: bool
    generated: int
    """Events of the signal in the box."""
    in_data: int
    """Of them, with two jets that pass and a mass in the range of the search."""
    in_window: int
    """Of these, in the window of the answer."""
    compared: Sequence[Compared]


def opened(
    answer: Mapping[str, Any],
    truth: Truth,
    events: Events,
    score: Floats | None,
    window: tuple[float, float] | None,
    config: AnswerConfig,
) -> Opened:
    """Compare an answer with the truth.

    Parameters
    ----------
    score : of each event in the window of the answer, shape (n,); None without one
    """
    signal = np.isin(events.event_number, truth.event_numbers)
    inside = signal & (events.within(*window) if window else False)
    compared = []
    if answer["masses"] is not None:
        true = truth.masses or {}
        compared += [
            _compare(f"m({name.upper()}) [GeV]", answer["masses"][name], true.get(name))
            for name in "abc"
        ]
    if score is not None:
        for title, key, efficiency in (
            ("Events", "events", config.loose_efficiency),
            ("Passing", "passing", answer["efficiency"]),
        ):
            passing = np.count_nonzero(inside & (score >= 1.0 - efficiency))
            compared.append(_compare(title, answer[key], float(passing)))
    return Opened(
        truth.box,
        truth.content,
        verdict(answer["claimed"], truth.content),
        answer["blind"],
        truth.events,
        int(np.count_nonzero(signal)),
        int(np.count_nonzero(inside)),
        compared,
    )


def verdict(claimed: bool, content: str) -> str:
    """What a claim is worth."""
    if content == NOTHING:
        return "false alarm" if claimed else "rightly nothing"
    return "found" if claimed else "missed"


def _compare(quantity: str, reported: Mapping[str, float | None], true: float | None) -> Compared:
    value, error = reported["value"], reported["error"]
    if value is None or not error or true is None:
        return Compared(quantity, reported, true, None)
    return Compared(quantity, reported, true, (value - true) / error)


def table(boxes: Sequence[Mapping[str, Any]]) -> Table:
    """A line for each quantity of each box."""
    rows = [
        {
            "Box": box["box"],
            "Content": box["content"].replace("_", " "),
            "Verdict": box["verdict"],
            "Events in the box": f"{box['generated']}",
            "in the data": f"{box['in_data']}",
            "in the window": f"{box['in_window']}",
            "Quantity": item["quantity"],
            "Reported": estimated(item["reported"]),
            "True": number(item["true"], digits=4),
            "Difference [errors]": number(item["difference"]),
            "Remarks": "" if box["blind"] else opened_words(box["box"]),
        }
        for box in boxes
        for item in box["compared"] or [_nothing()]
    ]
    note = "`True` of `Events` and `Passing`: events of the signal that pass these cuts."
    return Table("Black boxes, opened", pd.DataFrame(rows), note)


def _nothing() -> dict[str, Any]:
    return {"quantity": "–", "reported": None, "true": None, "difference": None}
