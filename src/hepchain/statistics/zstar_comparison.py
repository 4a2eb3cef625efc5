"""Approaches beside each other: figures of merit in common replicas, and other probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.config.statistics import MatchedCandidates, Matching, StatisticsConfig
from hepchain.statistics.gain import (
    Merits,
    estimates,
    make_gain,
    merits,
    relative_systematic,
    replicate,
)
from hepchain.statistics.region import counted
from hepchain.statistics.results import Alternative, ApproachResult
from hepchain.statistics.workspace import SIGNAL
from hepchain.statistics.zstar_point import MassPoint, PointCandidates, make_region


@dataclass(frozen=True)
class Other:
    """An alternative of an approach, counted."""

    approach: str
    name: str
    matching: Matching
    result: ApproachResult

    @property
    def key(self) -> str:
        """Name that no approach has."""
        return f"{self.approach}.{self.name}"


def count_alternatives(
    point: MassPoint, candidates: PointCandidates, config: StatisticsConfig
) -> list[Other]:
    """What other probabilities give, without fits."""
    found = []
    for name, approach in config.approaches.items():
        if isinstance(approach, MatchedCandidates):
            for other, matching in approach.alternatives.items():
                region = make_region(other, matching, point, candidates, config)
                found.append(Other(name, other, matching, counted(region, config)))
    return found


def by_key(others: Sequence[Other]) -> dict[str, ApproachResult]:
    """Key -> counted result."""
    return {other.key: other.result for other in others}


def figures_of_merit(
    candidates: PointCandidates,
    config: StatisticsConfig,
    results: Mapping[str, ApproachResult],
    others: Sequence[Other],
    random: np.random.Generator,
) -> dict[str, Merits]:
    """Approach, or key of an alternative -> its figures of merit in common replicas."""
    requirements = {**config.approaches, **{other.key: other.matching for other in others}}
    everything = {**results, **by_key(others)}
    events = {key: candidates.accepted(approach) for key, approach in requirements.items()}
    samples = {
        sample: {key: item[sample] for key, item in events.items()} for sample in candidates.nominal
    }
    signal = samples.pop(SIGNAL)
    yields = replicate(signal, list(samples.values()), config.bootstrap_replicas, random)
    return {
        key: merits(
            yields[key],
            relative_systematic(everything[key], config),
            config.confidence_level,
        )
        for key in requirements
    }


def alternative(
    other: Other, found: Mapping[str, Merits], results: Mapping[str, ApproachResult]
) -> Alternative:
    """Record of an alternative, with the gains over its neighbours.

    Parameters
    ----------
    found : approach, or key of an alternative -> its figures of merit
    results : approach -> its result
    """
    names = list(results)
    place = names.index(other.approach)
    everything = {**results, other.key: other.result}
    pairs = [(other.key, name) for name in names[max(place - 1, 0) : place]]
    pairs += [(name, other.key) for name in names[place + 1 : place + 2]]
    return Alternative(
        approach=other.approach,
        name=other.name,
        title=other.matching.title,
        signal=other.result.signal,
        background=other.result.background,
        estimates=estimates(found[other.key], other.result),
        gains=tuple(make_gain(found, everything, approach, over) for approach, over in pairs),
    )
