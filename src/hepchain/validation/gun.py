"""Tracks of the particle gun by the particle that made them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hepchain.validation.ntuples import Columns, columns
from hepchain.validation.quantities import COLUMNS, select

PION, ELECTRON = 211, 11
MAX_VERTEX_RADIUS = 1.0
"""mm; beyond it a particle is not one of the gun's."""

ON_TRACK = (*COLUMNS, "charge", "theta", "phi", "d0", "z0")
"""Branches ``track_*``."""
OF_TRUTH = ("pdg_id", "is_pileup", "pt", "eta", "phi", "vertex_radius")
"""Branches ``truth_track_*``."""


def tracks_of(paths: Sequence[Path], pdg_id: int) -> Columns:
    """Tracks of the gun's particles of one kind and both charges.

    All are held at once: some 200 bytes a track. Columns ``<variable>``, ``truth_<quantity>`` and
    ``event``, shape (tracks,).

    Raises
    ------
    InputError : a file is missing, unreadable, or lacks a branch
    """
    branches = {f"track_{name}": name for name in ON_TRACK}
    branches |= {f"truth_track_{name}": f"truth_{name}" for name in OF_TRUTH}
    found = columns(paths, list(branches))
    named = {new: found[old] for old, new in branches.items()} | {"event": found["event"]}
    return select(named, _is_gun(named) & (np.abs(named["truth_pdg_id"]) == pdg_id))


def _is_gun(tracks: Columns) -> np.ndarray:
    prompt = tracks["truth_vertex_radius"] < MAX_VERTEX_RADIUS
    own: np.ndarray = (tracks["truth_is_pileup"] == 0) & prompt
    return own
