"""What the ntuples of this chain have: muons in jets."""

from __future__ import annotations

import math

from hepchain.skimming.contract import (
    ANGLE,
    CHARGE,
    EVENT,
    MOMENTUM,
    NOT_NEGATIVE,
    OBJECT,
    OF_OBJECTS,
    Entry,
    Need,
    within,
)
from hepchain.skimming.scales import momentum

ENTRIES = {
    **EVENT,
    "track_pt": OF_OBJECTS["track_pt"],
    "track_eta": OF_OBJECTS["track_eta"],
    "track_phi": Entry(OBJECT, need=Need.ALWAYS, checks=(ANGLE,)),
    "track_charge": Entry(OBJECT, "int32", need=Need.ALWAYS, checks=(CHARGE,)),
    # Of a muon that stands for many, beside that of its event.
    "track_weight": Entry(OBJECT, "float64", default=1.0, checks=(NOT_NEGATIVE,)),
    "track_precision_layers": Entry(
        OBJECT, "int32", need=Need.ALWAYS, checks=(within(0.0, 10.0, "outside [0, 10]"),)
    ),
    "track_jet_pt": Entry(
        OBJECT, need=Need.ALWAYS, may_be_nan=True, checks=(NOT_NEGATIVE, MOMENTUM)
    ),
    "track_jet_delta_r": Entry(OBJECT, need=Need.ALWAYS, may_be_nan=True, checks=(NOT_NEGATIVE,)),
    # Of jet and muon; files without directions of jets do without.
    "track_jet_pt_rel": Entry(
        OBJECT, default=math.nan, may_be_nan=True, checks=(NOT_NEGATIVE, MOMENTUM)
    ),
    "track_jet_share": Entry(OBJECT, default=math.nan, may_be_nan=True),
    "truth_track_origin": Entry(OBJECT, "int32", default=0),
}

SCALES = {
    "track_pt": momentum(3.0, 300.0, "muons are reconstructed from some GeV on"),
    "track_jet_pt": momentum(10.0, 1000.0, "jets are reconstructed from some 20 GeV on"),
}
