"""Accuracy of a network by epoch, of the muons it learns from and of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import DOUBLE, Things, inside, panels, stamp_figure, styled

Curves = Mapping[str, Sequence[float]]

PARTS = {"accuracy": ("training, with dropout", "--"), "val_accuracy": ("validation", "-")}


@styled()
def draw(histories: Mapping[str, Curves], things: Things, config: FiguresConfig) -> Figure:
    """A panel a category.

    Parameters
    ----------
    histories : category -> ``accuracy`` and ``val_accuracy``, a number an epoch
    """
    figure, grid = panels(1, len(histories), width=DOUBLE, height=3.0, share_y="row")
    for axes, (category, curves) in zip(grid[0], histories.items(), strict=True):
        for name, (label, line) in PARTS.items():
            epochs = range(1, len(curves[name]) + 1)
            axes.plot(epochs, curves[name], line, color=things.look(category).colour, label=label)
        axes.set_xlabel("Epoch")
        inside(axes, things.title(category))
        axes.legend(loc="lower right")
    grid[0, 0].set_ylabel("Accuracy, classes at equal weight")
    stamp_figure(figure, config)
    return figure
