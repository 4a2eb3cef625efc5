"""A mass point: its candidates, and its region as an approach fills it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from hepchain.assumptions import Kind, assumed
from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.chains.soft_electrons.config.statistics import (
    Approach,
    StatisticsConfig,
    TaggedByRate,
)
from hepchain.chains.soft_electrons.statistics.approaches import (
    Accepted,
    Candidates,
    accepted,
    countable,
    read_for_approaches,
)
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles
from hepchain.statistics.region import Region
from hepchain.statistics.variations import Varied, relative_change
from hepchain.statistics.workspace import SIGNAL

LOGGER = logging.getLogger(__name__)

TAG_RATE = "tag_rate"
"""Name of the uncertainty of the tag rates."""


@dataclass(frozen=True)
class MassPoint:
    """A mass point, the name of whose region is its own."""

    name: str
    masses: HiggsinoMasses
    tagger: str


@dataclass(frozen=True)
class PointCandidates:
    """Candidates in the region of a mass point, of the signal as ``signal``."""

    nominal: Mapping[str, Candidates]
    """Sample -> its candidates."""
    varied: Mapping[str, Mapping[str, Candidates]]
    """Sample -> variation -> its candidates."""
    data: Sequence[Candidates] | None = None
    """Candidates of each sample of data; None while the signal region is closed."""

    @classmethod
    def read(
        cls,
        files: SampleFiles,
        point: str,
        luminosity: float,
        data: Sequence[Path] | None = None,
        working_points: Collection[str] = (),
    ) -> Self:
        """Candidates from files.

        Parameters
        ----------
        luminosity : of the expected yields [fb-1]
        working_points : names of others than that of the selection that approaches are at
        """

        def read(sample: str, path: Path, factor: str | None) -> Candidates:
            found = read_for_approaches(path, point, working_points, luminosity, factor)
            if sample not in files.forced:
                return found
            # Of a varied sample as well: it varies what is not forced.
            at = files.forced[sample]
            forced = read_for_approaches(at, point, working_points, luminosity, factor)
            return found.with_forced(forced)

        nominal, varied = files.read(point, read)
        if data is None:
            return cls(nominal, varied)
        counted = [read_for_approaches(path, point, working_points) for path in data]
        return cls(nominal, varied, counted)

    def each(self, change: Callable[[Candidates], Candidates]) -> Self:
        """The same with the candidates of every sample changed."""
        return replace(
            self,
            nominal={name: change(item) for name, item in self.nominal.items()},
            varied={
                name: {variation: change(item) for variation, item in items.items()}
                for name, items in self.varied.items()
            },
            data=None if self.data is None else [change(item) for item in self.data],
        )

    def accepted(self, approach: Approach) -> dict[str, Accepted]:
        """Sample -> its events as the approach accepts them."""
        return {name: accepted(item, approach) for name, item in self.nominal.items()}


def signal_uncertainties(masses: HiggsinoMasses, config: StatisticsConfig) -> dict[str, float]:
    """Name -> relative uncertainty of the signal of a mass point."""
    for name, item in config.signal_uncertainties.items():
        if isinstance(item.size, list):
            where = item.where(masses)
            low, high = item.size[0][0], item.size[-1][0]
            if not low <= where <= high:
                assumed(
                    LOGGER,
                    Kind.CONSTANT_BEYOND,
                    f"uncertainty {name}: given for {item.along} of {low:g} to {high:g} GeV, taken "
                    f"as at the nearer end for {where:g} GeV",
                )
    return {name: item.at(masses) for name, item in config.signal_uncertainties.items()}


def make_region(
    name: str,
    approach: Approach,
    point: MassPoint,
    candidates: PointCandidates,
    config: StatisticsConfig,
) -> Region:
    """The region of the mass point as the approach of this name fills it."""
    nominal = candidates.accepted(approach)
    counted = candidates.data if countable(approach) else None
    entries = {sample: events.entries for sample, events in nominal.items()}
    return Region(
        name=f"{point.name}_{name}",
        approach=name,
        title=approach.title,
        signal=entries.pop(SIGNAL),
        backgrounds=entries,
        # Masses that are vetoed leave their bins empty.
        edges=np.linspace(0.0, point.masses.splitting, config.mass_bins + 1),
        signal_uncertainties=signal_uncertainties(point.masses, config),
        varied={
            sample: [
                _varied(variation, nominal[sample], accepted(other, approach))
                for variation, other in _variations(sample, candidates, approach).items()
            ]
            for sample in candidates.nominal
        },
        data=None if counted is None else [accepted(item, approach).entries for item in counted],
    )


def _variations(
    sample: str, candidates: PointCandidates, approach: Approach
) -> dict[str, Candidates]:
    """Variation -> candidates of a sample; that of the tag rates where they are used."""
    found = dict(candidates.varied.get(sample, {}))
    if isinstance(approach, TaggedByRate) and sample != SIGNAL:
        for side, deviations in (("up", 1.0), ("down", -1.0)):
            found[f"{TAG_RATE}_{side}"] = candidates.nominal[sample].with_rates(deviations)
    return found


def _varied(variation: str, nominal: Accepted, other: Accepted) -> Varied:
    before, after = ((item.event_number, item.weight) for item in (nominal, other))
    return Varied(variation, other.entries, relative_change(*before, *after))
