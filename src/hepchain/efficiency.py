"""Efficiencies of weighted entries and their confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

Floats = npt.NDArray[np.float64]

ONE_SIGMA = 0.6826894921370859
"""Coverage of a normal distribution within one standard deviation."""


@dataclass(frozen=True)
class Efficiency:
    """Efficiency with the bounds of its central confidence interval."""

    value: float
    """NaN if there are no entries."""
    low: float
    """0 if there are no entries."""
    high: float
    """1 if there are no entries."""
    entries: float
    """Effective number of entries: squared sum of weights over sum of squared weights."""


def efficiency(
    passing: npt.ArrayLike, weight: npt.ArrayLike, coverage: float = ONE_SIGMA
) -> Efficiency:
    """Weighted share of entries that pass.

    Parameters
    ----------
    passing : shape (n,), whether an entry passes
    weight : shape (n,), weights of the entries
    coverage : of the interval, one standard deviation if not given
    """
    passing = np.asarray(passing, dtype=bool)
    weight = np.asarray(weight, dtype=np.float64)
    return efficiency_of_sums(
        float(weight[passing].sum()), float(weight.sum()), float((weight**2).sum()), coverage
    )


def efficiency_of_sums(
    passing: float, total: float, total_squares: float, coverage: float = ONE_SIGMA
) -> Efficiency:
    """Efficiency from sums of weights that were collected piece by piece.

    The interval is that of Clopper and Pearson (Biometrika 26 (1934) 404) for the effective number
    of entries, to which they are exact for equal weights.

    Parameters
    ----------
    passing : sum of the weights that pass
    total : sum of all weights
    total_squares : sum of all squared weights
    """
    if total <= 0.0 or total_squares <= 0.0:
        return Efficiency(float("nan"), 0.0, 1.0, 0.0)
    entries = total**2 / total_squares
    value = passing / total
    # Signed weights can push a share slightly out of its range, where no interval exists.
    successes = entries * min(max(value, 0.0), 1.0)
    tail = (1.0 - coverage) / 2.0
    failures = entries - successes
    low = float(betaincinv(successes, failures + 1.0, tail)) if successes > 0.0 else 0.0
    high = float(betaincinv(successes + 1.0, failures, 1.0 - tail)) if failures > 0.0 else 1.0
    return Efficiency(value, low, high, entries)


def share_interval(
    electrons: Floats, electron_squares: Floats, hadrons: Floats, hadron_squares: Floats
) -> tuple[Floats, Floats]:
    """Bounds of electrons / (electrons + hadrons), one standard deviation.

    Weights of the two classes are far apart, so the share is not binomial in the effective number
    of all tracks. The numbers of both are independent: given their sum, those of electrons are
    binomial in unweighted entries (Przyborowski, Wilenski, Biometrika 31 (1940) 313), here in
    effective ones, and the bounds of their ratio are scaled by the mean weights of the classes.

    Parameters
    ----------
    electrons, electron_squares : sums of weights and of their squares, shape (bins,)
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = [
            _mean_weight(*sums)
            for sums in ((electrons, electron_squares), (hadrons, hadron_squares))
        ]
        successes, failures = (
            np.nan_to_num(sums / w) for sums, w in zip((electrons, hadrons), weights, strict=True)
        )
        tail = (1.0 - ONE_SIGMA) / 2.0
        low = np.where(successes > 0, betaincinv(successes, failures + 1.0, tail), 0.0)
        high = np.where(failures > 0, betaincinv(successes + 1.0, failures, 1.0 - tail), 1.0)
        scale = weights[0] / weights[1]
        bounds = [np.where(p < 1.0, scale * p / (1.0 - p + scale * p), 1.0) for p in (low, high)]
    return bounds[0], bounds[1]


def _mean_weight(sums: Floats, squares: Floats) -> Floats:
    """Effective weight of an entry of each bin; of all bins where one is empty."""
    return np.where(sums > 0, squares / sums, squares.sum() / sums.sum())
