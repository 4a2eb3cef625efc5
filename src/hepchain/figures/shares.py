"""Shares of tracks that pass, in bins of one variable, drawn."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from hepchain.figures.style import Floats, Look
from hepchain.shares import Shares


def draw_shares(
    axes: Axes,
    edges: Floats,
    shares: Shares,
    look: Look,
    title: str,
    *,
    band: bool = True,
    place: float = 0.5,
    logarithmic: bool = True,
) -> None:
    """Points with the interval as error bar and, if wanted, as band over the bin.

    ``place`` is where in its bin a point stands, from 0 to 1 on the scale of the axis.
    """
    filled = shares.entries > 0
    if logarithmic:
        centres = edges[1:] ** place * edges[:-1] ** (1.0 - place)
    else:
        centres = edges[1:] * place + edges[:-1] * (1.0 - place)
    axes.errorbar(
        centres[filled],
        shares.value[filled],
        shares.errors[:, filled],
        xerr=[(centres - edges[:-1])[filled], (edges[1:] - centres)[filled]] if band else None,
        color=look.colour,
        fmt=look.marker,
        linewidth=1.2,
        label=title,
    )
    if not band:
        return
    low, high = (np.where(filled, bound, np.nan) for bound in (shares.low, shares.high))
    axes.stairs(high, edges, baseline=low, fill=True, color=look.colour, alpha=0.15, linewidth=0)
