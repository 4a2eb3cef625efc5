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

from hepchain.config.statistics import StatisticsConfig, ToysConfig
from hepchain.errors import HepchainError
from hepchain.seeds import integer_seed
from hepchain.statistics.counting import Counting, CountingResult, analyse
from hepchain.statistics.results import OK, ApproachResult, ToyLimits, ToyNumber

LOGGER = logging.getLogger(__name__)


def with_toys(
    result: ApproachResult, config: StatisticsConfig, seed: int, *keys: str
) -> ApproachResult:
    """The result with limits from toys, if it has a limit and few enough events are expected.

    Parameters
    ----------
    seed, keys : of the run, and the name of the region, for the random numbers
    """
    background = result.background.value
    if result.status != OK or not 0.0 < background < config.toys.below:
        return result
    seeds = [integer_seed(seed, *keys, "toys", row) for row in range(config.toys.repetitions)]
    planned = _count(result, background, config)
    try:
        expected = _expected(planned, config.toys, seeds, result.signal.value)
        limit, p_value = _observed(result, config, seeds)
    except HepchainError as error:
        LOGGER.warning("%s: no limits from toys: %s", result.name, error)
        return replace(result, toys=_limits(planned, config.toys, f"failed: {error}"))
    found = _limits(planned, config.toys, OK, expected, limit, p_value)
    return replace(result, toys=found)


def _count(result: ApproachResult, observed: float, config: StatisticsConfig) -> Counting:
    """The region as a count, in events."""
    return Counting(
        observed=observed,
        background=result.background.value,
        uncertainty=result.background_uncertainty,
        signal_uncertainty=result.signal_uncertainty / result.signal.value,
        log_normal=True,
        confidence_level=config.confidence_level,
    )


def _limits(
    planned: Counting,
    config: ToysConfig,
    status: str,
    expected: Sequence[ToyNumber] | None = None,
    observed: ToyNumber | None = None,
    p_value: ToyNumber | None = None,
) -> ToyLimits:
    return ToyLimits(
        status=status,
        number=config.number,
        repetitions=config.repetitions,
        signal_uncertainty=planned.signal_uncertainty,
        background_uncertainty=planned.relative_uncertainty,
        expected=None if expected is None else tuple(expected),
        observed=observed,
        p_value=p_value,
    )


def _expected(
    planned: Counting, config: ToysConfig, seeds: Sequence[int], signal: float
) -> list[ToyNumber]:
    """Expected limits on the signal strength; the observation is the expected background."""
    formulas, found = _both(planned, config, seeds)
    return [
        _number([item.expected_limit[row] for item in found], asymptotic, signal)
        for row, asymptotic in enumerate(formulas.expected_limit)
    ]


def _observed(
    result: ApproachResult, config: StatisticsConfig, seeds: Sequence[int]
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
    return analyse(counting), [analyse(counting, config.number, seed) for seed in seeds]


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
