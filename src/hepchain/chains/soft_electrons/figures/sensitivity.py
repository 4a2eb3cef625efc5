"""Limits of the mass points in each approach, observed ones too, and what the headline gains."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from hepchain.chains.soft_electrons.figures.points import (
    Point,
    PointGain,
    PointUse,
    Value,
    approach_titles,
    fills,
    read_points,
    reason,
)
from hepchain.chains.soft_electrons.figures.yields import point_axis
from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
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
from hepchain.io.columns import pieces
from hepchain.io.structured import read_json
from hepchain.labels import Label
from hepchain.selection.working_point import WorkingPoint


@dataclass(frozen=True)
class Sensitivity:
    """What the figure shows."""

    points: list[Point]
    fake_rate: float
    """Of the working point of the headline."""
    efficiency: dict[str, Efficiency]
    """Mass point -> share of all its electron tracks that pass the tagger there."""
    expectation: dict[str, float]
    """Mass point -> efficiency over the root of the fake rate, a first guess of the gain."""


def sensitivity(
    results: Sequence[Path],
    scores: Mapping[str, Path],
    working_points: Path,
    kind: str,
    other: str | None,
) -> Sensitivity:
    """Results of the mass points, and efficiencies from the score file of each.

    Parameters
    ----------
    kind, other : thresholds of the selection, and name of another working point if the headline is
        at one
    """
    content = read_json(working_points)
    if other is None:
        point = WorkingPoint.from_content(content, "overall" if kind == "overall" else "per_pt_bin")
        rate = content["fake_rate"]
    else:
        point = WorkingPoint.others(content)[other]
        rate = content["measured"]["others"][other]["fake_rate"]
    efficiency = {name: track_efficiency(path, point) for name, path in scores.items()}
    expectation = {name: float(e.value / np.sqrt(rate)) for name, e in efficiency.items()}
    return Sensitivity(read_points(results), rate, efficiency, expectation)


def track_efficiency(path: Path, point: WorkingPoint) -> Efficiency:
    """Weighted share of the electron tracks of a score file that pass."""
    sums = np.zeros(3)
    for table in pieces([path], ("label", "weight", "pt", "score")):
        electron = table["label"] == Label.SIGNAL
        passes = point.passes(table["score"][electron], table["pt"][electron])
        weight = table["weight"][electron].astype(np.float64)
        sums += [weight[passes].sum(), weight.sum(), (weight**2).sum()]
    return efficiency_of_sums(*sums)


@styled()
def draw(numbers: Sensitivity, things: Things, config: FiguresConfig) -> Figure:
    """Above: expected limit with bands, an approach each; below: gains of the headline."""
    figure, grid = panels(2, width=6.2, height=5.6, height_ratios=[1.4, 1])
    upper, lower = grid[:, 0]
    upper.set_yscale("log")
    titles, fill = approach_titles(numbers.points), fills(numbers.points)
    for row, point in enumerate(numbers.points):
        count = len(point.uses)
        for (name, use), shift in zip(point.uses.items(), places(count), strict=True):
            _draw_limit(upper, row + shift, use, fill[name], min(0.2, 0.5 / count))
        _draw_gains(lower, row, point, fill, numbers.expectation.get(point.name))
    _finish_limits(upper, numbers, titles, fill)
    _finish_gains(lower, numbers, titles, fill, things)
    stamp(upper, config, numbers.points[0].luminosity if numbers.points else None)
    return figure


def places(count: int, reach: float = 0.27) -> npt.NDArray[np.float64]:
    """Places of ``count`` things around the middle of a point."""
    return np.linspace(-reach, reach, count) if count > 1 else np.zeros(1)


def _draw_limit(axes: Axes, x: float, use: PointUse, fill: str, width: float) -> None:
    if use.limit is None:
        place, text = axes.get_xaxis_transform(), reason(use.status)
        style: Any = {"ha": "center", "va": "bottom", "fontsize": 7.5, "color": "0.4"}
        axes.text(x, 0.04, text, transform=place, rotation=90, **style)
        return
    low2, low1, median, high1, high2 = use.limit
    for low, high, colour in ((low2, high2, SIGMA_COLOURS[1]), (low1, high1, SIGMA_COLOURS[0])):
        axes.bar(x, high - low, width, low, color=colour, edgecolor="0.4", linewidth=0.4)
    axes.hlines(median, x - width / 2, x + width / 2, color="black", linewidth=1.5)
    axes.errorbar(x, median, use.limit_error or 0.0, fmt="o", color="black", mfc=fill, markersize=5)
    if use.observed is not None and use.observed.limit is not None:
        axes.plot(x, use.observed.limit, **OBSERVED)


OBSERVED: Any = {
    "marker": "D",
    "linestyle": "",
    "color": "#CC3311",
    "markeredgecolor": "white",
    "markersize": 6,
    "zorder": 3,
}


def _observed_limits(numbers: Sensitivity) -> list[float]:
    found = [use.observed for point in numbers.points for use in point.uses.values()]
    return [item.limit for item in found if item is not None and item.limit is not None]


def _finish_limits(
    axes: Axes, numbers: Sensitivity, titles: Mapping[str, str], fill: Mapping[str, str]
) -> None:
    level = numbers.points[0].confidence_level if numbers.points else 0.95
    observed = _observed_limits(numbers)
    what = f"{100 * level:g} % CL limit on $\\mu$"
    axes.set_ylabel(what if observed else f"Expected {what}")
    limits = [use.limit for point in numbers.points for use in point.uses.values() if use.limit]
    axes.set_ylim(
        0.6 * min((1.0, *(limit[0] for limit in limits), *observed)),
        1.5 * max((*(limit[-1] for limit in limits), *observed), default=6.0),
    )
    line_at(axes, 1.0)
    place = axes.get_yaxis_transform()
    axes.text(0.99, 0.95, "excluded", transform=place, ha="right", va="top", fontsize=7)
    headroom(axes, 1.4)
    handles: list[Any] = [
        axes.plot([], [], "o-", color="black", mfc=fill[name], label=title)[0]
        for name, title in titles.items()
    ]
    handles += [
        axes.bar(0, 0, color=SIGMA_COLOURS[0], label=r"$\pm 1\sigma$"),
        axes.bar(0, 0, color=SIGMA_COLOURS[1], label=r"$\pm 2\sigma$"),
    ]
    if observed:
        handles.append(axes.plot([], [], **OBSERVED, label="observed")[0])
    axes.legend(handles=handles, loc="upper right", ncols=2)


GAINS = (
    ("s_over_sqrt_b", r"$s/\sqrt{b}$", "o"),
    ("asimov", "Asimov significance", "s"),
    ("limit", "limit", "^"),
)


def _draw_gains(
    axes: Axes, row: int, point: Point, fill: Mapping[str, str], expectation: float | None
) -> None:
    gains = point.headline_gains
    if not gains:
        place, text = axes.get_xaxis_transform(), wrapped(reason(point.status))
        axes.text(row, 0.04, text, transform=place, ha="center", fontsize=7, color="0.4")
        return
    for gain, middle in zip(gains, places(len(gains), 0.2), strict=True):
        _draw_gain(axes, row + middle, gain, fill[gain.over])
    if expectation is not None and np.isfinite(expectation):
        axes.hlines(expectation, row - 0.4, row + 0.4, color="0.4", linestyle="--", linewidth=1.2)


def _draw_gain(axes: Axes, x: float, gain: PointGain, fill: str) -> None:
    for (name, _, marker), shift in zip(GAINS, places(len(GAINS), 0.1), strict=True):
        value: Value = getattr(gain, name)
        if value.value is not None:
            axes.errorbar(
                x + shift, value.value, value.error or 0.0, fmt=marker, color="black", mfc=fill
            )


def _finish_gains(
    axes: Axes,
    numbers: Sensitivity,
    titles: Mapping[str, str],
    fill: Mapping[str, str],
    things: Things,
) -> None:
    line_at(axes, 1.0)
    headline = numbers.points[0].headline if numbers.points else ""
    axes.set_ylabel(textwrap.fill(f"Gain, {titles.get(headline, 'tagger')}", 26), loc="center")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(ScalarFormatter())
    headroom(axes, 1.9)
    drawn = {gain.over for point in numbers.points for gain in point.headline_gains}
    handles = [
        axes.plot([], [], marker, color="black", mfc="white", label=title)[0]
        for _, title, marker in GAINS
    ]
    handles += [
        axes.plot([], [], "o", color="black", mfc=fill[name], label=f"over {title}")[0]
        for name, title in titles.items()
        if name in drawn
    ]
    label = r"track efficiency / $\sqrt{\mathrm{fake\ rate}}$"
    handles.append(axes.plot([], [], color="0.4", linestyle="--", linewidth=1.2, label=label)[0])
    axes.legend(handles=handles, loc="upper right", ncols=2, fontsize=7.5)
    point_axis(axes, [point.name for point in numbers.points], things)
