"""Expected signal and background of each mass point in each approach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.chains.soft_electrons.figures.points import (
    Point,
    PointUse,
    Value,
    approach_titles,
    fills,
)
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    BACKGROUND_LOOKS,
    DOUBLE,
    Floats,
    Look,
    Things,
    headroom,
    nothing,
    panels,
    stamp,
    styled,
)
from hepchain.figures.ticks import named_places

REACH = 0.11
"""Of the approaches around the place of signal or background."""
SIGNAL_LOOK, APPROACH_LOOK = Look("0.3"), Look("0.3", marker="D")
"""In the legend, where points have the look of their mass point."""


@dataclass(frozen=True)
class Kept:
    """Shares of the yields that an approach keeps, shape (points,); NaN where there is nothing."""

    approach: str
    points: tuple[str, ...]
    signal: Floats
    background: Floats


def kept(points: Sequence[Point]) -> list[Kept]:
    """Yields of each approach over those of the baseline."""
    names = tuple(point.name for point in points)
    return [
        Kept(
            approach,
            names,
            _share(points, approach, lambda use: use.signal),
            _share(points, approach, lambda use: use.background),
        )
        for approach in approach_titles(points)
        if approach not in {point.baseline for point in points}
    ]


def _share(points: Sequence[Point], approach: str, what: Callable[[PointUse], Value]) -> Floats:
    before = np.array([what(point.uses[point.baseline]).value or 0.0 for point in points])
    after = np.array([what(point.uses[approach]).value or 0.0 for point in points])
    result: Floats = np.divide(after, before, out=np.full(len(points), np.nan), where=before > 0)
    return result


@styled()
def draw(points: Sequence[Point], things: Things, config: FiguresConfig) -> Figure:
    """The fill tells the approach; below: the share of the baseline that is kept."""
    figure, grid = panels(2, width=DOUBLE, height=4.8, height_ratios=[2.2, 1])
    upper, lower = grid[:, 0]
    upper.set_yscale("log")
    for row, point in enumerate(points):
        _draw_values(upper, row, point, fills(points), things)
    _draw_shares(lower, points, things)
    _finish(upper, lower, points, things)
    stamp(upper, config, points[0].luminosity if points else None)
    return figure


def _fill(fill: str, look: Look) -> str:
    """Fill of the marker of an approach: the headline has the colour of the thing."""
    return look.colour if fill == "black" else fill


def _draw_values(
    axes: Axes, row: int, point: Point, fill: Mapping[str, str], things: Things
) -> None:
    shifts = np.linspace(-REACH, REACH, max(len(point.uses), 2))
    for shift, (name, use) in zip(shifts, point.uses.items(), strict=False):
        for value, look, place in (
            (use.background, BACKGROUND_LOOKS[0], -0.2),
            (use.signal, things.look(point.name), 0.2),
        ):
            if value.value is None or value.value <= 0.0:
                continue
            low = min(value.error or 0.0, 0.999 * value.value)
            axes.errorbar(
                row + place + shift,
                value.value,
                [[low], [value.error or 0.0]],
                fmt=look.marker,
                color=look.colour,
                markerfacecolor=_fill(fill[name], look),
                markersize=5.5,
            )


def _draw_shares(axes: Axes, points: Sequence[Point], things: Things) -> None:
    fill = fills(points)
    for shares in kept(points):
        for row, point in enumerate(points):
            for values, look, place in (
                (shares.background, BACKGROUND_LOOKS[0], -0.2),
                (shares.signal, things.look(point.name), 0.2),
            ):
                face = _fill(fill[shares.approach], look)
                style: Any = {"color": look.colour, "markerfacecolor": face, "linestyle": ""}
                axes.plot(row + place, values[row], look.marker, **style)
    axes.set_yscale("log")
    least = [s[s > 0].min(initial=1.0) for k in kept(points) for s in (k.signal, k.background)]
    axes.set_ylim(0.6 * min(least, default=0.01), 1.6)
    axes.set_ylabel("Share kept", loc="center")


def _finish(upper: Axes, lower: Axes, points: Sequence[Point], things: Things) -> None:
    if not upper.has_data():
        nothing(upper)
    upper.set_ylabel("Expected events")
    headroom(upper, 1.5)
    titles, fill = approach_titles(points), fills(points)
    handles = [
        _entry(upper, look, "none", name)
        for name, look in (("background", BACKGROUND_LOOKS[0]), ("signal", SIGNAL_LOOK))
    ]
    handles += [
        _entry(upper, APPROACH_LOOK, _fill(fill[approach], APPROACH_LOOK), title)
        for approach, title in titles.items()
    ]
    upper.legend(handles=handles, loc="upper right", ncols=2, fontsize=7.5)
    point_axis(lower, [point.name for point in points], things)


def _entry(axes: Axes, look: Look, fill: str, label: str) -> Any:
    style: Any = {"color": look.colour, "markerfacecolor": fill, "markersize": 5.5}
    return axes.plot([], [], look.marker, label=label, **style)[0]


def point_axis(axes: Axes, names: Sequence[str], things: Things) -> None:
    """A place for each mass point on the x axis."""
    named_places(axes, [things.title(name) for name in names], 14)
    axes.set_xlabel(r"Signal, $(m(\tilde{\chi}_2^0),\; m(\tilde{\chi}_1^0))$")
