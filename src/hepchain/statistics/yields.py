"""Weighted yields with their statistical errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Yield:
    """A weighted number of events."""

    value: float
    """Sum of the weights."""
    error: float
    """Statistical error of the simulation: root of the sum of squared weights."""
    relative_error: float | None
    """``error / value``; None if the value is not positive."""
    events: int
    """Simulated events, not weighted."""
    effective_events: float
    """Events of equal weight with the same relative error: (sum w)^2 / sum w^2."""

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.error:.2g} ({self.events} events)"

    @classmethod
    def of(cls, weights: npt.ArrayLike) -> Yield:
        """Yield of events with these weights, shape (n,)."""
        weights = np.asarray(weights, dtype=np.float64)
        value, error = float(weights.sum()), float(np.sqrt((weights**2).sum()))
        return cls(
            value=value,
            error=error,
            relative_error=error / value if value > 0 else None,
            events=len(weights),
            effective_events=(value / error) ** 2 if error > 0 else 0.0,
        )
