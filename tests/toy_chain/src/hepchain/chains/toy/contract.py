"""What the ntuples of this chain have: marbles, and the tilt of the table."""

from __future__ import annotations

from hepchain.skimming.contract import EVENT, OF_OBJECTS, Entry, Need

ENTRIES = {
    **EVENT,
    "tilt": Entry(need=Need.ALWAYS),
    "wind": Entry(need=Need.SELECTION, is_weight=True),
    "track_pt": OF_OBJECTS["track_pt"],
    "track_eta": OF_OBJECTS["track_eta"],
    "truth_track_pdg_id": Entry("track", "int32", default=0),
}
