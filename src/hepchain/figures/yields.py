"""Expected signal and background of each mass point without and with the tagger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.points import USES, Point, PointUse, Use, Value
from hepchain.figures.style import (
    BACKGROUND_LOOKS,
    Floats,
    Look,
    Things,
    headroom,
    nothing,
    panels,
    stamp,
    styled,
    wrapped,
)

PLACES: dict[Use, float] = {"without_tagger": -0.09, "with_tagger": 0.09}


@dataclass(frozen=True)
class Kept:
    """Shares of the yields that the tagger keeps, shape (points,); NaN where there is nothing."""

    points: tuple[str, ...]
    signal: Floats
    background: Floats


def kept(points: Sequence[Point]) -> Kept:
    """Yield with the tagger over yield without."""
    return Kept(
        tuple(point.name for point in points),
        _share(points, lambda use: use.signal),
        _share(points, lambda use: use.background),
    )


def _share(points: Sequence[Point], what: Callable[[PointUse], Value]) -> Floats:
    values = [[what(point.uses[use]).value or 0.0 for point in points] for use in USES]
    before, after = np.array(values)
    result: Floats = np.divide(after, before, out=np.full(len(points), np.nan), where=before > 0)
    return result


@styled()
def draw(points: Sequence[Point], things: Things, config: FiguresConfig) -> Figure:
    """Open: without tagger, filled: with; below: the share that is kept."""
    figure, grid = panels(2, height=4.6, height_ratios=[2.4, 1])
    upper, lower = grid[:, 0]
    upper.set_yscale("log")
    for row, point in enumerate(points):
        for use in USES:
            _draw_values(upper, row, point, use, things)
    _draw_shares(lower, points, things)
    _finish(upper, lower, points, things)
    stamp(upper, config, points[0].luminosity if points else None)
    return figure


def _draw_values(axes: Axes, row: int, point: Point, use: Use, things: Things) -> None:
    fill = "white" if use == "without_tagger" else None
    for value, look, shift in (
        (point.uses[use].background, BACKGROUND_LOOKS[0], -0.2),
        (point.uses[use].signal, things.look(point.name), 0.2),
    ):
        if value.value is None or value.value <= 0.0:
            continue
        low = min(value.error or 0.0, 0.999 * value.value)
        axes.errorbar(
            row + shift + PLACES[use],
            value.value,
            [[low], [value.error or 0.0]],
            fmt=look.marker,
            color=look.colour,
            markerfacecolor=fill or look.colour,
            markersize=5.5,
        )


def _draw_shares(axes: Axes, points: Sequence[Point], things: Things) -> None:
    shares = kept(points)
    for row, point in enumerate(points):
        look = things.look(point.name)
        background = BACKGROUND_LOOKS[0]
        axes.plot(row - 0.2, shares.background[row], background.marker, color=background.colour)
        axes.plot(row + 0.2, shares.signal[row], look.marker, color=look.colour)
    axes.set_yscale("log")
    axes.set_ylim(0.01, 1.5)
    axes.set_ylabel("Share kept", loc="center")


def _finish(upper: Axes, lower: Axes, points: Sequence[Point], things: Things) -> None:
    if not upper.has_data():
        nothing(upper)
    upper.set_ylabel("Expected events")
    headroom(upper, 1.35)
    handles = [
        _entry(upper, look, fill, f"{name}, {title}")
        for name, look in (("background", BACKGROUND_LOOKS[0]), ("signal", Look("0.3")))
        for fill, title in _FILLS
    ]
    upper.legend(handles=handles, loc="upper right", ncols=2, fontsize=7.5)
    point_axis(lower, [point.name for point in points], things)


_FILLS = (("white", "without tagger"), (None, "with tagger"))


def _entry(axes: Axes, look: Look, fill: str | None, label: str) -> Any:
    return axes.plot(
        [],
        [],
        look.marker,
        color=look.colour,
        markerfacecolor=fill or look.colour,
        label=label,
        markersize=5.5,
    )[0]


def point_axis(axes: Axes, names: Sequence[str], things: Things) -> None:
    """A place for each mass point on the x axis."""
    axes.set_xticks(range(len(names)), [wrapped(things.title(name), 14) for name in names])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", which="both", length=0)
    axes.set_xlim(-0.5, max(len(names), 1) - 0.5)
    axes.set_xlabel(r"Signal, $(m(\tilde{\chi}_2^0),\; m(\tilde{\chi}_1^0))$")
