"""Significance improvement of a cut on a score: the one definition that all methods share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.errors import StageError

Floats = npt.NDArray[np.float64]

FLOOR = 25
"""Background events that pass at least, so that their statistical error is at most 20 %."""
REPLICAS = 100
"""Of the bootstrap that errors are from."""


@dataclass(frozen=True)
class Improvement:
    """Curve from the tightest threshold that the floor allows to none, shapes (points,).

    Thresholds are those between two different scores.
    """

    efficiency: Floats
    """Share of the signal that passes."""
    fake_rate: Floats
    """Share of the background that passes."""
    sic: Floats
    """Efficiency over the root of the fake rate."""

    @property
    def largest(self) -> float:
        """Largest improvement."""
        return float(self.sic.max())


def improvement(
    score: npt.ArrayLike,
    signal: npt.ArrayLike,
    floor: int = FLOOR,
    multiplicity: npt.ArrayLike | None = None,
) -> Improvement:
    """Significance improvement characteristic: efficiency over the root of the fake rate.

    Gallicchio, Schwartz, PRL 107 (2011) 172001, at every threshold that at least ``floor``
    background events pass. The largest value depends on the floor: it is to stand beside it.

    Parameters
    ----------
    score : shape (n,), larger for what looks like signal
    signal : shape (n,), whether an event is signal
    multiplicity : shape (n,), how often each event counts, in replicas; once if not given

    Raises
    ------
    StageError : a score is not finite, there is no signal, or less background than the floor
    """
    scores = np.asarray(score, dtype=np.float64)
    truth = np.asarray(signal, dtype=bool)
    times = np.ones(len(scores)) if multiplicity is None else np.asarray(multiplicity, np.float64)
    if not np.isfinite(scores).all():
        raise StageError(f"{np.count_nonzero(~np.isfinite(scores))} scores are not finite")
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    passing_signal, passing_background = (
        np.cumsum(np.where(chosen, times, 0.0)[order])[ends] for chosen in (truth, ~truth)
    )
    if passing_signal[-1] <= 0 or passing_background[-1] < floor:
        raise StageError(
            f"{passing_signal[-1]:g} signal and {passing_background[-1]:g} background events: an "
            f"improvement needs signal, and at least {floor} background events"
        )
    allowed = passing_background >= floor
    efficiency = passing_signal[allowed] / passing_signal[-1]
    fake_rate = passing_background[allowed] / passing_background[-1]
    return Improvement(efficiency, fake_rate, efficiency / np.sqrt(fake_rate))


def largest_with_error(
    score: npt.ArrayLike,
    signal: npt.ArrayLike,
    random: np.random.Generator,
    floor: int = FLOOR,
    replicas: int = REPLICAS,
) -> tuple[float, float]:
    """Largest improvement and its statistical error: the spread over replicas of the events.

    Raises
    ------
    StageError : see :func:`improvement`
    """
    scores, truth = np.asarray(score, dtype=np.float64), np.asarray(signal, dtype=bool)
    value = improvement(scores, truth, floor).largest
    drawn = [
        improvement(scores, truth, floor, random.poisson(1.0, len(scores))).largest
        for _ in range(replicas)
    ]
    return value, float(np.std(drawn, ddof=1))
