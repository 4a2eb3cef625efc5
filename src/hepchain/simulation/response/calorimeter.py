"""The calorimeter: energy at its face, clusters, layers and shower shapes.

One latent depth and one latent width a shower stand behind all shapes, so that they are
correlated as the development of a shower correlates them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from hepchain.simulation.response.parameters import CalorimeterParameters, MaterialParameters, Shape
from hepchain.simulation.response.particles import BoolArray, Columns, FloatArray, Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage

LONGITUDINAL_DECAY = 0.5
"""b of the longitudinal profile (b t)^(a - 1) exp(-b t), Longo and Sestili (PDG review)."""

PRESAMPLER_MAX_ETA = 1.8
"""Reach of the presampler (AtlFast3, Table 1)."""


@dataclass(frozen=True)
class Deposit:
    """Energy that reaches the calorimeter of each particle, shape (n,)."""

    energy: FloatArray
    """Electromagnetic energy before noise [GeV]."""
    electromagnetic: BoolArray
    """Whether it develops as an electromagnetic shower."""
    minimum_ionising: BoolArray
    """Whether the particle crosses without showering."""
    hadronic: FloatArray
    """Energy behind the electromagnetic calorimeter [GeV]."""
    phi_shift: FloatArray
    """Azimuth of the cluster minus that of the particle's impact [rad], signed by charge."""


def recovered_photons(
    particles: Particles,
    passage: Passage,
    material: MaterialParameters,
    parameters: CalorimeterParameters,
) -> tuple[FloatArray, FloatArray]:
    """Energy of radiated photons within the cluster, and its moment in azimuth.

    A photon flies straight on from where it was radiated while the electron bends away by
    (R - r)^2 / (2 rho R) until the face of the calorimeter at R, rho the radius of the electron's
    helix behind the emission.

    Returns
    -------
    energy [GeV] and sum of energy x distance in azimuth [GeV rad], shape (n,) each
    """
    radii = np.array([layer.radius for layer in material.layers])
    face = parameters.radius.value
    before, after = passage.fraction[:, :-1], passage.fraction[:, 1:]
    photon = particles.momentum[:, None] * (before - after)
    rho = CURVATURE_RADIUS * np.maximum(particles.pt[:, None] * after, 1e-3)
    distance = (face - radii) ** 2 / (2.0 * rho * face)
    inside = photon * (distance < parameters.window.value)
    return inside.sum(axis=1), (inside * distance).sum(axis=1)


def deposit(
    particles: Particles,
    passage: Passage,
    material: MaterialParameters,
    parameters: CalorimeterParameters,
    rng: np.random.Generator,
) -> Deposit:
    """Energy left in the calorimeter by electrons, muons and hadrons.

    Electrons: what they and the photons in the window carry, less the ionisation loss before the
    strips. Muons and hadrons that do not interact: a minimum-ionising deposit. Interacting
    hadrons: a share of their kinetic energy, all of it after charge exchange to neutral pions;
    antiprotons annihilate.
    """
    p = parameters
    n = len(particles)
    photons, moment = recovered_photons(particles, passage, material, p)
    electron = particles.momentum * passage.fraction[:, -1]
    arriving = electron + photons
    kinetic = np.hypot(particles.momentum, particles.mass) - particles.mass
    kinetic = kinetic + np.where(particles.pdg_id == -2212, p.annihilation.value, 0.0)
    exchange = particles.is_hadron & (rng.random(n) < p.charge_exchange.value)
    showers = particles.is_hadron & (rng.random(n) < p.hadron_shower.value) & ~exchange
    response = _bounded(
        np.full(n, p.hadron_response.value), p.hadron_response_spread.value, rng.standard_normal(n)
    )
    single = p.minimum_ionising.value * np.exp(
        p.minimum_ionising_spread.value * rng.standard_normal(n)
    )
    energy = np.where(
        particles.is_electron,
        np.maximum(arriving - p.dead_material_loss.value, 0.0),
        np.where(
            exchange, kinetic, np.where(showers, kinetic * response, np.minimum(single, kinetic))
        ),
    )
    behind = np.where(showers, kinetic * (1.0 - response), np.maximum(kinetic - energy, 0.0))
    shift = np.where(particles.is_electron, moment / np.maximum(arriving, 1e-3), 0.0)
    return Deposit(
        energy=energy,
        electromagnetic=particles.is_electron | exchange,
        minimum_ionising=~particles.is_electron & ~exchange & ~showers,
        hadronic=np.where(particles.is_electron | exchange, 0.0, behind),
        phi_shift=shift,
    )


