"""Separation of two classes by a score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Fake rate and efficiency from the tightest threshold to none, shapes (points,).

    Points between two scores, or within equal ones, are on the straight line that joins them.
    """

    fake_rate: Floats
    efficiency: Floats

    def efficiency_at(self, fake_rate: float) -> float:
        """Efficiency at a fake rate."""
        return float(np.interp(fake_rate, self.fake_rate, self.efficiency))

    def fake_rate_at(self, efficiency: float) -> float:
        """Fake rate at an efficiency."""
        return float(np.interp(efficiency, self.efficiency, self.fake_rate))


@dataclass(frozen=True)
class Ranking:
    """Entries of two classes by falling score, and the event of each, for replicas of the events.

    Shapes (n,), ``ends`` apart.
    """

    event: npt.NDArray[np.int64]
    """Position of the event, from 0."""
    electrons: Floats
    """Weight of a track that is an electron, else 0."""
    hadrons: Floats
    ends: npt.NDArray[np.int64]
    """Last track of each score."""

    @classmethod
    def of(
        cls,
        score: Floats,
        electron: npt.NDArray[np.bool_],
        weight: Floats,
        event: npt.NDArray[np.int64],
    ) -> Ranking:
        """Ranking of tracks, shapes (n,)."""
        order = np.argsort(-score, kind="stable")
        ends = np.flatnonzero(np.diff(score[order], append=-np.inf))
        ranked, chosen = weight[order], electron[order]
        return cls(event[order], np.where(chosen, ranked, 0.0), np.where(chosen, 0.0, ranked), ends)

    def curve(self, multiplicity: Floats | None = None) -> Curve:
        """Curve of all events, or of a replica in which each stands so many times."""
        factor = 1.0 if multiplicity is None else multiplicity[self.event]
        electrons, hadrons = (
            np.concatenate([[0.0], monotone(np.cumsum(weight * factor)[self.ends])])
            for weight in (self.electrons, self.hadrons)
        )
        with np.errstate(invalid="ignore"):
            return Curve(hadrons / hadrons[-1], electrons / electrons[-1])


def monotone(sums: Floats) -> Floats:
    """Sums above falling thresholds, without the falls that negative weights make; same total."""
    accumulated: Floats = np.minimum(np.maximum.accumulate(sums), sums[-1:])
    return accumulated


def area_under_curve(
    score: npt.ArrayLike, positive: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> float:
    """Area under the ROC curve: chance that an entry of the positive class scores higher.

    Ties count one half, so it is the statistic of Mann and Whitney (Ann. Math. Stat. 18 (1947) 50)
    over the product of the (weighted) numbers of entries.

    Parameters
    ----------
    score : shape (n,)
    positive : shape (n,), whether an entry is of the positive class
    weight : shape (n,), 1 if not given

    Returns
    -------
    value between 0 and 1 (for weights that are not negative), NaN if a class is empty
    """
    score = np.asarray(score, dtype=np.float64)
    positive = np.asarray(positive, dtype=bool)
    weight = np.ones(len(score)) if weight is None else np.asarray(weight, dtype=np.float64)
    values, index = np.unique(score, return_inverse=True)
    above = np.bincount(index[positive], weight[positive], minlength=len(values))
    below = np.bincount(index[~positive], weight[~positive], minlength=len(values))
    total = float(above.sum() * below.sum())
    if total <= 0.0:
        return float("nan")
    lower = np.cumsum(below) - below
    return float((above * (lower + 0.5 * below)).sum() / total)


def chance_error(positives: float, negatives: float) -> float:
    """Standard deviation of the area if the score knows nothing (Mann and Whitney, 1947)."""
    return float(np.sqrt((positives + negatives + 1.0) / (12.0 * positives * negatives)))


def auc_error(area: float, signal: float, background: float) -> float:
    """Standard error of an area, Hanley and McNeil, Radiology 143 (1982) 29.

    ``signal`` and ``background``: numbers of entries.
    """
    two_of_signal = area / (2.0 - area) - area**2
    two_of_background = 2.0 * area**2 / (1.0 + area) - area**2
    variance = (
        area * (1.0 - area)
        + (signal - 1.0) * two_of_signal
        + (background - 1.0) * two_of_background
    ) / (signal * background)
    return float(np.sqrt(max(variance, 0.0)))
