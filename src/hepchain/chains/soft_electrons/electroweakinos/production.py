"""Cross-sections between the masses for which they were calculated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DEGREE = 4
"""Of the polynomial in the logarithm of the mass."""
SCALE = 150.0
"""GeV; masses are taken relative to it."""


@dataclass(frozen=True)
class MassRange:
    """Masses for which a cross-section may be given [GeV]."""

    n1: tuple[float, float]
    largest_splitting: float

    def __contains__(self, masses: tuple[float, float]) -> bool:
        n2, n1 = masses
        return self.n1[0] <= n1 <= self.n1[1] and 0.0 < n2 - n1 <= self.largest_splitting

    def __str__(self) -> str:
        low, high = self.n1
        return f"n1 from {low:g} to {high:g} GeV, splittings up to {self.largest_splitting:g} GeV"


@dataclass(frozen=True)
class CrossSections:
    """Smooth cross-sections of pairs of particles with masses n2 and n1, in several channels.

    The logarithm is a polynomial in x = log(m / 150 GeV) and d = (n2 - n1) / m, with m the mean of
    the two masses: of degree 4 in x, and terms d, d x and d^2. Below the smallest splitting of the
    table it goes to that of equal masses.
    """

    coefficients: Floats
    """Shape (terms, channels)."""
    range: MassRange

    @classmethod
    def fit(cls, points: Sequence[Sequence[float]]) -> CrossSections:
        """Least squares to rows of n2, n1 [GeV] and a cross-section [pb] a channel."""
        table = np.asarray(points, dtype=np.float64)
        n2, n1, values = table[:, 0], table[:, 1], table[:, 2:]
        coefficients = np.linalg.lstsq(_terms(n2, n1), np.log(values), rcond=None)[0]
        reach = MassRange((float(n1.min()), float(n1.max())), float((n2 - n1).max()))
        return cls(coefficients.astype(np.float64), reach)

    def at(self, n2: float, n1: float) -> Floats:
        """Cross-section of each channel [pb], shape (channels,).

        Raises
        ------
        ValueError : the masses are outside the table
        """
        if (n2, n1) not in self.range:
            raise ValueError(
                f"no cross-section for masses ({n2:g}, {n1:g}) GeV: known for {self.range}"
            )
        logarithms: Floats = _terms(np.array([n2]), np.array([n1]))[0] @ self.coefficients
        return np.asarray(np.exp(logarithms), dtype=np.float64)


def _terms(n2: Floats, n1: Floats) -> Floats:
    """Terms of the polynomial, shape (points, terms)."""
    mass = (n1 + n2) / 2
    x, d = np.log(mass / SCALE), (n2 - n1) / mass
    return np.stack([*(x**power for power in range(DEGREE + 1)), d, d * x, d**2], axis=1)
