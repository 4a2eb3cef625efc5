"""Quantities in another unit than that of the contract, told by their median in a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.config.ntuple import NtupleMap
from hepchain.skimming.jagged import numbers_of

EVENTS = 4000
"""From the start of a file: of which medians are looked at."""

VALUES_OF_AN_EVENT = 5
"""Of a quantity and a chunk, on average at most: of which the median is looked at."""

FEWEST = 50
"""Values: the median of fewer says too little."""


@dataclass(frozen=True)
class Scale:
    """Where the median of the absolute values of a quantity lies, in any sample of collisions.

    Attributes
    ----------
    low, high : bounds in the contract's unit
    unit : that of the contract
    units : other units that a file may have -> factor from them to the contract's
    reason : why no sample is outside
    """

    low: float
    high: float
    unit: str
    units: Mapping[str, float]
    reason: str

    def has(self, median: float) -> bool:
        """Whether a sample may have it."""
        return self.low <= median <= self.high

    def unit_of(self, median: float) -> str | None:
        """The other unit in which it would be nearest to the middle, if any brings it within."""
        middle = math.log(self.low * self.high) / 2
        distance = {
            unit: abs(math.log(median * factor) - middle)
            for unit, factor in self.units.items()
            if self.has(median * factor)
        }
        return min(distance, key=distance.__getitem__, default=None)


def momentum(low: float, high: float, reason: str) -> Scale:
    """Bounds of a momentum, an energy or a mass [GeV]."""
    return Scale(low, high, "GeV", {"MeV": 1e-3, "TeV": 1e3, "eV": 1e-9}, reason)


def length(low: float, high: float, reason: str) -> Scale:
    """Bounds of a length [mm]."""
    return Scale(low, high, "mm", {"cm": 10.0, "m": 1e3, "µm": 1e-3}, reason)


@dataclass(frozen=True)
class Misscaled:
    """A quantity whose median no sample has; ``factor`` is what the map multiplies it with."""

    name: str
    median: float
    values: int
    scale: Scale
    factor: float
    what: str = "on an implausible scale"

    def told(self, origin: str) -> str:
        """One line, with where the branch comes from and what would mend it."""
        scale, unit = self.scale, self.scale.unit_of(self.median)
        if unit is None:
            remedy = "no other unit would mend it: see that this is the right branch"
        else:
            factor = scale.units[unit]
            remedy = (
                f"if it is in {unit}, it is {self.median * factor:.3g} {scale.unit}: set "
                f"`factor: {self.factor * factor:g}` in the branch map"
            )
        return (
            f"{self.name} ({origin}): implausible scale, the median of {self.values} values is "
            f"{self.median:.3g} {scale.unit}, of any sample it is between {scale.low:g} and "
            f"{scale.high:g} {scale.unit} ({scale.reason}); {remedy}"
        )


@dataclass
class Medians:
    """Medians of the absolute values of the quantities of one file, as far as it was read.

    Zeros, NaN and infinities say nothing of a unit, and are left out.
    """

    scales: Mapping[str, Scale]
    ntuple_map: NtupleMap
    events: int = 0
    values: dict[str, list[npt.NDArray[np.float64]]] = field(default_factory=dict)

    def problems(self, chunk: Mapping[str, ak.Array]) -> Iterator[Misscaled]:
        """What is implausible with the next chunk of events."""
        events = min(len(chunk["event_number"]), EVENTS - self.events)
        if events <= 0 and self.events:
            return
        self.events += events
        for name, scale in self.scales.items():
            parts = self.values.setdefault(name, [])
            first = numbers_of(chunk[name][:events])[: VALUES_OF_AN_EVENT * events]
            parts.append(_telling(first))
            values = np.concatenate(parts)
            if len(values) >= FEWEST and not scale.has(median := float(np.median(values))):
                factor = self.ntuple_map.branches[name].factor
                yield Misscaled(name, median, len(values), scale, factor)


def _telling(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    absolute = np.abs(values.astype(np.float64))
    return absolute[np.isfinite(absolute) & (absolute > 0)]
