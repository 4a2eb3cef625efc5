"""Efficiency and fake rate against pT, pseudorapidity and pile-up, drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.shares import draw_shares
from hepchain.figures.style import (
    DOUBLE,
    Floats,
    Things,
    inside,
    line_at,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.figures.ticks import momentum_axis
from hepchain.studies.dependence import Dependence

TITLES = {
    "pt": "$p_T$ of the track [GeV]",
    "abs_eta": "$|\\eta|$ of the track",
    "mu": "Mean number of collisions $\\mu$",
}


@styled()
def draw(numbers: Dependence, things: Things, config: FiguresConfig) -> Figure:
    """Above: efficiency; below: fake rate; a column a variable."""
    columns = len(numbers.edges)
    figure, grid = panels(2, columns, width=DOUBLE, height=4.4, share_y="row")
    for column, (name, edges) in enumerate(numbers.edges.items()):
        upper, lower = grid[:, column]
        _draw_column(upper, lower, name, edges, numbers, things)
        lower.set_xlabel(TITLES[name])
    _finish(grid, numbers, things)
    stamp_figure(figure, config)
    return figure


def _draw_column(
    upper: Axes, lower: Axes, name: str, edges: Floats, numbers: Dependence, things: Things
) -> None:
    logarithmic = name == "pt"
    curves = [curve for curve in numbers.curves if curve.variable == name]
    places = np.linspace(0.0, 1.0, len({curve.sample for curve in curves}) + 2)[1:-1]
    place = dict(zip(dict.fromkeys(curve.sample for curve in curves), places, strict=True))
    for curve in curves:
        signal = curve.label == "signal"
        draw_shares(
            upper if signal else lower,
            edges,
            curve,
            things.look(curve.sample),
            things.title(curve.sample),
            place=0.5 if signal else float(place[curve.sample]),
            logarithmic=logarithmic,
        )
    upper.set_xlim(edges[0], edges[-1])
    if logarithmic:
        momentum_axis(lower, edges, (0.5, 1, 2, 3, 5))


def _finish(grid: npt.NDArray[np.object_], numbers: Dependence, things: Things) -> None:
    upper, lower = grid[:, 0]
    upper.set_ylabel(things.efficiency)
    lower.set_ylabel(things.fake_rate)
    upper.set_ylim(0.0, 1.19)
    rates = [c.value[c.entries > 0] for c in numbers.curves if c.label == "background"]
    highest = max((float(values.max()) for values in rates if len(values)), default=0.0)
    lower.set_ylim(0.0, 1.45 * max(highest, 1.5 * numbers.fake_rate))
    for axes in grid[1]:
        line_at(axes, numbers.fake_rate)
    inside(upper, f"{things.title(numbers.tagger)}, all categories")
    if any(curve.inclusive.entries for curve in numbers.curves):
        upper.legend(loc="lower right", fontsize=7.5)
        lower.legend(loc="upper right", fontsize=7.5)
    else:
        nothing(upper, "no tracks")
