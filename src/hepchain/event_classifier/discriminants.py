"""Discriminants of events side by side: their fits, and gains with errors from common replicas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.config.statistics import StatisticsConfig
from hepchain.event_classifier.results import DiscriminantGain, DiscriminantResult, verdict
from hepchain.event_classifier.training import Events, Floats
from hepchain.statistics.binned import Bins, binned_limit, binned_significance
from hepchain.statistics.bootstrap import replicate_sums
from hepchain.statistics.gain import median, ratio, with_spread
from hepchain.statistics.region import Region, analyse, counted
from hepchain.statistics.results import OK, ApproachResult
from hepchain.statistics.templates import Entries
from hepchain.statistics.variations import Varied, relative_change
from hepchain.statistics.workspace import SIGNAL

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scored:
    """Events with the output of the model of their fold; shapes (n,)."""

    events: Events
    fold: npt.NDArray[np.int8]
    output: Floats


@dataclass(frozen=True)
class Discriminant:
    """A rule that gives each event the number of a bin, or a negative one if it is in none."""

    name: str
    title: str
    bins: int
    numbers: Callable[[Scored], Numbers]

    def entries(self, scored: Scored) -> Entries:
        """Events in the bins, as the fits take them."""
        number = self.numbers(scored)
        middle = number[number >= 0].astype(np.float64) + 0.5
        return Entries(middle, scored.events.weight[number >= 0])


@dataclass(frozen=True)
class Samples:
    """Events in the mass window of a point: of the signal as ``signal``, and of backgrounds."""

    nominal: Mapping[str, Scored]
    varied: Mapping[str, Mapping[str, Scored]]
    """Sample -> variation -> its events."""
    signal_uncertainties: Mapping[str, float]
    """Name -> relative uncertainty of the signal."""

    @property
    def backgrounds(self) -> dict[str, Scored]:
        """Name of the background -> its events."""
        return {name: events for name, events in self.nominal.items() if name != SIGNAL}


@dataclass(frozen=True)
class Replicated:
    """Median limits and significances of a discriminant, shape (1 + replicas,), without fits."""

    limit: Floats
    asimov: Floats
    decorrelated: Floats


def fit(
    discriminant: Discriminant, samples: Samples, point: str, config: StatisticsConfig
) -> ApproachResult:
    """Limit and significance of the counts in the bins, with the uncertainties of the workflow."""
    return analyse(_region(discriminant, samples, point), config)[0]


def _region(discriminant: Discriminant, samples: Samples, point: str) -> Region:
    return Region(
        name=f"{point}_{discriminant.name}",
        approach=discriminant.name,
        title=discriminant.title,
        signal=discriminant.entries(samples.nominal[SIGNAL]),
        backgrounds={
            name: discriminant.entries(scored) for name, scored in samples.backgrounds.items()
        },
        edges=np.arange(discriminant.bins + 1, dtype=np.float64),
        signal_uncertainties=samples.signal_uncertainties,
        varied={
            name: [
                _varied(discriminant, variation, samples.nominal[name], other)
                for variation, other in items.items()
            ]
            for name, items in samples.varied.items()
        },
    )


def _varied(discriminant: Discriminant, variation: str, nominal: Scored, other: Scored) -> Varied:
    inside, inside_other = discriminant.numbers(nominal) >= 0, discriminant.numbers(other) >= 0
    change = relative_change(
        nominal.events.event_number[inside],
        nominal.events.weight[inside],
        other.events.event_number[inside_other],
        other.events.weight[inside_other],
    )
    return Varied(variation, discriminant.entries(other), change)


def replicate(
    discriminants: Sequence[Discriminant],
    results: Sequence[ApproachResult],
    samples: Samples,
    config: StatisticsConfig,
    random: np.random.Generator,
) -> list[Replicated]:
    """Numbers of all discriminants in common replicas of the events.

    Parameters
    ----------
    results : of the fits, whose bins are taken
    """
    kept = [_merged(*pair) for pair in zip(discriminants, results, strict=True)]
    signal = _summands(kept, samples.nominal[SIGNAL])
    others = np.concatenate(
        [
            np.hstack([_summands(kept, scored), _summands(kept, scored, power=2)])
            for scored in samples.backgrounds.values()
        ]
    )
    columns = signal.shape[1]
    s = np.vstack([signal.sum(axis=0), replicate_sums(signal, config.bootstrap_replicas, random)])
    b = np.vstack([others.sum(axis=0), replicate_sums(others, config.bootstrap_replicas, random)])
    found, first = [], 0
    for item in kept:
        here = slice(first, first + item.bins)
        found.append(_replicated(Bins(s[:, here], b[:, here], b[:, columns:][:, here]), config))
        first += item.bins
    return found


def limit_without_fit(
    discriminant: Discriminant, samples: Samples, point: str, config: StatisticsConfig
) -> float:
    """Median limit of the counts in the bins, without fits and uncertainties of the signal."""
    alone = config.model_copy(update={"bootstrap_replicas": 0})
    result = counted(_region(discriminant, samples, point), alone)
    (found,) = replicate([discriminant], [result], samples, alone, np.random.default_rng(0))
    return float(found.limit[0])


def _replicated(bins: Bins, config: StatisticsConfig) -> Replicated:
    normalisation = float(np.hypot(config.background_uncertainty, config.luminosity_uncertainty))
    level = config.confidence_level
    return Replicated(
        limit=binned_limit(bins, normalisation, level),
        asimov=binned_significance(bins, normalisation),
        decorrelated=binned_limit(bins.decorrelated(normalisation), 0.0, level),
    )


def _merged(discriminant: Discriminant, result: ApproachResult) -> Discriminant:
    """The discriminant with the bins that the fit has made of those asked for."""
    edges = np.array(result.templates.edges)

    def numbers(scored: Scored) -> Numbers:
        number = discriminant.numbers(scored)
        place = np.searchsorted(edges, number + 0.5, side="right") - 1
        merged: Numbers = np.where(number >= 0, place, -1)
        return merged

    return Discriminant(discriminant.name, discriminant.title, len(edges) - 1, numbers)


def _summands(discriminants: Sequence[Discriminant], scored: Scored, power: int = 1) -> Floats:
    """Weights in all bins of all discriminants, shape (events, bins)."""
    weight = scored.events.weight**power
    blocks = [
        (item.numbers(scored)[:, None] == np.arange(item.bins)) * weight[:, None]
        for item in discriminants
    ]
    return np.hstack(blocks).astype(np.float64)


def summarise(
    discriminant: Discriminant, result: ApproachResult, found: Replicated
) -> DiscriminantResult:
    """Numbers of the fits with the relative errors of the replicas."""
    significance = result.significances.profile_likelihood
    return DiscriminantResult(
        discriminant.name,
        discriminant.title,
        result,
        with_spread(median(result), found.limit),
        with_spread(significance, found.asimov),
    )


def compare(
    names: Sequence[str], results: Mapping[str, ApproachResult], found: Mapping[str, Replicated]
) -> list[DiscriminantGain]:
    """Gain of each discriminant over each before it, of those that have limits."""
    good = [name for name in names if results[name].status == OK]
    return [
        _gain(name, over, results, found) for row, name in enumerate(good) for over in good[:row]
    ]


def _gain(
    name: str,
    over: str,
    results: Mapping[str, ApproachResult],
    found: Mapping[str, Replicated],
) -> DiscriminantGain:
    mine, other = results[name], results[over]
    limit = with_spread(ratio(median(other), median(mine)), found[over].limit / found[name].limit)
    asimov = with_spread(
        ratio(mine.significances.profile_likelihood, other.significances.profile_likelihood),
        found[name].asimov / found[over].asimov,
    )
    apart = found[over].decorrelated / found[name].decorrelated
    decorrelated = with_spread(float(apart[0]), apart)
    return DiscriminantGain(name, over, limit, asimov, decorrelated, verdict(limit))
