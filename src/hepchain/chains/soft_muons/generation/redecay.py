"""Bottom and charm hadrons decayed again and again: many muons from one event.

A top-quark event takes far longer than a decay. Each heavy hadron decays ``times`` times, each
time anew, and every muon counts 1 / times: expected numbers are those of Pythia's own decays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pythia8mc

from hepchain.chains.soft_muons.generation.heavy import has_quark
from hepchain.chains.soft_muons.origins import Origin
from hepchain.errors import StageError
from hepchain.simulation.generation.output import captured_output
from hepchain.simulation.generation.pythia import OUTPUT, SECONDARY_DECAYS
from hepchain.simulation.generation.record import (
    INVISIBLE,
    Booleans,
    EventRecord,
    Floats,
    Integers,
)

MUON, BOTTOM, CHARM = 13, 5, 4
UNSEEN = (MUON, *INVISIBLE)
"""Particles that leave no energy in jets."""


@dataclass(frozen=True)
class DecayMuons:
    """Muons of decays, shapes (n,)."""

    hadron: Integers
    """Entry of the hadron in the record."""
    charge: Floats
    origin: Integers
    """:class:`.Origin`, of the heaviest quark of the hadron."""
    px: Floats
    py: Floats
    pz: Floats
    vx: Floats
    vy: Floats
    """Vertex of the muon, across the beams [mm]."""
    rest: Floats
    """Momentum of what else of the decay leaves energy in a jet, shape (n, 3) [GeV]."""


class Redecay:
    """A Pythia that decays hadrons and does nothing else."""

    def __init__(self, seed: int) -> None:
        with captured_output():
            self._pythia = pythia8mc.Pythia("", False)
            settings = {
                **SECONDARY_DECAYS,
                **OUTPUT,
                "ProcessLevel:all": "off",
                "Random:setSeed": "on",
                "Random:seed": seed,
            }
            for name, value in settings.items():
                self._pythia.readString(f"{name} = {value}")
            started = self._pythia.init()
        if not started:
            raise StageError("Pythia does not start to decay hadrons")

    def muons(self, record: EventRecord, times: int, min_pt: float) -> DecayMuons:
        """Muons above ``min_pt`` [GeV] of every heavy hadron of a record, decayed so many times."""
        rows: list[tuple[Any, ...]] = []
        for hadron in np.flatnonzero(decaying(record)).tolist():
            for _ in range(times):
                rows += self._decay(record, hadron, min_pt)
        table = np.array(rows, dtype=np.float64).reshape(-1, 10)
        entry = table[:, 0].astype(np.int64)
        return DecayMuons(
            hadron=entry,
            charge=table[:, 1],
            origin=origin_of(record.pdg_id[entry]),
            px=table[:, 2],
            py=table[:, 3],
            pz=table[:, 4],
            vx=table[:, 5],
            vy=table[:, 6],
            rest=table[:, 7:],
        )

    def _decay(self, record: EventRecord, entry: int, min_pt: float) -> list[tuple[Any, ...]]:
        event = self._pythia.event
        event.reset()
        px, py, pz, energy = (
            float(values[entry]) for values in (record.px, record.py, record.pz, record.energy)
        )
        mass = max(energy**2 - px**2 - py**2 - pz**2, 0.0) ** 0.5
        added = event.append(int(record.pdg_id[entry]), 1, 0, 0, px, py, pz, energy, mass)
        event[added].vProd(
            float(record.vx[entry]), float(record.vy[entry]), float(record.vz[entry]), 0.0
        )
        event[added].tau(event[added].tau0() * self._pythia.rndm.exp())
        # Not moreDecays: some decays of bottom end in quarks, which only this makes hadrons of.
        self._pythia.forceHadronLevel(False)
        final = [p for p in (event[n] for n in range(added + 1, event.size())) if p.isFinal()]
        muons = [p for p in final if p.idAbs() == MUON and p.pT() > min_pt]
        if not muons:
            return []
        seen = [p for p in final if p.idAbs() not in UNSEEN]
        rest = [sum(getattr(p, name)() for p in seen) for name in ("px", "py", "pz")]
        return [
            (entry, -np.sign(p.id()), p.px(), p.py(), p.pz(), p.xProd(), p.yProd(), *rest)
            for p in muons
        ]


def decaying(record: EventRecord) -> Booleans:
    """Entries that are hadrons with bottom, or with charm of no bottom, at their weak decay.

    The last of a chain of excited states; charm hadrons of bottom decay with these.
    """
    result = np.zeros(len(record.pdg_id), dtype=bool)
    bottom, charm = (has_quark(record.pdg_id, quark) for quark in (BOTTOM, CHARM))
    for heavy in (bottom, charm & ~bottom & ~descends_from(record, bottom)):
        last = heavy.copy()
        last[record.mother[heavy]] = False
        result |= last
    return result


def left_in_jets(record: EventRecord) -> Floats:
    """What the decay in the record of each hadron that decays again leaves in jets.

    Returns
    -------
    momentum of its final particles but muons and neutrinos, shape (entries, 3) [GeV]; zero for
    entries that are no such hadron
    """
    hadron = np.where(decaying(record), np.arange(len(record.pdg_id)), -1)
    while True:
        further = np.where(hadron < 0, hadron[record.mother], hadron)
        if (further == hadron).all():
            break
        hadron = further
    seen = record.final & (hadron >= 0) & ~np.isin(np.abs(record.pdg_id), UNSEEN)
    size = len(hadron)
    sums = [
        np.bincount(hadron[seen], values[seen], minlength=size)
        for values in (record.px, record.py, record.pz)
    ]
    return np.stack(sums, axis=1)


def descends_from(record: EventRecord, ancestors: Booleans) -> Booleans:
    """Entries with an ancestor among those marked, shape (entries,)."""
    result = np.zeros(len(ancestors), dtype=bool)
    while True:
        further = ancestors[record.mother] | result[record.mother]
        if (further == result).all():
            return result
        result = further


def origin_of(pdg_id: Integers) -> Integers:
    """:class:`.Origin` of muons of hadrons of these numbers, shape as given."""
    baryon = np.abs(pdg_id) // 1000 % 10 > 0
    bottom = np.where(baryon, int(Origin.BOTTOM_BARYON), int(Origin.BOTTOM_MESON))
    charm = np.where(baryon, int(Origin.CHARMED_BARYON), int(Origin.CHARMED_MESON))
    return np.where(has_quark(pdg_id, BOTTOM), bottom, charm)
