"""How far two scores of the same tracks differ, with errors from whole events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROUNDS = 200
"""Random exchanges, and replicas, of the events."""


@dataclass(frozen=True)
class Scored:
    """Tracks of one class or of two, shapes (n,)."""

    first: Floats
    second: Floats
    """The two scores."""
    weight: Floats
    event: npt.NDArray[np.int64]
    """Position of the event, from 0."""

    def chosen(self, mask: npt.NDArray[np.bool_]) -> Scored:
        """Some of the tracks."""
        return Scored(self.first[mask], self.second[mask], self.weight[mask], self.event[mask])


@dataclass(frozen=True)
class Distance:
    """Largest distance of the cumulative distributions (Kolmogorov, Smirnov), NaN without tracks.

    The two distributions are of the same tracks, so that tables for independent samples do not
    hold: ``probability`` is the share of random exchanges of the two scores, event by event, that
    give as large a distance.
    """

    value: float
    error: float
    """Standard deviation in Poisson replicas of the events."""
    probability: float


@dataclass(frozen=True)
class AreaDifference:
    """Areas under the ROC curves of both scores, NaN if a class is absent."""

    first: float
    second: float
    difference: float
    """First minus second."""
    error: float
    """Of the difference."""


def distance(tracks: Scored, generator: np.random.Generator, rounds: int = ROUNDS) -> Distance:
    """Distance of the weighted distributions of the two scores."""
    total = tracks.weight.sum()
    if total <= 0.0:
        return Distance(*[float("nan")] * 3)
    values = np.concatenate([tracks.first, tracks.second])
    order = np.argsort(values, kind="stable")
    ends = np.flatnonzero(np.diff(values[order], append=np.inf))
    signed = np.concatenate([tracks.weight, -tracks.weight])[order]
    event = np.concatenate([tracks.event, tracks.event])[order]
    events = int(event.max()) + 1

    def largest(factor: Floats | None) -> float:
        steps = signed if factor is None else signed * factor[event]
        return float(np.abs(np.cumsum(steps)[ends]).max())

    found = largest(None) / total
    exchanged = np.array(
        [largest(generator.choice([-1.0, 1.0], events)) / total for _ in range(rounds)]
    )
    replicas = np.empty(rounds)
    for row in range(rounds):
        factor = generator.poisson(1.0, events).astype(np.float64)
        weight = float((tracks.weight * factor[tracks.event]).sum())
        replicas[row] = largest(factor) / weight if weight > 0.0 else np.nan
    # Rounding alone must not make an exchange smaller than what was found.
    above = int((exchanged >= found - 1e-12).sum())
    return Distance(found, float(np.nanstd(replicas, ddof=1)), (1 + above) / (1 + rounds))


def area_difference(tracks: Scored, positive: npt.NDArray[np.bool_]) -> AreaDifference:
    """Difference of the areas under the ROC curves.

    Its error is that of DeLong, DeLong, Clarke-Pearson (Biometrics 44 (1988) 837), the components
    added up by event (Obuchowski, Biometrics 53 (1997) 567).

    Parameters
    ----------
    positive : shape (n,), whether a track is of the positive class
    """
    sums = [tracks.weight[mask].sum() for mask in (positive, ~positive)]
    if min(sums) <= 0.0:
        return AreaDifference(*[float("nan")] * 4)
    areas, components = [], []
    for score in (tracks.first, tracks.second):
        placed = _placements(score, positive, tracks.weight)
        share = tracks.weight / np.where(positive, *sums)
        area = float((share * placed)[positive].sum())
        areas.append(area)
        components.append(share * (placed - area))
    by_event = np.bincount(tracks.event, components[0] - components[1])
    error = float(np.sqrt((by_event**2).sum()))
    return AreaDifference(areas[0], areas[1], areas[0] - areas[1], error)


def _placements(score: Floats, positive: npt.NDArray[np.bool_], weight: Floats) -> Floats:
    """Share of the other class that a track is on the right side of, ties half; shape (n,)."""
    values, index = np.unique(score, return_inverse=True)
    above = np.bincount(index[positive], weight[positive], len(values))
    below = np.bincount(index[~positive], weight[~positive], len(values))
    lower = (np.cumsum(below) - 0.5 * below) / below.sum()
    higher = 1.0 - (np.cumsum(above) - 0.5 * above) / above.sum()
    placed: Floats = np.where(positive, lower[index], higher[index])
    return placed
