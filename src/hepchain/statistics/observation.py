"""What data say in a region whose signal region is open: counts, observed limit, significance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from hepchain.statistics.discovery import observed_significance
from hepchain.statistics.fits import NotConvergedError
from hepchain.statistics.inference import (
    NoLimitError,
    observed_limit,
    status_of,
)
from hepchain.statistics.results import OK, Observed
from hepchain.statistics.templates import Entries, fill
from hepchain.statistics.workspace import Specification


def count_data(samples: Sequence[Entries], edges: Sequence[float]) -> tuple[int, ...]:
    """Events of all samples of data in each bin; event numbers are those of each sample alone."""
    counts = np.sum([fill(entries, edges).contents for entries in samples], axis=0)
    return tuple(round(count) for count in counts)


def not_fitted(counts: Sequence[int], status: str) -> Observed:
    """Counts without a limit, and why."""
    return Observed(status, sum(counts), tuple(counts), None, None, None)


def observe(
    counts: Sequence[int], workspace: Specification, scale: float, confidence_level: float
) -> Observed:
    """Observed limit, significance and p-value.

    Parameters
    ----------
    counts : events in each bin
    workspace : with these counts as its observation, the signal times ``scale``
    """
    try:
        limit = observed_limit(workspace, confidence_level)
        significance = observed_significance(workspace)
    except (NoLimitError, NotConvergedError) as error:
        return not_fitted(counts, status_of(error))
    return Observed(
        status=OK,
        events=sum(counts),
        contents=tuple(counts),
        limit=scale * limit,
        significance=significance,
        p_value=float(norm.sf(significance)),
    )
