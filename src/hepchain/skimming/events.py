"""Identity and generator weights of the events of ntuples, and what they must be in a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.skimming.contract import EVENT
from hepchain.skimming.reading import Chunk, read_quantities
from hepchain.skimming.structure import source_problems
from hepchain.skimming.tables import tree_of

TOLERANCE = 1e-3
"""Relative difference between sums of the same weights: some are made in single precision."""


@dataclass
class Events:
    """Identity and generator weights of the events of one ntuple."""

    path: str
    numbers: list[npt.NDArray[np.int64]] = field(default_factory=list)
    total: float = 0.0
    squared: float = 0.0
    negative: bool = False

    def add(self, chunk: Chunk) -> None:
        """Count the events of a chunk."""
        self.numbers.append(np.asarray(chunk["event_number"]))
        weight = np.asarray(chunk["weight"])
        self.total += math.fsum(weight)
        self.squared += math.fsum(weight**2)
        self.negative = self.negative or bool((weight < 0).any())

    @property
    def all_numbers(self) -> npt.NDArray[np.int64]:
        """Event numbers, shape (events,)."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *self.numbers])


def read_events(path: str, file: Any, ntuple_map: NtupleMap) -> Events:
    """Event numbers and weights of an open ntuple.

    Raises
    ------
    InputError : the file has no event numbers, or a number or weight is not valid
    """
    tree = tree_of(path, file, ntuple_map)
    problems = source_problems(tree, ntuple_map)
    if "event_number" in problems:
        raise InputError(f"{path}: missing: event_number ({problems['event_number'].reason})")
    wanted = {name: EVENT[name] for name in ("event_number", "weight")}
    present = [name for name in wanted if name in ntuple_map.branches and name not in problems]
    events = Events(path)
    for chunk in read_quantities(path, tree, ntuple_map, present, wanted):
        events.add(chunk)
    return events


def check_event_numbers(ntuples: Sequence[Events]) -> None:
    """Check that no two events of a sample share their number, which is their identity.

    Raises
    ------
    InputError : an event number occurs twice, in one file or in two
    """
    numbers = [part.all_numbers for part in ntuples]
    found, counts = np.unique(np.concatenate(numbers), return_counts=True)
    if (counts > 1).any():
        first = int(found[np.argmax(counts > 1)])
        files = [
            f"{part.path}, entry {', '.join(map(str, np.flatnonzero(own == first)[:2]))}"
            for part, own in zip(ntuples, numbers, strict=True)
            if first in own
        ]
        raise InputError(
            f"{int((counts > 1).sum())} event numbers occur more than once, the first is {first} "
            f"(in {' and '.join(files)}); event numbers must be unique within a sample: list a "
            "file that holds events of another once, or map a branch that tells the events apart"
        )


def require_enough(sample: str, total: float, ntuples: Sequence[Events]) -> None:
    """Compare the sum of weights of all generated events with that of the events in the files.

    These are some of those: with positive weights their sum cannot be larger. With negative ones
    it can, by chance, and five standard deviations are allowed for.

    Raises
    ------
    InputError : the events in the files weigh more than all that were generated
    """
    inside = math.fsum(part.total for part in ntuples)
    spread = math.sqrt(math.fsum(part.squared for part in ntuples))
    allowed = 5.0 * spread if any(part.negative for part in ntuples) else 0.0
    if total < inside - allowed - TOLERANCE * abs(inside):
        raise InputError(
            f"sum_of_weights of sample {sample} is {total:g}, and the events in its {len(ntuples)} "
            f"ntuples alone have {inside:g}: it must be that of all generated events, before any "
            "filter, in the unit of `weight`; correct it, or if it is right (negative weights "
            f"prevail in what was filtered out), give samples.{sample}.sum_of_weights with "
            "`override_sum_of_weights: true`"
        )
