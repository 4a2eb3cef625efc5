"""Expected significances and limits of counting experiments in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.float64]


def asimov_significance(
    signal: npt.ArrayLike, background: npt.ArrayLike, error: npt.ArrayLike = 0.0
) -> Floats:
    """Median discovery significance of a counting experiment with an uncertain background.

    G. Cowan, "Discovery sensitivity for a counting experiment with background uncertainty" (2012),
    eq. 20, the Asimov value of the profile likelihood ratio of the on/off problem (Li and Ma, ApJ
    272 (1983) 317; Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554)::

        Z^2 / 2 = (s + b) ln[(s + b)(b + v) / (b^2 + (s + b) v)] - b^2 / v ln[1 + v s / (b (b + v))]

    with the variance v of b; for v -> 0 it becomes (s + b) ln(1 + s / b) - s.

    Parameters
    ----------
    signal : expected signal, at least 0
    background : expected background, above 0
    error : absolute uncertainty of the background

    Returns
    -------
    broadcast shape of the arguments; NaN where the background is not positive
    """
    s, b, v = np.broadcast_arrays(
        np.asarray(signal, dtype=np.float64),
        np.asarray(background, dtype=np.float64),
        np.asarray(error, dtype=np.float64) ** 2,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        # ln(...) of both terms written as log1p: the ratio is 1 + s b / (b^2 + (s + b) v).
        first = (s + b) * np.log1p(s * b / (b**2 + (s + b) * v))
        argument = v * s / (b * (b + v))
        # b^2 / v ln(1 + x) with x = v s / (b (b + v)) is s b / (b + v) times ln(1 + x) / x.
        ratio = np.where(argument > 0, np.log1p(argument) / argument, 1.0)
        second = s * b / (b + v) * ratio
        squared = 2.0 * np.maximum(first - second, 0.0)
    return np.where(b > 0, np.sqrt(squared), np.nan)


def s_over_sqrt_b(signal: npt.ArrayLike, background: npt.ArrayLike) -> Floats:
    """Signal over the root of the background; NaN where the background is not positive."""
    s, b = np.asarray(signal, dtype=np.float64), np.asarray(background, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.where(b > 0, s / np.sqrt(b), np.nan)
    return result


HALVINGS = 45
"""Halvings of the bracket of a limit, to a relative precision far beyond that of its inputs."""


def median_limit(
    background: npt.ArrayLike, error: npt.ArrayLike = 0.0, confidence_level: float = 0.95
) -> Floats:
    """Median upper limit on the events of a signal in a counting experiment without signal.

    CLs with the test statistic q-tilde in the asymptotic approximation (Cowan, Cranmer, Gross,
    Vitells, EPJC 71 (2011) 1554): for the median CLs = 2 (1 - Phi(sqrt q)), and q is that of the
    Asimov data. The background is known from an auxiliary Poisson measurement, as in
    :func:`asimov_significance`; the signal is known exactly.

    Parameters
    ----------
    background : expected background, above 0
    error : absolute uncertainty of the background

    Returns
    -------
    broadcast shape of the arguments; NaN where the background is not positive
    """
    b, v = np.broadcast_arrays(
        np.asarray(background, dtype=np.float64), np.asarray(error, dtype=np.float64) ** 2
    )
    exists = b > 0.0
    b = np.where(exists, b, 1.0)
    v = np.maximum(np.where(exists, v, 0.0), 1e-9 * b)
    wanted = float(norm.isf((1.0 - confidence_level) / 2.0)) ** 2
    low, high = np.zeros(b.shape), wanted + 10.0 * np.sqrt(wanted * (b + v)) + 10.0 * b
    # Where the background is all but unknown the bracket has to grow.
    while np.any(_q_of_asimov(high, b, v) < wanted):
        high = 2.0 * high
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = _q_of_asimov(middle, b, v) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.where(exists, high, np.nan)


def _q_of_asimov(s: Floats, b: Floats, v: Floats) -> Floats:
    """Test statistic of the signal ``s`` for b events and an auxiliary measurement of b tau."""
    tau = b / v
    half = b + tau * b - (1.0 + tau) * s
    # The positive root of a quadratic: the background that fits best with this signal. With a
    # negative linear term the usual form would lose all digits.
    root = np.sqrt(half**2 + 4.0 * (1.0 + tau) * s * tau * b)
    safe = np.maximum(root - half, np.finfo(float).tiny)
    fitted = np.where(half > 0.0, (half + root) / (2.0 * (1.0 + tau)), 2.0 * s * tau * b / safe)
    # b ln(b / x) + x - b of x = b (1 + d) is b (d - ln(1 + d)): with all digits for small d.
    main, shift = (s + fitted - b) / b, (fitted - b) / b
    return 2.0 * b * (main - np.log1p(main) + tau * (shift - np.log1p(shift)))
