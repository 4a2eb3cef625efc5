"""The calorimeter: energy at its face, and the clusters it is collected in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, FloatArray
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.draws import Draws
from hepchain.simulation.response.neighbours import close_pairs
from hepchain.simulation.response.parameters import CalorimeterParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage
from hepchain.simulation.rows import Rows

CLUSTER_GAP = (0.0375, 0.0625)
"""Half of three by five cells of the middle layer, in eta and azimuth: energy within joins."""


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
    phi_shift: FloatArray
    """Azimuth of the cluster minus that of the particle's impact [rad], signed by charge."""


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
    return Deposit(
        energy=np.where(there, energy, 0.0),
        electromagnetic=electromagnetic,
        minimum_ionising=~electromagnetic & ~showers,
        hadronic=hadronic,
        seen_behind=np.where(hadron, hadronic * mean, 0.0),
        depth=depth,
        phi_shift=np.where(electron, moment / np.maximum(arriving, 1e-3), 0.0),
    )


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


@dataclass(frozen=True)
class Cluster(Rows):
    """What lies in the cluster of each track before noise, shape (n,)."""

    energy: FloatArray
    """Electromagnetic energy of the particle and of its neighbours [GeV]."""
    total: FloatArray
    """The same with what the hadronic calorimeter sees [GeV]: what makes the cluster."""
    own: FloatArray
    """Share of the particle itself."""
    eta_shift: FloatArray
    phi_shift: FloatArray
    """Distance of the cluster from the particle's impact [rad]."""


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


def collect(
    particles: Particles, left: Deposit, photons: Particles, parameters: CalorimeterParameters
) -> Cluster:
    """Add to each particle's energy that of photons and other particles in its cluster.

    Photons of the simulated collisions and the other charged particles count; collisions far from
    the hard one are part of the noise.
    """
    n = len(particles)
    both = particles.append(photons)
    energy = np.concatenate([left.energy, photons.momentum])
    eta, phi = impact(both, parameters)
    added, d_eta, d_phi = np.zeros(n), np.zeros(n), np.zeros(n)
    for a, b in close_pairs(both.event, eta, phi, *CLUSTER_GAP):
        for i, j in ((a, b), (b, a)):
            track = i < n
            i, j = i[track], j[track]
            np.add.at(added, i, energy[j])
            np.add.at(d_eta, i, energy[j] * (eta[j] - eta[i]))
            np.add.at(d_phi, i, energy[j] * wrap(phi[j] - phi[i]))
    total = np.maximum(left.energy + added, 1e-9)
    charge = np.where(particles.charge < 0, 1.0, -1.0)
    return Cluster(
        energy=left.energy + added,
        total=left.energy + left.seen_behind + added,
        own=np.where(added > 0.0, left.energy / total, 1.0),
        eta_shift=d_eta / total,
        phi_shift=(left.phi_shift * left.energy + charge * d_phi) / total,
    )


def measure(
    particles: Particles, cluster: Cluster, parameters: CalorimeterParameters
) -> tuple[BoolArray, FloatArray]:
    """Tracks with a matched cluster, and the cluster's energy with resolution and noise [GeV]."""
    p, draws = parameters, particles.draws
    excess = (cluster.total - p.cluster_half.value) / p.cluster_width.value
    chance = 1.0 / (1.0 + np.exp(-np.clip(excess, -50.0, 50.0)))
    seen = draws.chance("cluster", chance) & draws.chance("match", p.match.value)
    sigma = np.sqrt(
        p.sampling.value**2 * cluster.energy
        + (p.constant.value * cluster.energy) ** 2
        + (p.noise.value * p.noise_scale.value) ** 2
    )
    # A cluster needs a seed well above noise, and never has negative energy.
    energy = np.maximum(cluster.energy + sigma * draws.normal("energy"), 0.1)
    return seen & (cluster.energy > 0.0), energy
