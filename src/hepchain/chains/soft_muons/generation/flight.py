"""Decays in flight: where a pion or kaon decays before it is absorbed, and the muon of it.

Lengths in mm, momenta in GeV. The paths are straight lines: within the inner detector a hadron of
4 GeV leaves one by 0.07 of a radius.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.chains.soft_muons.response.parameters import VolumeParameters
from hepchain.simulation.generation.record import Floats, Integers

PION, KAON = 211, 321
MUON_MASS = 0.1056583755
"""GeV, as those below; Particle Data Group 2024."""


@dataclass(frozen=True)
class Hadron:
    """A charged hadron that decays to a muon and a neutrino."""

    mass: float
    decay_length: float
    """c tau [mm]"""
    branching_fraction: float

    @property
    def muon_momentum(self) -> float:
        """Of the muon where the hadron is at rest [GeV], (M^2 - m^2) / (2 M)."""
        return (self.mass**2 - MUON_MASS**2) / (2.0 * self.mass)


HADRONS = {
    PION: Hadron(0.13957039, 7804.5, 0.999877),
    KAON: Hadron(0.493677, 3711.0, 0.6356),
}
"""Particle Data Group 2024. K -> pi mu nu (3.4 %) is left out: a twentieth of the kaons' muons."""

STEPS = 160
"""Of the path from its begin to its end, for the integral over it."""


@dataclass(frozen=True)
class Decays:
    """Where hadrons decay, shapes (n,)."""

    length: Floats
    """From the production vertex [mm]."""
    probability: Floats
    """That the hadron decays to a muon before it is absorbed."""


def path_to(radius: float, half_length: float, sine: Floats) -> Floats:
    """Length of the path from the centre to the surface of a cylinder, shape as ``sine``."""
    cosine = np.sqrt(np.maximum(1.0 - sine**2, 1e-12))
    result: Floats = np.minimum(radius / np.maximum(sine, 1e-9), half_length / cosine)
    return result


def survival(length: Floats, sine: Floats, volume: VolumeParameters) -> Floats:
    """Share of hadrons not absorbed on their way, shape as ``length``.

    exp(-depth): interaction lengths grow linearly from the surface of the calorimeter to its end.
    """
    begin = path_to(volume.calorimeter_radius.value, volume.calorimeter_z.value, sine)
    end = path_to(volume.calorimeter_end_radius.value, volume.calorimeter_end_z.value, sine)
    share = np.clip((length - begin) / (end - begin), 0.0, 1.0)
    depth: Floats = np.exp(-share * volume.depth(np.arctanh(np.sqrt(1.0 - sine**2))))
    return depth


def decay(
    hadron: Hadron,
    momentum: Floats,
    sine: Floats,
    volume: VolumeParameters,
    random: np.random.Generator,
) -> Decays:
    """Let every hadron decay once, somewhere before the end of the calorimeter.

    Parameters
    ----------
    momentum, sine : of the hadrons, and sine of their polar angle; shapes (n,)

    Returns
    -------
    lengths follow exp(-l / (beta gamma c tau)) times the survival; the probability is the integral
    of that density, times the branching fraction to a muon
    """
    mean = momentum / hadron.mass * hadron.decay_length
    end = path_to(volume.calorimeter_end_radius.value, volume.calorimeter_end_z.value, sine)
    middle = (np.arange(STEPS) + 0.5) / STEPS
    length = end[:, np.newaxis] * middle
    density = np.exp(-length / mean[:, np.newaxis]) / mean[:, np.newaxis]
    density *= survival(length, np.repeat(sine[:, np.newaxis], STEPS, axis=1), volume)
    total = np.cumsum(density, axis=1) * (end / STEPS)[:, np.newaxis]
    drawn = random.random(len(momentum)) * total[:, -1]
    step = np.minimum((total < drawn[:, np.newaxis]).sum(axis=1), STEPS - 1)
    within = random.random(len(momentum))
    return Decays(
        length=end * (step + within) / STEPS,
        probability=total[:, -1] * hadron.branching_fraction,
    )


def muon_momenta(
    hadron: Hadron, momentum: Floats, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Momentum of the muon along the hadron and across it, isotropic in the hadron's rest frame.

    Parameters
    ----------
    momentum : of the hadron, shape (n,)

    Returns
    -------
    along, across in one direction, across in the other [GeV], shapes (n,)
    """
    cosine = random.uniform(-1.0, 1.0, len(momentum))
    azimuth = random.uniform(-np.pi, np.pi, len(momentum))
    at_rest = hadron.muon_momentum
    energy = np.hypot(at_rest, MUON_MASS)
    gamma = np.hypot(momentum, hadron.mass) / hadron.mass
    along = gamma * at_rest * cosine + momentum / hadron.mass * energy
    across = at_rest * np.sqrt(1.0 - cosine**2)
    return along, across * np.cos(azimuth), across * np.sin(azimuth)


def rotated(
    direction: tuple[Floats, Floats, Floats], along: Floats, first: Floats, second: Floats
) -> tuple[Floats, Floats, Floats]:
    """Vector of these components along and across unit vectors, shapes (n,).

    ``second`` is across both the unit vector and the z axis, in the transverse plane.
    """
    x, y, z = direction
    sine = np.maximum(np.hypot(x, y), 1e-9)
    azimuth_x, azimuth_y = x / sine, y / sine
    return (
        along * x + first * azimuth_x * z - second * azimuth_y,
        along * y + first * azimuth_y * z + second * azimuth_x,
        along * z - first * sine,
    )


def kinds(pdg_id: Integers) -> list[tuple[Hadron, Integers]]:
    """Each hadron and the positions of the entries that are it."""
    return [(item, np.flatnonzero(np.abs(pdg_id) == code)) for code, item in HADRONS.items()]
