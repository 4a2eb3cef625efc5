"""Expected significances in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
    result: Floats = np.where(b > 0, np.sqrt(squared), np.nan)
    return result


def s_over_sqrt_b(signal: npt.ArrayLike, background: npt.ArrayLike) -> Floats:
    """Signal over the root of the background; NaN where the background is not positive."""
    s, b = np.asarray(signal, dtype=np.float64), np.asarray(background, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.where(b > 0, s / np.sqrt(b), np.nan)
    return result
