"""A mass point: its candidates, and its region as an approach fills it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hepchain.config.samples import HiggsinoMasses
from hepchain.config.statistics import Approach, Matching, StatisticsConfig
from hepchain.statistics.approaches import Accepted, Candidates, accepted, countable
from hepchain.statistics.region import Region
from hepchain.statistics.workspace import SIGNAL
from hepchain.statistics.zstar import mass_edges, varied


@dataclass(frozen=True)
class MassPoint:
    """A mass point and its mass window."""

    name: str
    masses: HiggsinoMasses
    veto: tuple[float, float]
    """Excluded m(track, e) [GeV]."""
    tagger: str


@dataclass(frozen=True)
class PointCandidates:
    """Candidates in the mass window of a mass point, of the signal as ``signal``."""

    nominal: Mapping[str, Candidates]
    """Sample -> its candidates."""
    varied: Mapping[str, Mapping[str, Candidates]]
    """Sample -> variation -> its candidates."""
    data: Sequence[Candidates] | None = None
    """Candidates of each sample of data; None while the signal region is closed."""

    def accepted(self, approach: Approach | Matching) -> dict[str, Accepted]:
        """Sample -> its events as the approach accepts them."""
        return {name: accepted(item, approach) for name, item in self.nominal.items()}


def signal_uncertainties(masses: HiggsinoMasses, config: StatisticsConfig) -> dict[str, float]:
    """Name -> relative uncertainty of the signal of a mass point."""
    return {name: item.at(masses) for name, item in config.signal_uncertainties.items()}


def make_region(
    name: str,
    approach: Approach | Matching,
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
        edges=mass_edges(point.masses.splitting, config.mass_bins),
        signal_uncertainties=signal_uncertainties(point.masses, config),
        varied={
            sample: [
                varied(variation, nominal[sample], accepted(other, approach))
                for variation, other in items.items()
            ]
            for sample, items in candidates.varied.items()
        },
        data=None if counted is None else [accepted(item, approach).entries for item in counted],
    )
