"""The working point of the tagger, chosen by the expected limit on events it is not used for.

Events are divided by their number, even and odd. What is best in the one half is taken in the
other, so that no event has a say in how it is selected itself, and none is lost: a limit at a
working point chosen on the same events would be too good by chance.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hepchain.assumptions import Kind, assumed
from hepchain.chains.soft_electrons.config.statistics import (
    CHOSEN,
    StatisticsConfig,
    WorkingPointChoice,
)
from hepchain.chains.soft_electrons.statistics.approaches import Candidates
from hepchain.chains.soft_electrons.statistics.point import (
    MassPoint,
    PointCandidates,
    make_region,
)
from hepchain.statistics.region import counted, counting_scale, find_shortage

LOGGER = logging.getLogger(__name__)

HALVES = ("even", "odd")
"""Which numbers the events of a half have; its place is the remainder."""


@dataclass(frozen=True)
class Choice:
    """Expected limits at some working points, and what follows."""

    limits: Mapping[str, Sequence[float | None]]
    """Working point -> expected limit on the signal strength in each half of the events, scaled to
    all of them, of a counting experiment; None where there is none."""

    def best(self, half: int) -> str:
        """The working point with the smallest limit in a half; the first if none has a limit."""
        known = {name: found[half] for name, found in self.limits.items()}
        limited = {name: limit for name, limit in known.items() if limit is not None}
        return min(limited, key=limited.__getitem__) if limited else next(iter(self.limits))

    def of(self, half: int) -> str:
        """The working point for the events of a half: that of the other."""
        return self.best(1 - half)

    def applied(self, candidates: PointCandidates) -> PointCandidates:
        """The candidates with the chosen working point as one more, :data:`CHOSEN`."""
        names = [self.of(half) for half in range(len(HALVES))]

        def chosen(item: Candidates) -> Candidates:
            return item.with_working_point(CHOSEN, names, item.event_number % len(HALVES))

        return candidates.each(chosen)

    @property
    def content(self) -> dict[str, Any]:
        """For a file."""
        return {
            "limits": {name: list(found) for name, found in self.limits.items()},
            "chosen": {half: self.of(place) for place, half in enumerate(HALVES)},
        }


def choose(
    point: MassPoint,
    candidates: PointCandidates,
    choice: WorkingPointChoice,
    config: StatisticsConfig,
) -> Choice:
    """Choose the working point of a mass point, for each half of its events."""
    halves = [half_of(candidates, half) for half in range(len(HALVES))]
    limits = {
        name: [limit_at(name, point, half, choice, config) for half in halves]
        for name in choice.working_points
    }
    made = Choice(limits)
    for half, name in enumerate(HALVES):
        if all(found[half] is None for found in limits.values()):
            text = (
                f"{point.name}: no limit at any working point with {name} events alone: the others "
                f"are at {made.best(half)}, the first of statistics.choice.working_points"
            )
            assumed(LOGGER, Kind.NO_LIMIT, text)
        LOGGER.info("%s: chosen for %s events: %s", point.name, name, made.of(half))
    return made


def half_of(candidates: PointCandidates, half: int) -> PointCandidates:
    """Half of the events, with twice their weight; no data."""

    def taken(item: Candidates) -> Candidates:
        kept = item.take(item.event_number % len(HALVES) == half)
        return replace(kept, weight=len(HALVES) * kept.weight)

    return replace(candidates, data=None).each(taken)


def limit_at(
    name: str,
    point: MassPoint,
    candidates: PointCandidates,
    choice: WorkingPointChoice,
    config: StatisticsConfig,
) -> float | None:
    """Expected limit of the approach at a working point; None if there are too few events.

    That of a counting experiment: the fits have the statistical error of the simulated signal as
    well, which in half of it is large and says nothing of the working point.
    """
    approach = config.approaches[choice.approach].model_copy(update={"at": name})
    region = make_region(name, approach, point, candidates, config)
    if find_shortage(region, config):
        return None
    return counting_scale(counted(region, config))
