"""Arrays of particles on their way through the detector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.errors import InputError
from hepchain.simulation.response.arrays import BoolArray, FloatArray, IntArray, KeyArray
from hepchain.simulation.response.draws import Draws, child_keys
from hepchain.simulation.rows import Rows
from hepchain.simulation.truth import TruthOrigin

MASSES = {11: 0.000511, 13: 0.10566, 22: 0.0, 211: 0.13957, 321: 0.49368, 2212: 0.93827}
"""Masses of the particles that live long enough to cross the detector [GeV] (PDG)."""

HYPERONS = (3112, 3222, 3312, 3334)
"""Charged hyperons, which decay soon and count with one mass."""

NEGATIVE_CODES_ARE_POSITIVE = (11, 13, 15, 3112, 3312, 3334)
"""Charged particles whose positive PDG code has negative charge."""


@dataclass(frozen=True)
class Particles(Rows):
    """Charged particles (and photons, until they convert), one entry each, shape (n,).

    ``serial`` numbers the particles of a crossing, -1 for those born in the material;
    ``event`` counts from 0 within the chunk; ``collision`` is 0 for the hard one; positions are
    absolute, in mm, momenta in GeV; ``key`` is what the particle's random numbers hang on.
    """

    key: KeyArray
    serial: IntArray
    event: IntArray
    collision: IntArray
    pdg_id: IntArray
    parent_pdg_id: IntArray
    origin: IntArray
    pt: FloatArray
    eta: FloatArray
    phi: FloatArray
    x: FloatArray
    y: FloatArray
    z: FloatArray

    def __len__(self) -> int:
        return len(self.event)

    @property
    def draws(self) -> Draws:
        """Random numbers of each particle."""
        return Draws(self.key)

    @property
    def is_fake(self) -> BoolArray:
        """Combinations of hits of several particles, which stand here as a hadron."""
        return np.asarray(self.origin == TruthOrigin.FAKE)

    @property
    def absolute_id(self) -> IntArray:
        """Absolute PDG code."""
        return np.abs(self.pdg_id)

    @property
    def is_electron(self) -> BoolArray:
        """Electrons and positrons."""
        return np.asarray(self.absolute_id == 11)

    @property
    def is_photon(self) -> BoolArray:
        """Photons."""
        return np.asarray(self.pdg_id == 22, dtype=np.bool_)

    def charged_and_photons(self) -> tuple[Particles, Particles]:
        """Charged particles, and photons."""
        photons = self.is_photon
        return self.take(~photons), self.take(photons)

    @property
    def is_hadron(self) -> BoolArray:
        """Neither electron, muon nor photon."""
        return ~np.isin(self.absolute_id, (11, 13, 22))

    @property
    def charge(self) -> IntArray:
        """Electric charge, 0 for photons."""
        sign = np.where(np.isin(self.absolute_id, NEGATIVE_CODES_ARE_POSITIVE), -1, 1)
        return np.where(self.is_photon, 0, np.sign(self.pdg_id) * sign)

    @property
    def mass(self) -> FloatArray:
        """Mass [GeV]; charged hyperons count as 1.2 GeV."""
        mass = np.full(len(self), 1.2)
        for code, value in MASSES.items():
            mass[self.absolute_id == code] = value
        return mass

    @property
    def momentum(self) -> FloatArray:
        """Absolute momentum [GeV]."""
        return self.pt * np.cosh(self.eta)

    @property
    def sin_theta(self) -> FloatArray:
        """Sine of the polar angle."""
        return 1.0 / np.cosh(self.eta)

    @property
    def radius(self) -> FloatArray:
        """Distance of the production point from the beam axis [mm]."""
        return np.hypot(self.x, self.y)


COLUMNS = {
    "pdg_id": "particle_pdg_id",
    "parent_pdg_id": "particle_parent_pdg_id",
    "origin": "particle_origin",
    "pt": "particle_pt",
    "eta": "particle_eta",
    "phi": "particle_phi",
    "x": "particle_vx",
    "y": "particle_vy",
    "z": "particle_vz",
}
"""Column of the generated events for each field that they hold."""

WEIGHTS = re.compile(r"weight(_\w+)?$")
"""The generator's weight and its variations, which the ntuple takes over."""


def weights_of(events: ak.Array) -> list[str]:
    """Columns of generated events that are weights."""
    return [name for name in events.fields if WEIGHTS.match(name)]


def from_generated(events: ak.Array, event_keys: KeyArray, where: str | Path) -> Particles:
    """Particles of generated events, all in collision 0 at the origin.

    Parameters
    ----------
    events : record array with the ``particle_*`` columns of the generated events
    event_keys : key of each event, shape (events,)
    where : named in error messages, usually the file

    Raises
    ------
    InputError : a kind of particle that the detector has no response for
    """
    counts = ak.to_numpy(ak.num(events["particle_pt"])).astype(np.int64)
    columns = {name: ak.to_numpy(ak.flatten(events[column])) for name, column in COLUMNS.items()}
    integers = {"pdg_id", "parent_pdg_id", "origin"}
    typed = {
        name: column.astype(np.int64 if name in integers else np.float64)
        for name, column in columns.items()
    }
    _require_known(typed["pdg_id"], where)
    event = np.repeat(np.arange(len(events), dtype=np.int64), counts)
    within = np.arange(len(event)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Particles(
        key=child_keys(event_keys[event], within),
        serial=np.arange(len(event)),
        event=event,
        collision=np.zeros_like(event),
        **typed,
    )


def _require_known(pdg_id: IntArray, where: str | Path) -> None:
    known = (*MASSES, *HYPERONS)
    codes, counts = np.unique(np.abs(pdg_id), return_counts=True)
    unknown = [f"{code} ({n})" for code, n in zip(codes, counts, strict=True) if code not in known]
    if unknown:
        raise InputError(
            f"{where}: particle_pdg_id holds particles that the detector has no response for, code "
            f"(number): {', '.join(unknown)}; known are {', '.join(map(str, known))} and their "
            "antiparticles"
        )
