"""Yields and figures of merit against the threshold of the score, and where they are best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.statistics.approaches import Candidates
from hepchain.statistics.bootstrap import Estimate, estimate, replicate_sums
from hepchain.statistics.gain import Merits, Yields, merits
from hepchain.statistics.templates import Entries
from hepchain.statistics.yields import Yield

Floats = npt.NDArray[np.float64]

MERITS = ("s_over_b", "s_over_sqrt_b", "asimov", "asimov_statistical", "limit")
LOWER_IS_BETTER = ("limit",)


@dataclass(frozen=True)
class Best:
    """The candidate of highest score of each event; each field has shape (events,)."""

    weight: Floats
    score: Floats
    mass: Floats
    """m(track, e) [GeV]."""


@dataclass(frozen=True)
class ScanPoint:
    """Yields and figures of merit at one threshold; None where one does not exist."""

    fake_rate: float
    """Of the tracks that define the threshold."""
    threshold: float
    signal: Yield
    background: Yield
    enough: bool
    """Whether the background has enough effective events."""
    s_over_b: Estimate | None
    s_over_sqrt_b: Estimate | None
    asimov: Estimate | None
    asimov_statistical: Estimate | None
    limit: Estimate | None
    """Median limit on the signal strength of a counting experiment, in closed form."""


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


def best_candidates(candidates: Candidates) -> Best:
    """The candidate of highest score of each event; among equals the lowest track index."""
    order = np.lexsort((candidates.track_index, -candidates.score, candidates.event_number))
    _, first = np.unique(candidates.event_number[order], return_index=True)
    rows = order[first]
    return Best(candidates.weight[rows], candidates.score[rows], candidates.mass[rows])


def scan_thresholds(
    signal: Best,
    backgrounds: Sequence[Best],
    thresholds: dict[float, float],
    nominal: float,
    relative: float,
    confidence_level: float,
    min_effective_events: float,
    replicas: int,
    random: np.random.Generator,
) -> Scan:
    """Figures of merit at each threshold, with errors from a bootstrap over events.

    Parameters
    ----------
    thresholds : fake rate -> threshold of the score, ``nominal`` among them
    relative : systematic uncertainty of the background, the statistics of the simulation left out
    """
    rates = sorted(thresholds, reverse=True)
    cuts = np.array([thresholds[rate] for rate in rates])
    together = Best(
        *(np.concatenate([getattr(b, name) for b in backgrounds]) for name in vars(signal))
    )
    found = merits(_yields(signal, together, cuts, replicas, random), relative, confidence_level)
    points = tuple(
        _point(rate, cut, column, signal, together, found, min_effective_events)
        for column, (rate, cut) in enumerate(zip(rates, cuts, strict=True))
    )
    enough = np.array([point.enough for point in points])
    optima = [_optimum(name, rates, enough, found, rates.index(nominal)) for name in MERITS]
    return Scan(nominal, points, tuple(item for item in optima if item is not None))


def _yields(
    signal: Best, background: Best, cuts: Floats, replicas: int, random: np.random.Generator
) -> Yields:
    """Yields above each threshold, shape (1 + replicas, thresholds)."""
    s = _summands(signal, cuts)
    b = np.hstack([_summands(background, cuts), _summands(background, cuts, power=2)])
    signals = np.vstack([s.sum(axis=0), replicate_sums(s, replicas, random)])
    others = np.vstack([b.sum(axis=0), replicate_sums(b, replicas, random)])
    return Yields(signals, others[:, : len(cuts)], others[:, len(cuts) :])


def _summands(events: Best, cuts: Floats, power: int = 1) -> Floats:
    passes = events.score[:, None] > cuts[None, :]
    result: Floats = passes * (events.weight**power)[:, None]
    return result


def _point(
    rate: float,
    cut: float,
    column: int,
    signal: Best,
    background: Best,
    found: Merits,
    min_effective_events: float,
) -> ScanPoint:
    b = Yield.of(background.weight[background.score > cut])
    numbers = {name: _estimate(getattr(found, name)[:, column]) for name in MERITS}
    return ScanPoint(
        fake_rate=rate,
        threshold=float(cut),
        signal=Yield.of(signal.weight[signal.score > cut]),
        background=b,
        enough=b.effective_events >= min_effective_events,
        **numbers,
    )


def _estimate(values: Floats) -> Estimate | None:
    return estimate(float(values[0]), values[1:]) if np.isfinite(values[0]) else None


def _optimum(
    name: str, rates: Sequence[float], enough: npt.NDArray[np.bool_], found: Merits, nominal: int
) -> Optimum | None:
    """Best point of a figure of merit; None if no point has enough events.

    The points share events, and a replica chooses anew: the spread of its choices is the error of
    the best fake rate. The gain is that of the point chosen on the whole sample.
    """
    values: Floats = getattr(found, name)
    score = 1.0 / values if name in LOWER_IS_BETTER else values
    usable = np.where(enough & np.isfinite(score), score, -np.inf)
    if not np.isfinite(usable[0]).any():
        return None
    choices = np.argmax(usable, axis=1)
    drawn = np.array(rates)[choices[1:]]
    low, high = np.quantile(drawn, [0.16, 0.84]) if len(drawn) > 1 else (None, None)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = score[:, choices[0]] / score[:, nominal]
    return Optimum(
        merit=name,
        fake_rate=rates[choices[0]],
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        at_edge=bool(choices[0] == np.flatnonzero(np.isfinite(usable[0]))[-1]),
        gain=_estimate(gain),
    )


def binned_entries(
    events: Best, thresholds: Sequence[float], mass_bins: int, splitting: float
) -> Entries:
    """Events above the first threshold as entries of the bins of a discriminant.

    As :func:`bin_numbers`, with the same parameters.
    """
    number = bin_numbers(events, thresholds, mass_bins, splitting)
    inside = number >= 0
    return Entries(number[inside].astype(np.float64) + 0.5, events.weight[inside])


def bin_numbers(
    events: Best, thresholds: Sequence[float], mass_bins: int, splitting: float
) -> npt.NDArray[np.int64]:
    """Bin of each event, below 0 for those that are not above the first threshold.

    Bins lie one after the other: those of mass within those of score, so that an unusable bin is
    merged with its neighbour in mass.

    Parameters
    ----------
    thresholds : rising, the lower ends of the bins of the score
    splitting : upper end of the bins of mass [GeV]
    """
    score = np.searchsorted(np.asarray(thresholds), events.score, side="left") - 1
    mass = np.minimum((events.mass / splitting * mass_bins).astype(np.int64), mass_bins - 1)
    result: npt.NDArray[np.int64] = np.where(score >= 0, score * mass_bins + mass, -1)
    return result
