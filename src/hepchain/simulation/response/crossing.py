"""One bunch crossing an event: vertices first, then only the tracks near the hard one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.errors import InputError
from hepchain.io import read_parquet
from hepchain.simulation.response.parameters import CrossingParameters
from hepchain.simulation.response.particles import (
    COLUMNS,
    FloatArray,
    IntArray,
    Particles,
    from_generated,
)

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
        return cls(from_generated(events), first)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Particles, IntArray]:
        """``count`` collisions, each turned by a random azimuth and mirrored in z at random.

        Returns the particles, with ``event`` the number of the drawn collision, and the number of
        particles in each.
        """
        chosen = rng.integers(0, len(self), count)
        size = self.first[chosen + 1] - self.first[chosen]
        collision = np.repeat(np.arange(count, dtype=np.int64), size)
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        drawn = self.particles.take(np.repeat(self.first[chosen], size) + within)
        angle = rng.uniform(-np.pi, np.pi, count)[collision]
        mirror = rng.choice([-1.0, 1.0], count)[collision]
        cos, sin = np.cos(angle), np.sin(angle)
        turned = replace(
            drawn,
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


def wrap(angle: FloatArray) -> FloatArray:
    """Angle brought to [-pi, pi)."""
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def overlay(
    hard: Particles,
    events: int,
    library: PileupLibrary,
    parameters: CrossingParameters,
    rng: np.random.Generator,
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
    events : number of events in the chunk
    """
    p = parameters
    mu = _draw_mu(events, p, rng)
    hard_z = rng.normal(0.0, p.beam_spot_sigma_z.value, events)
    pileup_event = np.repeat(np.arange(events, dtype=np.int64), rng.poisson(mu))
    pileup_z = rng.normal(0.0, p.beam_spot_sigma_z.value, len(pileup_event))
    vertex_event, vertex_z = _reconstruct(hard_z, pileup_event, pileup_z, p, rng)
    if training:
        overlaid, _ = library.draw(events, rng)
        overlaid = _thin(overlaid, p.training_thinning_pt.value, rng)
        overlaid = replace(overlaid, collision=np.ones(len(overlaid), dtype=np.int64))
        overlaid = _shift(overlaid, hard_z[overlaid.event])
    else:
        overlaid = _nearby(library, pileup_event, pileup_z, hard_z, p, rng)
    particles = _shift(hard, hard_z[hard.event]).append(overlaid)
    spot = rng.normal(0.0, p.beam_spot_sigma_xy.value, (2, len(particles)))
    particles = replace(
        particles,
        serial=np.arange(len(particles)),
        x=particles.x + spot[0],
        y=particles.y + spot[1],
    )
    return Crossing(mu, hard_z, vertex_event, vertex_z, particles)


def _draw_mu(events: int, p: CrossingParameters, rng: np.random.Generator) -> FloatArray:
    """Gamma distribution of the wanted mean and width, positive by construction."""
    mean, rms = p.mean_collisions.value, p.rms_collisions.value
    if rms == 0.0 or mean == 0.0:
        return np.full(events, mean)
    return rng.gamma((mean / rms) ** 2, rms**2 / mean, events)


def _reconstruct(
    hard_z: FloatArray,
    pileup_event: IntArray,
    pileup_z: FloatArray,
    p: CrossingParameters,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    found = rng.random(len(pileup_z)) < p.pileup_vertex_efficiency.value
    event = np.concatenate([np.arange(len(hard_z), dtype=np.int64), pileup_event[found]])
    hard = hard_z + rng.normal(0.0, p.hard_vertex_resolution.value, len(hard_z))
    pileup = pileup_z + rng.normal(0.0, p.pileup_vertex_resolution.value, len(pileup_z))
    z = np.concatenate([hard, pileup[found]])
    order = np.argsort(event, kind="stable")
    return event[order], z[order]


def _shift(particles: Particles, z: FloatArray) -> Particles:
    return replace(particles, z=particles.z + z)


def _thin(particles: Particles, pt: float, rng: np.random.Generator) -> Particles:
    if pt == 0.0:
        return particles
    keep = rng.random(len(particles)) < np.minimum(1.0, (particles.pt / pt) ** 2)
    return particles.take(keep)


def _nearby(
    library: PileupLibrary,
    pileup_event: IntArray,
    pileup_z: FloatArray,
    hard_z: FloatArray,
    p: CrossingParameters,
    rng: np.random.Generator,
) -> Particles:
    """Particles of pile-up collisions that can come within the window of the hard vertex."""
    distance = np.abs(pileup_z - hard_z[pileup_event])
    reach = p.window.value + 4.0 * LARGEST_SIGMA
    smallest_sin_theta = 1.0 / np.cosh(2.6)
    near = np.flatnonzero(distance * smallest_sin_theta < reach)
    drawn, size = library.draw(len(near), rng)
    event, gap = pileup_event[near][drawn.event], distance[near][drawn.event]
    sigma = np.minimum(0.13 / np.maximum(drawn.pt, 0.3), LARGEST_SIGMA)
    close = gap * drawn.sin_theta < p.window.value + 4.0 * sigma
    ordinal = _ordinal_in_event(pileup_event[near])
    placed = replace(
        drawn,
        event=event,
        collision=np.repeat(ordinal + 1, size),
        z=drawn.z + np.repeat(pileup_z[near], size),
    )
    return placed.take(close)


def _ordinal_in_event(event: IntArray) -> IntArray:
    """Position of each entry among those of its event; ``event`` is sorted."""
    if len(event) == 0:
        return event
    start = np.flatnonzero(np.concatenate([[True], event[1:] != event[:-1]]))
    length = np.diff(np.concatenate([start, [len(event)]]))
    return np.arange(len(event)) - np.repeat(start, length)
