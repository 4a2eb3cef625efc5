"""Pulls of the nuisance parameters and their impacts on the signal strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from hepchain.config.figures import FiguresConfig
from hepchain.figures.points import reason
from hepchain.figures.style import (
    DOUBLE,
    Things,
    inside,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.io.structured import read_records

SHOWN = 8
"""Largest impacts that are drawn."""
UP, DOWN = "#0072B2", "#E69F00"
TITLES = {
    "background_normalisation": "background",
    "signal_cross_section": "cross-section",
    "luminosity": "luminosity",
    "variation_isr": "ISR",
    "variation_met": "ETmiss scale",
    "variation_noise": "calorimeter noise",
    "variation_occupancy": "TRT occupancy",
    "variation_pileup": "pile-up",
    "staterror_background": "simulated background",
    "staterror_signal": "simulated signal",
}


@dataclass(frozen=True)
class Parameter:
    """A nuisance parameter."""

    title: str
    up: float
    down: float
    prior_up: float
    prior_down: float
    """Impacts with the uncertainty after and before the fit."""
    pull: float
    constraint: float
    """After the fit of the background alone, in units of the uncertainty before it."""


@dataclass(frozen=True)
class PointFit:
    """Fits of one mass point."""

    name: str
    title: str
    """Of the approach."""
    status: str
    luminosity: float
    error: float | None
    """Uncertainty of the signal strength."""
    p_value: float | None
    """Of the fit of the background alone."""
    parameters: Sequence[Parameter]
    """From the largest impact."""


def read_fits(paths: Sequence[Path]) -> list[PointFit]:
    """Fits of the mass points.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(paths, _fit)


def _fit(content: Mapping[str, Any]) -> PointFit:
    found = content["diagnostics"]
    return PointFit(
        name=content["point"],
        title=content["title"],
        status=content["status"],
        luminosity=content["luminosity_fb"],
        error=found["expected"]["signal_strength_error"] if found else None,
        p_value=found["background_only"]["p_value"] if found else None,
        parameters=_parameters(found) if found else [],
    )


def _parameters(found: Mapping[str, Any]) -> list[Parameter]:
    pulls = {item["name"]: item for item in found["background_only"]["pulls"]}
    return [
        Parameter(
            title(item["name"]),
            item["up"],
            item["down"],
            item["prior_up"],
            item["prior_down"],
            pulls[item["name"]]["pull"],
            pulls[item["name"]]["constraint"],
        )
        for item in found["impacts"]
    ]


def title(name: str) -> str:
    """What a parameter of a workspace is called.

    >>> title("staterror_background[0]")
    'simulated background'
    >>> title("staterror_background[2]")
    'simulated background, bin 3'
    >>> title("variation_isr"), title("variation_argon")
    ('ISR', 'argon')
    >>> title("signal_branching_fraction")
    'branching fraction'
    """
    base, _, number = name.rstrip("]").partition("[")
    text = base.removeprefix("variation_").removeprefix("signal_").replace("_", " ")
    text = TITLES.get(base, text)
    return f"{text}, bin {int(number) + 1}" if number not in ("", "0") else text


@styled()
def draw(fits: Sequence[PointFit], things: Things, config: FiguresConfig) -> Figure:
    """A panel a mass point: impacts as bars, pulls as points on the same rows."""
    rows = max(-(-len(fits) // 2), 1)
    figure, grid = panels(rows, 2, width=DOUBLE, height=0.6 + 2.7 * rows, share_x=False)
    for place, axes in enumerate(grid.reshape(-1).tolist()):
        if place < len(fits):
            _draw_point(axes, fits[place], things)
        else:
            axes.axis("off")
    figure.legend(handles=_legend(grid[0, 0]), loc="outside lower center", ncols=4, fontsize=7.5)
    stamp_figure(figure, config, fits[0].luminosity if fits else None)
    return figure


def _draw_point(axes: Axes, fit: PointFit, things: Things) -> None:
    axes.set_title(f"{things.title(fit.name)}, {fit.title}")
    axes.set_xlabel(r"Impact on $\mu$")
    shown = list(fit.parameters[:SHOWN])
    if not shown:
        nothing(axes, reason(fit.status))
        axes.set_xticks([])
        axes.set_yticks([])
        return
    for row, item in enumerate(shown):
        _draw_bars(axes, row, item)
    reach = 1.15 * max(abs(x) for item in shown for x in (item.up, item.down, item.prior_up, 1e-9))
    axes.set_xlim(-reach, reach)
    axes.set_yticks(range(len(shown)), [item.title for item in shown])
    axes.set_ylim(len(shown) + 0.6, -0.7)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.tick_params(axis="y", which="both", length=0)
    if fit.error is not None:
        left_out = len(fit.parameters) - len(shown)
        more = f", {left_out} smaller left out" if left_out else ""
        text = rf"$\sigma(\mu)$ = {fit.error:.3g}{more}"
        inside(axes, text, 0.5, 0.04, ha="center", va="bottom")
    _draw_pulls(axes, shown)


def _draw_bars(axes: Axes, row: int, item: Parameter) -> None:
    for value, colour in ((item.up, UP), (item.down, DOWN)):
        axes.barh(row, value, 0.6, color=colour, alpha=0.8, linewidth=0)
    for value, colour in ((item.prior_up, UP), (item.prior_down, DOWN)):
        axes.barh(row, value, 0.75, fill=False, edgecolor=colour, linewidth=0.8)


def _draw_pulls(axes: Axes, shown: Sequence[Parameter]) -> None:
    upper = axes.twiny()
    rows = np.arange(len(shown))
    pulls, errors = ([getattr(item, name) for item in shown] for name in ("pull", "constraint"))
    upper.errorbar(pulls, rows, xerr=errors, fmt="o", color="black", markersize=3, linewidth=1)
    for x in (-1.0, 1.0):
        upper.axvline(x, color="0.5", linewidth=0.6, linestyle=(0, (2, 2)), zorder=0)
    upper.set_xlim(-2.2, 2.2)
    upper.set_xticks([-2, -1, 0, 1, 2])
    upper.xaxis.set_minor_locator(NullLocator())
    upper.tick_params(axis="x", labelsize=7.5)
    axes.tick_params(axis="x", which="both", top=False)


def _legend(axes: Axes) -> list[Any]:
    return [
        Patch(color=UP, alpha=0.8, label="+1 σ after the fit"),
        Patch(color=DOWN, alpha=0.8, label="−1 σ after the fit"),
        Patch(fill=False, edgecolor="0.3", label="before the fit"),
        axes.errorbar(
            [], [], xerr=[], fmt="o", color="black", markersize=3, label="pull (upper axis)"
        ),
    ]
