"""Discriminants: rules that put events into numbered bins, and their regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.statistics import Discriminant as MassAndScore
from hepchain.chains.soft_electrons.statistics.candidates import Scored
from hepchain.selection.table import Column
from hepchain.statistics.region import Region
from hepchain.statistics.templates import Entries
from hepchain.statistics.variations import Varied
from hepchain.statistics.workspace import SIGNAL

Numbers = npt.NDArray[np.int64]


AnyEvents = TypeVar("AnyEvents", bound=Scored, contravariant=True)


@dataclass(frozen=True)
class Discriminant(Generic[AnyEvents]):
    """A rule that gives each event the number of a bin, or a negative one if it is in none."""

    name: str
    title: str
    bins: int
    numbers: Callable[[AnyEvents], Numbers]

    def entries(self, events: AnyEvents) -> Entries:
        """Events in the bins, as the fits take them."""
        number = self.numbers(events)
        inside = number >= 0
        return Entries(number[inside].astype(np.float64) + 0.5, events.weight[inside])

    def region(
        self,
        point: str,
        samples: Mapping[str, AnyEvents],
        signal_uncertainties: Mapping[str, float],
        varied: Mapping[str, Sequence[Varied]] | None = None,
    ) -> Region:
        """The region of a mass point; ``samples``: the signal as ``signal``, and backgrounds."""
        entries = {name: self.entries(events) for name, events in samples.items()}
        return Region(
            name=f"{point}_{self.name}",
            approach=self.name,
            title=self.title,
            signal=entries.pop(SIGNAL),
            backgrounds=entries,
            edges=np.arange(self.bins + 1, dtype=np.float64),
            signal_uncertainties=signal_uncertainties,
            varied=varied or {},
        )


def bins_above(thresholds: Sequence[float] | Column, values: Column) -> Numbers:
    """Bin of each value, -1 for those that are not above the first of the rising thresholds."""
    result: Numbers = np.searchsorted(np.asarray(thresholds), values, side="left") - 1
    return result


def mass_and_score(
    name: str, item: MassAndScore, thresholds: Sequence[float], splitting: float
) -> Discriminant[Scored]:
    """Bins of mass within those of the score.

    They lie one after the other, so that an unusable bin is merged with its neighbour in mass.

    Parameters
    ----------
    thresholds : rising, the lower ends of the bins of the score
    splitting : upper end of the bins of mass [GeV]
    """
    bins = item.mass_bins

    def numbers(events: Scored) -> Numbers:
        score = bins_above(thresholds, events.score)
        mass = np.minimum((events.mass / splitting * bins).astype(np.int64), bins - 1)
        found: Numbers = np.where(score >= 0, score * bins + mass, -1)
        return found

    return Discriminant(name, item.title, len(thresholds) * bins, numbers)
