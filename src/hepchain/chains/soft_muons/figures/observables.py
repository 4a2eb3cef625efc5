"""Observables of muons in jets, before and after the default tagger."""

from __future__ import annotations

from matplotlib.figure import Figure

from hepchain.chains.soft_muons.figures.curves import Content
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    Things,
    headroom,
    inside,
    panels,
    stamp_figure,
    styled,
)

LABELS = {"delta_r": r"$\Delta R$(muon, jet)", "pt_ratio": "$p_T$(muon) / $p_T$(jet)"}
COLOURS = {"signal": "#0072B2", "background": "#D55E00"}


@styled()
def draw(evaluation: Content, things: Things, config: FiguresConfig) -> Figure:
    """Both classes, all muons as lines and those that pass filled."""
    figure, grid = panels(1, len(LABELS), width=DOUBLE, height=3.2, share_x=False)
    for axes, (name, label) in zip(grid[0], LABELS.items(), strict=True):
        found = evaluation["observables"][name]
        for kind, colour in COLOURS.items():
            title = things.title(kind)
            axes.stairs(found[kind], found["edges"], color=colour, label=f"{title}, all")
            axes.stairs(
                found[f"{kind}_passing"],
                found["edges"],
                color=colour,
                fill=True,
                alpha=0.35,
                label=f"{title}, tagged",
            )
        axes.set_xlabel(label)
        axes.set_ylabel("Muons over all of heavy flavour")
        headroom(axes, 1.5)
    grid[0, 1].legend(loc="upper right", fontsize=7)
    inside(grid[0, 0], things.title(evaluation["campaign"]))
    stamp_figure(figure, config)
    return figure
