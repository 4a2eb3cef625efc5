"""Muons in jets: those of a record, and those of its pions and kaons were they to decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hepchain.chains.soft_muons.generation import flight
from hepchain.chains.soft_muons.generation.own_jets import OwnJets, Swap
from hepchain.chains.soft_muons.generation.redecay import DecayMuons, left_in_jets
from hepchain.chains.soft_muons.generation.ttbar import JET_PT, MAX_ABS_ETA
from hepchain.chains.soft_muons.origins import Origin
from hepchain.chains.soft_muons.response.parameters import VolumeParameters
from hepchain.simulation.generation.jets import RADIUS, Jets
from hepchain.simulation.generation.record import EventRecord, Floats, Integers
from hepchain.simulation.rows import Rows

MIN_PT = 3.5
"""GeV: below 4, where muons are selected by what is measured."""
MIN_HADRON_PT = 4.0


@dataclass(frozen=True)
class Candidates(Rows):
    """Muons in jets, and the hadrons they were before, shapes (n,).

    Of muons of heavy flavour and of others that are made within millimetres the hadron is not seen:
    ``parent`` is the muon itself. Momenta in GeV, lengths in mm.
    """

    event: Integers
    """Position of the event in its record."""
    origin: Integers
    """:class:`.Origin`"""
    charge: Floats
    px: Floats
    py: Floats
    pz: Floats
    parent_px: Floats
    parent_py: Floats
    parent_pz: Floats
    flight: Floats
    """Length of the parent's path from the production vertex to the decay."""
    impact: Floats
    """Distance of the line of the parent from the beam line, signed."""
    weight: Floats
    jet_pt: Floats
    """Of the jet without the muon, as :class:`.OwnJets` has it."""
    jet_eta: Floats
    jet_phi: Floats
    jet_delta_r: Floats

    @property
    def pt(self) -> Floats:
        """Transverse momentum of the muon."""
        return np.hypot(self.px, self.py)

    @property
    def eta(self) -> Floats:
        """Pseudorapidity of the muon."""
        return np.arcsinh(self.pz / self.pt)

    @classmethod
    def joined(cls, parts: list[Candidates]) -> Candidates:
        """One after the other."""
        names = vars(parts[0])
        return cls(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in names})


def muons(record: EventRecord, jets: Jets, decays: DecayMuons, times: int) -> Candidates:
    """Muons in jets of heavy hadrons that have decayed so many times each."""
    momentum = decays.px, decays.py, decays.pz
    pt = np.hypot(*momentum[:2])
    hadron = tuple(values[decays.hadron] for values in (record.px, record.py, record.pz))
    return _in_jets(
        record.event[decays.hadron],
        jets,
        momentum,
        momentum,
        Swap(hadron, decays.rest - left_in_jets(record)[decays.hadron]),
        charge=decays.charge,
        origin=decays.origin,
        flight=np.zeros(len(pt)),
        # Signed as the parameter of a track: the vertex lies across its direction.
        impact=(decays.vx * decays.py - decays.vy * decays.px) / pt,
        weight=np.full(len(pt), 1.0 / times),
    )


def fakes(
    record: EventRecord,
    jets: Jets,
    volume: VolumeParameters,
    random: np.random.Generator,
    min_weight: float,
) -> Candidates:
    """Every pion and kaon of a jet, made to decay to a muon, with the probability as weight.

    Of those whose weight ``w`` is below ``min_weight`` a share w / min_weight is kept, with that
    weight: sums stay what they are, and fewer muons are followed through the detector.
    """
    charged = record.final & np.isin(np.abs(record.pdg_id), list(flight.HADRONS))
    entries = np.flatnonzero(charged & (record.pt > MIN_HADRON_PT))
    entries = entries[np.abs(record.eta[entries]) < MAX_ABS_ETA]
    parts = []
    for hadron, positions in flight.kinds(record.pdg_id[entries]):
        of_kind = entries[positions]
        parts.append(_decayed(record, jets, of_kind, hadron, volume, random, min_weight))
    return Candidates.joined(parts)


def _decayed(
    record: EventRecord,
    jets: Jets,
    entries: Integers,
    hadron: flight.Hadron,
    volume: VolumeParameters,
    random: np.random.Generator,
    min_weight: float,
) -> Candidates:
    parent = record.px[entries], record.py[entries], record.pz[entries]
    momentum = np.sqrt(sum(component**2 for component in parent))
    unit = (parent[0] / momentum, parent[1] / momentum, parent[2] / momentum)
    sine = np.hypot(unit[0], unit[1])
    decays = flight.decay(hadron, momentum, sine, volume, random)
    muon = flight.rotated(unit, *flight.muon_momenta(hadron, momentum, random))
    kept = random.random(len(entries)) * min_weight < decays.probability
    kept &= np.hypot(muon[0], muon[1]) > MIN_PT
    origin = Origin.PION_DECAY if hadron is flight.HADRONS[flight.PION] else Origin.KAON_DECAY
    impact = (record.vx[entries] * unit[1] - record.vy[entries] * unit[0]) / sine
    before = tuple(component[kept] for component in parent)
    return _in_jets(
        record.event[entries[kept]],
        jets,
        tuple(component[kept] for component in muon),
        before,
        Swap(before, -np.stack(before, axis=1)),
        charge=np.sign(record.pdg_id[entries[kept]]).astype(np.float64),
        origin=np.full(kept.sum(), int(origin)),
        flight=decays.length[kept],
        impact=impact[kept],
        weight=np.maximum(decays.probability[kept], min_weight),
    )


def _in_jets(
    event: Integers,
    jets: Jets,
    muon: tuple[Floats, ...],
    parent: tuple[Floats, ...],
    swap: Swap,
    **columns: Any,
) -> Candidates:
    """Those whose muon lies in a hard jet; the nearest one is theirs."""
    own = OwnJets.of(event, jets, muon, swap)
    found = Candidates(
        event=event,
        px=muon[0],
        py=muon[1],
        pz=muon[2],
        parent_px=parent[0],
        parent_py=parent[1],
        parent_pz=parent[2],
        jet_pt=own.pt,
        jet_eta=own.eta,
        jet_phi=own.phi,
        jet_delta_r=own.delta_r,
        **columns,
    )
    hard = (own.pt > JET_PT) & (np.abs(own.eta) < MAX_ABS_ETA)
    return found.take(hard & (own.delta_r < RADIUS))
