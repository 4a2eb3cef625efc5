"""Discriminants of events side by side: their fits, and gains with errors from common replicas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.chains.soft_electrons.event_classifier.models import Evaluated
from hepchain.chains.soft_electrons.event_classifier.results import (
    DiscriminantGain,
    DiscriminantResult,
    verdict,
)
from hepchain.chains.soft_electrons.event_classifier.training import Floats
from hepchain.chains.soft_electrons.statistics.discriminants import Discriminant, Numbers
from hepchain.chains.soft_electrons.statistics.gain import median, ratio, with_spread
from hepchain.statistics.binned import Bins, binned_limit, binned_significance
from hepchain.statistics.bootstrap import with_replicas
from hepchain.statistics.region import Region, counted
from hepchain.statistics.results import OK, ApproachResult
from hepchain.statistics.variations import Varied, relative_change
from hepchain.statistics.workspace import SIGNAL


@dataclass(frozen=True)
class Samples:
    """Events in the region of a point: of the signal as ``signal``, and of backgrounds."""

    nominal: Mapping[str, Evaluated]
    varied: Mapping[str, Mapping[str, Evaluated]]
    """Sample -> variation -> its events."""
    signal_uncertainties: Mapping[str, float]
    """Name -> relative uncertainty of the signal."""

    @property
    def backgrounds(self) -> list[Evaluated]:
        """Events of each background."""
        return [events for name, events in self.nominal.items() if name != SIGNAL]


@dataclass(frozen=True)
class Replicated:
    """Median limits and significances of a discriminant, shape (1 + replicas,), without fits."""

    limit: Floats
    asimov: Floats
    decorrelated: Floats


def make_region(discriminant: Discriminant[Evaluated], samples: Samples, point: str) -> Region:
    """The region of a discriminant, with the variations of the simulation."""
    varied = {
        name: [
            _varied(discriminant, variation, samples.nominal[name], other)
            for variation, other in items.items()
        ]
        for name, items in samples.varied.items()
    }
    return discriminant.region(point, samples.nominal, samples.signal_uncertainties, varied)


def _varied(
    discriminant: Discriminant[Evaluated], variation: str, nominal: Evaluated, other: Evaluated
) -> Varied:
    before, after = (item.take(discriminant.numbers(item) >= 0) for item in (nominal, other))
    change = relative_change(before.event_number, before.weight, after.event_number, after.weight)
    return Varied(variation, discriminant.entries(other), change)


def replicate(
    discriminants: Sequence[Discriminant[Evaluated]],
    results: Mapping[str, ApproachResult],
    samples: Samples,
    config: StatisticsConfig,
    random: np.random.Generator,
) -> dict[str, Replicated]:
    """Numbers of all discriminants in common replicas of the events.

    Parameters
    ----------
    results : of the fits, whose bins are taken
    """
    kept = [_merged(item, results[item.name]) for item in discriminants]
    signal = _summands(kept, samples.nominal[SIGNAL])
    others = np.concatenate(
        [
            np.hstack([_summands(kept, events, power) for power in (1, 2)])
            for events in samples.backgrounds
        ]
    )
    s = with_replicas(signal, config.bootstrap_replicas, random)
    b, variance = np.hsplit(with_replicas(others, config.bootstrap_replicas, random), 2)
    ends = np.cumsum([item.bins for item in kept])[:-1]
    bins = zip(*(np.hsplit(sums, ends) for sums in (s, b, variance)), strict=True)
    return {
        item.name: _replicated(Bins(*sums), config) for item, sums in zip(kept, bins, strict=True)
    }


def limit_without_fit(
    discriminant: Discriminant[Evaluated], samples: Samples, point: str, config: StatisticsConfig
) -> float:
    """Median limit of the counts in the bins, without fits and uncertainties of the signal."""
    alone = config.model_copy(update={"bootstrap_replicas": 0})
    results = {discriminant.name: counted(make_region(discriminant, samples, point), alone)}
    found = replicate([discriminant], results, samples, alone, np.random.default_rng(0))
    return float(found[discriminant.name].limit[0])


def _replicated(bins: Bins, config: StatisticsConfig) -> Replicated:
    normalisation = float(np.hypot(config.background_uncertainty, config.luminosity_uncertainty))
    level = config.confidence_level
    return Replicated(
        limit=binned_limit(bins, normalisation, level),
        asimov=binned_significance(bins, normalisation),
        decorrelated=binned_limit(bins.decorrelated(normalisation), 0.0, level),
    )


def _merged(
    discriminant: Discriminant[Evaluated], result: ApproachResult
) -> Discriminant[Evaluated]:
    """The discriminant with the bins that the fit has made of those asked for."""
    edges = np.array(result.templates.edges)

    def numbers(events: Evaluated) -> Numbers:
        number = discriminant.numbers(events)
        return np.where(number >= 0, np.searchsorted(edges, number + 0.5, side="right") - 1, -1)

    return replace(discriminant, bins=len(edges) - 1, numbers=numbers)


def _summands(
    discriminants: Sequence[Discriminant[Evaluated]], events: Evaluated, power: int = 1
) -> Floats:
    """Weights in all bins of all discriminants, shape (events, bins)."""
    weight = events.weight[:, None] ** power
    blocks = [
        (item.numbers(events)[:, None] == np.arange(item.bins)) * weight for item in discriminants
    ]
    return np.hstack(blocks).astype(np.float64)


def summarise(result: ApproachResult, found: Replicated) -> DiscriminantResult:
    """Numbers of the fits with the relative errors of the replicas."""
    return DiscriminantResult(
        result.name,
        result.title,
        result,
        with_spread(median(result), found.limit),
        with_spread(result.significances.profile_likelihood, found.asimov),
    )


def compare(
    results: Mapping[str, ApproachResult], found: Mapping[str, Replicated]
) -> list[DiscriminantGain]:
    """Gain of each discriminant over each before it, of those that have limits."""
    good = [name for name, result in results.items() if result.status == OK]
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
