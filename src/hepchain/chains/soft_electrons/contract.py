"""The branches of the ntuples of the chain, beside the variables of a track."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from hepchain.config.types import BEAM
from hepchain.skimming.contract import (
    ANGLE,
    CHARGE,
    ETA,
    EVENT,
    IN_MEV,
    MOMENTUM,
    NOT_NEGATIVE,
    OF_OBJECTS,
    Entry,
    Need,
    within,
)
from hepchain.skimming.scales import Scale, length, momentum

SELECTION = Need.SELECTION


def _collection(name: str, fields: Iterable[str], entry: Entry) -> dict[str, Entry]:
    return {f"{name}_{field}": entry for field in fields}


EVENTS = {
    **EVENT,
    "met_trigger_weight": Entry(
        need=SELECTION,
        default=1.0,
        checks=(within(0.0, 1.0, "outside [0, 1], no efficiency"),),
        is_weight=True,
    ),
    "mu": Entry(default=math.nan, may_be_nan=True, checks=(NOT_NEGATIVE,)),
    "met": Entry(
        need=SELECTION, default=math.nan, checks=(NOT_NEGATIVE, within(0.0, 2 * BEAM, IN_MEV))
    ),
    "met_phi": Entry(need=SELECTION, default=math.nan, checks=(ANGLE,)),
    "truth_m_ee": Entry(may_be_nan=True),
    "truth_system_pt": Entry(may_be_nan=True),
    "truth_cos_theta_star": Entry(
        may_be_nan=True, checks=(within(-1.0 - 1e-3, 1.0 + 1e-3, "outside [-1, 1]"),)
    ),
}

OBJECTS = {
    "electron_pt": Entry("electron", need=SELECTION, checks=(NOT_NEGATIVE, MOMENTUM)),
    "electron_eta": Entry("electron", need=SELECTION, checks=(ETA,)),
    "electron_phi": Entry("electron", need=SELECTION, checks=(ANGLE,)),
    "electron_charge": Entry("electron", "int32", SELECTION, checks=(CHARGE,)),
    "electron_lh_very_loose": Entry(
        "electron", "int32", SELECTION, checks=(within(0.0, 1.0, "neither 0 nor 1"),)
    ),
    "electron_track_index": Entry(
        "electron",
        "int32",
        SELECTION,
        points_into="track",
        carried=("pt", "eta", "phi", "z0", "d0", "quality"),
    ),
    "jet_pt": Entry("jet", need=SELECTION, checks=(NOT_NEGATIVE, MOMENTUM)),
    "jet_eta": Entry("jet", checks=(ETA,)),
    "jet_phi": Entry("jet", checks=(ANGLE,)),
    "jet_mass": Entry("jet"),
    **_collection("truth_electron", ("pt", "eta", "phi"), Entry("truth_electron")),
    "truth_electron_charge": Entry("truth_electron", "int32", checks=(CHARGE,)),
    "truth_electron_track_index": Entry("truth_electron", "int32", points_into="track"),
}

NEEDED = {
    "track_charge": Need.ALWAYS,
    "track_phi": SELECTION,
    "track_d0": SELECTION,
    "track_z0": SELECTION,
}
"""What tables of tracks and the selection take in any configuration; the skim asks for the rest."""

TRACKS = {
    **{
        name: replace(entry, need=NEEDED.get(name, entry.need))
        for name, entry in OF_OBJECTS.items()
    },
    **_collection(
        "truth_track", ("pdg_id", "origin", "is_pileup"), Entry("track", "int32", default=0)
    ),
    **_collection(
        "truth_track",
        ("pt", "vertex_radius"),
        Entry("track", default=math.nan, may_be_nan=True),
    ),
}

ENTRIES = EVENTS | OBJECTS | TRACKS

SCALES = {
    "met": momentum(0.2, 2000.0, "its resolution alone is some GeV, a beam has 7000"),
    "electron_pt": momentum(0.2, 3000.0, "reconstructed from some GeV on, a beam has 7000"),
    "jet_pt": momentum(0.2, 3000.0, "reconstructed from some GeV on, a beam has 7000"),
    "jet_mass": momentum(0.05, 1000.0, "a tenth of the momentum"),
    "track_pt": momentum(0.05, 300.0, "most charged particles of a collision have 0.3 to 2 GeV"),
    "truth_track_pt": momentum(0.05, 300.0, "as that of tracks"),
    "truth_electron_pt": momentum(0.05, 500.0, "of higgsinos some GeV, of W and Z 40"),
    "track_q_over_p": Scale(1e-3, 20.0, "1/GeV", {"1/MeV": 1e3}, "that of 0.05 to 1000 GeV"),
    "track_d0": length(4e-3, 30.0, "best resolution 0.01 mm, at 1 GeV 0.08 mm"),
    "track_d0_error": length(6e-3, 5.0, "best resolution 0.01 mm, at 1 GeV 0.08 mm"),
    "track_z0": length(0.01, 300.0, "best resolution 0.03 mm, bunches are 50 mm long"),
    "track_z0_error": length(0.015, 20.0, "best resolution 0.03 mm, at 1 GeV 0.15 mm"),
    "track_z0_sin_theta": length(0.01, 300.0, "best resolution 0.03 mm, bunches are 50 mm long"),
}
"""Bounds of medians of files; the resolutions are those of silicon detectors at the LHC."""
