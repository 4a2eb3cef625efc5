"""Expected limits and significances of counts in bins, without a fit program: for replicas.

The model is that of the workspace without uncertainties of the signal: Poisson counts, a log-normal
normalisation common to all bins, and the statistical error of each bin (Barlow and Beeston, CPC 77
(1993) 219, in the form of HistFactory). Bins are profiled in closed form and the normalisation by
bisection, for all replicas at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.float64]

HALVINGS = 32
REACH = 6.0
"""Standard deviations within which the normalisation is searched."""


@dataclass(frozen=True)
class Bins:
    """Expected counts, each of shape (replicas, bins)."""

    signal: Floats
    background: Floats
    variance: Floats
    """Of the background, in events: what is independent from bin to bin."""

    def usable(self) -> Bins:
        """Bins without background added to their lower neighbour; the first has to have some."""
        signal = self.signal.copy()
        for row in range(signal.shape[1] - 1, 0, -1):
            empty = self.background[:, row] <= 0.0
            signal[empty, row - 1] += signal[empty, row]
            signal[empty, row] = 0.0
        return replace(self, signal=signal)

    @property
    def exists(self) -> npt.NDArray[np.bool_]:
        """Which replicas have background in the first bin and any signal, shape (replicas,)."""
        return np.asarray((self.background[:, 0] > 0.0) & (self.signal.sum(axis=1) > 0.0))

    def decorrelated(self, normalisation: float) -> Bins:
        """The same with the normalisation as an error of each bin on its own."""
        return replace(self, variance=self.variance + (normalisation * self.background) ** 2)


def binned_significance(bins: Bins, normalisation: float) -> Floats:
    """Median discovery significance, root of q0 of the data expected with signal.

    Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554.

    Parameters
    ----------
    normalisation : relative uncertainty of the background, common to all bins

    Returns
    -------
    shape (replicas,); NaN where there is no signal, or no background in the first bin
    """
    bins = bins.usable()
    data = bins.signal + bins.background
    q = _profiled(bins, np.zeros(len(data)), data, normalisation)
    return np.where(bins.exists, np.sqrt(np.maximum(q, 0.0)), np.nan)


def binned_limit(bins: Bins, normalisation: float, confidence_level: float) -> Floats:
    """Median upper limit on the signal strength (CLs, asymptotic formulas).

    As :func:`hepchain.statistics.significance.median_limit`, in bins, with the same parameters and
    return value as :func:`binned_significance`.
    """
    bins = bins.usable()
    wanted = float(norm.isf((1.0 - confidence_level) / 2.0)) ** 2
    exists, data = bins.exists, bins.background
    low, high = np.zeros(len(data)), np.ones(len(data))

    def above(strength: Floats) -> npt.NDArray[np.bool_]:
        return _profiled(bins, strength, data, normalisation) > wanted

    for _ in range(HALVINGS):
        short = exists & ~above(high)
        if not short.any():
            break
        high = np.where(short, 2.0 * high, high)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        beyond = above(middle)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.where(exists, high, np.nan)


def _profiled(bins: Bins, strength: Floats, data: Floats, normalisation: float) -> Floats:
    """Test statistic of signal strengths (replicas,) for expected data that the model fits."""
    signal = strength[:, None] * bins.signal
    low, high = np.full(len(data), -REACH), np.full(len(data), REACH)
    for _ in range(HALVINGS if normalisation > 0.0 else 0):
        middle = 0.5 * (low + high)
        expected, _ = _fitted(bins, signal, data, normalisation * middle)
        pull = normalisation * _slope(expected, data) * (expected - signal)
        rises = pull.sum(axis=1) + middle > 0.0
        low, high = np.where(rises, low, middle), np.where(rises, middle, high)
    shift = 0.5 * (low + high)
    expected, variance = _fitted(bins, signal, data, normalisation * shift)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(data > 0.0, data * np.log(data / expected), 0.0)
    # From d/dgamma = 0: the pull of a bin in events is its variance times the slope.
    penalty = variance * _slope(expected, data) ** 2
    terms = 2.0 * (expected - data + logarithm) + penalty
    return np.asarray(terms.sum(axis=1) + shift**2)


def _slope(expected: Floats, data: Floats) -> Floats:
    """1 - n / nu, and 0 for a bin in which nothing is expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0.0, 1.0 - data / expected, 0.0)


def _fitted(bins: Bins, signal: Floats, data: Floats, shift: Floats) -> tuple[Floats, Floats]:
    """Counts that fit best with a normalisation exp(shift), and the variance of each bin then.

    The root of a quadratic: nu^2 + nu (V - S - B) = V n.
    """
    scale = np.exp(shift)[:, None]
    variance = scale**2 * bins.variance
    half = 0.5 * (signal + scale * bins.background - variance)
    return half + np.sqrt(half**2 + variance * data), variance
