"""Which particles the detector simulation gets, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.simulation.generation.record import Booleans, EventRecord, Integers
from hepchain.simulation.truth import TruthOrigin

MIN_PT = 0.4
"""GeV; below the reconstruction threshold of 0.5 GeV by more than the resolution."""
MAX_ABS_ETA = 2.7
"""A little beyond the tracking acceptance of 2.5."""

ELECTRON = 11
PHOTON = 22
HARD_PARENTS = (24, 1000023)
"""What the electrons of the hard process decay from: W, second neutralino."""

# Particle numbers of the Particle Data Group (Monte Carlo numbering scheme).
HEAVY_FLAVOUR = (
    *(15, 411, 421, 431, 511, 521, 531, 541),
    *(4122, 4132, 4232, 4332, 5122, 5132, 5232, 5332),
)
"""Weakly decaying charm and bottom hadrons, and the tau lepton."""
STRANGE = (130, 211, 310, 321, 3112, 3122, 3222, 3312, 3322, 3334)
"""Weakly decaying hadrons of light and strange quarks."""


@dataclass(frozen=True)
class Particles:
    """Charged stable particles and photons; jagged arrays with one entry an event."""

    pdg_id: ak.Array
    parent_pdg_id: ak.Array
    origin: ak.Array
    pt: ak.Array
    eta: ak.Array
    phi: ak.Array
    vx: ak.Array
    vy: ak.Array
    vz: ak.Array


def select_particles(record: EventRecord) -> Particles:
    """Charged stable particles and photons above ``MIN_PT`` within ``MAX_ABS_ETA``."""
    chosen = np.flatnonzero(record.final & (record.pt > MIN_PT))
    chosen = chosen[np.abs(record.eta[chosen]) < MAX_ABS_ETA]
    chosen = chosen[is_tracked(record.pdg_id[chosen])]
    counts = np.bincount(record.event[chosen], minlength=len(record))

    def jagged(values: npt.NDArray[np.generic], kind: type[np.generic]) -> ak.Array:
        return ak.unflatten(values.astype(kind), counts)

    ancestors = Ancestors.of(record, chosen)
    return Particles(
        pdg_id=jagged(record.pdg_id[chosen], np.int32),
        parent_pdg_id=jagged(record.pdg_id[ancestors.parent], np.int32),
        origin=jagged(ancestors.origin, np.int8),
        pt=jagged(record.pt[chosen], np.float32),
        eta=jagged(record.eta[chosen], np.float32),
        phi=jagged(np.arctan2(record.py[chosen], record.px[chosen]), np.float32),
        vx=jagged(record.vx[chosen], np.float32),
        vy=jagged(record.vy[chosen], np.float32),
        vz=jagged(record.vz[chosen], np.float32),
    )


def is_tracked(pdg_id: Integers) -> Booleans:
    """Whether particles of these numbers are charged or photons."""
    unique, inverse = np.unique(np.abs(pdg_id), return_inverse=True)
    tracked = np.array([number == PHOTON or is_charged(int(number)) for number in unique])
    result: Booleans = tracked.astype(bool)[inverse]
    return result


@cache
def is_charged(pdg_id: int) -> bool:
    """Whether a lepton or hadron is charged, from the quark digits of its number.

    Numbers follow the Monte Carlo numbering scheme of the Particle Data Group. Of nuclei,
    supersymmetric and other new particles no charged stable ones are generated.
    """
    number = abs(pdg_id)
    if number < 100 or number > 1_000_000:
        return number in (11, 13, 15)
    thirds = [_charge_in_thirds(number // 10**digit % 10) for digit in (1, 2, 3)]
    is_meson = number // 1000 % 10 == 0
    return (thirds[1] - thirds[0] if is_meson else sum(thirds)) != 0


def _charge_in_thirds(quark: int) -> int:
    if quark == 0:
        return 0
    return 2 if quark % 2 == 0 else -1


@dataclass(frozen=True)
class Ancestors:
    """What follows from the decay chains of some particles of a record."""

    parent: Integers
    """entry of the first ancestor of another kind than the particle itself"""
    origin: npt.NDArray[np.int8]
    """:class:`hepchain.simulation.truth.TruthOrigin`"""

    @classmethod
    def of(cls, record: EventRecord, entries: Integers) -> Ancestors:
        """Walk up the mothers of ``entries``.

        The nearest weak decay names the origin. An electron of an electromagnetic decay of a light
        hadron counts as Dalitz electron whatever decayed before.
        """
        parent = _first_of_another_kind(record, entries)
        origin = _nearest_weak_decay(record, parent)
        is_electron = np.abs(record.pdg_id[entries]) == ELECTRON
        parent_id = np.abs(record.pdg_id[parent])
        origin[is_electron & is_light_electromagnetic(parent_id)] = TruthOrigin.DALITZ
        origin[is_electron & np.isin(parent_id, HARD_PARENTS)] = TruthOrigin.HARD_ELECTRON
        return cls(parent=parent, origin=origin)


def is_light_electromagnetic(pdg_id: Integers) -> Booleans:
    """Hadrons without charm or bottom that do not decay weakly (pi0, eta, omega, Sigma0, ...)."""
    number = np.abs(pdg_id)
    heaviest_quark = np.maximum(number // 100 % 10, number // 1000 % 10)
    light: Booleans = is_hadron(number) & (heaviest_quark < 4) & ~np.isin(number, STRANGE)
    return light


def is_hadron(number: Integers) -> Booleans:
    """Whether numbers, without sign, are of hadrons: f0(980) and its like have seven digits."""
    usual = (number > 100) & (number < 1_000_000)
    hadron: Booleans = usual | (number > 9_000_000) & (number < 9_100_000)
    return hadron


def _first_of_another_kind(record: EventRecord, entries: Integers) -> Integers:
    parent = record.mother[entries]
    while True:
        copies = record.pdg_id[parent] == record.pdg_id[entries]
        if not copies.any():
            return parent
        parent = np.where(copies, record.mother[parent], parent)


def _nearest_weak_decay(record: EventRecord, entries: Integers) -> npt.NDArray[np.int8]:
    """Origin by the first weakly decaying particle among ``entries`` and their ancestors."""
    origin = np.full(len(entries), TruthOrigin.FRAGMENTATION, dtype=np.int8)
    walking = np.arange(len(entries))
    current = entries.copy()
    while walking.size:
        number = np.abs(record.pdg_id[current])
        heavy, strange = np.isin(number, HEAVY_FLAVOUR), np.isin(number, STRANGE)
        origin[walking[heavy]] = TruthOrigin.HEAVY_FLAVOUR
        origin[walking[strange]] = TruthOrigin.STRANGE_DECAY
        # Above the primary hadrons there are partons only, down to the beam particles.
        up = ~heavy & ~strange & _decays_from_hadron_or_lepton(number)
        walking, current = walking[up], record.mother[current[up]]
    return origin


def _decays_from_hadron_or_lepton(number: Integers) -> Booleans:
    # A diquark has no quark in the place of the tens.
    hadron = is_hadron(number) & (number // 10 % 10 > 0)
    is_lepton_or_photon = (number >= 11) & (number <= 22) & (number != 21)
    decays: Booleans = hadron | is_lepton_or_photon
    return decays
