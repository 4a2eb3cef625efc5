"""Layers and shapes of a cluster.

One latent depth and one latent width a shower stand behind all shapes, so that they are
correlated as the development of a shower correlates them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammainc

from hepchain.simulation.response.arrays import Columns, FloatArray
from hepchain.simulation.response.calorimeter import Cluster, Deposit, bounded, correlated
from hepchain.simulation.response.draws import Draws
from hepchain.simulation.response.material import MaterialParameters
from hepchain.simulation.response.parameters import CalorimeterParameters, Shape
from hepchain.simulation.response.particles import Particles

LONGITUDINAL_DECAY = 0.5
"""b of the longitudinal profile (b t)^(a - 1) exp(-b t), Longo and Sestili (PDG review)."""

PRESAMPLER_MAX_ETA = 1.8
"""Reach of the presampler (AtlFast3, Table 1)."""


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
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-6))


def _positive(mean: FloatArray, width: FloatArray, normal: FloatArray) -> FloatArray:
    """Log-normal of given mean and width."""
    variance = np.log1p((width / mean) ** 2)
    return np.exp(np.log(mean) - 0.5 * variance + np.sqrt(variance) * normal)


def _by_kind(shape: Shape, likeness: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and width between those of a hadron (likeness 0) and of an electron (1)."""
    (electron, electron_width), (hadron, hadron_width) = shape.electron, shape.hadron
    return (
        hadron + (electron - hadron) * likeness,
        hadron_width + (electron_width - hadron_width) * likeness,
    )


def shapes(
    particles: Particles,
    left: Deposit,
    cluster: Cluster,
    energy: FloatArray,
    track_momentum: FloatArray,
    material: MaterialParameters,
    parameters: CalorimeterParameters,
) -> Columns:
    """The nineteen calorimeter variables of tracks with a cluster.

    Parameters
    ----------
    energy : measured energy of the cluster [GeV], shape (n,)
    track_momentum : momentum of the track fit [GeV], shape (n,)
    """
    # Of neighbours, photons carry most; a cluster of two showers is less like one electron's.
    likeness = np.where(left.electromagnetic, 1.0, 0.0) * cluster.own + 1.0 - cluster.own
    one = 1.0 - 2.0 * cluster.own * (1.0 - cluster.own)
    narrow = left.electromagnetic | left.minimum_ionising
    compact = (np.where(narrow, 1.0, 0.0) * cluster.own + 1.0 - cluster.own) * one
    layers = _layers(particles, left, cluster, likeness, energy, material, parameters)
    total = layers.sum(axis=1)
    hadronic = _hadronic_layers(particles, left, likeness, energy, parameters)
    behind = np.maximum(hadronic["ethad"] / particles.sin_theta, 0.0)
    return {
        "e_over_p": energy / track_momentum,
        "e0": layers[:, 0],
        "e1": layers[:, 1],
        "e2": layers[:, 2],
        "e3": layers[:, 3],
        "f1": layers[:, 1] / total,
        "f3": layers[:, 3] / total,
        **hadronic,
        "eng_frac_em": energy / (energy + behind),
        **_lateral(particles, compact, likeness * one, layers, parameters),
        **_matching(particles, cluster, likeness, energy, parameters),
    }


def _layers(
    particles: Particles,
    left: Deposit,
    cluster: Cluster,
    likeness: FloatArray,
    energy: FloatArray,
    material: MaterialParameters,
    p: CalorimeterParameters,
) -> FloatArray:
    """Energy in presampler, strips, middle and back with noise [GeV], shape (n, 4)."""
    n, draws = len(energy), particles.draws
    dead = material.before_calorimeter(particles.eta) * material.scale.value
    shower = layer_fractions(
        np.maximum(energy, 0.1), dead, p.depth_fluctuation.value * left.depth, p
    )
    own = np.where(left.minimum_ionising[:, None], _along_path(n, p), shower)
    hadronic = np.flatnonzero(~left.electromagnetic & ~left.minimum_ionising)
    own[hadronic] = _hadronic(left.depth[hadronic], draws.take(hadronic), p)
    fractions = cluster.own[:, None] * own + (1.0 - cluster.own)[:, None] * shower
    mean, width = _by_kind(p.shapes.presampler, likeness)
    early = bounded(mean, width, correlated(left.depth, draws, p, -1.0, "presampler"))
    early = np.where(np.abs(particles.eta) < PRESAMPLER_MAX_ETA, early, 0.0)
    layers = np.column_stack([early, fractions * (1.0 - early)[:, None]]) * energy[:, None]
    noise = np.asarray(p.layer_noise.value) * p.noise_scale.value
    layers += noise * draws.normal("layer_noise", 4)
    layers[:, 0] = np.where(np.abs(particles.eta) < PRESAMPLER_MAX_ETA, layers[:, 0], 0.0)
    # The middle layer, which carries most of the energy, stays positive: it seeds the cluster.
    layers[:, 2] = np.maximum(layers[:, 2], 0.05)
    short = layers.sum(axis=1) < 0.1
    layers[short] = np.maximum(layers[short], 0.0)
    layers[:, 2] += np.where(layers.sum(axis=1) < 0.1, 0.1, 0.0)
    return layers


