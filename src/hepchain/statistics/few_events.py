"""Limits of a region from toys, where too few events are expected for asymptotic formulas.

The toys are those of a count with one uncertainty of the signal and one of the background, each the
sum in quadrature of what the workspace has. Beside them stand the asymptotic formulas for the same
count, so that their ratio tells what the formulas do and not what the simpler model does.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hepchain.assumptions import Kind, assumed
from hepchain.config.statistics import CountingConfig, ToysConfig
from hepchain.errors import HepchainError
from hepchain.seeds import integer_seed
from hepchain.statistics import counting as counts
from hepchain.statistics.counting import Counting, CountingResult
from hepchain.statistics.results import OK, ApproachResult, ToyLimits, ToyNumber

LOGGER = logging.getLogger(__name__)


def with_toys(
    result: ApproachResult, config: CountingConfig, seed: int, *keys: str
) -> ApproachResult:
    """The result with limits from toys, if it has a limit and few enough events are expected."""
    background = result.background.value
    if result.status != OK or not 0.0 < background < config.toys.below:
        return result
    seeds = [integer_seed(seed, *keys, "toys", row) for row in range(config.toys.repetitions)]
    planned = _count(result, background, config)
    limits = ToyLimits(
        status=OK,
        number=config.toys.number,
        repetitions=config.toys.repetitions,
        signal_uncertainty=planned.signal_uncertainty,
        background_uncertainty=planned.relative_uncertainty,
    )
    try:
        expected = _expected(planned, config.toys, seeds, result.signal.value)
        observed, p_value = _observed(result, config, seeds)
        limits = replace(limits, expected=expected, observed=observed, p_value=p_value)
    except HepchainError as error:
        assumed(LOGGER, Kind.NO_TOYS, f"{result.name}: no limits from toys: {error}")
        limits = replace(limits, status=f"failed: {error}")
    return replace(result, toys=limits)


def _count(result: ApproachResult, observed: float, config: CountingConfig) -> Counting:
    """The region as a count, in events."""
    return Counting(
        observed=observed,
        background=result.background.value,
        uncertainty=result.background_uncertainty,
        signal_uncertainty=result.signal_uncertainty / result.signal.value,
        log_normal=True,
        confidence_level=config.confidence_level,
    )


def _expected(
    planned: Counting, config: ToysConfig, seeds: Sequence[int], signal: float
) -> tuple[ToyNumber, ...]:
    """Expected limits on the signal strength; the observation is the expected background."""
    formulas, found = _both(planned, config, seeds)
    return tuple(
        _number([item.expected_limit[row] for item in found], asymptotic, signal)
        for row, asymptotic in enumerate(formulas.expected_limit)
    )


def _observed(
    result: ApproachResult, config: CountingConfig, seeds: Sequence[int]
) -> tuple[ToyNumber | None, ToyNumber | None]:
    """Observed limit on the signal strength and p-value; None without data."""
    if result.observed is None:
        return None, None
    counted = _count(result, result.observed.events, config)
    formulas, found = _both(counted, config.toys, seeds)
    limits = [item.observed_limit for item in found]
    return (
        _number(limits, formulas.observed_limit, result.signal.value),
        _number([item.p_value for item in found], formulas.p_value),
    )


def _both(
    counting: Counting, config: ToysConfig, seeds: Sequence[int]
) -> tuple[CountingResult, list[CountingResult]]:
    """From asymptotic formulas, and from toys with each of the seeds."""
    return counts.analyse(counting), [
        counts.analyse(counting, config.number, seed) for seed in seeds
    ]


def _number(values: Sequence[float], asymptotic: float, unit: float = 1.0) -> ToyNumber:
    """Mean of the repetitions and its error from their spread."""
    mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
    return ToyNumber(
        value=float(mean / unit),
        error=float(error / unit),
        asymptotic=asymptotic / unit,
        ratio=float(mean / asymptotic),
        ratio_error=float(error / asymptotic),
    )
