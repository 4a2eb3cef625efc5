"""Particle-level jets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import awkward as ak
import fastjet
import numpy as np

from hepchain.simulation.generation.output import captured_output
from hepchain.simulation.generation.particles import ELECTRON, Ancestors
from hepchain.simulation.generation.record import Booleans, EventRecord
from hepchain.simulation.truth import TruthOrigin

RADIUS = 0.4
MIN_PT = 15.0
MAX_ABS_ETA = 4.5
MAX_ABS_ETA_PARTICLE = 4.9
"""Acceptance of the calorimeters."""
MUON = 13


@dataclass(frozen=True)
class Jets:
    """Jets by falling pT; jagged float32 arrays with one entry an event."""

    pt: ak.Array
    eta: ak.Array
    phi: ak.Array
    mass: ak.Array


def find_jets(record: EventRecord) -> Jets:
    """Anti-kt jets (Cacciari, Salam, Soyez, arXiv:0802.1189) of the visible particles.

    Muons, invisible particles and the electrons of the hard process are left out: these electrons
    are objects of their own, as in the usual definition of particle-level jets.
    """
    inputs = _constituents(record)
    counts = np.bincount(record.event[inputs], minlength=len(record))
    momenta = ak.zip(
        {
            name: ak.unflatten(values[inputs], counts)
            for name, values in (
                ("px", record.px),
                ("py", record.py),
                ("pz", record.pz),
                ("E", record.energy),
            )
        },
        with_name="Momentum4D",
    )
    if not inputs.any():
        return _kinematics(momenta)
    silence_banner()
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
    jets = fastjet.ClusterSequence(momenta, definition).inclusive_jets(MIN_PT)
    return _kinematics(jets)


def _constituents(record: EventRecord) -> Booleans:
    inputs: Booleans = record.final & ~record.invisible & (np.abs(record.pdg_id) != MUON)
    inputs[inputs] = np.abs(record.eta[inputs]) < MAX_ABS_ETA_PARTICLE
    electrons = np.flatnonzero(inputs & (np.abs(record.pdg_id) == ELECTRON))
    hard = Ancestors.of(record, electrons).origin == TruthOrigin.HARD_ELECTRON
    inputs[electrons[hard]] = False
    return inputs


def _kinematics(jets: ak.Array) -> Jets:
    pt = np.hypot(jets.px, jets.py)
    eta = np.arcsinh(jets.pz / pt)
    mass2 = jets.E**2 - jets.pz**2 - pt**2
    order = ak.argsort(pt, axis=1, ascending=False)
    order = order[abs(eta[order]) < MAX_ABS_ETA]

    def column(values: ak.Array) -> ak.Array:
        return ak.values_astype(values[order], np.float32)

    return Jets(
        pt=column(pt),
        eta=column(eta),
        phi=column(np.arctan2(jets.py, jets.px)),
        mass=column(np.sqrt(np.maximum(mass2, 0.0))),
    )


@cache
def silence_banner() -> None:
    """Let the first clustering, which prints a banner, do so unseen."""
    one = ak.Array([[{"px": 1.0, "py": 0.0, "pz": 0.0, "E": 1.0}]], with_name="Momentum4D")
    with captured_output():
        definition = fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
        fastjet.ClusterSequence(one, definition).inclusive_jets(0.0)
