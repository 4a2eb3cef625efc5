"""Discovery significances of a workspace, from pyhf."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pyhf.infer import test_statistics

from hepchain.statistics.fits import (
    NotConvergedError,
    Optimizer,
    bounds_of,
    first_that_converges,
    free_fit,
    load_model,
    minimiser,
)
from hepchain.statistics.workspace import Specification


def discovery_significance(workspace: Specification, strength: float = 1.0) -> float:
    """Median significance with which the background alone is refused if the signal is there.

    Root of the test statistic q0 of the Asimov data at signal strength ``strength`` and nominal
    nuisance parameters (Cowan, Cranmer, Gross, Vitells, EPJC 71 (2011) 1554, eq. 12 and 52).

    Raises
    ------
    NotConvergedError : the fit has failed with both minimisers
    """
    return _significance(
        workspace, lambda model, _: (model.expected_data(_nominal(model, strength)), strength)
    )


def observed_significance(workspace: Specification) -> float:
    """Significance with which the observation in the workspace refuses the background alone.

    Root of q0; 0 if fewer events than expected are observed. Its fit may go well beyond the signal
    strength that fits best, however large that is.

    Raises
    ------
    NotConvergedError : the fit has failed with both minimisers
    """

    def with_fitted(model: Any, data: Any) -> tuple[Any, float]:
        fitted, _ = free_fit(model, data)
        return data, max(1.0, float(fitted[model.config.poi_index]))

    return _significance(workspace, with_fitted)


def _significance(
    workspace: Specification, choose: Callable[[Any, Any], tuple[Any, float]]
) -> float:
    """Root of q0; ``choose``: model and observation -> data, and where their fits begin."""

    def attempt(first: Optimizer, _: Optimizer) -> float:
        with minimiser(first):
            model, data = load_model(workspace)
            return _root_of_q0(model, *choose(model, data))

    return first_that_converges(attempt)


def _nominal(model: Any, strength: float) -> list[float]:
    parameters = list(model.config.suggested_init())
    parameters[model.config.poi_index] = strength
    return parameters


def _root_of_q0(model: Any, data: Any, strength: float) -> float:
    """Root of q0 of ``data``, fits beginning at ``strength``."""
    bounds, fixed = bounds_of(model, strength), model.config.suggested_fixed()
    statistic = test_statistics.q0(0.0, data, model, _nominal(model, strength), bounds, fixed)
    if not np.isfinite(statistic):
        raise NotConvergedError(f"q0 is not a number: {statistic}")
    return float(np.sqrt(max(float(statistic), 0.0)))
