"""Approaches beside each other: figures of merit in common replicas, and other probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.chains.soft_electrons.config.statistics import (
    MatchedCandidates,
    StatisticsConfig,
)
from hepchain.chains.soft_electrons.statistics.gain import (
    Merits,
    estimates,
    make_gain,
    merits,
    relative_systematic,
    replicate,
)
from hepchain.chains.soft_electrons.statistics.point import MassPoint, PointCandidates, make_region
from hepchain.statistics.region import counted
from hepchain.statistics.results import Alternative, ApproachResult
from hepchain.statistics.workspace import SIGNAL


@dataclass(frozen=True)
class Other:
    """An alternative of an approach, counted."""

    approach: str
    name: str
    matching: MatchedCandidates
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
            for other in approach.alternatives:
                matching = approach.alternative(other)
                region = make_region(other, matching, point, candidates, config)
                found.append(Other(name, other, matching, counted(region, config)))
    return found


def figures_of_merit(
    candidates: PointCandidates,
    config: StatisticsConfig,
    results: Mapping[str, ApproachResult],
    others: Sequence[Other],
    random: np.random.Generator,
) -> dict[str, Merits]:
    """Approach, or key of an alternative -> its figures of merit in common replicas."""
    requirements = {**config.approaches, **{other.key: other.matching for other in others}}
    everything = {**results, **{other.key: other.result for other in others}}
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
    other: Other,
    found: Mapping[str, Merits],
    results: Mapping[str, ApproachResult],
    pairs: Iterable[tuple[str, str]],
) -> Alternative:
    """Record of an alternative, with the gains of its approach, itself in the place of that.

    Parameters
    ----------
    found : approach, or key of an alternative -> its figures of merit
    results : approach -> its result
    pairs : approach and the one it is compared with
    """
    everything = {**results, other.key: other.result}
    own = {other.approach: other.key}
    return Alternative(
        approach=other.approach,
        name=other.name,
        title=other.matching.title,
        signal=other.result.signal,
        background=other.result.background,
        estimates=estimates(found[other.key], other.result),
        gains=tuple(
            make_gain(found, everything, own.get(approach, approach), own.get(over, over))
            for approach, over in pairs
            if other.approach in (approach, over)
        ),
    )
