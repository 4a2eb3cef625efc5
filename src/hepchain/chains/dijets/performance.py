"""How well the scores of a method find the signal in a window, by the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.chains.dijets.data import Events, Floats
from hepchain.roc import area_under_curve
from hepchain.sic import FLOOR, improvement, largest_with_error

POINTS = 200
"""Of a curve that is drawn."""


@dataclass(frozen=True)
class Performance:
    """Of one method in one window."""

    max_sic: float
    max_sic_error: float
    floor: int
    """Background events that pass at least."""
    area: float
    """Under the curve."""
    efficiency: Floats
    fake_rate: Floats
    sic: Floats


def performance(
    events: Events, score: Floats, window: tuple[float, float], random: np.random.Generator
) -> Performance:
    """Of scores of all events, shape (n,); those that are not finite are left out.

    Background is that of the data; signal is that of the data and beside them, so that few injected
    events do not decide on the error. No event was seen by the model that scored it.

    Raises
    ------
    StageError : see :func:`.improvement`
    """
    chosen = events.within(*window) & (events.observed | events.signal) & np.isfinite(score)
    scores, signal = score[chosen], events.signal[chosen]
    value, error = largest_with_error(scores, signal, random)
    curve = improvement(scores, signal)
    wanted = np.geomspace(curve.efficiency[0] + 1e-6, 1.0, POINTS)
    nearest = np.unique(np.searchsorted(curve.efficiency, wanted).clip(0, len(curve.sic) - 1))
    return Performance(
        value,
        error,
        FLOOR,
        area_under_curve(scores, signal),
        curve.efficiency[nearest],
        curve.fake_rate[nearest],
        curve.sic[nearest],
    )
