"""Curves of the tagger, beside those of the best there can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import norm

from hepchain.config.figures import FiguresConfig
from hepchain.figures.roc import Roc
from hepchain.figures.style import Things, panels, stamp, styled

FAKE_RATES = np.linspace(0.001, 0.999, 500)


@styled()
def draw(
    curves: Sequence[Roc], best: Mapping[str, float], things: Things, config: FiguresConfig
) -> Figure:
    """Draw the curves of the categories in ``best``.

    Parameters
    ----------
    best : category -> distance of two Gaussians of width 1 that are as far apart
    """
    figure, grid = panels()
    axes = grid[0, 0]
    for curve in curves:
        if curve.category in best:
            look, title = things.look(curve.category), things.title(curve.category)
            axes.plot(
                curve.efficiency, curve.fake_rate, look.marker, color=look.colour, label=title
            )
            efficiency = norm.sf(norm.isf(FAKE_RATES) - best[curve.category])
            axes.plot(efficiency, FAKE_RATES, color=look.colour, label=f"{title}, best possible")
    axes.set_xlabel("Efficiency of glass")
    axes.set_ylabel("Fake rate of clay")
    axes.legend()
    stamp(axes, config)
    return figure
