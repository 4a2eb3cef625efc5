"""Observables of muons in jets, before and after the default tagger and TIGHT."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.chains.soft_muons.figures.curves import Content
from hepchain.chains.soft_muons.results.observables import ALL
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    REFERENCE_COLOUR,
    Things,
    headroom,
    inside,
    panels,
    stamp_figure,
    styled,
)

LABELS = {
    "delta_r": r"$\Delta R$(muon, jet)",
    "pt_ratio": "$p_T$(muon) / $p_T$(jet)",
    "pt_rel": r"$p_T^{\mathrm{rel}}$ of the muon [GeV]",
    "share": "Longitudinal share $z$ of the muon",
}
COLOURS = {"signal": "#0072B2", "background": "#D55E00"}
FAKES = {ALL: (":", "0.4"), "tight": ("--", REFERENCE_COLOUR)}
"""Line and colour of the share of fakes; that of the tagger is its own."""


@styled()
def draw(
    evaluation: Content, titles: Mapping[str, str], things: Things, config: FiguresConfig
) -> Figure:
    """Both classes, all muons as lines and those that pass filled; below the share of fakes.

    Parameters
    ----------
    titles : selection -> what it is called; the last is the one that is filled
    """
    figure, grid = panels(
        4, 2, width=DOUBLE, height=6.8, height_ratios=(3, 1.6, 3, 1.6), share_x=False
    )
    tagger = list(titles)[-1]
    for place, (name, label) in enumerate(LABELS.items()):
        row, column = 2 * (place // 2), place % 2
        found = evaluation["observables"][name]
        _classes(grid[row, column], found, tagger, things)
        below = grid[row + 1, column]
        _fakes(below, found, titles, things.look(tagger).colour)
        below.set_xlabel(label)
        for axes in (grid[row, column], below):
            axes.set_xlim(found["edges"][0], found["edges"][-1])
        grid[row, column].tick_params(labelbottom=False)
    for row in (0, 2):
        grid[row, 0].set_ylabel("Muons over all\nof heavy flavour")
        grid[row + 1, 0].set_ylabel("Share of\nfakes")
    grid[0, 1].legend(loc="upper right", fontsize=7)
    grid[1, 1].legend(loc="upper right", fontsize=7)
    inside(grid[0, 0], things.title(evaluation["campaign"]))
    stamp_figure(figure, config)
    return figure


def _classes(axes: Axes, found: Content, tagger: str, things: Things) -> None:
    for kind, colour in COLOURS.items():
        title, edges = things.title(kind), found["edges"]
        axes.stairs(found[kind][ALL], edges, color=colour, label=f"{title}, all")
        axes.stairs(
            found[kind][tagger],
            edges,
            color=colour,
            fill=True,
            alpha=0.35,
            label=f"{title}, tagged",
        )
    headroom(axes, 1.5)


def _fakes(axes: Axes, found: Content, titles: Mapping[str, str], colour: str) -> None:
    for name, title in titles.items():
        line, own = FAKES.get(name, ("-", colour))
        shares = np.array([np.nan if x is None else x for x in found["fakes"][name]])
        axes.stairs(shares, found["edges"], baseline=None, color=own, linestyle=line, label=title)
    axes.set_ylim(0.0)
    headroom(axes, 1.4)
