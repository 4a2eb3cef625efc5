"""Mean score of the data in the plane of the jet masses, without and with a signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hepchain.chains.dijets.data import Booleans, Events, Floats
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import DOUBLE, inside, panels, stamp_figure, styled

EDGES = np.linspace(0.0, 700.0, 36)
"""Of both jet masses [GeV]."""
FEWEST = 3
"""Events of a bin that has a mean."""


@dataclass(frozen=True)
class Plane:
    """Mean score by the masses of the lighter and the heavier jet, shape (bins, bins)."""

    mean: Floats
    edges: Floats


def plane(events: Events, scores: Floats, window: tuple[float, float]) -> Plane:
    """Of the data in a window; NaN where fewer than three events are.

    Parameters
    ----------
    scores : shape (n,)
    """
    chosen: Booleans = events.observed & events.within(*window) & np.isfinite(scores)
    lighter = events.columns["mj1"][chosen]
    heavier = lighter + events.columns["dmj"][chosen]
    number, _, _ = np.histogram2d(lighter, heavier, [EDGES, EDGES])
    total, _, _ = np.histogram2d(lighter, heavier, [EDGES, EDGES], weights=scores[chosen])
    with np.errstate(invalid="ignore"):
        return Plane(np.where(number >= FEWEST, total / number, np.nan), EDGES)


@styled()
def draw(
    planes: Mapping[int, Plane], masses: Mapping[str, float] | None, config: FiguresConfig
) -> Any:
    """Draw a plane for each number of injected events.

    Parameters
    ----------
    masses : of the signal, ``b`` and ``c`` [GeV]
    """
    figure, grid = panels(1, len(planes), width=DOUBLE, height=3.6, share_y="row")
    for axes, (injected, one) in zip(grid[0], planes.items(), strict=True):
        mesh = axes.pcolormesh(one.edges, one.edges, one.mean.T, vmin=0.0, vmax=1.0, cmap="viridis")
        if masses is not None:
            lighter, heavier = sorted((masses["b"], masses["c"]))
            axes.plot(
                lighter,
                heavier,
                marker="o",
                markersize=16,
                markerfacecolor="none",
                markeredgecolor="#D55E00",
                linestyle="none",
                label="B and C of the signal",
            )
            axes.legend(loc="lower right")
        axes.set_xlabel("Mass of the lighter jet [GeV]")
        inside(
            axes, "no signal" if injected == 0 else f"{injected} events injected", x=0.52, y=0.25
        )
    grid[0, 0].set_ylabel("Mass of the heavier jet [GeV]")
    figure.colorbar(mesh, ax=list(grid[0]), label="Mean score of the data in the window")
    stamp_figure(figure, config)
    return figure
