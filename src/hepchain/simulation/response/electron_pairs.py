"""Electron pairs of photons, each of one of its possible origins, with a weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from hepchain.simulation.response.arrays import FloatArray
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.material import MaterialParameters
from hepchain.simulation.response.particles import MASSES, Particles
from hepchain.simulation.response.passage import born_in_pair, conversion_depths
from hepchain.simulation.truth import TruthOrigin

ELECTRON_MASS = MASSES[11]

NEAR = 25.0
"""Radius of the beam pipe [mm], within which conversions count alike."""

DRAWN_AS_DECAY = 0.2
"""Share of Dalitz decays among the pairs of mesons that have them: they weigh less."""

TINY = 1e-300


@dataclass(frozen=True)
class DalitzDecay:
    """Decay of a meson to a photon and an electron pair, beside that to two photons (PDG)."""

    mass: float
    """Of the meson [GeV]."""
    probability: float
    """That one of its photons is virtual: half the ratio of the branching fractions."""
    pole: float
    """Mass of the pole of its form factor [GeV]."""


DALITZ = {
    111: DalitzDecay(mass=0.13498, probability=0.01174 / 0.98823 / 2.0, pole=0.755),
    221: DalitzDecay(mass=0.54786, probability=0.0069 / 0.3936 / 2.0, pole=0.716),
}
"""PDG code of the meson -> its decay. Others, omega above all, make 2 % of such electrons."""


def forced_pairs(photons: Particles, material: MaterialParameters) -> tuple[Particles, FloatArray]:
    """An electron and a positron for each photon, and the weight of having been forced."""
    radii, depth = conversion_depths(photons, material)
    virtual = np.zeros(len(photons))
    for code, decay in DALITZ.items():
        virtual[photons.parent_pdg_id == code] = decay.probability
    # Column: each layer, then the virtual photon.
    happens = np.column_stack([_first_layer(depth) * (1.0 - virtual[:, None]), virtual])
    sought = _sought(happens, radii)
    below = np.cumsum(sought, axis=1)
    chosen = (below < photons.draws.uniform("forced_where")[:, None]).sum(axis=1)
    chosen = np.minimum(chosen, depth.shape[1])
    rows = np.arange(len(photons))
    drawn = sought[rows, chosen]
    # A photon that is born outside all layers makes no pair.
    weight = np.where(drawn > 0.0, happens[rows, chosen] / np.maximum(drawn, TINY), 0.0)
    outside = np.flatnonzero(chosen < depth.shape[1])
    pairs = born_in_pair(photons.take(outside), radii[outside, chosen[outside]])
    for code, decay in DALITZ.items():
        decays = (chosen == depth.shape[1]) & (photons.parent_pdg_id == code)
        pairs = pairs.append(_decayed(photons.take(decays), decay))
    return pairs, weight


def _first_layer(depth: FloatArray) -> FloatArray:
    """Probability that the first happening is in each layer, shape (n, layers)."""
    before = np.cumsum(depth, axis=1) - depth
    return np.asarray(np.exp(-before) * -np.expm1(-depth))


def _sought(happens: FloatArray, radii: FloatArray) -> FloatArray:
    """Probability with which each is drawn, where those that matter are more frequent.

    A pair that is born at a distance r points past the beam line by r^2 / 2 R: layers count with
    1 / r^2.
    """
    layers = happens[:, :-1] * np.minimum((NEAR / np.maximum(radii, NEAR)) ** 2, 1.0)
    layers /= np.maximum(layers.sum(axis=1, keepdims=True), TINY)
    of_decay = np.where(happens[:, -1] > 0.0, DRAWN_AS_DECAY, 0.0)[:, None]
    return np.asarray(np.hstack([layers * (1.0 - of_decay), of_decay]))


def _decayed(photons: Particles, decay: DalitzDecay) -> Particles:
    """Pairs of virtual photons: mass by Kroll and Wada, angle by 1 + cos^2 in their rest frame.

    The pair has the momentum of the real photon, which would be less by x = (m / M)^2, 3 % in the
    mean of a pi0. Kroll, Wada, Phys. Rev. 98 (1955) 1355; form factor: a pole.
    """
    draws = photons.draws
    mass = virtual_mass(decay, draws.uniform("virtual_mass"))
    cosine = _one_plus_square(draws.uniform("virtual_angle"))
    azimuth = 2.0 * np.pi * draws.uniform("virtual_azimuth")
    momentum = photons.momentum
    gamma = np.hypot(momentum, mass) / mass
    at_rest = np.sqrt(np.maximum(0.25 * mass**2 - ELECTRON_MASS**2, 0.0))
    along = gamma * at_rest * cosine
    across = at_rest * np.sqrt(1.0 - cosine**2)
    electron, positron = (
        _turned(
            photons,
            name,
            code,
            0.5 * momentum + sign * along,
            sign * across * np.cos(azimuth),
            sign * across * np.sin(azimuth),
        )
        for name, code, sign in (("electron", 11, 1.0), ("positron", -11, -1.0))
    )
    return electron.append(positron)


def _one_plus_square(uniform: FloatArray) -> FloatArray:
    """Cosine with the density 1 + cos^2: the root of c^3 + 3 c = 8 u - 4."""
    return 2.0 * np.sinh(np.arcsinh(4.0 * uniform - 2.0) / 3.0)


def virtual_mass(decay: DalitzDecay, uniform: FloatArray) -> FloatArray:
    """Mass of the pair of a Dalitz decay [GeV], the quantile of ``uniform``: shape (n,)."""
    mass, below = _masses(decay)
    return np.asarray(np.interp(uniform, below, mass))


@cache
def _masses(decay: DalitzDecay) -> tuple[FloatArray, FloatArray]:
    """Masses, and the share of decays with less."""
    mass = np.geomspace(2.0 * ELECTRON_MASS, decay.mass, 4000)
    x, y = (mass / decay.mass) ** 2, (ELECTRON_MASS / mass) ** 2
    form = 1.0 / (1.0 - (mass / decay.pole) ** 2) ** 2
    # In the logarithm of the mass, so that the factor 1 / m is gone.
    density = (1.0 - x) ** 3 * (1.0 + 2.0 * y) * np.sqrt(np.maximum(1.0 - 4.0 * y, 0.0)) * form
    steps = 0.5 * (density[1:] + density[:-1])
    below = np.concatenate([[0.0], np.cumsum(steps)])
    return mass, below / below[-1]


def _turned(
    photons: Particles,
    name: str,
    code: int,
    along: FloatArray,
    up: FloatArray,
    side: FloatArray,
) -> Particles:
    """Particles with these momenta [GeV] along the photon, towards the beam and beside it."""
    sin, cos = photons.sin_theta, np.tanh(photons.eta)
    transverse, z = along * sin + up * cos, along * cos - up * sin
    pt = np.hypot(transverse, side)
    return replace(
        photons,
        key=photons.draws.child(name).keys,
        pdg_id=np.full(len(photons), code),
        origin=np.full(len(photons), int(TruthOrigin.DALITZ)),
        pt=pt,
        eta=np.arcsinh(z / pt),
        phi=wrap(photons.phi + np.arctan2(side, transverse)),
    )
