"""Sensitivity of a classifier of events at the mass points that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.chains.soft_electrons.figures.points import reason
from hepchain.chains.soft_electrons.figures.yields import point_axis
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import DOUBLE, Look, Things, headroom, nothing, panels, stamp, styled
from hepchain.figures.tabulate import Table, estimated, number
from hepchain.figures.ticks import few_decades
from hepchain.io.structured import read_records

LOOKS = (
    Look("#000000", marker="o"),
    Look("#D55E00", marker="D"),
    Look("#0072B2", marker="s"),
    Look("#56B4E9", marker="^"),
    Look("#E69F00", marker="v"),
    Look("#009E73", marker="P"),
)
"""Of the discriminants, in their order."""


Unseen = Mapping[str, Any]
"""Results at a mass point that was left out of the training: those of ``KEYS`` of its file."""
KEYS = (
    *("point", "luminosity_fb", "confidence_level", "separation", "reference"),
    *("discriminants", "gains"),
)


def read_results(paths: Sequence[Path]) -> list[Unseen]:
    """Results of the mass points.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(paths, lambda content: {key: content[key] for key in KEYS})


@styled()
def draw(results: Sequence[Unseen], things: Things, config: FiguresConfig) -> Figure:
    """Median limits above, median discovery significances below, of each discriminant."""
    figure, grid = panels(2, width=DOUBLE, height=5.6)
    upper, lower = grid[:, 0]
    level = results[0]["confidence_level"] if results else 0.95
    for axes, name in ((upper, "limit"), (lower, "asimov")):
        for row, point in enumerate(results):
            _draw_point(axes, row, point, name)
        few_decades(axes)
        if not results:
            nothing(axes)
    upper.set_ylabel(f"Expected {100 * level:g} % CL limit on $\\mu$")
    lower.set_ylabel("Expected significance")
    _legend(upper, results)
    point_axis(lower, [point["point"] for point in results], things)
    stamp(upper, config, results[0]["luminosity_fb"] if results else None)
    return figure


def _draw_point(axes: Axes, row: int, point: Unseen, name: str) -> None:
    uses = point["discriminants"]
    for use, look, shift in zip(uses, LOOKS, _places(len(uses)), strict=False):
        found = use[name]
        if found is None:
            options: Any = {"ha": "center", "va": "bottom", "fontsize": 7, "color": "0.4"}
            place, text = axes.get_xaxis_transform(), reason(use["result"]["status"])
            axes.text(row + shift, 0.04, text, rotation=90, transform=place, **options)
            continue
        error = found["error"] or 0.0
        low = min(error, 0.9 * found["value"])
        style: Any = {"fmt": look.marker, "color": look.colour}
        axes.errorbar(row + shift, found["value"], [[low], [error]], **style)


def _places(count: int) -> Any:
    return np.linspace(-0.3, 0.3, max(count, 2))[:count]


def _legend(axes: Axes, results: Sequence[Unseen]) -> None:
    titles = [use["title"] for use in results[0]["discriminants"]] if results else []
    handles = [
        axes.plot([], [], look.marker, color=look.colour, label=title)[0]
        for title, look in zip(titles, LOOKS, strict=False)
    ]
    if handles:
        headroom(axes, 1.4)
        axes.legend(handles=handles, loc="upper right", ncols=3)


def table(results: Sequence[Unseen], things: Things) -> Table:
    """A line a mass point and discriminant."""
    rows = [
        {"Left out": things.title(point["point"]), **_row(point, use)}
        for point in results
        for use in point["discriminants"]
    ]
    note = (
        "Gain: median limit of the other over its own. Errors: replicas of the events, common to "
        "both; the classifier is not trained again in them. 'Own error a bin': gain with the "
        "uncertainty of the background independent from bin to bin. Verdict: 'better' or 'worse' "
        "if the gain is two errors from one."
    )
    return Table(
        "Classifier of events at mass points left out of its training", pd.DataFrame(rows), note
    )


def _row(point: Unseen, use: Mapping[str, Any]) -> dict[str, str]:
    result, reference = use["result"], point["reference"]
    title = next(item["title"] for item in point["discriminants"] if item["name"] == reference)
    gains = {item["over"]: item for item in point["gains"] if item["discriminant"] == use["name"]}
    # A discriminant without a limit has no gain.
    none = {"limit": None, "decorrelated": None, "verdict": None}
    over_reference, over_score = gains.get(reference, none), gains.get("score_bins", none)
    return {
        "discriminant": use["title"],
        "bins": str(len(result["templates"]["edges"]) - 1),
        "signal": number(result["signal"]["value"]),
        "background": number(result["background"]["value"]),
        "simulated": str(result["background"]["events"]),
        "limit": estimated(use["limit"]),
        "significance": estimated(use["asimov"]),
        f"gain over {title}": estimated(over_reference["limit"]),
        "own error a bin": estimated(over_reference["decorrelated"]),
        "over score, same bins": estimated(over_score["limit"]),
        f"verdict over {title}": over_reference["verdict"] or "–",
    }
