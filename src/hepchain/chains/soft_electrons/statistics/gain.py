"""What an approach brings: its significances, and those of another over them, with errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics.approaches import Accepted
from hepchain.statistics.bootstrap import Estimate, estimate, estimate_of, with_replicas
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.results import ApproachResult, Estimates, Gain
from hepchain.statistics.significance import asimov_significance, median_limit, s_over_sqrt_b

Floats = npt.NDArray[np.float64]

SIGNIFICANCES = ("s_over_b", "s_over_sqrt_b", "asimov", "asimov_statistical")
"""Figures of merit that grow with the signal."""


@dataclass(frozen=True)
class Yields:
    """Yields of an approach, shape (1 + replicas,): the nominal ones and those of the replicas."""

    signal: Floats
    background: Floats
    variance: Floats
    """Statistical variance of the background."""


@dataclass(frozen=True)
class Merits:
    """Figures of merit of an approach, shape (1 + replicas,); NaN where one does not exist."""

    signal: Floats
    background: Floats
    s_over_b: Floats
    s_over_sqrt_b: Floats
    asimov: Floats
    asimov_statistical: Floats
    limit: Floats
    """Median limit of a counting experiment on the signal strength."""


def replicate(
    signal: Mapping[str, Accepted],
    backgrounds: Sequence[Mapping[str, Accepted]],
    replicas: int,
    random: np.random.Generator,
) -> dict[str, Yields]:
    """Yields of all approaches in common replicas of a bootstrap over events.

    An event of one approach may be in another as well: resampling events keeps this correlation,
    which an error propagation with independent yields would miss.

    Parameters
    ----------
    signal : approach -> events of the signal
    backgrounds : the same for each background
    """
    signals = with_replicas(_summands(signal), replicas, random)
    summands = np.concatenate([_summands(item) for item in backgrounds])
    others = with_replicas(summands, replicas, random)
    count = len(signal)
    return {
        name: Yields(signals[:, row], others[:, row], others[:, count + row])
        for row, name in enumerate(signal)
    }


def _summands(approaches: Mapping[str, Accepted]) -> Floats:
    """Weights of the events in each approach, and their squares; shape (events, 2 approaches)."""
    items = list(approaches.values())
    union = np.unique(np.concatenate([item.event_number for item in items]))
    columns = np.zeros((len(union), 2 * len(items)))
    for row, item in enumerate(items):
        place = np.searchsorted(union, item.event_number)
        columns[place, row] = item.weight
        columns[place, len(items) + row] = item.weight**2
    return columns


def merits(yields: Yields, relative: float, confidence_level: float) -> Merits:
    """Figures of merit of yields; ``relative``: systematic uncertainty of the background."""
    s, b = yields.signal, yields.background
    error = np.sqrt((relative * b) ** 2 + yields.variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Merits(
            signal=s,
            background=b,
            s_over_b=np.where(b > 0.0, s / b, np.nan),
            s_over_sqrt_b=s_over_sqrt_b(s, b),
            asimov=asimov_significance(s, b, error),
            asimov_statistical=asimov_significance(s, b),
            limit=median_limit(b, error, confidence_level) / s,
        )


def relative_systematic(result: ApproachResult, config: StatisticsConfig) -> float:
    """Relative uncertainty of the background, the statistics of the simulation left out."""
    background = result.background.value
    variation = result.background_variation / background if background > 0.0 else 0.0
    return math.hypot(config.background_uncertainty, config.luminosity_uncertainty, variation)


def estimates(found: Merits, result: ApproachResult) -> Estimates:
    """Significances and limit of an approach with their statistical errors."""
    significances = {name: estimate_of(getattr(found, name)) for name in SIGNIFICANCES}
    return Estimates(**significances, limit=with_spread(median(result), found.limit))


def make_gain(
    found: Mapping[str, Merits], results: Mapping[str, ApproachResult], approach: str, over: str
) -> Gain:
    """Gain of ``approach`` over another one."""
    first, second = found[over], found[approach]
    before, after = results[over], results[approach]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {
            name: getattr(second, name) / getattr(first, name)
            for name in ("signal", "background", *SIGNIFICANCES)
        }
        limits = first.limit / second.limit
    return Gain(
        approach=approach,
        over=over,
        signal_efficiency=estimate_of(ratios["signal"]),
        background_efficiency=estimate_of(ratios["background"]),
        **{name: estimate_of(ratios[name]) for name in SIGNIFICANCES},
        profile_likelihood=ratio(
            after.significances.profile_likelihood, before.significances.profile_likelihood
        ),
        limit=with_spread(ratio(median(before), median(after)), limits),
    )


def with_spread(value: float | None, values: Floats) -> Estimate | None:
    """A number of fits with the relative spread of what stands for it in the replicas."""
    if value is None or not np.isfinite(values[0]):
        return None
    return estimate(value, values[1:] * (value / values[0]))


def median(result: ApproachResult) -> float | None:
    """Median expected limit; None without a limit."""
    return result.limit.expected[SIGMAS.index(0)] if result.limit is not None else None


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Ratio of two numbers; None where it does not exist."""
    if numerator is None or not denominator:
        return None
    return numerator / denominator
