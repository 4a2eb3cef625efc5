"""Ntuples of the contract with random content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

COLLECTIONS = ("truth_electron", "truth_track", "electron", "jet", "track")
INTEGERS = {
    "track": ("charge", "vertex_index"),
    "truth_track": ("pdg_id", "origin", "is_pileup"),
    "electron": ("charge", "lh_very_loose", "track_index"),
    "truth_electron": ("charge", "track_index"),
}

Content = dict[str, Any]


def _random_tracks(
    rng: np.random.Generator, counts: np.ndarray, names: Mapping[str, list[str]]
) -> Content:
    size = int(counts.sum())
    content = {
        f"track_{name}": rng.normal(size=size).astype(np.float32)
        for group in names.values()
        for name in group
    }
    for group, share in (("trt", 0.7), ("calorimeter", 0.75)):
        absent = rng.random(size) > share
        for name in names[group]:
            content[f"track_{name}"][absent] = np.nan
    eta = rng.uniform(-2.5, 2.5, size)
    content["track_pt"] = np.exp(rng.uniform(np.log(0.5), np.log(20), size)).astype(np.float32)
    content["track_eta"] = eta.astype(np.float32)
    content["track_phi"] = rng.uniform(-np.pi, np.pi, size).astype(np.float32)
    content["track_theta"] = (2 * np.arctan(np.exp(-eta))).astype(np.float32)
    content["track_z0"] = rng.normal(0, 5, size).astype(np.float32)
    content["track_z0_sin_theta"] = rng.normal(0, 0.4, size).astype(np.float32)
    content["track_charge"] = rng.choice([-1, 1], size).astype(np.int32)
    content["track_vertex_index"] = np.zeros(size, dtype=np.int32)
    for name in names["silicon"]:
        if name.startswith(("number_of_", "expect_")):
            content[f"track_{name}"] = (rng.random(size) < 0.1).astype(np.float32)
    content["track_number_of_pixel_hits"] = rng.integers(2, 6, size).astype(np.float32)
    content["track_number_of_sct_hits"] = rng.integers(5, 10, size).astype(np.float32)
    content["truth_track_pdg_id"] = rng.choice([0, 11, -11, 211, -211, 2212], size).astype("i4")
    content["truth_track_origin"] = rng.integers(0, 9, size).astype(np.int32)
    content["truth_track_is_pileup"] = rng.integers(0, 2, size).astype(np.int32)
    for name in ("pt", "eta", "phi", "vertex_radius"):
        content[f"truth_track_{name}"] = rng.random(size).astype(np.float32)
    return {name: ak.unflatten(values, counts) for name, values in content.items()}


def random_content(events: int, names: Mapping[str, list[str]], seed: int = 1) -> Content:
    """Branches of a valid ntuple with this many events."""
    rng = np.random.default_rng(seed)
    tracks = rng.integers(0, 30, events)
    content = _random_tracks(rng, tracks, names)
    content["event_number"] = 5 + np.arange(events, dtype=np.int64)
    content["weight"] = rng.choice([-1.0, 1.0, 1.0], events).astype(np.float32)
    content["met_trigger_weight"] = rng.uniform(0.5, 1, events).astype(np.float32)
    for name in ("weight_isr_up", "weight_isr_down"):
        content[name] = rng.uniform(0.5, 1.5, events).astype(np.float32)
    for name in ("mu", "met", "met_phi", "sum_et", "truth_met", "truth_met_phi", "truth_m_ee"):
        content[name] = rng.uniform(0, 3, events).astype(np.float32)
    for name in ("truth_cos_theta_star", "truth_system_pt"):
        content[name] = np.full(events, np.nan, dtype=np.float32)
    content["vertex_z"] = ak.unflatten(rng.normal(size=3 * events).astype(np.float32), 3)
    for collection in ("electron", "jet", "truth_electron"):
        counts = rng.integers(0, 3, events)
        size = int(counts.sum())
        for name in ("pt", "eta", "phi", *(("mass",) if collection == "jet" else ())):
            numbers = rng.random(size).astype(np.float32)
            content[f"{collection}_{name}"] = ak.unflatten(numbers, counts)
        for name in INTEGERS.get(collection, ()):
            values = rng.choice([-1, 1], size) if name == "charge" else rng.integers(0, 2, size)
            if name == "track_index":
                values = rng.integers(-1, np.repeat(tracks, counts))
            content[f"{collection}_{name}"] = ak.unflatten(values.astype(np.int32), counts)
    return content


def _zipped(content: Content) -> dict[str, ak.Array]:
    """The branches of one object as records, which uproot writes ten times faster."""
    columns = {name: ak.Array(values) for name, values in content.items()}
    for collection in COLLECTIONS:
        names = [name for name in columns if name.startswith(f"{collection}_")]
        lists = {name: columns[name] for name in names if columns[name].ndim == 2}
        if lists and len({str(ak.num(values).tolist()) for values in lists.values()}) == 1:
            fields = {name.removeprefix(f"{collection}_"): columns.pop(name) for name in lists}
            columns[collection] = ak.zip(fields)
    return columns


def write_content(
    path: Path,
    content: Content,
    metadata: Mapping[str, Any] | None = None,
    tree: str = "events",
) -> Path:
    """Write branches as a ROOT file."""
    columns = _zipped(content)
    with uproot.recreate(path) as file:
        file.mktree(tree, {key: ak.type(values).content for key, values in columns.items()})
        file[tree].extend(columns)
        if metadata is None:
            metadata = {"sum_of_weights": 100.0, "cross_section_pb": 2.0}
        file["metadata"] = json.dumps(metadata)
    return path
