"""Curves and scores of the taggers of a campaign, TIGHT beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hepchain.chains.soft_muons.results.evaluation import ROC_POINTS, SCORE_BINS
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    REFERENCE_COLOUR,
    SINGLE,
    Things,
    inside,
    panels,
    stamp,
    stamp_figure,
    styled,
)

Content = Mapping[str, Any]


@styled()
def draw_roc(evaluation: Content, things: Things, config: FiguresConfig) -> Figure:
    """Acceptance of background against efficiency, with TIGHT as a point."""
    figure, grid = panels(width=SINGLE, height=3.8)
    axes = grid[0, 0]
    for name, curve in evaluation["curves"].items():
        look = things.look(name)
        area = evaluation["taggers"][name]["auc"]
        label = f"{things.title(name)} (AUC {area['value']:.4f} ± {area['error']:.4f})"
        axes.plot(
            ROC_POINTS, curve["acceptance"], color=look.colour, linestyle=look.line, label=label
        )
    signal, background = evaluation["tight_efficiency"], evaluation["tight_acceptance"]
    errors: Any = [
        [[of["value"] - of["low"]], [of["high"] - of["value"]]] for of in (signal, background)
    ]
    axes.errorbar(
        [signal["value"]], [background["value"]], xerr=errors[0], yerr=errors[1],
        fmt="D", color=REFERENCE_COLOUR, label="TIGHT",
    )  # fmt: skip
    axes.set_xlabel(things.efficiency)
    axes.set_ylabel(f"Acceptance of {things.title('background')}")
    axes.set_ylim(0.0, 1.0)
    axes.legend(loc="upper left", fontsize=7)
    inside(axes, things.title(evaluation["campaign"]), x=0.96, y=0.06, ha="right", va="bottom")
    stamp(axes, config)
    return figure


@styled()
def draw_scores(
    evaluation: Content, taggers: list[str], things: Things, config: FiguresConfig
) -> Figure:
    """Histograms of the score of some taggers, and their working point."""
    figure, grid = panels(1, len(taggers), width=DOUBLE, height=3.2)
    for axes, name in zip(grid[0], taggers, strict=True):
        curve = evaluation["curves"][name]
        for kind, colour, line in (("signal", "#0072B2", "-"), ("background", "#D55E00", "--")):
            axes.stairs(
                curve[kind], SCORE_BINS, color=colour, linestyle=line, label=things.title(kind)
            )
        cut = evaluation["taggers"][name]["threshold"]
        look: Any = {"color": "0.3", "linewidth": 0.8, "linestyle": ":"}
        axes.plot([cut, cut], [1e-4, 1.0], label=f"working point, {cut:.2f}", **look)
        axes.set_yscale("log")
        axes.set_xlabel(f"Score, {things.title(name)}")
        axes.set_ylabel("Share of muons")
        axes.set_ylim(1e-4, 30.0)
        axes.legend(loc="upper left")
    inside(grid[0, -1], things.title(evaluation["campaign"]), x=0.96, ha="right")
    stamp_figure(figure, config)
    return figure


def middles(edges: Any) -> Any:
    """Middle and half width of bins, shapes (bins,)."""
    edges = np.asarray(edges)
    return 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
