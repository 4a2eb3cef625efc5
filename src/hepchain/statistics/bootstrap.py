"""Statistical errors of ratios of correlated yields, by resampling events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DRAWS_AT_ONCE = 2_000_000
"""Random numbers in memory at a time."""


@dataclass(frozen=True)
class Estimate:
    """A number with its statistical error."""

    value: float
    error: float | None
    """Standard deviation of the replicas; None without replicas."""
    low: float | None
    """16 % quantile of the replicas."""
    high: float | None
    """84 % quantile of the replicas."""
    undefined_replicas: int
    """Replicas in which the number does not exist (a yield of zero), left out of the error."""


def replicate_sums(columns: Floats, replicas: int, generator: np.random.Generator) -> Floats:
    """Sums of the columns over events, in Poisson bootstrap replicas.

    Each event enters a replica with a multiplicity drawn from a Poisson distribution of mean 1, the
    same for all columns: their correlation is kept (B. Efron, Ann. Statist. 7 (1979) 1; in this
    form ATL-PHYS-PUB-2021-011).

    Parameters
    ----------
    columns : shape (n, m), the summands of each event

    Returns
    -------
    shape (replicas, m)
    """
    sums = np.empty((replicas, columns.shape[1]))
    step = max(1, DRAWS_AT_ONCE // max(1, len(columns)))
    for start in range(0, replicas, step):
        rows = min(step, replicas - start)
        multiplicity = generator.poisson(1.0, size=(rows, len(columns))).astype(np.float64)
        # einsum without optimisation sums in a fixed order, whatever BLAS and its threads do.
        sums[start : start + rows] = np.einsum("re,ec->rc", multiplicity, columns, optimize=False)
    return sums


def with_replicas(columns: Floats, replicas: int, generator: np.random.Generator) -> Floats:
    """Sums of the columns, and below them :func:`replicate_sums`; shape (1 + replicas, m)."""
    return np.vstack([columns.sum(axis=0), replicate_sums(columns, replicas, generator)])


def estimate_of(values: Floats) -> Estimate | None:
    """The first number with the spread of the others, its replicas; None if it does not exist."""
    return estimate(float(values[0]), values[1:]) if np.isfinite(values[0]) else None


def estimate(value: float, replicas: npt.ArrayLike) -> Estimate:
    """Number with the spread of its replicas, shape (n,); not finite ones are counted apart."""
    drawn = np.asarray(replicas, dtype=np.float64)
    finite: Sequence[float] | Floats = drawn[np.isfinite(drawn)]
    if len(finite) < 2:
        return Estimate(value, None, None, None, len(drawn) - len(finite))
    low, high = np.quantile(finite, [0.16, 0.84])
    return Estimate(
        value, float(np.std(finite, ddof=1)), float(low), float(high), len(drawn) - len(finite)
    )