def clusters(
    left: Deposit, parameters: CalorimeterParameters, rng: np.random.Generator
) -> tuple[BoolArray, FloatArray]:
    """Tracks with a matched cluster, and the cluster's energy with resolution and noise [GeV]."""
    p = parameters
    n = len(left.energy)
    chance = 1.0 / (1.0 + np.exp(-(left.energy - p.cluster_half.value) / p.cluster_width.value))
    seen = (rng.random(n) < chance) & (rng.random(n) < p.match.value)
    sigma = np.sqrt(
        p.sampling.value**2 * left.energy
        + (p.constant.value * left.energy) ** 2
        + (p.noise.value * p.noise_scale.value) ** 2
    )
    # A cluster needs a seed well above noise, and never has negative energy.
    energy = np.maximum(left.energy + sigma * rng.standard_normal(n), 0.1)
    return seen & (left.energy > 0.0), energy


def layer_fractions(
    energy: FloatArray,
    dead_material: FloatArray,
    fluctuation: FloatArray,
    parameters: CalorimeterParameters,
) -> FloatArray:
    """Shares of an electromagnetic shower in strips, middle and back layer.

    dE/dt ~ (b t)^(a - 1) exp(-b t) with its maximum at (a - 1)/b = ln(E / E_c) - 0.5 and a
    fluctuation of it (PDG, electromagnetic cascades), integrated over the layers behind the
    material before them.

    Parameters
    ----------
    energy : [GeV], shape (n,)
    dead_material, fluctuation : [X0], shape (n,)

    Returns
    -------
    shape (n, 3), sums to 1
    """
    p = parameters
    maximum = np.log(np.maximum(energy / p.critical_energy.value, 2.0)) - 0.5 + fluctuation
    a = 1.0 + LONGITUDINAL_DECAY * np.maximum(maximum, 0.2)
    edges = dead_material[:, None] + np.concatenate([[0.0], np.cumsum(p.depth.value)])
    cumulative = gammainc(a[:, None], LONGITUDINAL_DECAY * edges)
    shares = np.diff(cumulative, axis=1)
    result: FloatArray = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-6)
    return result


def _bounded(mean: FloatArray | float, width: FloatArray | float, normal: FloatArray) -> FloatArray:
    """Value between 0 and 1 around ``mean``: normal on the logit scale, width to first order."""
    mean = np.clip(mean, 0.02, 0.98)
    scale = width / (mean * (1.0 - mean))
    result: FloatArray = 1.0 / (1.0 + np.exp(-(np.log(mean / (1.0 - mean)) + scale * normal)))
    return result


def _positive(mean: FloatArray, width: FloatArray, normal: FloatArray) -> FloatArray:
    """Log-normal of given mean and width."""
    variance = np.log1p((width / mean) ** 2)
    result: FloatArray = np.exp(np.log(mean) - 0.5 * variance + np.sqrt(variance) * normal)
    return result


def _by_kind(shape: Shape, electromagnetic: BoolArray) -> tuple[FloatArray, FloatArray]:
    mean = np.where(electromagnetic, shape.electron[0], shape.hadron[0])
    width = np.where(electromagnetic, shape.electron[1], shape.hadron[1])
    return mean, width


def shapes(
    particles: Particles,
    left: Deposit,
    energy: FloatArray,
    track_momentum: FloatArray,
    material: MaterialParameters,
    parameters: CalorimeterParameters,
    rng: np.random.Generator,
) -> Columns:
    """The nineteen calorimeter variables of each track, meaningless where it has no cluster.

    Parameters
    ----------
    energy : energy of the cluster [GeV], shape (n,)
    track_momentum : momentum of the track fit [GeV], shape (n,)
    """
    layers = _layers(particles, left, energy, material, parameters, rng)
    total = layers.sum(axis=1)
    return {
        "e_over_p": energy / track_momentum,
        "e0": layers[:, 0],
        "e1": layers[:, 1],
        "e2": layers[:, 2],
        "e3": layers[:, 3],
        "f1": layers[:, 1] / total,
        "f3": layers[:, 3] / total,
        **_hadronic_layers(particles, left, energy, parameters, rng),
        **_lateral(left, energy, layers, parameters, rng),
        **_matching(left, energy, parameters, rng),
    }


