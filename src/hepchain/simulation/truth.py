"""Truth of the simulation: what its ntuples say of the particle of a track."""

from __future__ import annotations

from enum import IntEnum


class TruthOrigin(IntEnum):
    """Where the particle of a track comes from.

    A reduced form of ATLAS' InDetTrackTruthOriginDefs. Pile-up is not an
    origin here but a flag of its own, so that a kaon decay in a pile-up event stays one.
    """

    UNKNOWN = 0
    """Not matched to a particle, or read from an ntuple without truth."""
    HARD_ELECTRON = 1
    """Electron of the hard process: of the gun, of N2 -> N1 e e, of W -> e nu."""
    FRAGMENTATION = 2
    """Prompt product of the hard scatter, underlying event or pile-up collision."""
    CONVERSION = 3
    """Electron of a photon conversion in the material."""
    DALITZ = 4
    """Electron of a Dalitz decay (pi0, eta, ... -> gamma e e)."""
    HEAVY_FLAVOUR = 5
    """From the weak decay of a charm or bottom hadron or a tau lepton."""
    STRANGE_DECAY = 6
    """From a K-short, Lambda or hyperon decay, or a kaon or pion decay in flight."""
    HADRONIC_INTERACTION = 7
    """Secondary of a hadronic interaction in the material."""
    FAKE = 8
    """Combination of hits of several particles."""
