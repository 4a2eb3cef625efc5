"""Which Z* candidate stands for its event, without and with the tagger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.io.parquet import read_parquet
from hepchain.selection.mass_window import in_window
from hepchain.statistics.gain import TaggedWeights
from hepchain.statistics.templates import Entries
from hepchain.statistics.variations import Varied, relative_change

COLUMNS = ("event_number", "track_index", "weight", "mass", "pt", "score", "passes_tagger")


@dataclass(frozen=True)
class RegionEvents:
    """Events with a candidate in the mass window; each field has one entry an event."""

    event_number: npt.NDArray[np.int64]
    """Increasing."""
    weight: npt.NDArray[np.float64]
    mass: npt.NDArray[np.float64]
    """m(track, e) [GeV] of the candidate that is chosen without the tagger."""
    tagged: npt.NDArray[np.bool_]
    """Whether a candidate in the window passes the tagger."""
    tagged_mass: npt.NDArray[np.float64]
    """m(track, e) [GeV] of the candidate that is chosen with the tagger; NaN if none passes."""

    def entries(self, with_tagger: bool) -> Entries:
        """Mass and weight of the events of the region."""
        if with_tagger:
            return Entries(self.tagged_mass[self.tagged], self.weight[self.tagged])
        return Entries(self.mass, self.weight)

    def varied(self, variation: str, other: RegionEvents, with_tagger: bool) -> Varied:
        """What a variation makes of these events: ``other``, in the same region."""
        change = relative_change(*self._weighted(with_tagger), *other._weighted(with_tagger))
        return Varied(variation, other.entries(with_tagger), change)

    def _weighted(self, with_tagger: bool) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Numbers and weights of the events of the region."""
        rows = self.tagged if with_tagger else slice(None)
        return self.event_number[rows], self.weight[rows]

    def tagged_weights(self) -> TaggedWeights:
        """Weights, and which events the tagger keeps."""
        return TaggedWeights(self.weight, self.tagged)


def read_region(
    path: Path, splitting: float, veto: tuple[float, float], factor: str | None = None
) -> RegionEvents:
    """Events of a table of the selection stage that have a candidate in the mass window.

    Parameters
    ----------
    factor : column by which weights are multiplied

    Raises
    ------
    InputError : the file is missing or lacks a column; a weight or mass is not finite
    """
    table = read_parquet(path, [*COLUMNS, factor] if factor else COLUMNS)
    columns = {name: np.asarray(table[name]) for name in COLUMNS}
    if factor:
        columns["weight"] = columns["weight"] * np.asarray(table[factor])
    for name in ("weight", "mass"):
        if not np.isfinite(columns[name]).all():
            raise InputError(f"{path}: column {name} has values that are not finite numbers")
    below, outside = in_window(columns["mass"], splitting, veto)
    kept = below & outside
    return choose_candidates(**{name: column[kept] for name, column in columns.items()})


def choose_candidates(
    event_number: npt.NDArray[np.int64],
    track_index: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    mass: npt.NDArray[np.float64],
    pt: npt.NDArray[np.float32],
    score: npt.NDArray[np.float64],
    passes_tagger: npt.NDArray[np.bool_],
) -> RegionEvents:
    """One candidate an event, from candidates of shape (n,).

    Without the tagger the one of highest pT is taken (other tracks of the event are softer than
    those of the signal), with the tagger, of those that pass, the one of highest score; among
    equals the lowest track index.
    """
    by_pt = np.lexsort((track_index, -pt, event_number))
    events, first = np.unique(event_number[by_pt], return_index=True)
    chosen = by_pt[first]
    passing = np.flatnonzero(passes_tagger)
    keys = (track_index[passing], -score[passing], event_number[passing])
    by_score = passing[np.lexsort(keys)]
    tagged_events, best = np.unique(event_number[by_score], return_index=True)
    row = np.searchsorted(events, tagged_events)
    tagged = np.zeros(len(events), dtype=np.bool_)
    tagged[row] = True
    tagged_mass = np.full(len(events), np.nan)
    tagged_mass[row] = mass[by_score[best]]
    return RegionEvents(events, weight[chosen], mass[chosen], tagged, tagged_mass)


def mass_edges(splitting: float, bins: int) -> npt.NDArray[np.float64]:
    """Edges of equal bins from 0 to the mass splitting; vetoed masses leave their bins empty."""
    return np.linspace(0.0, splitting, bins + 1)
