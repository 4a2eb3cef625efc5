"""Sensitivity of a classifier of events at the mass points that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter

from hepchain.config.figures import FiguresConfig
from hepchain.figures.points import Value, reason
from hepchain.figures.style import (
    DOUBLE,
    Look,
    Things,
    headroom,
    nothing,
    panels,
    stamp,
    styled,
)
from hepchain.figures.tabulate import Table, number
from hepchain.figures.yields import point_axis
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


@dataclass(frozen=True)
class Use:
    """One discriminant at one mass point."""

    name: str
    title: str
    status: str
    signal: float
    background: float
    background_events: int
    bins: int
    limit: Value
    asimov: Value


@dataclass(frozen=True)
class Gain:
    """A discriminant over another."""

    discriminant: str
    over: str
    limit: Value
    decorrelated: Value
    verdict: str | None


@dataclass(frozen=True)
class Unseen:
    """Results at a mass point that was left out of the training."""

    name: str
    luminosity: float
    confidence_level: float
    separation: Mapping[str, float]
    uses: Sequence[Use]
    gains: Sequence[Gain]

    def gain(self, name: str, over: str) -> Gain | None:
        """Gain of a discriminant over another, None where one has no limit."""
        found = [item for item in self.gains if (item.discriminant, item.over) == (name, over)]
        return found[0] if found else None


def read_results(paths: Sequence[Path]) -> list[Unseen]:
    """Results of the mass points.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(paths, _unseen)


def _unseen(content: Mapping[str, Any]) -> Unseen:
    return Unseen(
        name=content["point"],
        luminosity=content["luminosity_fb"],
        confidence_level=content["confidence_level"],
        separation=content["separation"],
        uses=[_use(item) for item in content["discriminants"]],
        gains=[
            Gain(
                item["discriminant"],
                item["over"],
                _value(item["limit"]),
                _value(item["decorrelated"]),
                item["verdict"],
            )
            for item in content["gains"]
        ],
    )


def _use(content: Mapping[str, Any]) -> Use:
    result = content["result"]
    return Use(
        name=content["name"],
        title=content["title"],
        status=result["status"],
        signal=result["signal"]["value"],
        background=result["background"]["value"],
        background_events=result["background"]["events"],
        bins=len(result["templates"]["edges"]) - 1,
        limit=_value(content["limit"]),
        asimov=_value(content["asimov"]),
    )


def _value(content: Mapping[str, Any] | None) -> Value:
    return Value(None) if content is None else Value(content["value"], content["error"])


@styled()
def draw(results: Sequence[Unseen], things: Things, config: FiguresConfig) -> Figure:
    """Median limits above, median discovery significances below, of each discriminant."""
    figure, grid = panels(2, width=DOUBLE, height=5.6)
    upper, lower = grid[:, 0]
    level = results[0].confidence_level if results else 0.95
    for axes, name in ((upper, "limit"), (lower, "asimov")):
        for row, point in enumerate(results):
            _draw_point(axes, row, point, name)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        if not results:
            nothing(axes)
    upper.set_ylabel(f"Expected {100 * level:g} % CL limit on $\\mu$")
    lower.set_ylabel("Expected significance")
    _legend(upper, results)
    point_axis(lower, [point.name for point in results], things)
    stamp(upper, config, results[0].luminosity if results else None)
    return figure


def _draw_point(axes: Axes, row: int, point: Unseen, name: str) -> None:
    for use, look, shift in zip(point.uses, LOOKS, _places(len(point.uses)), strict=False):
        value: Value = getattr(use, name)
        if value.value is None:
            options: Any = {"ha": "center", "va": "bottom", "fontsize": 7, "color": "0.4"}
            place = axes.get_xaxis_transform()
            axes.text(
                row + shift, 0.04, reason(use.status), rotation=90, transform=place, **options
            )
            continue
        low = min(value.error or 0.0, 0.9 * value.value)
        axes.errorbar(
            row + shift,
            value.value,
            [[low], [value.error or 0.0]],
            fmt=look.marker,
            color=look.colour,
        )


def _places(count: int) -> Any:
    return np.linspace(-0.3, 0.3, max(count, 2))[:count]


def _legend(axes: Axes, results: Sequence[Unseen]) -> None:
    titles = [use.title for use in results[0].uses] if results else []
    handles = [
        axes.plot([], [], look.marker, color=look.colour, label=title)[0]
        for title, look in zip(titles, LOOKS, strict=False)
    ]
    if handles:
        headroom(axes, 1.4)
        axes.legend(handles=handles, loc="upper right", ncols=3)


def table(results: Sequence[Unseen], things: Things) -> Table:
    """A line a mass point and discriminant."""
    header = [
        "Left out",
        "discriminant",
        "bins",
        "signal",
        "background",
        "simulated",
        "limit",
        "significance",
        "gain over count",
        "own error a bin",
        "over score, same bins",
        "verdict over count",
    ]
    rows = [
        [things.title(point.name), *_row(point, use)] for point in results for use in point.uses
    ]
    note = (
        "Gain: median limit of the other over its own. Errors: replicas of the events, common to "
        "both; the classifier is not trained again in them. 'Own error a bin': gain with the "
        "uncertainty of the background independent from bin to bin. Verdict: 'better' or 'worse' "
        "if the gain is two errors from one."
    )
    return Table("Classifier of events at mass points left out of its training", header, rows, note)


def _row(point: Unseen, use: Use) -> list[str]:
    over_count = point.gain(use.name, point.uses[0].name)
    over_score = point.gain(use.name, "score_bins")
    return [
        use.title,
        str(use.bins),
        number(use.signal),
        number(use.background),
        str(use.background_events),
        number(use.limit.value, use.limit.error),
        number(use.asimov.value, use.asimov.error),
        "–" if over_count is None else number(over_count.limit.value, over_count.limit.error),
        "–"
        if over_count is None
        else number(over_count.decorrelated.value, over_count.decorrelated.error),
        "–" if over_score is None else number(over_score.limit.value, over_score.limit.error),
        "–" if over_count is None else over_count.verdict or "–",
    ]
