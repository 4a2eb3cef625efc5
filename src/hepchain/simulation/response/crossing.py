"""One bunch crossing an event: vertices first, then only the tracks near the hard one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.errors import InputError
from hepchain.io import read_parquet
from hepchain.simulation.response.arrays import FloatArray, IntArray, KeyArray
from hepchain.simulation.response.draws import Draws, child_keys
from hepchain.simulation.response.parameters import CrossingParameters
from hepchain.simulation.response.particles import COLUMNS, Particles, from_generated

LARGEST_SIGMA = 0.5
"""No track has a worse error of z0 sin(theta) [mm]; bounds the vertices looked at."""


@dataclass(frozen=True)
class PileupLibrary:
    """Generated minimum-bias collisions to draw from."""

    particles: Particles
    first: IntArray
    """Position of the first particle of each collision, and the total: shape (n + 1,)."""

    def __len__(self) -> int:
        return len(self.first) - 1

    @classmethod
    def read(cls, paths: list[Path]) -> PileupLibrary:
        """Read all parts of a library.

        Raises
        ------
        InputError : no file, an unreadable file, or no collision in any of them
        """
        if not paths:
            raise InputError(
                "no library of pile-up collisions: the sample needs `pileup`, the name of a "
                "sample of role pileup"
            )
        events = ak.concatenate([read_parquet(path, list(COLUMNS.values())) for path in paths])
        if len(events) == 0:
            raise InputError(f"{paths[0]}: the library of pile-up collisions is empty")
        counts = ak.to_numpy(ak.num(events["particle_pt"]))
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        # Keys are given to each drawn copy.
        keys = np.zeros(len(events), dtype=np.uint64)
        return cls(from_generated(events, keys, paths[0]), first)

    def draw(self, draws: Draws) -> tuple[Particles, IntArray]:
        """A collision for each key, turned by a random azimuth and mirrored in z at random.

        Returns the particles, with ``event`` the number of the drawn collision, and the number of
        particles in each.
        """
        count = len(draws)
        chosen = np.floor(draws.uniform("library") * len(self)).astype(np.int64)
        size = self.first[chosen + 1] - self.first[chosen]
        collision = np.repeat(np.arange(count, dtype=np.int64), size)
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        drawn = self.particles.take(np.repeat(self.first[chosen], size) + within)
        angle = (2.0 * np.pi * (draws.uniform("turn") - 0.5))[collision]
        mirror = np.where(draws.chance("mirror", 0.5), -1.0, 1.0)[collision]
        cos, sin = np.cos(angle), np.sin(angle)
        turned = replace(
            drawn,
            key=child_keys(draws.keys[collision], within),
            event=collision,
            eta=drawn.eta * mirror,
            z=drawn.z * mirror,
            phi=wrap(drawn.phi + angle),
            x=drawn.x * cos - drawn.y * sin,
            y=drawn.x * sin + drawn.y * cos,
        )
        return turned, size


@dataclass(frozen=True)
class Crossing:
    """The collisions of a chunk of events."""

    mu: FloatArray
    """Mean number of collisions, shape (events,)."""
    hard_z: FloatArray
    """True position of the hard vertex [mm], shape (events,)."""
    vertex_event: IntArray
    """Event of each reconstructed vertex, the hard one first in each: shape (vertices,)."""
    vertex_z: FloatArray
    """Reconstructed position [mm], shape (vertices,)."""
    particles: Particles
    """Particles of the hard collision, then those of the pile-up near it."""


@dataclass(frozen=True)
class _Pileup:
    """Pile-up collisions of a chunk, sorted by event; shape (collisions,) each."""

    event: IntArray
    ordinal: IntArray
    draws: Draws
    z: FloatArray

    @classmethod
    def of(cls, mu: FloatArray, draws: Draws, p: CrossingParameters) -> _Pileup:
        count = draws.poisson("collisions", mu)
        event = np.repeat(np.arange(len(mu), dtype=np.int64), count)
        ordinal = np.arange(len(event)) - np.repeat(np.cumsum(count) - count, count)
        keys = child_keys(draws.child("collision").keys[event], ordinal)
        z = p.beam_spot_sigma_z.value * Draws(keys).normal("z")
        return cls(event, ordinal, Draws(keys), z)


def wrap(angle: FloatArray) -> FloatArray:
    """Angle brought to [-pi, pi)."""
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def overlay(
    hard: Particles,
    event_keys: KeyArray,
    library: PileupLibrary | None,
    parameters: CrossingParameters,
    *,
    training: bool,
) -> Crossing:
    """Place the hard collisions along the beam line among pile-up.

    All vertices are drawn; particles only of collisions near enough to the hard one to matter.
    In a training sample the gun's particles sit in one pile-up collision each, so that nothing of
    the vertex tells signal from background, and no other collision's particles are simulated.

    Parameters
    ----------
    hard : particles of the hard collisions around the origin
    event_keys : key of each event, shape (events,)
    library : collisions to overlay; without them the vertices are there and their particles not
    """
    p = parameters
    draws = Draws(event_keys)
    mu = _draw_mu(draws, p)
    hard_z = p.beam_spot_sigma_z.value * draws.normal("z")
    pileup = _Pileup.of(mu, draws, p)
    vertex_event, vertex_z = _reconstruct(hard_z, draws, pileup, p)
    particles = _place(hard, hard.event, hard_z, draws, p)
    if library is not None and training:
        particles = particles.append(_embedded(library, hard_z, draws, p))
    elif library is not None:
        particles = particles.append(_nearby(library, pileup, hard_z, p))
    particles = replace(particles, serial=np.arange(len(particles)))
    return Crossing(mu, hard_z, vertex_event, vertex_z, particles)


def _draw_mu(draws: Draws, p: CrossingParameters) -> FloatArray:
    """Gamma distribution of the wanted mean and width, positive by construction."""
    mean, rms = p.mean_collisions.value, p.rms_collisions.value
    if rms == 0.0 or mean == 0.0:
        return np.full(len(draws), mean)
    shape = np.full(len(draws), (mean / rms) ** 2)
    return draws.gamma("mu", shape) * rms**2 / mean


def _reconstruct(
    hard_z: FloatArray, draws: Draws, pileup: _Pileup, p: CrossingParameters
) -> tuple[IntArray, FloatArray]:
    found = pileup.draws.chance("vertex", p.pileup_vertex_efficiency.value)
    event = np.concatenate([np.arange(len(hard_z), dtype=np.int64), pileup.event[found]])
    hard = hard_z + p.hard_vertex_resolution.value * draws.normal("vertex_z")
    measured = pileup.z + p.pileup_vertex_resolution.value * pileup.draws.normal("vertex_z")
    z = np.concatenate([hard, measured[found]])
    order = np.argsort(event, kind="stable")
    return event[order], z[order]


def _place(
    particles: Particles, collision: IntArray, z: FloatArray, draws: Draws, p: CrossingParameters
) -> Particles:
    """Move each particle to the point of its collision, a position in ``z`` and ``draws``."""
    spot = p.beam_spot_sigma_xy.value
    return replace(
        particles,
        x=particles.x + spot * draws.normal("x")[collision],
        y=particles.y + spot * draws.normal("y")[collision],
        z=particles.z + z[collision],
    )


def _embedded(
    library: PileupLibrary, hard_z: FloatArray, draws: Draws, p: CrossingParameters
) -> Particles:
    """One collision around each hard vertex, its hadrons thinned at low pT."""
    drawn, _ = library.draw(draws.child("embedded"))
    pt = p.training_thinning_pt.value
    if pt > 0.0:
        drawn = drawn.take(drawn.draws.chance("thinning", np.minimum(1.0, (drawn.pt / pt) ** 2)))
    drawn = replace(drawn, collision=np.ones(len(drawn), dtype=np.int64))
    return _place(drawn, drawn.event, hard_z, draws, p)


def _nearby(
    library: PileupLibrary, pileup: _Pileup, hard_z: FloatArray, p: CrossingParameters
) -> Particles:
    """Particles of pile-up collisions that can come within the window of the hard vertex."""
    distance = np.abs(pileup.z - hard_z[pileup.event])
    reach = p.window.value + 4.0 * LARGEST_SIGMA
    smallest_sin_theta = 1.0 / np.cosh(2.6)
    near = np.flatnonzero(distance * smallest_sin_theta < reach)
    draws = pileup.draws.take(near)
    drawn, size = library.draw(draws)
    sigma = np.minimum(0.13 / np.maximum(drawn.pt, 0.3), LARGEST_SIGMA)
    close = distance[near][drawn.event] * drawn.sin_theta < p.window.value + 4.0 * sigma
    placed = replace(
        _place(drawn, drawn.event, pileup.z[near], draws, p),
        event=pileup.event[near][drawn.event],
        collision=np.repeat(pileup.ordinal[near] + 1, size),
    )
    return placed.take(close)
