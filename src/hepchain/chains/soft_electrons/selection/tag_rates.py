"""Tag rates of hadrons: measured on all isolated hadron tracks of a sample that are no candidates.

The axes are what a score of a hadron depends on: category, pT, species (kaons pass more often
than pions where their dE/dx is that of electrons), |eta|, whether it is of pile-up. The tracks are
isolated as candidates are, the electron's own track left in the cone, and are in any event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hepchain.chains.soft_electrons.config.selection import SelectionConfig, TagRatesConfig
from hepchain.chains.soft_electrons.selection.candidates import Tracks
from hepchain.chains.soft_electrons.selection.files import (
    Candidates,
    Scores,
    iterate_tracks,
    read_scores,
)
from hepchain.labels import Label
from hepchain.selection.matching import ABSENT, TrackIndex
from hepchain.selection.table import Column
from hepchain.selection.tag_rates import Closure, Rates, TagRates, closure
from hepchain.selection.working_point import WorkingPoint

AXES = ("category", "pt", "species", "abs_eta", "pileup")
"""The most important first."""

NOMINAL = "passed"
"""The working point of the selection among others, whose names no other has."""

SPECIES = {211: "pion", 321: "kaon", 2212: "proton", 13: "muon"}
"""Absolute PDG id -> name; all others are one species."""


@dataclass(frozen=True)
class Applied:
    """Tag rates of the candidates of a sample, and whether they describe them."""

    passes: npt.NDArray[np.float64]
    """Shape (n,), 0 or 1, whether it passes the tagger."""
    probability: npt.NDArray[np.float64]
    """Shape (n,), to pass the tagger; 0 or 1 of what is counted."""
    varied: npt.NDArray[np.float64]
    """The same, a standard deviation above it."""
    rates: Rates | None = None
    closure: Closure | None = None
    """Of all hadrons among the candidates; None where there are no rates."""
    status: str = "ok"
    """Or why there are no rates."""

    @classmethod
    def counted(cls, candidates: Candidates, point: WorkingPoint, status: str) -> Applied:
        """Every candidate as it does or does not pass."""
        passes = point.passes(candidates.score, candidates.pt).astype(np.float64)
        return cls(passes, passes, passes, status=status)

    def content(self) -> dict[str, Any]:
        """For a file."""
        if self.closure is None or self.rates is None:
            return {"status": self.status}
        levels, numbers = np.unique(self.rates.level, return_counts=True)
        merged = {int(level): int(number) for level, number in zip(levels, numbers, strict=True)}
        axes = {level: ", ".join(AXES[:level]) or "one rate for all" for level in merged}
        return {
            "status": self.status,
            "candidates_by_axes": {axes[level]: number for level, number in merged.items()},
            "closure": self.closure.content(),
        }


def measured(
    tracks: Sequence[Path],
    scores: Path,
    cone_sum: str,
    candidates: Candidates,
    working_points: Mapping[str, WorkingPoint],
    config: SelectionConfig,
) -> dict[str, TagRates]:
    """Rates, at each working point, of the isolated hadron tracks that are no candidates.

    Part by part, as memory is to hold one part's tracks, not all: the scores, which are in any
    order, are looked through for each of them.

    Parameters
    ----------
    candidates : of either charge, whatever their mass
    """
    known = TrackIndex(candidates.event_number, candidates.track_index)
    frames = (_of_part(path, scores, cone_sum, known, working_points, config) for path in tracks)
    return TagRates.of_each(frames, AXES, list(working_points), config.tag_rates.min_tracks)


def _of_part(
    path: Path,
    scores: Path,
    cone_sum: str,
    candidates: TrackIndex,
    working_points: Mapping[str, WorkingPoint],
    config: SelectionConfig,
) -> pd.DataFrame:
    low, high = config.candidate.pt
    chunks = []
    for chunk in iterate_tracks(path, cone_sum):
        isolated = chunk.cone_sum / chunk.pt < config.candidate.isolation.max_fraction
        outside = candidates.rows(chunk.event_number, chunk.track_index) == ABSENT
        chunks.append(chunk.take((chunk.pt > low) & (chunk.pt < high) & isolated & outside))
    part = Tracks.concatenate(chunks)
    found = read_scores(scores, part.event_number, part.track_index)
    hadrons = found.label == Label.BACKGROUND
    return _frame(part.take(hadrons), found.take(hadrons), working_points, config.tag_rates)


def _frame(
    tracks: Tracks | Candidates,
    scores: Scores | Candidates,
    points: Mapping[str, WorkingPoint],
    config: TagRatesConfig,
) -> pd.DataFrame:
    """Cell of each track along each axis, its weight, and whether it passes at each point."""
    return pd.DataFrame(
        {
            "category": scores.category,
            "pt": _bins(tracks.pt, config.pt_edges, "{} to {} GeV"),
            "species": pd.Series(np.abs(tracks.truth_pdg_id)).map(SPECIES).fillna("other"),
            "abs_eta": _bins(np.abs(tracks.eta), config.abs_eta_edges, "{} to {}"),
            "pileup": np.where(tracks.truth_is_pileup, "pile-up", "hard scatter"),
            "weight": tracks.weight,
            **{name: point.passes(scores.score, tracks.pt) for name, point in points.items()},
        }
    )


def _bins(values: Column, edges: list[float], title: str) -> npt.NDArray[np.str_]:
    """Names of the bins; what is outside joins the first or the last."""
    names = np.array([title.format(f"{a:g}", f"{b:g}") for a, b in pairwise(edges)])
    row = np.searchsorted(edges, values, side="right") - 1
    result: npt.NDArray[np.str_] = names[np.clip(row, 0, len(names) - 1)]
    return result


def applied(
    rates: TagRates, candidates: Candidates, working_point: WorkingPoint, config: SelectionConfig
) -> Applied:
    """Probability of each candidate to pass: the rate of a hadron, 0 or 1 of all others."""
    hadron = candidates.label == Label.BACKGROUND
    if not rates.sufficient:
        return Applied.counted(
            candidates, working_point, "counted: too few hadron tracks for rates"
        )
    if not hadron.any():
        return Applied.counted(candidates, working_point, "counted: no hadron among the candidates")
    tracks = candidates.take(hadron)
    frame = _frame(tracks, tracks, {NOMINAL: working_point}, config.tag_rates)
    found = rates.at(frame)
    closed = closure(frame, AXES, found, tracks.weight.astype(np.float64))
    passes = working_point.passes(candidates.score, candidates.pt)
    probability, varied = (passes.astype(np.float64) for _ in range(2))
    probability[hadron] = found.rate
    varied[hadron] = np.minimum(found.rate * (1.0 + closed.uncertainty), 1.0)
    return Applied(passes.astype(np.float64), probability, varied, found, closed)


def with_probabilities(candidates: Candidates, found: Mapping[str, Applied]) -> Candidates:
    """The candidates with what was found at the working point of the selection and at others."""
    others = dict(found)
    nominal = others.pop(NOMINAL)
    made = [
        np.stack([item.passes, item.probability, item.varied], axis=1) for item in others.values()
    ]
    shape = (len(candidates), len(others), 3)
    return replace(
        candidates,
        tag_rate=nominal.probability,
        tag_rate_up=nominal.varied,
        others=np.stack(made, axis=1) if made else np.zeros(shape),
    )
