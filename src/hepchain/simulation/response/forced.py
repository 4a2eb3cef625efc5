"""Photons near the electron of the hard process made electron pairs, with a weight.

In a copy of an event one photon converts in the material, or is virtual and decays at its vertex (a
Dalitz decay). A copy holds what is near that pair and the hard electron, and no other electron of
such an origin. Summed with their weights the pairs are as many as happen by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import awkward as ak
import numpy as np
import uproot

from hepchain.config.simulation import FORCED_COPIES, Copying
from hepchain.errors import StageError
from hepchain.simulation.response.arrays import BoolArray, FloatArray, IntArray
from hepchain.simulation.response.crossing import Crossing, wrap
from hepchain.simulation.response.draws import child_keys
from hepchain.simulation.response.electron_pairs import forced_pairs
from hepchain.simulation.response.material import MaterialParameters
from hepchain.simulation.response.ntuple import TREE
from hepchain.simulation.response.particles import COLUMNS, Particles
from hepchain.simulation.response.tracking import SMALLEST_PT
from hepchain.simulation.truth import TruthOrigin

SURROUNDINGS = 0.5
"""Particles nearer to the pair come with it: isolation sums within 0.3, clusters within 0.2."""


@dataclass(frozen=True)
class ToCopy:
    """Which events of a part are copied, and how."""

    copying: Copying
    numbers: IntArray
    """Of the events with one identified electron and the missing momentum: shape (n,)."""

    @classmethod
    def read(cls, ntuple: Path, copying: Copying) -> Self:
        """From the ntuple of the events themselves; those that are not selected are not copied."""
        with uproot.open(ntuple) as file:
            events = file[TREE].arrays(["event_number", "met", "electron_lh_very_loose"])
        one = ak.sum(events["electron_lh_very_loose"] == 1, axis=1) == 1
        chosen = events["event_number"][one & (events["met"] > copying.min_met)]
        return cls(copying, ak.to_numpy(chosen).astype(np.int64))

    def wanted(self, events: ak.Array) -> BoolArray:
        """Which of these generated events are copied."""
        return np.isin(ak.to_numpy(events["event_number"]), self.numbers)

    def nothing(self, sample: str) -> str:
        """What to say where no event is copied."""
        return (
            "no event with one standard electron and ETmiss above "
            f"{self.copying.min_met:g} GeV has a photon within {self.copying.delta_r:g} of an "
            f"electron of its process: generate more events of {sample}, or leave it out of "
            "simulation.forced_electrons"
        )


@dataclass(frozen=True)
class Copies:
    """Copies of the events of a chunk, a forced pair in each."""

    event: IntArray
    """Position of the event in its chunk, shape (copies,)."""
    number: IntArray
    """Of the copy among those of its event, from 0: (copies,)."""
    weight: FloatArray
    """By which the event's is multiplied, shape (copies,)."""
    crossing: Crossing

    def of(self, events: ak.Array) -> ak.Array:
        """The copied events, without their particles, with numbers and weights of their own.

        Varied weights are factors on the weight, and stay.
        """
        kept = [name for name in events.fields if name not in COLUMNS.values()]
        copied = events[kept][self.event]
        number = ak.to_numpy(copied["event_number"]) * FORCED_COPIES + self.number
        weight = ak.to_numpy(copied["weight"]) * self.weight
        copied = ak.with_field(copied, number, "event_number")
        return ak.with_field(copied, weight, "weight")


def forced_copies(crossing: Crossing, material: MaterialParameters, forced: Copying) -> Copies:
    """Copies of events with a photon near the hard electron made a pair.

    Raises
    ------
    StageError : more copies of an event than its numbers have room for
    """
    chosen = np.repeat(_near_electron(crossing.particles, forced.delta_r), forced.copies)
    turn = np.arange(len(chosen)) % forced.copies
    photons = crossing.particles.take(chosen)
    photons = replace(photons, key=child_keys(photons.draws.child("forced").keys, turn))
    number = _ordinals(photons.event)
    if number.max(initial=0) >= FORCED_COPIES:
        raise StageError(
            f"an event has {number.max() + 1} forced electron pairs, of {FORCED_COPIES} that event "
            "numbers have room for: lower `copies` in simulation.forced_electrons"
        )
    pairs, weight = forced_pairs(replace(photons, event=np.arange(len(photons))), material)
    # Of a copy neither of whose pair can be measured nothing would come.
    kept = np.unique(pairs.event[pairs.pt > SMALLEST_PT])
    pairs = pairs.take(np.isin(pairs.event, kept))
    pairs = replace(pairs, event=np.searchsorted(kept, pairs.event))
    event = photons.event[kept]
    particles = _surroundings(crossing.particles, event, chosen[kept]).append(pairs)
    particles = replace(particles, serial=np.arange(len(particles)))
    copied = _crossing(crossing, event, particles)
    return Copies(event, number[kept], weight[kept] / forced.copies, copied)


def _near_electron(particles: Particles, delta_r: float) -> IntArray:
    """Positions of the photons of the hard collision this near to an electron of it.

    Of those that are too soft no electron would be found. Sorted by event, as particles of the
    hard collision are.
    """
    hard = particles.collision == 0
    electrons = particles.take(
        hard & particles.is_electron & (particles.origin == TruthOrigin.HARD_ELECTRON)
    )
    photons = np.flatnonzero(hard & particles.is_photon & (particles.pt > SMALLEST_PT))
    first, second = _of_same_event(particles.event[photons], electrons.event)
    near = _distance(particles.take(photons[first]), electrons.take(second)) < delta_r
    return np.unique(photons[first[near]])


def _ordinals(event: IntArray) -> IntArray:
    """Number of each entry, sorted by event, among those of its event, from 0."""
    _, first, counts = np.unique(event, return_index=True, return_counts=True)
    return np.asarray(np.arange(len(event)) - np.repeat(first, counts))


def _of_same_event(first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
    """Every pair of positions of the one and of the other that have the same event."""
    order = np.argsort(second, kind="stable")
    low, high = (np.searchsorted(second[order], first, side) for side in ("left", "right"))
    counts = high - low
    rows = np.repeat(np.arange(len(first)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, order[low[rows] + within]


def _distance(a: Particles, b: Particles) -> FloatArray:
    return np.hypot(a.eta - b.eta, wrap(a.phi - b.phi))


def _surroundings(particles: Particles, event: IntArray, photons: IntArray) -> Particles:
    """What goes into each copy beside its pair; ``event`` counts the copies.

    Parameters
    ----------
    event, photons : event of each copy, and position of its photon, shape (copies,)
    """
    soft = particles.is_electron & (particles.origin == TruthOrigin.DALITZ)
    others = np.flatnonzero(~(soft & (particles.collision == 0)))
    copy, row = _of_same_event(event, particles.event[others])
    row = others[row]
    near = _distance(particles.take(row), particles.take(photons[copy])) < SURROUNDINGS
    near |= (particles.origin == TruthOrigin.HARD_ELECTRON)[row]
    near &= row != photons[copy]
    return replace(particles.take(row[near]), event=copy[near])


def _crossing(crossing: Crossing, event: IntArray, particles: Particles) -> Crossing:
    copy, vertex = _of_same_event(event, crossing.vertex_event)
    return Crossing(
        crossing.mu[event],
        crossing.hard_z[event],
        vertex_event=copy,
        vertex_z=crossing.vertex_z[vertex],
        particles=particles,
    )