def _layers(
    particles: Particles,
    left: Deposit,
    energy: FloatArray,
    material: MaterialParameters,
    p: CalorimeterParameters,
    rng: np.random.Generator,
) -> FloatArray:
    """Energy in presampler, strips, middle and back with noise [GeV], shape (n, 4)."""
    n = len(energy)
    dead = material.before_calorimeter(particles.eta) * material.scale.value
    fluctuation = p.depth_fluctuation.value * rng.standard_normal(n)
    shower = layer_fractions(np.maximum(energy, 0.1), dead, fluctuation, p)
    depth = np.asarray(p.depth.value)
    # A hadronic shower starts anywhere; a minimum-ionising particle loses energy along its path.
    along_path = np.broadcast_to(depth / depth.sum(), (n, 3))
    hadronic = rng.dirichlet(
        np.multiply(p.hadron_layers.value, p.hadron_layers_concentration.value), n
    )
    fractions = np.where(
        left.electromagnetic[:, None],
        shower,
        np.where(left.minimum_ionising[:, None], along_path, hadronic),
    )
    mean, width = _by_kind(p.shapes.presampler, left.electromagnetic)
    early = _bounded(mean, width, rng.standard_normal(n))
    early = np.where(np.abs(particles.eta) < PRESAMPLER_MAX_ETA, early, 0.0)
    layers = np.column_stack([early, fractions * (1.0 - early)[:, None]]) * energy[:, None]
    noise = np.asarray(p.layer_noise.value) * p.noise_scale.value
    layers += noise * rng.standard_normal((n, 4))
    layers[:, 0] = np.where(np.abs(particles.eta) < PRESAMPLER_MAX_ETA, layers[:, 0], 0.0)
    # The middle layer, which carries most of the energy, stays positive: it seeds the cluster.
    layers[:, 2] = np.maximum(layers[:, 2], 0.05)
    short = layers.sum(axis=1) < 0.1
    layers[short] = np.maximum(layers[short], 0.0)
    layers[:, 2] += np.where(layers.sum(axis=1) < 0.1, 0.1, 0.0)
    return layers


def _hadronic_layers(
    particles: Particles,
    left: Deposit,
    energy: FloatArray,
    p: CalorimeterParameters,
    rng: np.random.Generator,
) -> Columns:
    n = len(energy)
    mean, width = _by_kind(p.shapes.hadronic_leakage, left.electromagnetic)
    leakage = _positive(mean, width, rng.standard_normal(n)) * energy
    behind = np.where(left.electromagnetic, leakage, np.minimum(leakage, left.hadronic))
    share, spread = p.first_hadronic_layer.value
    first = _bounded(share, spread, rng.standard_normal(n))
    noise = p.hadronic_noise.value * p.noise_scale.value * rng.standard_normal((2, n))
    transverse = particles.sin_theta
    return {
        "ethad1": (behind * first + noise[0]) * transverse,
        "ethad": (behind + noise[0] + noise[1]) * transverse,
    }


def _lateral(
    left: Deposit,
    energy: FloatArray,
    layers: FloatArray,
    p: CalorimeterParameters,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Lateral shapes: each correlated with the shower's width, wide meaning hadron-like.

    The noise of the layer that a shape is measured in, over the energy there, adds to its width:
    at half a GeV little of the shape is left.
    """
    n = len(energy)
    width = rng.standard_normal(n)
    rho = p.latent_correlation.value
    # A minimum-ionising track is as narrow as an electron's core.
    narrow = left.electromagnetic | left.minimum_ionising
    scale = p.noise_scale.value
    strips = scale * p.layer_noise.value[1] / np.maximum(layers[:, 1], 0.1)
    middle = scale * p.layer_noise.value[2] / np.maximum(layers[:, 2], 0.1)
    behind = scale * p.hadronic_noise.value / np.maximum(energy, 0.1)

    def draw(
        kind: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
        shape: Shape,
        like_electron: BoolArray,
        noise: FloatArray,
        sign: float,
    ) -> FloatArray:
        mean, own = _by_kind(shape, like_electron)
        normal = sign * rho * width + np.sqrt(1.0 - rho**2) * rng.standard_normal(n)
        return kind(mean, np.hypot(own, noise), normal)

    s = p.shapes
    return {
        "reta": draw(_bounded, s.reta, narrow, middle, -1.0),
        "rphi": draw(_bounded, s.rphi, narrow, middle, -1.0),
        "weta2": draw(_positive, s.weta2, narrow, middle * s.weta2.electron[0], 1.0),
        "wtots1": draw(_positive, s.wtots1, narrow, strips * s.wtots1.electron[0], 1.0),
        "fracs1": draw(_bounded, s.fracs1, narrow, strips, 1.0),
        "eratio": draw(_bounded, s.eratio, left.electromagnetic, strips, -1.0),
        "delta_e": draw(
            _positive,
            s.delta_e,
            left.electromagnetic,
            np.full(n, scale * p.layer_noise.value[1]),
            1.0,
        ),
        "eng_frac_em": draw(_bounded, s.eng_frac_em, left.electromagnetic, behind, -1.0),
    }


def _matching(
    left: Deposit, energy: FloatArray, p: CalorimeterParameters, rng: np.random.Generator
) -> Columns:
    n = len(energy)
    constant, stochastic, hadron = p.delta_eta.value
    sigma_eta = np.where(
        left.electromagnetic, np.hypot(constant, stochastic / np.maximum(energy, 0.1)), hadron
    )
    sigma_phi = np.where(left.electromagnetic, p.delta_phi.value[0], p.delta_phi.value[1])
    return {
        "delta_eta1": sigma_eta * rng.standard_normal(n),
        "delta_phi2": left.phi_shift + sigma_phi * rng.standard_normal(n),
    }
