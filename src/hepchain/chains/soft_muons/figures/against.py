"""Efficiency of signal and acceptance of background against pT and |eta|, taggers and TIGHT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.chains.soft_muons.figures.curves import Content, middles
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
    stamp,
    stamp_figure,
    styled,
)

LABELS = {"pt": "$p_T$ of the muon [GeV]", "abs_eta": r"$|\eta|$ of the muon"}
TIGHT = {"color": REFERENCE_COLOUR, "fmt": "D", "label": "TIGHT"}


@styled()
def draw_against(
    evaluation: Content, taggers: Sequence[str], things: Things, config: FiguresConfig
) -> Figure:
    """Three rows: efficiency, acceptance, rejection over TIGHT; pT left and |eta| right."""
    figure, grid = panels(3, 2, width=DOUBLE, height=6.4, height_ratios=(3, 3, 2), share_y="row")
    for column, name in enumerate(LABELS):
        edges = evaluation["taggers"][taggers[0]][f"against_{name}"]["edges"]
        for row, kind in enumerate(("signal", "background")):
            axes = grid[row, column]
            _points(axes, edges, evaluation[f"tight_against_{name}"][kind], **TIGHT)
            for tagger in taggers:
                sides = evaluation["taggers"][tagger][f"against_{name}"]
                _points(axes, edges, sides[kind], **_look(things, tagger))
        for tagger in taggers:
            sides = evaluation["taggers"][tagger][f"against_{name}"]
            found = sides["rejection_at_equal_efficiency"]
            _rejection(grid[2, column], edges, found, **_look(things, tagger))
        line_at(grid[2, column], 1.0)
        grid[2, column].set_xlabel(LABELS[name])
        if name == "pt":
            for axes in grid[:, column]:
                axes.set_xscale("log")
            pt_ticks(grid[2, column], edges)
    grid[0, 0].set_ylabel("Efficiency of\nheavy flavour")
    grid[1, 0].set_ylabel("Acceptance of\npions and kaons")
    grid[2, 0].set_ylabel("Rejection\nover TIGHT")
    headroom(grid[0, 0], 1.15)
    grid[1, 0].set_ylim(0.0)
    headroom(grid[1, 0], 1.5)
    grid[1, 0].legend(loc="upper right", fontsize=7)
    inside(grid[0, 1], things.title(evaluation["campaign"]), y=0.15)
    stamp_figure(figure, config)
    return figure


def _look(things: Things, tagger: str) -> dict[str, Any]:
    look = things.look(tagger)
    return {"color": look.colour, "fmt": look.marker, "label": things.title(tagger)}


def _points(axes: Axes, edges: Any, efficiencies: Sequence[Content], **look: Any) -> None:
    centre, half = middles(edges)
    known = np.array([item["entries"] > 0 for item in efficiencies])
    value, low, high = (
        np.array([item[key] or 0.0 for item in efficiencies], dtype=float)[known]
        for key in ("value", "low", "high")
    )
    axes.errorbar(centre[known], value, xerr=half[known], yerr=[value - low, high - value], **look)


def _rejection(axes: Axes, edges: Any, numbers: Sequence[Content | None], **look: Any) -> None:
    centre, half = middles(edges)
    there = [place for place, item in enumerate(numbers) if item is not None]
    value, error = (
        [item[key] for item in numbers if item is not None] for key in ("value", "error")
    )
    axes.errorbar(centre[there], value, xerr=half[there], yerr=error, **look)


def pt_ticks(axes: Axes, edges: Sequence[float]) -> None:
    """Mark the edges of bins of pT that have room beside each other."""
    shown = [edge for edge in edges if edge in (4, 5, 6, 8, 10, 15, 20, 30, 50, 100)]
    axes.set_xticks(shown, [f"{edge:g}" for edge in shown], fontsize=7)
    axes.set_xticks([], minor=True)


@styled()
def draw_reweightings(
    evaluation: Content, taggers: Sequence[str], things: Things, config: FiguresConfig
) -> Figure:
    """Signal efficiency and background acceptance against pT of trainings with several spectra."""
    figure, grid = panels(2, 1, width=SINGLE, height=5.0)
    for row, kind in enumerate(("signal", "background")):
        for tagger in taggers:
            sides = evaluation["taggers"][tagger]["against_pt"]
            _points(grid[row, 0], sides["edges"], sides[kind], **_look(things, tagger))
        grid[row, 0].set_xscale("log")
        grid[row, 0].set_ylabel(f"Share of {things.title(kind)}", fontsize=8)
    pt_ticks(grid[1, 0], sides["edges"])
    grid[1, 0].set_xlabel(LABELS["pt"])
    grid[0, 0].legend(loc="lower right", fontsize=7)
    inside(grid[1, 0], things.title(evaluation["campaign"]))
    headroom(grid[1, 0], 1.2)
    stamp(grid[0, 0], config)
    return figure


@styled()
def draw_origins(
    evaluation: Content, selections: Mapping[str, str], things: Things, config: FiguresConfig
) -> Figure:
    """Share of muons that pass by what they come from.

    Parameters
    ----------
    selections : TIGHT or tagger -> title
    """
    figure, grid = panels(width=SINGLE, height=3.2)
    axes = grid[0, 0]
    names = list(evaluation["by_origin"]["tight"])
    for place, (selection, title) in enumerate(selections.items()):
        look = TIGHT if selection == "tight" else _look(things, selection)
        found = [evaluation["by_origin"][selection][name] for name in names]
        value = np.array([item["value"] for item in found])
        errors = [
            value - np.array([item["low"] for item in found]),
            np.array([item["high"] for item in found]) - value,
        ]
        x = np.arange(len(names)) + 0.16 * (place - 0.5 * (len(selections) - 1))
        axes.errorbar(x, value, yerr=errors, **{**look, "label": title})
    axes.set_xticks(range(len(names)), names)
    axes.set_xticks([], minor=True)
    axes.set_ylabel("Share that passes")
    axes.set_ylim(0.0, 1.05)
    axes.legend(loc="upper right")
    inside(axes, things.title(evaluation["campaign"]), y=0.3)
    stamp(axes, config)
    return figure
