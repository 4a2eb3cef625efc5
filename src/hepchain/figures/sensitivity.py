"""Expected limits of the mass points, and what the tagger gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.points import USES, Point, PointUse, Use, Value, read_points, reason
from hepchain.figures.style import (
    SIGMA_COLOURS,
    Things,
    headroom,
    line_at,
    panels,
    stamp,
    styled,
    wrapped,
)
from hepchain.figures.tables import pieces
from hepchain.figures.yields import point_axis
from hepchain.io.structured import read_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.truth import Label

PLACES: dict[Use, float] = {"without_tagger": -0.2, "with_tagger": 0.2}


@dataclass(frozen=True)
class Sensitivity:
    """What the figure shows."""

    points: list[Point]
    fake_rate: float
    """Nominal, of the working point."""
    efficiency: dict[str, Efficiency]
    """Mass point -> share of all its electron tracks that pass the tagger."""
    expectation: dict[str, float]
    """Mass point -> efficiency over the root of the fake rate, a first guess of the gain."""


def sensitivity(
    results: Sequence[Path], scores: Mapping[str, Path], working_points: Path, kind: str
) -> Sensitivity:
    """Results of the mass points, and efficiencies from the score file of each."""
    content = read_json(working_points)
    point = WorkingPoint.from_content(content, "overall" if kind == "overall" else "per_pt_bin")
    rate = content["fake_rate"]
    efficiency = {name: track_efficiency(path, point) for name, path in scores.items()}
    expectation = {name: float(e.value / np.sqrt(rate)) for name, e in efficiency.items()}
    return Sensitivity(read_points(results), rate, efficiency, expectation)


def track_efficiency(path: Path, point: WorkingPoint) -> Efficiency:
    """Weighted share of the electron tracks of a score file that pass."""
    sums = np.zeros(3)
    for table in pieces([path], ("label", "weight", "pt", "score")):
        electron = table["label"] == Label.ELECTRON
        passes = point.passes(table["score"][electron], table["pt"][electron])
        weight = table["weight"][electron].astype(np.float64)
        sums += [weight[passes].sum(), weight.sum(), (weight**2).sum()]
    return efficiency_of_sums(*sums)


@styled()
def draw(numbers: Sensitivity, things: Things, config: FiguresConfig) -> Figure:
    """Above: expected limit with bands; below: gain of the tagger."""
    figure, grid = panels(2, width=5.0, height=5.2, height_ratios=[1.5, 1])
    upper, lower = grid[:, 0]
    upper.set_yscale("log")
    for row, point in enumerate(numbers.points):
        for use in USES:
            _draw_limit(upper, row + PLACES[use], point.uses[use], use)
        _draw_gains(lower, row, point, numbers.expectation.get(point.name))
    _finish_limits(upper, numbers)
    _finish_gains(lower, numbers, things)
    stamp(upper, config, numbers.points[0].luminosity if numbers.points else None)
    return figure


def _draw_limit(axes: Axes, x: float, use: PointUse, name: Use) -> None:
    if use.limit is None:
        axes.text(
            x,
            0.04,
            reason(use.status),
            transform=axes.get_xaxis_transform(),
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=7.5,
            color="0.4",
        )
        return
    low2, low1, median, high1, high2 = use.limit
    for low, high, colour in ((low2, high2, SIGMA_COLOURS[1]), (low1, high1, SIGMA_COLOURS[0])):
        axes.bar(x, high - low, 0.3, low, color=colour, edgecolor="0.4", linewidth=0.4)
    axes.hlines(median, x - 0.15, x + 0.15, color="black", linewidth=1.5)
    fill = "white" if name == "without_tagger" else "black"
    axes.plot(x, median, "o", color="black", markerfacecolor=fill, markersize=5)


def _finish_limits(axes: Axes, numbers: Sensitivity) -> None:
    level = numbers.points[0].confidence_level if numbers.points else 0.95
    axes.set_ylabel(f"Expected {100 * level:g} % CL limit on $\\mu$")
    limits = [use.limit for point in numbers.points for use in point.uses.values() if use.limit]
    axes.set_ylim(
        0.6 * min((limit[0] for limit in limits), default=0.2),
        1.5 * max((limit[-1] for limit in limits), default=6.0),
    )
    line_at(axes, 1.0)
    headroom(axes, 1.4)
    handles = [
        axes.plot([], [], "o-", color="black", markerfacecolor="white", label="without tagger")[0],
        axes.plot([], [], "o-", color="black", label="with tagger")[0],
        axes.bar(0, 0, color=SIGMA_COLOURS[0], label=r"$\pm 1\sigma$"),
        axes.bar(0, 0, color=SIGMA_COLOURS[1], label=r"$\pm 2\sigma$"),
    ]
    axes.legend(handles=handles, loc="upper right", ncols=2)


GAINS = (
    ("gain_s_over_sqrt_b", r"$s/\sqrt{b}$", "o", -0.22),
    ("gain_asimov", "Asimov significance", "s", 0.0),
    ("gain_limit", "limit", "^", 0.22),
)


def _draw_gains(axes: Axes, row: int, point: Point, expectation: float | None) -> None:
    for name, _, marker, shift in GAINS:
        value: Value = getattr(point, name)
        if value.value is not None:
            fill = "black" if marker == "o" else "white" if marker == "^" else "0.6"
            axes.errorbar(
                row + shift,
                value.value,
                value.error or 0.0,
                fmt=marker,
                color="black",
                markerfacecolor=fill,
            )
    if point.status != "ok":
        place, text = axes.get_xaxis_transform(), wrapped(reason(point.status))
        axes.text(row, 0.04, text, transform=place, ha="center", fontsize=7, color="0.4")
    elif expectation is not None and np.isfinite(expectation):
        axes.hlines(expectation, row - 0.35, row + 0.35, color="0.4", linestyle="--", linewidth=1.2)


def _finish_gains(axes: Axes, numbers: Sensitivity, things: Things) -> None:
    line_at(axes, 1.0)
    axes.set_ylabel("Gain with tagger", loc="center")
    axes.set_ylim(bottom=0.0)
    headroom(axes, 1.5)
    fills = ("black", "0.6", "white")
    handles = [
        axes.plot([], [], marker, color="black", markerfacecolor=fill, label=title)[0]
        for (_, title, marker, _), fill in zip(GAINS, fills, strict=True)
    ]
    label = r"track efficiency / $\sqrt{\mathrm{fake\ rate}}$"
    handles.append(axes.plot([], [], color="0.4", linestyle="--", linewidth=1.2, label=label)[0])
    axes.legend(handles=handles, loc="upper right", ncols=2, fontsize=7.5)
    point_axis(axes, [point.name for point in numbers.points], things)
