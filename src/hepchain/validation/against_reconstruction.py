"""Tracks of pions against really reconstructed ones, bin by bin.

Real tracks are mostly pions of top-quark decays. Ours are given their distributions of abs(eta) and
pT within each bin.

The error of either side is at least the one that its number of tracks would have with the spread of
the other, since a handful of tracks may all have no hole without being sure to have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned
from hepchain.validation.ntuples import Columns
from hepchain.validation.quantities import COLUMNS, TrackColumns, TrackQuantity, in_bin, select
from hepchain.validation.reconstructed import (
    ReconstructedTracks,
    ReferenceFile,
    distribution_weights,
    values,
)
from hepchain.validation.single_particles import read_tracks
from hepchain.validation.summaries import NOTHING, arrays, effective_entries

ON_TRACK = (*COLUMNS, "charge", "theta", "phi", "d0", "z0")
"""Branches ``track_*``."""
OF_TRUTH = ("truth_track_phi", "truth_track_is_pileup")
"""Besides those that all tracks of the gun have."""

Bins = Sequence[tuple[TrackColumns, FloatArray]]
"""Tracks and weights of each bin of pT."""


def tracks_of(paths: Sequence[Path], kind: str) -> Columns:
    """Tracks of the gun's particles of one kind (``pion``, ...) and both charges.

    All are held at once: some 200 bytes a track. Columns ``<variable>``, ``truth_track_<quantity>``
    and ``event``, shape (tracks,).

    Raises
    ------
    InputError : a file is missing, unreadable, or lacks a branch
    """
    tracks = read_tracks(paths, ON_TRACK, OF_TRUTH)
    own = tracks.of(kind) & (tracks["truth_track_is_pileup"] == 0.0)
    return select(tracks.columns, own)


def compare_all(
    pions: TrackColumns,
    reference: ReconstructedTracks,
    quantities: Iterable[TrackQuantity],
    group: str,
    abs_eta: Sequence[tuple[float, float]],
    tolerance: float,
    min_tracks: float,
) -> list[Comparison]:
    """Every quantity in every range, with every file.

    Parameters
    ----------
    pions : columns of :data:`hepchain.validation.quantities.COLUMNS`
    tolerance : relative; a quantity's own, if it has one, is absolute and goes before
    min_tracks : effective number of tracks below which a bin stays empty
    """
    bins = {
        (file.name, where): _bins(pions, reference, file, where)
        for file in reference.files
        for where in abs_eta
    }
    return [
        Comparison(
            quantity=quantity.name,
            group=group,
            title=quantity.title,
            unit=quantity.unit,
            axis=binned("pt", "track pT [GeV]", reference.pt_edges),
            **_both(quantity, file, reference.region(where), bins[file.name, where], min_tracks),
            relation=Relation.FITTED if quantity.name in file.fitted else Relation.INDEPENDENT,
            source=file.description,
            trust=Trust.COMPUTED,
            **_tolerance(quantity, tolerance),
            selection=eta_range(where),
        )
        for quantity in quantities
        for file in reference.files
        for where in abs_eta
    ]


def _bins(
    pions: TrackColumns,
    reference: ReconstructedTracks,
    file: ReferenceFile,
    abs_eta: tuple[float, float],
) -> Bins:
    region = reference.region(abs_eta)
    tracks = [select(pions, in_bin(pions, pt, abs_eta)) for pt in pairwise(reference.pt_edges)]
    return [
        (item, distribution_weights(item, file, region, position))
        for position, item in enumerate(tracks)
    ]


def _tolerance(quantity: TrackQuantity, relative: float) -> dict[str, Any]:
    own = quantity.tolerance
    return {
        "tolerance": relative if own is None else own,
        "tolerance_kind": "relative" if own is None else "absolute",
        "tolerance_reason": "closeness at which a tagger trained on one serves for the other",
    }


def _both(
    quantity: TrackQuantity, file: ReferenceFile, region: int, bins: Bins, min_tracks: float
) -> dict[str, Any]:
    """Values and errors of both sides, each error at least that of its size with the spread of the
    other."""
    sizes = np.array([effective_entries(weight) for _, weight in bins])
    simulated, ours = arrays(
        quantity.estimate(tracks, weight) if size >= min_tracks else NOTHING
        for (tracks, weight), size in zip(bins, sizes, strict=True)
    )
    summaries = file.quantities[quantity.name]
    theirs = values(summaries.error, region)
    scale = np.sqrt(sizes / np.maximum(file.tracks[region], 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        widened = np.fmax(ours, theirs / scale)
    return {
        "simulated": simulated,
        "simulated_error": np.where(np.isnan(ours), np.nan, widened),
        "reference": values(summaries.value, region),
        "reference_error": np.fmax(theirs, ours * scale),
    }


def eta_range(abs_eta: tuple[float, float]) -> str:
    """Range in words."""
    low, high = abs_eta
    return f"|η| < {high:g}" if low == 0.0 else f"{low:g} < |η| < {high:g}"
