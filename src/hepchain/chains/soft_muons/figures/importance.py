"""Importance of the inputs by permutation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from hepchain.chains.soft_muons.results.importance import Importance
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import DOUBLE, Things, panels, stamp_figure, styled


@styled()
def draw(found: Mapping[str, Importance], things: Things, config: FiguresConfig) -> Figure:
    """Loss of accuracy of each tagger, inputs by that of the first."""
    names = list(next(iter(found.values())).losses)
    figure, grid = panels(
        1, len(found), width=DOUBLE, height=0.16 * len(names) + 1.0, share_y="row"
    )
    for axes, (tagger, importance) in zip(grid[0], found.items(), strict=True):
        losses = [importance.losses[name] for name in names]
        axes.barh(
            np.arange(len(names)),
            [loss.value for loss in losses],
            xerr=[loss.error for loss in losses],
            color=things.look(tagger).colour,
            alpha=0.6,
            height=0.7,
        )
        axes.axvline(0.0, color="0.5", linewidth=0.6)
        axes.set_xlabel(f"Loss of accuracy\n{things.title(tagger)}")
    grid[0, 0].set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=7)
    for axes in grid[0]:
        axes.tick_params(axis="y", which="both", length=0)
        axes.set_ylim(len(names) - 0.4, -0.6)
    stamp_figure(figure, config)
    return figure
