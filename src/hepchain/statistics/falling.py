"""A bump in a falling spectrum: smooth fit beside a window, significance of what is in it.

The spectrum is a histogram of n bins. Its logarithm is a polynomial in functions of the mass, as in
the searches for resonances of two jets (CDF, PRD 79 (2009) 112002; ATLAS, CMS)::

    ln f(x) = p0 + p1 ln(1 - x) - p2 ln x - p3 ln^2 x - p4 ln^3 x,   x = m / sqrt(s)

so that the Poisson likelihood has one maximum, which Newton's method finds in a few steps. A
signal multiplies the rates of the window by one free factor: twice the difference of the logarithms
of the likelihoods with and without it is the squared significance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy
from scipy.stats import chi2, f, norm

from hepchain.errors import StageError

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

PARAMETERS = (3, 4, 5)
"""Numbers of parameters of the functions that there are."""
STEPS = 100
PRECISION = 1e-8
"""Largest change of any parameter of the last step, relative to its scale."""
LARGEST_STEP = 2.0
"""Of the logarithm of any bin: farther the second derivative says nothing."""


@dataclass(frozen=True)
class Fits:
    """Fits of one function to spectra, shapes (spectra, ...)."""

    expected: Floats
    """Events of each bin, shape (spectra, bins)."""
    deviance: Floats
    """Of the bins that were fitted: 2 ln L of a free rate in each bin over that of the function."""
    degrees: Integers
    """Bins that were fitted, less the parameters."""
    converged: Booleans

    @property
    def goodness(self) -> Floats:
        """P-value of the deviance, by its asymptotic chi-squared."""
        values: Floats = chi2.sf(self.deviance, self.degrees)
        return values


def design(edges: Floats, parameters: int, energy: float) -> Floats:
    """Columns of the logarithm of the function at the middle of each bin, shape (bins, parameters).

    Parameters
    ----------
    edges : of the mass, shape (bins + 1,), below ``energy`` and in its unit
    energy : of the collision
    """
    x = 0.5 * (edges[1:] + edges[:-1]) / energy
    powers = [np.log(x) ** power for power in range(1, parameters - 1)]
    columns = np.stack([np.ones(len(x)), np.log1p(-x), *powers], axis=1)
    # Orthogonal, so that the equations are well conditioned whatever the range of masses.
    orthogonal: Floats = np.linalg.qr(columns)[0] * np.sqrt(len(x))
    return orthogonal


def fit(counts: Floats, columns: Floats, used: Booleans) -> Fits:
    """Fit a function to the bins that are used, of many spectra at once.

    Parameters
    ----------
    counts : shape (spectra, bins)
    columns : shape (bins, parameters), of :func:`design`
    used : shape (bins,); the function is extrapolated to the others

    Raises
    ------
    StageError : fewer bins than parameters are used
    """
    design_used, wanted = columns[used], counts[:, used]
    if len(design_used) <= columns.shape[1]:
        raise StageError(
            f"{len(design_used)} bins beside the window are too few for a fit of "
            f"{columns.shape[1]} parameters; take narrower bins or a wider range"
        )
    start = np.log(np.maximum(wanted, 0.5))
    theta = np.linalg.lstsq(design_used, start.T, rcond=None)[0].T
    converged = np.zeros(len(counts), dtype=bool)
    for _ in range(STEPS):
        rate = np.exp(np.clip(theta @ design_used.T, -50.0, 50.0))
        gradient = (wanted - rate) @ design_used
        curvature = np.einsum("sb,bp,bq->spq", rate, design_used, design_used)
        curvature += 1e-9 * np.eye(columns.shape[1])
        step = np.linalg.solve(curvature, gradient[..., np.newaxis])[..., 0]
        size = np.abs(step @ design_used.T).max(axis=1, keepdims=True)
        theta = theta + step * np.minimum(1.0, LARGEST_STEP / np.maximum(size, 1e-30))
        converged = size[:, 0] < PRECISION
        if converged.all():
            break
    rate = np.exp(np.clip(theta @ columns.T, -50.0, 50.0))
    deviance = _deviance(wanted, rate[:, used]).sum(axis=1)
    degrees = np.full(len(counts), len(design_used) - columns.shape[1])
    return Fits(rate, deviance, degrees, converged)


def _deviance(counts: Floats, rate: Floats) -> Floats:
    return np.asarray(2.0 * (rate - counts + xlogy(counts, np.maximum(counts, 1e-300) / rate)))


@dataclass(frozen=True)
class Excess:
    """What is in the window of spectra, beside the fit; shapes (spectra,)."""

    observed: Floats
    expected: Floats
    """By the fit of the bins beside the window."""
    significance: Floats
    """Standard deviations; negative for a deficit. NaN where a fit has not converged."""
    fits: Fits
    """Beside the window."""

    @property
    def p_value(self) -> Floats:
        """Local: chance of at least this excess without a signal."""
        values: Floats = norm.sf(self.significance)
        return values


def excess(counts: Floats, columns: Floats, window: Booleans) -> Excess:
    """Significance of what the window has beyond the smooth spectrum beside it.

    Profile likelihood ratio of the factor on the window, with the function of the background
    fitted with and without it: the uncertainty of the background is in the significance.

    Parameters
    ----------
    counts : shape (spectra, bins)
    columns : shape (bins, parameters), of :func:`design`
    window : shape (bins,), bins of the window

    Raises
    ------
    StageError : no bin is in the window, or see :func:`fit`
    """
    if not window.any():
        raise StageError("no bin of the spectrum is in the window; take narrower bins")
    beside = fit(counts, columns, ~window)
    everywhere = np.ones(len(window), dtype=bool)
    without = fit(counts, columns, everywhere)
    free = fit(counts, np.column_stack([columns, window]), everywhere)
    observed = counts[:, window].sum(axis=1)
    expected = beside.expected[:, window].sum(axis=1)
    ratio = np.maximum(without.deviance - free.deviance, 0.0)
    signed = np.where(observed >= expected, 1.0, -1.0) * np.sqrt(ratio)
    converged = beside.converged & without.converged & free.converged
    return Excess(observed, expected, np.where(converged, signed, np.nan), beside)


def choose(
    counts: Floats,
    edges: Floats,
    window: Booleans,
    energy: float,
    level: float,
    least: int = PARAMETERS[0],
) -> Integers:
    """Parameters of the smallest function that the next one does not improve by an F-test.

    Fisher's test of nested models: the fall of the deviance over what is left of it, each over its
    degrees of freedom; R. A. Fisher, J. R. Stat. Soc. 85 (1922) 597. A larger function that rises
    anywhere is not taken: with it the fit would follow a peak that is wider than the window.

    Parameters
    ----------
    counts : shape (spectra, bins)
    level : a function of one parameter more is taken where its p-value is below
    least : parameters to begin with

    Returns
    -------
    shape (spectra,); where no fit converges the least

    Raises
    ------
    StageError : see :func:`fit`
    """
    parameters = np.full(len(counts), least)
    smaller = fit(counts, design(edges, least, energy), ~window)
    open_ = smaller.converged
    for number in PARAMETERS[PARAMETERS.index(least) + 1 :]:
        larger = fit(counts, design(edges, number, energy), ~window)
        fall = np.maximum(smaller.deviance - larger.deviance, 0.0)
        left = np.maximum(larger.deviance, 1e-300) / larger.degrees
        falls = (np.diff(larger.expected, axis=1) <= 0.0).all(axis=1)
        open_ = open_ & larger.converged & falls & (f.sf(fall / left, 1, larger.degrees) < level)
        parameters[open_] = number
        smaller = larger
    return parameters


def excess_of_chosen(
    counts: Floats,
    edges: Floats,
    window: Booleans,
    energy: float,
    level: float,
    least: int = PARAMETERS[0],
) -> tuple[Excess, Integers]:
    """:func:`excess`, each spectrum with the function that :func:`choose` takes for it.

    Pseudo-experiments are to choose as the data did: what a choice adds to the fluctuations is
    then in their p-values.

    Returns
    -------
    and the numbers of parameters, shape (spectra,)

    Raises
    ------
    StageError : see :func:`excess`
    """
    parameters = choose(counts, edges, window, energy, level, least)
    found = {
        number: excess(counts[parameters == number], design(edges, number, energy), window)
        for number in np.unique(parameters)
    }
    observed, expected, significance, deviance = (np.empty(len(counts)) for _ in range(4))
    fitted, degrees = np.empty(counts.shape), np.empty(len(counts), dtype=np.int64)
    converged = np.empty(len(counts), dtype=bool)
    for number, one in found.items():
        rows = parameters == number
        observed[rows], expected[rows] = one.observed, one.expected
        significance[rows], deviance[rows] = one.significance, one.fits.deviance
        fitted[rows], degrees[rows] = one.fits.expected, one.fits.degrees
        converged[rows] = one.fits.converged
    fits = Fits(fitted, deviance, degrees, converged)
    return Excess(observed, expected, significance, fits), parameters


def global_p_value(local: npt.ArrayLike, of_toys: Floats) -> tuple[float, float]:
    """Chance of a local p-value as small anywhere, and its statistical error.

    Parameters
    ----------
    local : p-values of all searches in the data
    of_toys : the same in pseudo-experiments without signal, shape (toys, searches)

    Returns
    -------
    share of pseudo-experiments, (r + 1) / (n + 1) so that it is never zero (Davison, Hinkley,
    Bootstrap Methods, 1997, eq. 4.11)
    """
    smallest = float(np.nanmin(np.asarray(local, dtype=np.float64)))
    beyond = int((np.nanmin(of_toys, axis=1) <= smallest).sum())
    value = (beyond + 1.0) / (len(of_toys) + 1.0)
    return value, float(np.sqrt(value * (1.0 - value) / len(of_toys)))
