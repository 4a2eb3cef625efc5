"""Correlations of the parameters of a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from hepchain.config.figures import FiguresConfig
from hepchain.figures.impacts import title
from hepchain.figures.points import reason
from hepchain.figures.style import DOUBLE, Things, nothing, panels, stamp_figure, styled
from hepchain.io.structured import read_records

SHOWN = 9
"""Parameters that are drawn: those with the largest correlations to another."""
COLOURS = "RdBu_r"
SIGNAL_STRENGTH = "mu"
DARK = 0.6
"""Absolute correlation from which numbers are white."""


@dataclass(frozen=True)
class Correlations:
    """Of the fit of signal and background to the data expected with the signal as predicted."""

    name: str
    """Of the mass point."""
    title: str
    """Of the approach."""
    status: str
    luminosity: float
    parameters: Sequence[str]
    values: Sequence[Sequence[float]]
    """Shape (parameters, parameters)."""


def read_correlations(paths: Sequence[Path]) -> list[Correlations]:
    """Correlations of the mass points.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(paths, _correlations)


def _correlations(content: Mapping[str, Any]) -> Correlations:
    diagnostics = content["diagnostics"]
    fit = diagnostics["expected"] if diagnostics else {"parameters": [], "correlations": []}
    return Correlations(
        name=content["point"],
        title=content["title"],
        status=content["status"],
        luminosity=content["luminosity_fb"],
        parameters=fit["parameters"],
        values=fit["correlations"],
    )


def most_correlated(values: Sequence[Sequence[float]], number: int) -> list[int]:
    """Positions of the parameters with the largest correlations to another, in their order."""
    matrix = np.abs(np.asarray(values, dtype=np.float64))
    np.fill_diagonal(matrix, 0.0)
    order = np.argsort(-matrix.max(axis=0, initial=0.0), kind="stable")
    return sorted(order[:number].tolist())


@styled()
def draw(fits: Sequence[Correlations], things: Things, config: FiguresConfig) -> Figure:
    """A panel a mass point; numbers in percent."""
    rows = max(-(-len(fits) // 2), 1)
    figure, grid = panels(rows, 2, width=DOUBLE, height=0.4 + 3.6 * rows, share_x=False)
    for place, axes in enumerate(grid.reshape(-1).tolist()):
        if place < len(fits):
            _draw_point(axes, fits[place], things)
        else:
            axes.axis("off")
    stamp_figure(figure, config, fits[0].luminosity if fits else None)
    return figure


def _draw_point(axes: Axes, fit: Correlations, things: Things) -> None:
    axes.set_title(f"{things.title(fit.name)}, {fit.title}")
    axes.set_xlabel("Correlation [%]")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.tick_params(which="both", length=0)
    if not fit.parameters:
        nothing(axes, reason(fit.status))
        axes.set_xticks([])
        axes.set_yticks([])
        return
    chosen = most_correlated(fit.values, SHOWN)
    values = np.asarray(fit.values)[np.ix_(chosen, chosen)]
    axes.imshow(values, cmap=COLOURS, vmin=-1.0, vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if abs(value) > DARK else "black"
        text = f"{100 * value:.0f}".replace("-0", "0")
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
    names = [fit.parameters[place] for place in chosen]
    titles = [r"$\mu$" if name == SIGNAL_STRENGTH else title(name) for name in names]
    axes.set_xticks(range(len(titles)), titles, rotation=60, ha="right", fontsize=7.5)
    axes.set_yticks(range(len(titles)), titles, fontsize=7.5)
