"""Shares of tracks that pass, in bins of one variable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.config.training import EVERY_CATEGORY
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.labels import Label

Floats = npt.NDArray[np.float64]

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
