"""Tracks of the particle gun by the particle that made them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepchain.validation.ntuples import Columns
from hepchain.validation.quantities import COLUMNS, select
from hepchain.validation.single_particles import read_tracks

ON_TRACK = (*COLUMNS, "charge", "theta", "phi", "d0", "z0")
"""Branches ``track_*``."""
OF_TRUTH = ("truth_track_phi", "truth_track_is_pileup")
"""Besides those that all tracks of the gun have."""


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
