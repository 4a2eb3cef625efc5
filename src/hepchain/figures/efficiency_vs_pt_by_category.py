"""Efficiency and fake rate against pT at a fixed fake rate, a line for each category."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.efficiency_vs_pt import (
    ALL,
    PtEfficiencies,
    finish,
    pt_efficiencies,
)
from hepchain.figures.shares import draw_shares
from hepchain.figures.style import ALL_LOOK, Things, inside, panels, stamp, styled

__all__ = ["draw", "pt_efficiencies"]


@styled()
def draw(numbers: PtEfficiencies, things: Things, config: FiguresConfig) -> Figure:
    """One threshold for all pT and all categories."""
    figure, grid = panels(2, height=5.0, height_ratios=[2.2, 1])
    upper, lower = grid[:, 0]
    places = np.linspace(0.2, 0.8, len(things.categories))
    for name, place in ((ALL, 0.5), *zip(things.categories, places, strict=True)):
        title = "all categories" if name == ALL else things.title(name)
        look = ALL_LOOK if name == ALL else things.look(name)
        for axes, label in ((upper, "electron"), (lower, "hadron")):
            curve = numbers.of(name, label, "overall")
            draw_shares(axes, numbers.edges, curve, look, title, band=name == ALL, place=place)
    finish(upper, lower, numbers)
    lower.set_ylim(0.0, 5 * numbers.fake_rate)
    upper.set_ylim(0.0, 1.6)
    upper.set_yticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    inside(upper, things.title(numbers.tagger))
    upper.legend(loc="upper right", ncols=1, fontsize=7.5)
    stamp(upper, config)
    return figure
