"""Figures of merit of the mass points against the fake rate, and fits in bins of the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from hepchain.chains.soft_electrons.figures.point_tables import GAINS
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    THIN,
    Floats,
    Look,
    Things,
    line_at,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.figures.tabulate import Table, estimated, number
from hepchain.figures.ticks import few_decades, named_places
from hepchain.io.structured import read_records

MERITS = {
    "s_over_sqrt_b": r"$s/\sqrt{b}$",
    "asimov": "Asimov significance",
    "limit": r"Expected limit on $\mu$",
}


@dataclass(frozen=True)
class Curve:
    """A figure of merit at the points with enough events, by falling fake rate."""

    fake_rate: Floats
    value: Floats
    error: Floats
    best: float | None
    """Fake rate where it is best."""


@dataclass(frozen=True)
class PointScan:
    """Scan of one mass point."""

    name: str
    luminosity: float
    nominal: float
    min_effective_events: float
    curves: Mapping[str, Curve]
    optima: Sequence[Mapping[str, Any]]
    reference: str
    """Discriminant that the others are compared with."""
    discriminants: Mapping[str, float | None]
    """Name -> median expected limit."""
    titles: Mapping[str, str]
    """Discriminant -> its title."""


def read_scans(paths: Sequence[Path]) -> list[PointScan]:
    """Scans of the mass points.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(paths, _scan)


def _scan(content: Mapping[str, Any]) -> PointScan:
    best = {item["merit"]: item["fake_rate"] for item in content["optima"]}
    middle = content["sigmas"].index(0)
    limits = {item["name"]: item["result"]["limit"] for item in content["discriminants"]}
    return PointScan(
        name=content["point"],
        luminosity=content["luminosity_fb"],
        nominal=content["nominal"],
        min_effective_events=content["min_effective_events"],
        curves={name: _curve(content["points"], name, best.get(name)) for name in MERITS},
        optima=content["optima"],
        reference=content["reference"],
        discriminants={
            name: None if limit is None else limit["expected"][middle]
            for name, limit in limits.items()
        },
        titles={item["name"]: item["title"] for item in content["discriminants"]},
    )


def _curve(points: Sequence[Mapping[str, Any]], name: str, best: float | None) -> Curve:
    shown = [point for point in points if point["enough"] and point[name] is not None]
    return Curve(
        np.array([point["fake_rate"] for point in shown], dtype=np.float64),
        np.array([point[name]["value"] for point in shown], dtype=np.float64),
        np.array([point[name]["error"] or 0.0 for point in shown], dtype=np.float64),
        best,
    )


@styled()
def draw(scans: Sequence[PointScan], things: Things, config: FiguresConfig) -> Figure:
    """Three figures of merit against the fake rate, and limits of fits in bins over the count."""
    figure, grid = panels(2, 2, width=DOUBLE, height=5.6, share_x=False)
    places = (grid[0, 0], grid[0, 1], grid[1, 0])
    for axes, name in zip(places, MERITS, strict=True):
        for scan in scans:
            _draw_curve(axes, scan.curves[name], things.look(scan.name))
        _finish(axes, name, scans)
    _draw_discriminants(grid[1, 1], scans, things)
    handles = [
        _entry(grid[0, 0], things.look(scan.name), things.title(scan.name)) for scan in scans
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    stamp_figure(figure, config, scans[0].luminosity if scans else None)
    return figure


def _entry(axes: Axes, look: Look, label: str) -> Any:
    return axes.plot([], [], look.marker, linestyle=look.line, color=look.colour, label=label)[0]


def _draw_curve(axes: Axes, curve: Curve, look: Look) -> None:
    if not len(curve.value):
        return
    style: Any = {"color": look.colour, "linestyle": look.line}
    axes.plot(curve.fake_rate, curve.value, marker=look.marker, markersize=3, **style)
    low, high = curve.value - curve.error, curve.value + curve.error
    axes.fill_between(curve.fake_rate, low, high, color=look.colour, alpha=0.15, linewidth=0)
    at = np.flatnonzero(curve.fake_rate == curve.best)
    axes.plot(curve.fake_rate[at], curve.value[at], "*", color=look.colour, markersize=11, zorder=4)


def _finish(axes: Axes, name: str, scans: Sequence[PointScan]) -> None:
    axes.set_xscale("log")
    few_decades(axes)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("Fake rate of all tracks")
    axes.set_ylabel(MERITS[name])
    if not any(len(scan.curves[name].value) for scan in scans):
        nothing(axes)
        return
    rates = np.concatenate([scan.curves[name].fake_rate for scan in scans])
    axes.set_xlim(rates.min() / 1.3, rates.max() * 1.3)
    axes.axvline(scans[0].nominal, **THIN)


def _draw_discriminants(axes: Axes, scans: Sequence[PointScan], things: Things) -> None:
    titles = scans[0].titles if scans else {}
    shifts = np.linspace(-0.24, 0.24, max(len(scans), 2))
    for scan, shift in zip(scans, shifts, strict=False):
        reference, look = scan.discriminants[scan.reference], things.look(scan.name)
        for row, name in enumerate(titles):
            limit = scan.discriminants.get(name)
            if reference is not None and limit is not None:
                axes.plot(row + shift, limit / reference, look.marker, color=look.colour)
    if not axes.has_data():
        nothing(axes)
    line_at(axes, 1.0)
    named_places(axes, list(titles.values()), 9)
    axes.set_ylim(0.0, max(1.15, axes.get_ylim()[1]))
    axes.set_xlabel("Fit in bins of")
    over = titles[scans[0].reference] if scans else "count"
    axes.set_ylabel(f"Limit over that of the {over}")


def table(scans: Sequence[PointScan], things: Things) -> Table:
    """A line a mass point and figure of merit: where it is best, and the gain there."""
    rows = [
        [
            things.title(scan.name),
            GAINS[item["merit"]],
            number(100 * item["fake_rate"]),
            _interval(item),
            estimated(item["gain"]),
            "last point with enough events" if item["at_edge"] else "",
        ]
        for scan in scans
        for item in scan.optima
    ]
    header = ["Signal", "best", "fake rate [%]", "68 % of replicas [%]", "gain over nominal", ""]
    fewest = f"{scans[0].min_effective_events:g}" if scans else ""
    note = (
        f"Among thresholds with at least {fewest} effective background events. The best of many "
        "points with few events is overestimated. 'Last point': the true optimum may be at smaller "
        "fake rates, for which there are too few events."
    )
    return Table("Best working points", pd.DataFrame(rows, columns=header), note)


def _interval(item: Mapping[str, Any]) -> str:
    if item["low"] is None:
        return "–"
    return f"{number(100 * item['low'])} to {number(100 * item['high'])}"
