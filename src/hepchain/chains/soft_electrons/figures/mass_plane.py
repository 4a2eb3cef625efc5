"""Expected exclusion in the plane of mass and splitting, an approach each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullFormatter

from hepchain.chains.soft_electrons.config.mass_plane import PublishedLimit
from hepchain.chains.soft_electrons.statistics.mass_plane import (
    DRAWN,
    Line,
    Plane,
    PlanePoint,
    Reach,
    Results,
    Surface,
)
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    REFERENCE_COLOUR,
    SIGMA_COLOURS,
    Floats,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.figures.tabulate import Table, number

MESH = 300
"""Places in each direction where the band is evaluated."""
SPLITTINGS = 61
"""Splittings at which the greatest excluded mass is given."""
LABEL = 0.84
"""Place of the label of a contour, relative to the greatest splitting."""
LINES = ("-", "--", ":", "-.")
FILLED_COLOUR = "0.85"


@dataclass(frozen=True)
class Exclusion:
    """Where a signal strength is excluded; standard deviations of the expected limit -> lines."""

    strength: float
    contours: Mapping[int, list[Line]]
    """Pieces of the line where the limit is this strength."""
    reach: Mapping[int, list[Reach]]
    """The greatest excluded mass at each splitting."""


@dataclass(frozen=True)
class MassPlane:
    """What the figure shows."""

    results: Results
    exclusions: Mapping[str, list[Exclusion]]
    """Approach -> what is excluded, for each signal strength."""
    published: Mapping[str, PublishedLine]


@dataclass(frozen=True)
class PublishedLine:
    """An exclusion by others: splitting and mass of N2 along the line [GeV]."""

    title: str
    filled: bool
    trust: str
    source: str
    n2: Floats
    splittings: Floats


def mass_plane(
    results: Results, strengths: Sequence[float], published: Mapping[str, PublishedLimit]
) -> MassPlane:
    """Exclusions of signal strengths from the limits of all mass points."""
    return MassPlane(
        results,
        {
            name: [exclusion(plane, strength) for strength in strengths]
            for name, plane in results.planes.items()
        },
        {name: published_line(limit) for name, limit in published.items()},
    )


def exclusion(plane: Plane, strength: float) -> Exclusion:
    """Where the limits of an approach are below a signal strength."""
    differences = [point.splitting for point in plane.points]
    splittings = np.geomspace(min(differences), max(differences), SPLITTINGS)
    surfaces = {sigma: plane.surface(sigma) for sigma in DRAWN}
    known = {sigma: surface for sigma, surface in surfaces.items() if surface is not None}
    return Exclusion(
        strength,
        {sigma: surface.contour(strength) for sigma, surface in known.items()},
        {
            sigma: [surface.reach(float(splitting), strength) for splitting in splittings]
            for sigma, surface in known.items()
        },
    )


def published_line(limit: PublishedLimit) -> PublishedLine:
    """A published limit in the coordinates of the figure; the chargino is half-way."""
    mass, splitting = np.array(limit.points, dtype=np.float64).T
    if limit.masses == "c1":
        mass, splitting = mass + splitting, 2 * splitting
    return PublishedLine(
        limit.title, limit.filled, limit.trust.value, limit.source, mass, splitting
    )


@styled()
def draw(numbers: MassPlane, config: FiguresConfig) -> Figure:
    """A panel for each approach: contours with bands, simulated points, published limits."""
    planes = numbers.results.planes
    count = len(planes)
    figure, grid = panels(1, count, width=0.7 + 2.9 * count, height=4.4, share_y="row")
    lines = _lines_of(numbers)
    for axes, (name, plane) in zip(grid[0], planes.items(), strict=True):
        _draw_published(axes, numbers.published, lines)
        for item in numbers.exclusions[name]:
            _draw_exclusion(axes, item, plane)
        _draw_points(axes, plane.points)
        _finish(axes, plane)
    grid[0, 0].set_ylabel(r"$m(\tilde\chi^0_2) - m(\tilde\chi^0_1)$ [GeV]")
    level = f"{100 * numbers.results.confidence_level:g} % CL"
    handles = _handles(numbers, lines, level)
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 1 + count))
    stamp_figure(figure, config, numbers.results.luminosity_fb)
    return figure


def _lines_of(numbers: MassPlane) -> dict[str, str]:
    """Published limit that is a line -> its line style."""
    names = [name for name, line in numbers.published.items() if not line.filled]
    return {name: LINES[index % len(LINES)] for index, name in enumerate(names)}


def _draw_published(
    axes: Axes, published: Mapping[str, PublishedLine], lines: Mapping[str, str]
) -> None:
    for name, line in published.items():
        if line.filled:
            axes.fill_betweenx(line.splittings, 0, line.n2, color=FILLED_COLOUR, linewidth=0)
        else:
            style: Any = lines[name]
            axes.plot(line.n2, line.splittings, style, color=REFERENCE_COLOUR, linewidth=1.2)


def _draw_exclusion(axes: Axes, item: Exclusion, plane: Plane) -> None:
    low, high = plane.surface(-1), plane.surface(1)
    if low is None or high is None:
        return
    _draw_band(axes, low, high, item.strength)
    for sigma, pieces in item.contours.items():
        width, colour = (1.6, "black") if sigma == 0 else (0.6, "#0072B2")
        axes.add_collection(LineCollection(pieces, colors=colour, linewidths=width))
    _label(axes, item)


def _label(axes: Axes, item: Exclusion) -> None:
    """The signal strength, on the median contour below its upper end."""
    places = [place for piece in item.contours[0] for place in piece]
    if places:
        target = LABEL * max(splitting for _, splitting in places)
        n2, splitting = min(places, key=lambda place: abs(place[1] - target))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
        options: Any = {"ha": "center", "va": "center", "fontsize": 7.5, "bbox": box}
        axes.text(n2, splitting, f"$\\mu$ = {item.strength:g}", zorder=4, **options)


def _draw_band(axes: Axes, low: Surface, high: Surface, strength: float) -> None:
    """Where the limit is below a strength at -1, but not at +1 standard deviations."""
    n1, splitting = np.meshgrid(
        np.linspace(low.n1.min(), low.n1.max(), MESH),
        np.geomspace(low.splittings.min(), low.splittings.max(), MESH),
    )
    below, above = low(n1, splitting) / strength, high(n1, splitting) / strength
    outside = np.maximum(np.log(below), -np.log(above))
    if (outside < 0).any():
        axes.contourf(
            n1 + splitting,
            splitting,
            np.ma.masked_invalid(outside),
            levels=[-np.inf, 0.0],
            colors=[SIGMA_COLOURS[0]],
        )


def _draw_points(axes: Axes, points: tuple[PlanePoint, ...]) -> None:
    for point in points:
        marker, options = _marker(point)
        axes.plot(point.n2, point.splitting, marker, zorder=3, **options)


def _marker(point: PlanePoint | None) -> tuple[str, dict[str, Any]]:
    """Marker of a point: without limit (None as well), expected to be excluded, or not."""
    if point is None or point.limits is None:
        return "x", {"color": "0.45", "markersize": 4}
    return _disc(point.limits[DRAWN.index(0)] <= 1)


def _disc(excluded: bool) -> tuple[str, dict[str, Any]]:
    return "o", {"color": "black", "mfc": "black" if excluded else "white", "markersize": 3}


def _finish(axes: Axes, plane: Plane) -> None:
    masses = [point.n2 for point in plane.points]
    differences = [point.splitting for point in plane.points]
    axes.set_yscale("log")
    axes.set_xlim(min(masses) - 5, max(masses) + 5)
    axes.set_ylim(min(differences) / 1.12, max(differences) * 1.12)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    low, high = axes.get_ylim()
    ticks = (0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20)
    axes.set_yticks([tick for tick in ticks if low <= tick <= high])
    best = plane.smallest_limit
    told = "no limit" if best is None else f"smallest limit: {best:.3g}"
    axes.set_title(f"{plane.title}\n{told}")
    if plane.surface(0) is None:
        nothing(axes, "too few mass points")
    axes.set_xlabel(r"$m(\tilde\chi^0_2)$ [GeV]")


def _handles(numbers: MassPlane, lines: Mapping[str, str], level: str) -> list[Any]:
    excluded, other, unknown = _disc(True), _disc(False), _marker(None)
    handles: list[Any] = [
        Line2D([], [], color="black", label=f"expected limit, {level}"),
        Patch(color=SIGMA_COLOURS[0], label="± 1 standard deviation"),
    ]
    for (marker, options), label in (
        (excluded, "simulated, limit below 1"),
        (other, "simulated, limit above 1"),
        (unknown, "no limit (table says why)"),
    ):
        handles.append(Line2D([], [], marker=marker, linestyle="", label=label, **options))
    for name, line in numbers.published.items():
        if line.filled:
            handles.append(Patch(color=FILLED_COLOUR, label=line.title))
        else:
            style: Any = lines[name]
            handles.append(
                Line2D([], [], color=REFERENCE_COLOUR, linestyle=style, label=line.title)
            )
    return handles


def table(numbers: MassPlane) -> Table:
    """Mass points from light to heavy, expected limit in each approach."""
    planes = numbers.results.planes
    header = ["Mass point", "m(N2) [GeV]", "m(N1) [GeV]", "m(N2) - m(N1) [GeV]"]
    for plane in planes.values():
        header += [
            f"{plane.title}: {name}"
            for name in ("signal", "background", "limit", "limit -1 σ", "limit +1 σ", "status")
        ]
    rows = []
    for points in zip(*(plane.points for plane in planes.values()), strict=True):
        first = points[0]
        cells = [f"{value:g}" for value in (first.n2, first.n1, first.splitting)]
        rows.append([first.name, *cells, *(cell for point in points for cell in _cells(point))])
    note = (
        f"Expected events at {numbers.results.luminosity_fb:g} fb-1 and expected upper limits on "
        f"the signal strength at {100 * numbers.results.confidence_level:g} % CL (median ± "
        "statistical error of the simulation; -1 and +1 standard deviations of the background-only "
        "experiment)."
    )
    return Table("Expected limits in the mass plane", pd.DataFrame(rows, columns=header), note)


def _cells(point: PlanePoint) -> list[str]:
    yields = [number(point.signal, digits=3), number(point.background, digits=3)]
    if point.limits is None:
        return [*yields, "–", "–", "–", point.status]
    low, median, high = point.limits
    limits = [number(median, point.limit_error), number(low, digits=3), number(high, digits=3)]
    return [*yields, *limits, point.status]
