"""Where a muon comes from, in the numbers of ATLAS' truth classifier.

Only those that this chain names; files of ATLAS have more, and keep them.
"""

from __future__ import annotations

from enum import IntEnum


class Origin(IntEnum):
    """MCTruthPartClassifier::ParticleOrigin (athena, MCTruthClassifier/MCTruthClassifierDefs.h)."""

    NON_DEFINED = 0
    WBOSON = 12
    CHARMED_MESON = 25
    BOTTOM_MESON = 26
    CCBAR_MESON = 27
    BBBAR_MESON = 29
    CHARMED_BARYON = 32
    BOTTOM_BARYON = 33
    PION_DECAY = 34
    KAON_DECAY = 35


BOTTOM = (Origin.BOTTOM_MESON, Origin.BOTTOM_BARYON, Origin.BBBAR_MESON)
CHARM = (Origin.CHARMED_MESON, Origin.CHARMED_BARYON, Origin.CCBAR_MESON)
HEAVY_FLAVOUR = (*BOTTOM, *CHARM)
IN_FLIGHT = (Origin.PION_DECAY, Origin.KAON_DECAY)
