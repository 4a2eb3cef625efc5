"""Yields and figures of merit against the threshold of the score, and where they are best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.statistics.candidates import Scored
from hepchain.chains.soft_electrons.statistics.gain import SIGNIFICANCES, Merits, Yields, merits
from hepchain.statistics.bootstrap import Estimate, estimate_of, with_replicas
from hepchain.statistics.results import Estimates
from hepchain.statistics.yields import Yield

Floats = npt.NDArray[np.float64]

MERITS = (*SIGNIFICANCES, "limit")


@dataclass(frozen=True)
class ScanPoint(Estimates):
    """Yields and figures of merit at one threshold, the limit that of a counting experiment."""

    fake_rate: float
    """Of the tracks that define the threshold."""
    threshold: float
    signal: Yield
    background: Yield
    enough: bool
    """Whether the background has enough effective events."""


@dataclass(frozen=True)
class Optimum:
    """Where a figure of merit is best among the points with enough events."""

    merit: str
    fake_rate: float
    low: float | None
    """16 % quantile of the best fake rates of the replicas; None without replicas."""
    high: float | None
    at_edge: bool
    """Whether it is the last point with enough events: the true one may be beyond."""
    gain: Estimate | None
    """Figure of merit there over that at the nominal fake rate (limits: the inverse)."""


@dataclass(frozen=True)
class Scan:
    """All points, by falling fake rate, and the best of each figure of merit."""

    nominal: float
    """Fake rate of the working point of the run."""
    points: tuple[ScanPoint, ...]
    optima: tuple[Optimum, ...]


def scan_thresholds(
    signal: Scored,
    backgrounds: Sequence[Scored],
    thresholds: dict[float, float],
    nominal: float,
    config: StatisticsConfig,
    random: np.random.Generator,
) -> Scan:
    """Figures of merit at each threshold, with errors from a bootstrap over events.

    Parameters
    ----------
    thresholds : fake rate -> threshold of the score, ``nominal`` among them
    """
    rates = sorted(thresholds, reverse=True)
    cuts = np.array([thresholds[rate] for rate in rates])
    together = Scored.concatenate(backgrounds)
    yields = _yields(signal, together, cuts, config.bootstrap_replicas, random)
    # The statistics of the simulation are apart.
    relative = float(np.hypot(config.background_uncertainty, config.luminosity_uncertainty))
    found = merits(yields, relative, config.confidence_level)
    points = tuple(
        _point(rate, cut, column, signal, together, found, config.scan.min_effective_events)
        for column, (rate, cut) in enumerate(zip(rates, cuts, strict=True))
    )
    enough = np.array([point.enough for point in points])
    optima = [_optimum(name, rates, enough, found, rates.index(nominal)) for name in MERITS]
    return Scan(nominal, points, tuple(item for item in optima if item is not None))


def _yields(
    signal: Scored, background: Scored, cuts: Floats, replicas: int, random: np.random.Generator
) -> Yields:
    """Yields above each threshold, shape (1 + replicas, thresholds)."""
    signals = with_replicas(_summands(signal, cuts), replicas, random)
    summands = np.hstack([_summands(background, cuts, power) for power in (1, 2)])
    others = with_replicas(summands, replicas, random)
    return Yields(signals, others[:, : len(cuts)], others[:, len(cuts) :])


def _summands(events: Scored, cuts: Floats, power: int = 1) -> Floats:
    passes = events.score[:, None] > cuts[None, :]
    result: Floats = passes * (events.weight**power)[:, None]
    return result


def _point(
    rate: float,
    cut: float,
    column: int,
    signal: Scored,
    background: Scored,
    found: Merits,
    min_effective_events: float,
) -> ScanPoint:
    b = Yield.of(background.weight[background.score > cut])
    numbers = {name: estimate_of(getattr(found, name)[:, column]) for name in MERITS}
    return ScanPoint(
        fake_rate=rate,
        threshold=float(cut),
        signal=Yield.of(signal.weight[signal.score > cut]),
        background=b,
        enough=b.effective_events >= min_effective_events,
        **numbers,
    )


def _optimum(
    name: str, rates: Sequence[float], enough: npt.NDArray[np.bool_], found: Merits, nominal: int
) -> Optimum | None:
    """Scored point of a figure of merit; None if no point has enough events.

    The points share events, and a replica chooses anew: the spread of its choices is the error of
    the best fake rate. The gain is that of the point chosen on the whole sample.
    """
    values: Floats = getattr(found, name)
    score = values if name in SIGNIFICANCES else 1.0 / values
    usable = np.where(enough & np.isfinite(score), score, -np.inf)
    if not np.isfinite(usable[0]).any():
        return None
    choices = np.argmax(usable, axis=1)
    drawn = np.array(rates)[choices[1:]]
    low, high = np.quantile(drawn, [0.16, 0.84]).tolist() if len(drawn) > 1 else (None, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = score[:, choices[0]] / score[:, nominal]
    return Optimum(
        merit=name,
        fake_rate=rates[choices[0]],
        low=low,
        high=high,
        at_edge=bool(choices[0] == np.flatnonzero(np.isfinite(usable[0]))[-1]),
        gain=estimate_of(gain),
    )
