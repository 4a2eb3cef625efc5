"""Figures of merit of the mass points against the fake rate, and fits in bins of the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter, PercentFormatter

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    Floats,
    Look,
    Things,
    line_at,
    nothing,
    panels,
    stamp_figure,
    styled,
    wrapped,
)
from hepchain.figures.tabulate import Table, number
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
    discriminants: Mapping[str, float | None]
    """Title -> median expected limit."""


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
    limits = {item["title"]: item["result"]["limit"] for item in content["discriminants"]}
    return PointScan(
        name=content["point"],
        luminosity=content["luminosity_fb"],
        nominal=content["nominal"],
        min_effective_events=content["min_effective_events"],
        curves={name: _curve(content["points"], name, best.get(name)) for name in MERITS},
        optima=content["optima"],
        discriminants={
            title: None if limit is None else limit["expected"][middle]
            for title, limit in limits.items()
        },
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
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("Fake rate of all tracks")
    axes.set_ylabel(MERITS[name])
    if not any(len(scan.curves[name].value) for scan in scans):
        nothing(axes)
        return
    rates = np.concatenate([scan.curves[name].fake_rate for scan in scans])
    axes.set_xlim(rates.min() / 1.3, rates.max() * 1.3)
    axes.axvline(scans[0].nominal, color="0.5", linewidth=0.8, linestyle=(0, (1, 1)), zorder=0)


def _draw_discriminants(axes: Axes, scans: Sequence[PointScan], things: Things) -> None:
    titles = list(scans[0].discriminants) if scans else []
    shifts = np.linspace(-0.24, 0.24, max(len(scans), 2))
    for scan, shift in zip(scans, shifts, strict=False):
        limits = [scan.discriminants.get(title) for title in titles]
        first = limits[0] if limits else None
        look = things.look(scan.name)
        for row, limit in enumerate(limits):
            if first is not None and limit is not None:
                axes.plot(row + shift, limit / first, look.marker, color=look.colour)
    if not axes.has_data():
        nothing(axes)
    line_at(axes, 1.0)
    axes.set_xticks(range(len(titles)), [wrapped(title, 9) for title in titles])
    axes.set_xlim(-0.5, max(len(titles), 1) - 0.5)
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", which="both", length=0)
    axes.set_ylim(0.0, 1.15)
    axes.set_xlabel("Fit in bins of")
    axes.set_ylabel("Limit over that of the count")


def table(scans: Sequence[PointScan], things: Things) -> Table:
    """A line a mass point and figure of merit: where it is best, and the gain there."""
    header = ["Signal", "best", "fake rate [%]", "68 % of replicas [%]", "gain over nominal", ""]
    titles = {
        "s_over_b": "s/b",
        "s_over_sqrt_b": "s/√b",
        "asimov": "Asimov",
        "asimov_statistical": "Asimov, b exact",
        "limit": "limit",
    }
    rows = [
        [
            things.title(scan.name),
            titles[item["merit"]],
            number(100 * item["fake_rate"]),
            _interval(item),
            number(item["gain"]["value"], item["gain"]["error"]) if item["gain"] else "–",
            "last point with enough events" if item["at_edge"] else "",
        ]
        for scan in scans
        for item in scan.optima
    ]
    fewest = f"{scans[0].min_effective_events:g}" if scans else ""
    note = (
        f"Among thresholds with at least {fewest} effective background events. The best of many "
        "points with few events is overestimated. 'Last point': the true optimum may be at smaller "
        "fake rates, for which there are too few events."
    )
    return Table("Best working points", header, rows, note)


def _interval(item: Mapping[str, Any]) -> str:
    if item["low"] is None:
        return "–"
    return f"{number(100 * item['low'])} to {number(100 * item['high'])}"
