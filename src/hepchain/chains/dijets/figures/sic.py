"""Significance improvement against the efficiency of the signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import DOUBLE, Things, inside, panels, stamp, styled


@styled()
def draw(curves: Mapping[str, Mapping[str, Any]], things: Things, config: FiguresConfig) -> Any:
    """Draw the curve of each method.

    Parameters
    ----------
    curves : method -> as :class:`~hepchain.chains.dijets.performance.Performance`
    """
    figure, grid = panels(width=DOUBLE, height=3.4)
    axes = grid[0, 0]
    for name, curve in curves.items():
        look = things.look(name)
        largest = f"{curve['max_sic']:.1f} ± {curve['max_sic_error']:.1f}"
        title = f"{things.title(name)}: {largest}"
        axes.plot(
            curve["efficiency"], curve["sic"], color=look.colour, linestyle=look.line, label=title
        )
    efficiency = np.linspace(0.0, 1.0, 100)
    axes.plot(efficiency, np.sqrt(efficiency), color="0.6", linewidth=0.8, label="no separation")
    floor = next(iter(curves.values()))["floor"]
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.15 * max(max(curve["sic"]) for curve in curves.values()))
    axes.set_xlabel("Efficiency of the signal")
    axes.set_ylabel("Efficiency / √ fake rate")
    figure.legend(loc="outside right center", title="largest improvement")
    inside(axes, f"at least {floor} background events pass")
    stamp(axes, config)
    return figure
