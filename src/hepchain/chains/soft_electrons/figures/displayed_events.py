"""Which events an event display shows, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.errors import InputError
from hepchain.io import iterate_parquet, read_parquet
from hepchain.io.columns import Columns
from hepchain.labels import Label

CANDIDATE = ("event_number", "track_index", "score", "label", "passes_tagger", "mass", "weight")
OF_EVENT = (
    *("event_number", "met", "met_phi", "jet_pt", "jet_eta", "jet_phi"),
    *("electron_pt", "electron_eta", "electron_phi", "electron_charge", "electron_track_index"),
)
OF_TRACK = (
    *("track_index", "pt", "eta", "phi", "z0", "charge", "vertex_index", "truth_vertex_radius"),
    *("number_of_pixel_hits", "number_of_sct_hits", "number_of_trt_hits"),
    *("number_of_trt_high_threshold_hits", "e_over_p"),
)


@dataclass(frozen=True)
class Chosen:
    """A candidate: its sample, event and track, and how it was judged."""

    sample: str
    event_number: int
    track_index: int
    score: float
    passes_tagger: bool
    mass: float
    """Of the track and the standard electron [GeV]."""
    among: int
    """Number of candidates that it was chosen from."""


@dataclass(frozen=True)
class DisplayedEvent:
    """An event, with the units of the skim: GeV, mm, rad."""

    chosen: Chosen
    met: float
    met_phi: float
    jets: Columns
    """``pt``, ``eta``, ``phi``; shape (jets,) each."""
    electrons: Columns
    """``pt``, ``eta``, ``phi``, ``charge``, ``track_index``; shape (electrons,) each."""
    tracks: Columns
    """:data:`OF_TRACK`; shape (tracks,) each."""


def choose(selections: Mapping[str, Path], label: Label) -> Chosen | None:
    """The candidate with the median score, of those with a true label before the tagger's cut.

    Of several samples it is the one with most such candidates, then the first by name; of equal
    scores the smallest event number. None if there is no candidate.

    Parameters
    ----------
    selections : sample -> its table of candidates
    """
    found = {}
    for sample, path in sorted(selections.items()):
        table = read_parquet(path, CANDIDATE)
        columns = {name: ak.to_numpy(table[name]) for name in CANDIDATE}
        rows = columns["label"] == int(label)
        found[sample] = {name: column[rows] for name, column in columns.items()}
    sizes = {name: len(columns["score"]) for name, columns in found.items()}
    if not any(sizes.values()):
        return None
    sample = max(sizes, key=lambda name: sizes[name])
    return _median(sample, found[sample])


def _median(sample: str, columns: Columns) -> Chosen:
    order = np.lexsort((columns["track_index"], columns["event_number"], columns["score"]))
    row = order[(len(order) - 1) // 2]
    return Chosen(
        sample,
        int(columns["event_number"][row]),
        int(columns["track_index"][row]),
        float(columns["score"][row]),
        bool(columns["passes_tagger"][row]),
        float(columns["mass"][row]),
        len(order),
    )


def read_event(
    chosen: Chosen, events: Iterable[str | Path], tracks: Iterable[str | Path]
) -> DisplayedEvent:
    """The event of a candidate, from the skim of its sample.

    Raises
    ------
    InputError : it is in none of these files
    """
    event = _rows(events, OF_EVENT, chosen.event_number)
    found = _rows(tracks, ("event_number", *OF_TRACK), chosen.event_number)

    def objects(name: str, fields: Sequence[str]) -> Columns:
        return {field: ak.to_numpy(event[f"{name}_{field}"][0]) for field in fields}

    return DisplayedEvent(
        chosen,
        float(event["met"][0]),
        float(event["met_phi"][0]),
        objects("jet", ("pt", "eta", "phi")),
        objects("electron", ("pt", "eta", "phi", "charge", "track_index")),
        {name: ak.to_numpy(found[name]) for name in OF_TRACK},
    )


def _rows(paths: Iterable[str | Path], columns: Sequence[str], number: int) -> ak.Array:
    looked_at = []
    for path in map(Path, paths):
        looked_at.append(str(path))
        for chunk in iterate_parquet(path, columns):
            rows = ak.to_numpy(chunk["event_number"]) == number
            if rows.any():
                return chunk[rows]
    raise InputError(
        f"{', '.join(looked_at)}: no event {number}, of which the selection has a candidate; "
        "make both from the same skim"
    )
