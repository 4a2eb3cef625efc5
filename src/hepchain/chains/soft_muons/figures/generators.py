"""Efficiency and acceptance in samples of several generators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from hepchain.chains.soft_muons.results.evaluation import TIGHT
from hepchain.chains.soft_muons.results.generators import Shares
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    REFERENCE_COLOUR,
    SINGLE,
    Things,
    headroom,
    panels,
    stamp,
    styled,
    wrapped,
)


@styled()
def draw(
    found: Mapping[str, Mapping[str, Shares]],
    titles: Mapping[str, str],
    things: Things,
    config: FiguresConfig,
) -> Figure:
    """A column a sample, TIGHT and taggers beside each other.

    Parameters
    ----------
    titles : sample -> name below its column
    """
    figure, grid = panels(2, 1, width=SINGLE, height=4.6)
    selections = list(next(iter(found.values())))
    for row, kind in enumerate(("signal", "background")):
        axes = grid[row, 0]
        for place, name in enumerate(selections):
            shares = [getattr(of_sample[name], kind) for of_sample in found.values()]
            value = np.array([share.value for share in shares])
            errors = [
                value - np.array([share.low for share in shares]),
                np.array([share.high for share in shares]) - value,
            ]
            x = np.arange(len(found)) + 0.15 * (place - 0.5 * (len(selections) - 1))
            colour = REFERENCE_COLOUR if name == TIGHT else things.look(name).colour
            marker = "D" if name == TIGHT else things.look(name).marker
            title = "TIGHT" if name == TIGHT else things.title(name)
            axes.errorbar(x, value, yerr=errors, fmt=marker, color=colour, label=title)
        axes.set_ylabel(f"Share of\n{things.title(kind)}", fontsize=8)
        axes.set_xticks([], minor=True)
    grid[1, 0].set_xticks(range(len(found)), [wrapped(titles[name]) for name in found], fontsize=7)
    headroom(grid[0, 0], 1.6)
    grid[0, 0].legend(loc="upper right", fontsize=7)
    stamp(grid[0, 0], config)
    return figure
