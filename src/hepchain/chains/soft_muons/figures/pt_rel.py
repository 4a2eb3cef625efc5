"""Templates of pTrel before and after a selection, and the efficiencies of their fits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.chains.soft_muons.figures.against import pt_ticks
from hepchain.chains.soft_muons.figures.curves import Content, middles
from hepchain.chains.soft_muons.results.evaluation import TIGHT
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    REFERENCE_COLOUR,
    SINGLE,
    Things,
    headroom,
    inside,
    line_at,
    panels,
    stamp_figure,
    styled,
)

COLOURS = {"background": "#D55E00", "signal": "#0072B2"}
SIDES = {"passing": "tagged", "failing": "not tagged"}


@styled()
def draw_fits(found: Content, tagger: str, things: Things, config: FiguresConfig) -> Figure:
    """Muons that pass above, those that do not below; a column a bin of pT that was fitted."""
    bins = _fitted(found, tagger)
    figure, grid = panels(2, max(len(bins), 1), width=DOUBLE, height=4.4)
    for column, (place, fitted) in enumerate(bins.items()):
        low, high = found["pt_edges"][place : place + 2]
        for row, (side, title) in enumerate(SIDES.items()):
            axes = grid[row, column]
            _stack(axes, fitted[side], found["edges"], things)
            inside(axes, f"{low:g} to {high:g} GeV\n{title}", x=0.94, ha="right", fontsize=7)
        grid[1, column].set_xlabel(r"$p_T^{\mathrm{rel}}$ [GeV]")
    for row in range(2):
        grid[row, 0].set_ylabel("Muons, weighted")
    if bins:
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    stamp_figure(figure, config)
    return figure


def _fitted(found: Content, tagger: str) -> dict[int, Content]:
    bins = found["selections"][tagger]["bins"]
    return {place: item for place, item in enumerate(bins) if item is not None}


def _stack(axes: Axes, fit: Content, edges: list[float], things: Things) -> None:
    """Templates on each other, each with its yield, and the muons that stand for data."""
    bottom = np.zeros(len(edges) - 1)
    for kind, colour in COLOURS.items():
        top = bottom + fit[kind]["value"] * np.array(fit[f"{kind}_template"])
        axes.stairs(
            top,
            edges,
            baseline=bottom,
            color=colour,
            fill=True,
            alpha=0.5,
            label=things.title(kind),
        )
        bottom = top
    centre, half = middles(edges)
    axes.errorbar(
        centre, fit["data"], xerr=half, yerr=fit["data_errors"], fmt=".", color="0.1",
        markersize=3, label="pseudo-data",
    )  # fmt: skip
    axes.set_ylim(0.0)
    headroom(axes, 1.4)


@styled()
def draw_efficiencies(
    found: Content, titles: Mapping[str, str], things: Things, config: FiguresConfig
) -> Figure:
    """Efficiency of the fit and the true one against pT, and below their difference."""
    figure, grid = panels(2, 1, width=SINGLE, height=4.4, height_ratios=(2, 1))
    above, below = grid[:, 0]
    for number, (name, title) in enumerate(titles.items()):
        colour = REFERENCE_COLOUR if name == TIGHT else things.look(name).colour
        marker = "D" if name == TIGHT else things.look(name).marker
        bins = _fitted(found, name)
        centre, half = middles(found["pt_edges"])
        places = list(bins)
        # Selections beside each other.
        x = centre[places] + 0.25 * (number - 0.5 * (len(titles) - 1)) * half[places]
        value, error, true, bias, spread = _columns(bins)
        look = {"color": colour, "fmt": marker}
        above.errorbar(x, value, yerr=error, label=f"{title}, fit", **look)
        above.errorbar(x, true, fmt="_", color=colour, markersize=12, label=f"{title}, truth")
        below.errorbar(x, bias, yerr=spread, **look)
    line_at(below, 0.0)
    above.set_ylabel("Efficiency of\nheavy flavour")
    below.set_ylabel("Fit less truth,\nrandom halves")
    below.set_xlabel("$p_T$ of the muon [GeV]")
    below.set_xscale("log")
    pt_ticks(below, found["pt_edges"])
    headroom(above, 1.5)
    above.legend(loc="upper left", fontsize=7)
    inside(above, things.title(found["campaign"]), x=0.96, ha="right")
    stamp_figure(figure, config)
    return figure


def _columns(bins: Mapping[int, Content]) -> list[list[float]]:
    """Efficiency, its error, the truth, bias and its spread; of each bin."""
    rows = [
        (
            item["signal"]["value"],
            item["signal"]["error"],
            item["true_signal"],
            item["bias"]["value"],
            item["bias"]["error"],
        )
        for item in bins.values()
    ]
    return [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
