"""Top-quark pairs with one lepton (Pythia 8), and what passes the selection of lepton and jets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np

from hepchain.simulation.generation.jets import Jets
from hepchain.simulation.generation.pythia import CountingHooks, Settings
from hepchain.simulation.generation.record import Booleans, EventRecord

ELECTRON, MUON, BOTTOM_QUARK, W = 11, 13, 5, 24

LEPTON_PT = 27.0
"""GeV, of the lepton of the W: the threshold of single-lepton triggers."""
JET_PT = 25.0
"""GeV"""
MAX_ABS_ETA = 2.5
JETS = 4
"""Two of bottom quarks, two of the other W."""

EARLY_LEPTON_PT, EARLY_QUARK_PT, EARLY_ABS_ETA = 22.0, 15.0, 3.0
"""Of leptons and quarks of the hard process: events with others hardly pass after the shower."""

SETTINGS: Settings = {
    "Top:gg2ttbar": "on",
    "Top:qqbar2ttbar": "on",
    f"{W}:onMode": "off",
    # The underlying event takes six sevenths of the time, and no input knows of it.
    "PartonLevel:MPI": "off",
}

DECAYS: tuple[Mapping[str, Any], ...] = (
    {f"{W}:onPosIfAny": "11 13", f"{W}:onNegIfAny": "1 2 3 4 5"},
    {f"{W}:onNegIfAny": "11 13", f"{W}:onPosIfAny": "1 2 3 4 5"},
)
"""Lepton from the W+ in even parts of a sample, from the W- in odd ones."""


class LeptonAndJetsVeto(CountingHooks):
    """Keep hard processes with a lepton and four quarks within reach of the selection."""

    def vetoes(self, process: Any) -> bool:
        """Whether a lepton or quark of the decays is far too soft or too forward."""
        for index in range(process.size() - 1, 4, -1):
            particle = process[index]
            identity = particle.idAbs()
            if not particle.isFinal() or identity not in (1, 2, 3, 4, BOTTOM_QUARK, 11, 13):
                continue
            needed = EARLY_LEPTON_PT if identity > BOTTOM_QUARK else EARLY_QUARK_PT
            if particle.pT() < needed or abs(particle.eta()) > EARLY_ABS_ETA:
                return True
        return False


def leptons_of_w(record: EventRecord) -> Booleans:
    """Entries that are a final electron or muon of a W; shape (entries,)."""
    identity = np.abs(record.pdg_id)
    lepton = record.final & np.isin(identity, (ELECTRON, MUON))
    entry = np.flatnonzero(lepton)
    ancestor = record.mother[entry]
    while True:
        copies = identity[ancestor] == identity[entry]
        if not copies.any():
            break
        ancestor = np.where(copies, record.mother[ancestor], ancestor)
    result = np.zeros(len(lepton), dtype=bool)
    result[entry] = identity[ancestor] == W
    return result


def passes(record: EventRecord, jets: Jets) -> Booleans:
    """Events with a hard lepton of a W and four jets, shape (events,)."""
    lepton = leptons_of_w(record)
    lepton &= record.pt > LEPTON_PT
    lepton[lepton] = np.abs(record.eta[lepton]) < MAX_ABS_ETA
    has_lepton = record.sum_by_event(np.ones(len(lepton)), lepton) > 0
    hard = (jets.pt > JET_PT) & (abs(jets.eta) < MAX_ABS_ETA)
    result: Booleans = has_lepton & (ak.to_numpy(ak.sum(hard, axis=1)) >= JETS)
    return result
