"""Separation of two classes by a score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
