"""Ntuples in a format of somebody else: other names, MeV and micrometres, no truth, no weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot
import yaml

from tests.training.feature_tables import VARIABLES, Table

MEV = ("pt",)
MICROMETRES = ("d0", "z0")
ELECTRON_PT, MET, JET_PT = 6.0, 300.0, 150.0
DISTANCE = 0.2
"""In phi, between the electron and the candidate."""


def branch_map() -> dict[str, Any]:
    """Branch map of the format."""
    factors = dict.fromkeys(MEV, 1e-3) | dict.fromkeys(MICROMETRES, 1e-3)
    tracks = {
        f"track_{name}": {"branch": f"Trk_{name}", "factor": factors[name]}
        if name in factors
        else f"Trk_{name}"
        for name in VARIABLES.variables
    }
    electrons = {f"electron_{name}": f"El_{name}" for name in ("eta", "phi", "charge")}
    branches = {
        "event_number": "number",
        "weight": {"value": 1.0},
        "met_trigger_weight": {"value": 1.0},
        "met": {"branch": "MET_et", "factor": 1e-3},
        "met_phi": "MET_phi",
        "jet_pt": {"branch": "Jet_pt", "factor": 1e-3},
        "electron_pt": {"branch": "El_pt", "factor": 1e-3},
        "electron_lh_very_loose": "El_loose",
        "electron_track_index": "El_trk",
        **electrons,
        "track_charge": "Trk_charge",
        "track_theta": {"derive": "theta_from_eta", "from": ["track_eta"]},
        **tracks,
    }
    return {"tree": "Events", "branches": branches}


def write_map(path: Path) -> None:
    path.write_text(yaml.safe_dump(branch_map()))


def write_ntuple(path: Path, events: int, seed: int, electrons: bool, first: int = 0) -> Path:
    """Events that pass the selection, each with one candidate: an electron, or a hadron."""
    share = 1.0 if electrons else 0.0
    table = Table(events=events, tracks_per_event=2, electron_share=share, seed=seed)
    columns = table.columns()
    candidate = columns["track_index"] == 0
    phi = np.random.default_rng(seed).uniform(-2.5, 2.5, events)
    tracks = {name: columns[name].astype(np.float64) for name in VARIABLES.variables}
    # The other is the electron's own track, too hard to be a candidate.
    tracks["pt"] = np.where(candidate, np.clip(tracks["pt"], 0.6, 4.5), ELECTRON_PT)
    tracks["eta"] = np.repeat(tracks["eta"][candidate], 2)
    tracks["phi"] = np.repeat(phi, 2) + np.where(candidate, 0.0, DISTANCE)
    for name in ("d0", "z0"):
        tracks[name] = np.repeat(tracks[name][candidate], 2)
    for name in (*MEV, *MICROMETRES):
        tracks[name] = tracks[name] * 1e3
    lists = {f"Trk_{name}": values.astype(np.float32) for name, values in tracks.items()}
    lists["Trk_charge"] = np.tile(np.array([1, -1], dtype=np.int32), events)
    content = {name: ak.unflatten(values, np.full(events, 2)) for name, values in lists.items()}
    single = {
        "El_pt": np.full(events, ELECTRON_PT * 1e3, dtype=np.float32),
        "El_eta": tracks["eta"][candidate].astype(np.float32),
        "El_phi": (phi + DISTANCE).astype(np.float32),
        "El_charge": np.full(events, -1, dtype=np.int32),
        "El_loose": np.ones(events, dtype=np.int32),
        "El_trk": np.ones(events, dtype=np.int32),
        "Jet_pt": np.full(events, JET_PT * 1e3, dtype=np.float32),
    }
    content |= {name: ak.unflatten(values, np.full(events, 1)) for name, values in single.items()}
    content["number"] = first + np.arange(events, dtype=np.int64)
    content["MET_et"] = np.full(events, MET * 1e3, dtype=np.float32)
    content["MET_phi"] = phi.astype(np.float32)
    return _write(path, content)


def _write(path: Path, content: dict[str, Any]) -> Path:
    columns: dict[str, Any] = {}
    for collection in ("Trk", "El", "Jet"):
        names = [name for name in content if name.startswith(f"{collection}_")]
        columns[collection] = ak.zip(
            {name.removeprefix(f"{collection}_"): content.pop(name) for name in names}
        )
    columns |= content
    with uproot.recreate(path) as file:
        file.mktree("Events", {key: ak.type(ak.Array(v)).content for key, v in columns.items()})
        file["Events"].extend(columns)
    return path
