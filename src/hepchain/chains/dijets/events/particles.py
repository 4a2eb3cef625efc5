"""Particles of events as the LHC Olympics have them: massless, by their momenta alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Particles:
    """Massless particles of ``events`` events, flat arrays of shape (particles,)."""

    events: int
    event: Integers
    """Position of the event of each, rising."""
    pt: Floats
    """GeV"""
    eta: Floats
    phi: Floats
    """-pi to pi"""

    def __len__(self) -> int:
        return len(self.pt)

    @property
    def counts(self) -> Integers:
        """Particles of each event, shape (events,)."""
        return np.bincount(self.event, minlength=self.events)

    @classmethod
    def joined(cls, events: int, parts: list[tuple[Integers, Floats, Floats, Floats]]) -> Self:
        """Of several lists of (event, pt, eta, phi), by event and falling pT."""
        event, pt, eta, phi = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((-pt, event))
        wrapped = np.remainder(phi + np.pi, 2.0 * np.pi) - np.pi
        return cls(events, event[order], pt[order], eta[order], wrapped[order])
