"""The calorimeter: energy at its face, and where it is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, FloatArray
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.draws import Draws
from hepchain.simulation.response.parameters import CalorimeterParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage
from hepchain.simulation.rows import Rows

PROJECTION = float(np.sqrt(2.0 / np.pi))
"""Width of one component of a vector in the plane over its mean length, for a normal vector."""


@dataclass(frozen=True)
class Deposit(Rows):
    """Energy that reaches the calorimeter of each particle, shape (n,)."""

    energy: FloatArray
    """Electromagnetic energy before noise [GeV]."""
    electromagnetic: BoolArray
    """Whether it develops as an electromagnetic shower."""
    minimum_ionising: BoolArray
    """Whether the particle crosses without showering."""
    hadronic: FloatArray
    """Energy behind the electromagnetic calorimeter [GeV]."""
    seen_behind: FloatArray
    """What the hadronic calorimeter measures of it [GeV]: a cluster reaches that deep."""
    depth: FloatArray
    """Latent depth of the shower, of zero mean and unit width."""
    eta_shift: FloatArray
    phi_shift: FloatArray
    """Where the energy lies minus where the particle hits [rad]; azimuth signed by charge."""


def face_radius(particles: Particles, parameters: CalorimeterParameters) -> FloatArray:
    """Radius at which each particle meets the calorimeter, barrel or end-cap [mm]: shape (n,)."""
    slope = np.maximum(np.abs(np.sinh(particles.eta)), 1e-6)
    return np.minimum(parameters.radius.value, parameters.end_cap_z.value / slope)


def recovered_photons(
    particles: Particles,
    passage: Passage,
    window: float,
    parameters: CalorimeterParameters,
) -> tuple[FloatArray, FloatArray]:
    """Energy of radiated photons near the electron's impact, and its moment in azimuth.

    A photon flies straight on from where it was radiated while the electron bends away by
    (R - r)^2 / (2 rho R) until the face of the calorimeter at R, rho the radius of the electron's
    helix behind the emission.

    Parameters
    ----------
    window : largest distance in azimuth [rad]

    Returns
    -------
    energy [GeV] and sum of energy x distance in azimuth [GeV rad], shape (n,) each; zero for other
    particles
    """
    electrons = np.flatnonzero(particles.is_electron)
    energy, moment = np.zeros(len(particles)), np.zeros(len(particles))
    particles, passage = particles.take(electrons), passage.take(electrons)
    face = face_radius(particles, parameters)[:, None]
    before, after = passage.fraction[:, :-1], passage.fraction[:, 1:]
    photon = particles.momentum[:, None] * (before - after)
    rho = CURVATURE_RADIUS * np.maximum(particles.pt[:, None] * after, 1e-3)
    distance = (face - np.minimum(passage.radius, face)) ** 2 / (2.0 * rho * face)
    inside = photon * (distance < window)
    energy[electrons], moment[electrons] = inside.sum(axis=1), (inside * distance).sum(axis=1)
    return energy, moment


def reaches(particles: Particles, passage: Passage, parameters: CalorimeterParameters) -> BoolArray:
    """Whether the field lets a particle reach the face of the calorimeter, shape (n,).

    The barrel at radius R is reached by circles of a radius above R / 2; the end-cap by all.
    """
    face = parameters.radius.value
    in_barrel = face * np.abs(np.sinh(particles.eta)) < parameters.end_cap_z.value
    diameter = 2.0 * CURVATURE_RADIUS * particles.pt * passage.fraction[:, -1]
    return ~in_barrel | (diameter > face)


def deposit(particles: Particles, passage: Passage, parameters: CalorimeterParameters) -> Deposit:
    """Energy left in the calorimeter by electrons, muons and hadrons.

    Electrons: what they and the photons near them carry, less the ionisation loss before the
    strips. Muons and hadrons that do not interact: a minimum-ionising deposit. Interacting
    hadrons: a share of their kinetic energy, the smaller the deeper they shower, all of it after
    charge exchange to neutral pions; antiprotons annihilate. A particle that the field turns back,
    or that has decayed to one that flies elsewhere, leaves nothing.
    """
    p, draws = parameters, particles.draws
    depth = draws.normal("shower_depth")
    arrives = reaches(particles, passage, p)
    hadron = ~np.isin(passage.arriving_id, (11, 13))
    kinetic = _kinetic_energy(particles, passage, p)
    exchange = hadron & draws.chance("charge_exchange", p.charge_exchange.value)
    showers = draws.chance("shower", p.hadron_shower.value) | passage.interacted
    showers &= hadron & ~exchange
    mean, width = p.hadron_response(kinetic), p.hadron_response_spread.value
    response = bounded(mean, width, correlated(depth, draws, p, -1.0))
    energy = np.where(showers, kinetic * response, _minimum_ionising(particles, kinetic, p))
    energy = np.where(exchange, kinetic, energy)
    arriving, moment = _electron_cluster(particles, passage, arrives, p)
    electron = particles.is_electron
    energy = np.where(electron, np.maximum(arriving - p.dead_material_loss.value, 0.0), energy)
    flies_on = (passage.end == passage.crossed.shape[1]) | passage.interacted
    there = (electron | (arrives & flies_on)) & ~particles.is_fake
    behind = np.where(showers, kinetic * (1.0 - response), np.maximum(kinetic - energy, 0.0))
    electromagnetic = electron | exchange
    hadronic = np.where(there & ~electromagnetic, behind, 0.0)
    astray = _astray(particles, passage, kinetic, showers, p)
    bend = moment / np.maximum(arriving, 1e-3)
    return Deposit(
        energy=np.where(there, energy, 0.0),
        electromagnetic=electromagnetic,
        minimum_ionising=~electromagnetic & ~showers,
        hadronic=hadronic,
        seen_behind=np.where(hadron, hadronic * mean, 0.0),
        depth=depth,
        eta_shift=astray[:, 0],
        phi_shift=np.where(electron, bend, astray[:, 1]),
    )


def deposit_of_photons(photons: Particles) -> Deposit:
    """All of their energy, where they hit."""
    n = len(photons)
    nothing, never = np.zeros(n), np.zeros(n, dtype=np.bool_)
    return Deposit(
        energy=photons.momentum,
        electromagnetic=~never,
        minimum_ionising=never,
        hadronic=nothing,
        seen_behind=nothing,
        depth=photons.draws.normal("photon_depth"),
        eta_shift=nothing,
        phi_shift=nothing,
    )


def _astray(
    particles: Particles,
    passage: Passage,
    kinetic: FloatArray,
    showers: BoolArray,
    p: CalorimeterParameters,
) -> FloatArray:
    """Distance of a hadronic shower from where the hadron would have hit [rad]: shape (n, 2).

    In pseudorapidity and azimuth alike, a distance across the flight path over the radius of the
    calorimeter's face. The barycentre of a hadronic shower fluctuates as 1 / sqrt(E). Of a hadron
    that interacts before the calorimeter, the leading secondary arrives: it carries a part of the
    momentum and flies on under the angle that the transverse momentum of secondaries gives it.
    """
    face = face_radius(particles, p)
    spread = p.hadron_position.value / np.sqrt(np.maximum(kinetic, 0.05))
    last = np.minimum(passage.end, passage.radius.shape[1] - 1)
    radius = np.minimum(passage.radius[np.arange(len(particles)), last], face)
    leading = np.maximum(p.leading_secondary.value * particles.momentum, 0.05)
    angle = PROJECTION * p.secondary_pt.value / leading
    arm = (face - radius) * np.cosh(particles.eta)
    spread = np.where(passage.interacted, np.hypot(spread, angle * arm), spread)
    noise = particles.draws.normal("shower_axis", 2)
    return np.asarray(noise * np.where(showers, spread / face, 0.0)[:, None])


def _minimum_ionising(
    particles: Particles, kinetic: FloatArray, p: CalorimeterParameters
) -> FloatArray:
    """Energy of a particle that does not shower, of what it has [GeV]."""
    spread = p.minimum_ionising_spread.value * particles.draws.normal("minimum_ionising")
    return np.minimum(p.minimum_ionising.value * np.exp(spread), kinetic)


def _electron_cluster(
    particles: Particles, passage: Passage, arrives: BoolArray, p: CalorimeterParameters
) -> tuple[FloatArray, FloatArray]:
    """Energy that arrives in an electron's cluster [GeV], and its moment in azimuth [GeV rad].

    That of the electron with the photons that join it. Where photons within the wider window in
    which a cluster is matched to the track carry more, they are the cluster.
    """
    own = particles.momentum * passage.fraction[:, -1] * arrives
    joined, moment = recovered_photons(particles, passage, p.window.value, p)
    matched, matched_moment = recovered_photons(particles, passage, p.match_window.value, p)
    other = matched > own + joined
    return np.where(other, matched, own + joined), np.where(other, matched_moment, moment)


def _kinetic_energy(particles: Particles, passage: Passage, p: CalorimeterParameters) -> FloatArray:
    """Energy that a hadron or muon can leave: kinetic, with annihilation for antiprotons [GeV]."""
    momentum = particles.momentum * passage.fraction[:, -1]
    kinetic = np.hypot(momentum, particles.mass) - particles.mass
    return kinetic + np.where(particles.pdg_id == -2212, p.annihilation.value, 0.0)


def bounded(mean: FloatArray | float, width: FloatArray | float, normal: FloatArray) -> FloatArray:
    """Values between 0 and 1 around ``mean``: normal on the logit scale, width to first order."""
    mean = np.clip(mean, 0.02, 0.98)
    scale = width / (mean * (1.0 - mean))
    return 1.0 / (1.0 + np.exp(-(np.log(mean / (1.0 - mean)) + scale * normal)))


def correlated(
    latent: FloatArray, draws: Draws, p: CalorimeterParameters, sign: float, name: str = "response"
) -> FloatArray:
    """Normal numbers that follow the latent ones with the common correlation, shape (n,)."""
    rho = p.latent_correlation.value
    return np.asarray(sign * rho * latent + np.sqrt(1.0 - rho**2) * draws.normal(name))


def impact(
    particles: Particles, parameters: CalorimeterParameters
) -> tuple[FloatArray, FloatArray]:
    """Pseudorapidity and azimuth at the face of the calorimeter, shape (n,) each.

    Charged particles turn by asin(R / 2 rho) on their way to R.
    """
    slope = np.sinh(particles.eta)
    radius = face_radius(particles, parameters)
    along = particles.z + (radius - particles.radius) * slope
    chord = radius / (2.0 * CURVATURE_RADIUS * particles.pt)
    phi = particles.phi - particles.charge * np.arcsin(np.minimum(chord, 1.0))
    return np.arcsinh(along / radius), wrap(phi)
