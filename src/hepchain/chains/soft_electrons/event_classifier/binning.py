"""Bins of an output, from events of the training alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.statistics.discriminants import bins_above
from hepchain.combination.working_points import threshold_of

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TrainingOutput:
    """An output for the events that one model was trained on; each field has shape (n,)."""

    output: Floats
    signal: npt.NDArray[np.bool_]
    balanced: Floats
    """Weights with the same sum for each mass point."""
    weight: Floats
    """Of the events, as they are counted."""

    def thresholds(self, shares: Sequence[float]) -> Floats:
        """Thresholds above which these shares of the signal lie, shape (shares,)."""
        output, weight = self.output[self.signal], self.balanced[self.signal]
        return np.array([threshold_of(output, weight, share) for share in shares])

    def efficiency(self, threshold: float) -> float:
        """Share of the signal above a threshold."""
        weight = self.balanced[self.signal]
        return float(weight[self.output[self.signal] > threshold].sum() / weight.sum())

    def background_sums(self, thresholds: Floats) -> Floats:
        """Sums of weights and of their squares in the bins above thresholds, shape (2, bins)."""
        weight = self.weight[~self.signal]
        number = bins_above(thresholds, self.output[~self.signal])
        inside = number >= 0
        return np.array(
            [
                np.bincount(number[inside], weight[inside] ** power, len(thresholds))
                for power in (1, 2)
            ]
        )


def equal_signal_bins(
    trainings: Sequence[TrainingOutput], efficiency: float, bins: int, fewest: float
) -> list[Floats]:
    """Lower ends of bins with equal shares of signal, for each of the models.

    All models have the same number of bins: from the top, one with too few effective background
    events in the trainings of all models is merged with its lower neighbour (the lowest with its
    upper one).

    Parameters
    ----------
    trainings : one for each model
    efficiency : share of the signal in all bins
    fewest : effective background events; an event that several models have seen counts once

    Returns
    -------
    thresholds of each model, rising
    """
    shares = [efficiency * (bins - row) / bins for row in range(bins)]
    thresholds = [training.thresholds(shares) for training in trainings]
    kept = list(range(bins))
    sums = np.sum(
        [t.background_sums(cuts) for t, cuts in zip(trainings, thresholds, strict=True)], axis=0
    ) / max(len(trainings) - 1, 1)
    columns = [sums[:, row] for row in range(bins)]
    row = bins - 1
    while row >= 0 and len(columns) > 1:
        if _effective(columns[row]) >= fewest:
            row -= 1
            continue
        row = max(row - 1, 0)
        columns[row : row + 2] = [columns[row] + columns[row + 1]]
        del kept[row + 1]
    return [cuts[kept] for cuts in thresholds]


def _effective(sums: Floats) -> float:
    weight, square = sums
    return float(weight**2 / square) if square > 0.0 else 0.0
