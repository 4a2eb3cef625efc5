"""Shares of tracks that pass, in bins of one variable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from hepchain.config.training import EVERY_CATEGORY
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.style import Floats, Look
from hepchain.labels import Label

ALL = EVERY_CATEGORY
"""Name of the sum of the categories."""
CLASSES = {"signal": Label.SIGNAL, "background": Label.BACKGROUND}
"""What shares are of."""


@dataclass(frozen=True)
class Shares:
    """Share in each bin, shapes (bins,); NaN with bounds 0 and 1 in bins without tracks."""

    value: Floats
    low: Floats
    high: Floats
    entries: Floats
    """Effective entries."""

    @property
    def errors(self) -> Floats:
        """Distances to both bounds, shape (2, bins)."""
        return np.abs([self.value - self.low, self.high - self.value])


def stacked(efficiencies: Iterable[Efficiency]) -> Shares:
    """Efficiencies one after another."""
    found = list(efficiencies)
    names = ("value", "low", "high", "entries")
    return Shares(*(np.array([getattr(item, name) for item in found]) for name in names))


def sums_in_bins(values: Floats, passes: np.ndarray, weight: Floats, edges: Floats) -> Floats:
    """Sums of weights that pass, of all weights and of their squares, shape (3, bins).

    Parameters
    ----------
    values, passes, weight : shape (n,); values outside the edges do not count
    """
    return np.array(
        [np.histogram(values, edges, weights=w)[0] for w in (weight * passes, weight, weight**2)]
    )


def shares_of_sums(sums: Floats) -> Shares:
    """Shares from what :func:`sums_in_bins` gives, summed over pieces."""
    return stacked(efficiency_of_sums(*column) for column in sums.T)


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
