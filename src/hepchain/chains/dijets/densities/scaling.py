"""Features on the whole real line with a width of one, and the mass around zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from hepchain.chains.dijets.data import Floats

MARGIN = 1e-3
"""Between the range of the features and where the logit ends, over the range."""


@dataclass(frozen=True)
class Scaling:
    """Logit of the share of the range, standardised: as flows like their inputs.

    The derivative is the same for all densities of an event and has no part in their ratio.
    """

    low: Floats
    high: Floats
    mean: Floats
    width: Floats
    """Shapes (features,)."""
    middle: float
    half: float
    """Of the window and its side bands [GeV]."""

    @classmethod
    def of(cls, features: Floats, bands: tuple[float, float, float, float]) -> Self:
        """From events of the data in window and side bands, shape (n, features)."""
        low, high = features.min(axis=0), features.max(axis=0)
        logits = _logit(features, low, high)
        middle, half = 0.5 * (bands[0] + bands[3]), 0.5 * (bands[3] - bands[0])
        return cls(low, high, logits.mean(axis=0), logits.std(axis=0), middle, half)

    def features(self, features: Floats) -> Floats:
        """Scaled features, shape (n, features); beyond the range they are at its end."""
        return (_logit(features, self.low, self.high) - self.mean) / self.width

    def mass(self, mass: Floats) -> Floats:
        """Mass [GeV] in [-1, 1] within window and side bands, shape (n,)."""
        return (mass - self.middle) / self.half


def _logit(features: Floats, low: Floats, high: Floats) -> Floats:
    share = np.clip((features - low) / (high - low), 0.0, 1.0)
    inner = MARGIN + (1.0 - 2.0 * MARGIN) * share
    return np.asarray(np.log(inner) - np.log1p(-inner))