def _along_path(n: int, p: CalorimeterParameters) -> FloatArray:
    """A minimum-ionising particle loses energy along its path."""
    depth = np.asarray(p.depth.value)
    return np.asarray(np.broadcast_to(depth / depth.sum(), (n, len(depth))))


def _hadronic(depth: FloatArray, draws: Draws, p: CalorimeterParameters) -> FloatArray:
    """A hadronic shower starts anywhere; a deep one has more in the back layer."""
    concentration = np.multiply(p.hadron_layers.value, p.hadron_layers_concentration.value)
    shares = draws.dirichlet("hadron_layers", concentration)
    tilt = np.exp(p.latent_correlation.value * depth[:, None] * np.array([-0.5, 0.0, 0.5]))
    tilted = shares * tilt
    return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))


def _hadronic_layers(
    particles: Particles,
    left: Deposit,
    likeness: FloatArray,
    energy: FloatArray,
    p: CalorimeterParameters,
) -> Columns:
    draws = particles.draws
    mean, width = _by_kind(p.shapes.hadronic_leakage, likeness)
    leakage = _positive(mean, width, correlated(left.depth, draws, p, 1.0, "leakage")) * energy
    behind = np.where(left.electromagnetic, leakage, np.minimum(leakage, left.hadronic))
    share, spread = p.first_hadronic_layer.value
    first = bounded(share, spread, draws.normal("first_hadronic_layer"))
    noise = p.hadronic_noise.value * p.noise_scale.value * draws.normal("hadronic_noise", 2).T
    transverse = particles.sin_theta
    return {
        "ethad1": (behind * first + noise[0]) * transverse,
        "ethad": (behind + noise[0] + noise[1]) * transverse,
    }


def _lateral(
    particles: Particles,
    compact: FloatArray,
    likeness: FloatArray,
    layers: FloatArray,
    p: CalorimeterParameters,
) -> dict[str, FloatArray]:
    """Lateral shapes: each correlated with the shower's width, wide meaning hadron-like.

    The noise of the layer that a shape is measured in, over the energy there, adds to its width:
    at half a GeV little of the shape is left.
    """
    draws = particles.draws
    width = draws.normal("shower_width")
    scale = p.noise_scale.value
    strips = scale * p.layer_noise.value[1] / np.maximum(layers[:, 1], 0.1)
    middle = scale * p.layer_noise.value[2] / np.maximum(layers[:, 2], 0.1)
    strip = np.full(len(strips), scale * p.layer_noise.value[1])
    pitch = p.wtots1_scale(particles.eta)

    def draw(
        kind: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
        name: str,
        like_electron: FloatArray,
        noise: FloatArray,
        sign: float,
    ) -> FloatArray:
        mean, own = _by_kind(getattr(p.shapes, name), like_electron)
        return kind(mean, np.hypot(own, noise), correlated(width, draws, p, sign, name))

    s = p.shapes
    return {
        "reta": draw(bounded, "reta", compact, middle, -1.0),
        "rphi": draw(bounded, "rphi", compact, middle, -1.0),
        "weta2": draw(_positive, "weta2", compact, middle * s.weta2.electron[0], 1.0),
        "wtots1": pitch * draw(_positive, "wtots1", compact, strips * s.wtots1.electron[0], 1.0),
        "fracs1": draw(bounded, "fracs1", compact, strips, 1.0),
        "eratio": draw(bounded, "eratio", likeness, strips, -1.0),
        "delta_e": draw(_positive, "delta_e", likeness, strip, 1.0),
    }


def _matching(
    particles: Particles,
    cluster: Cluster,
    likeness: FloatArray,
    energy: FloatArray,
    p: CalorimeterParameters,
) -> Columns:
    constant, stochastic, hadron = p.delta_eta.value
    electron = np.hypot(constant, stochastic / np.maximum(energy, 0.1))
    sigma_eta = hadron + (electron - hadron) * likeness
    sigma_phi = p.delta_phi.value[1] + (p.delta_phi.value[0] - p.delta_phi.value[1]) * likeness
    noise = particles.draws.normal("matching", 2)
    return {
        "delta_eta1": cluster.eta_shift + sigma_eta * noise[:, 0],
        "delta_phi2": cluster.phi_shift + sigma_phi * noise[:, 1],
    }
