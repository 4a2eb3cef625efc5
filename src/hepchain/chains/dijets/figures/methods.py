"""Largest significance improvement of all methods, also where features depend on the mass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things, panels, stamp, styled

Measured = Mapping[str, Mapping[str, Any]]


@styled()
def draw(plain: Measured, correlated: Measured, things: Things, config: FiguresConfig) -> Any:
    """Draw a row for each method.

    Parameters
    ----------
    plain, correlated : method -> as :class:`~hepchain.chains.dijets.performance.Performance`
    """
    figure, grid = panels(height=3.4)
    axes = grid[0, 0]
    for row, name in enumerate(plain):
        for measured, shift, face in ((plain, -0.12, None), (correlated, 0.12, "none")):
            if name in measured:
                look, one = things.look(name), measured[name]
                axes.errorbar(
                    one["max_sic"],
                    row + shift,
                    xerr=one["max_sic_error"],
                    fmt=look.marker,
                    color=look.colour,
                    markerfacecolor=face or look.colour,
                )
    for face, title in (("0.3", "as simulated"), ("none", "features depend on m(JJ)")):
        axes.plot([], [], "o", color="0.3", markerfacecolor=face, label=title)
    axes.axvline(1.0, color="0.6", linewidth=0.8)
    axes.set_xlim(left=0.0)
    axes.set_ylim(len(plain) + 0.6, -0.6)
    axes.set_yticks(range(len(plain)), [things.title(name) for name in plain])
    axes.tick_params(axis="y", which="both", length=0)
    axes.set_xlabel("Largest significance improvement")
    axes.legend(loc="lower right")
    stamp(axes, config)
    return figure
