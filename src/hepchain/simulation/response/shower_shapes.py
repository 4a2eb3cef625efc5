"""Layers and shapes of a cluster.

One latent depth and one latent width a shower stand behind all shapes, so that they are
correlated as the development of a shower correlates them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammainc

from hepchain.simulation.response.arrays import Columns, FloatArray
from hepchain.simulation.response.calorimeter import Deposit, bounded, correlated
from hepchain.simulation.response.clusters import Clusters
from hepchain.simulation.response.draws import Draws
from hepchain.simulation.response.material import MaterialParameters
from hepchain.simulation.response.parameters import CalorimeterParameters, Shape
from hepchain.simulation.response.particles import Particles

LONGITUDINAL_DECAY = 0.5
"""b of the longitudinal profile (b t)^(a - 1) exp(-b t), Longo and Sestili (PDG review)."""

PRESAMPLER_MAX_ETA = 1.8
"""Reach of the presampler (AtlFast3, Table 1)."""


HADRONIC_CELLS = 4
"""Cells of each of two hadronic layers behind a cluster of the middle layer."""


def longitudinal_shares(
    energy: FloatArray,
    dead_material: FloatArray,
    fluctuation: FloatArray,
    parameters: CalorimeterParameters,
) -> FloatArray:
    """Shares of an electromagnetic shower in strips, middle and back layer, and behind them.

    dE/dt ~ (b t)^(a - 1) exp(-b t) with its maximum at (a - 1)/b = ln(E / E_c) - 0.5 and a
    fluctuation of it (PDG, electromagnetic cascades), integrated over the layers behind the
    material before them.

    Parameters
    ----------
    energy : [GeV], shape (n,)
    dead_material, fluctuation : [X0], shape (n,)

    Returns
    -------
    shape (n, 4), sums to 1: what the material before the layers takes does not count
    """
    p = parameters
    maximum = np.log(np.maximum(energy / p.critical_energy.value, 2.0)) - 0.5 + fluctuation
    a = 1.0 + LONGITUDINAL_DECAY * np.maximum(maximum, 0.2)
    edges = dead_material[:, None] + np.concatenate([[0.0], np.cumsum(p.depth.value)])
    cumulative = gammainc(a[:, None], LONGITUDINAL_DECAY * edges)
    whole = np.column_stack([cumulative, np.ones(len(a))])
    shares = np.diff(whole, axis=1)
    return np.asarray(shares / np.maximum(1.0 - cumulative[:, :1], 1e-6))


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
    found: Clusters,
    material: MaterialParameters,
    parameters: CalorimeterParameters,
) -> Columns:
    """The calorimeter variables of clusters, without those of the match with a track.

    Parameters
    ----------
    particles, left, found : the particles around which the clusters are, shape (n,) each
    """
    # Of neighbours, photons carry most; a cluster of two showers is less like one electron's.
    likeness = np.where(left.electromagnetic, 1.0, 0.0) * found.own + 1.0 - found.own
    one = 1.0 - 2.0 * found.own * (1.0 - found.own)
    narrow = left.electromagnetic | left.minimum_ionising
    compact = (np.where(narrow, 1.0, 0.0) * found.own + 1.0 - found.own) * one
    layers, behind = _layers(particles, left, found, likeness, material, parameters)
    hadronic, cells = _hadronic_layers(particles, left, behind, found.energy, parameters)
    electromagnetic = np.maximum(layers[:, 1:], 0.0).sum(axis=1)
    return {
        "e0": layers[:, 0],
        "e1": layers[:, 1],
        "e2": layers[:, 2],
        "e3": layers[:, 3],
        "f1": layers[:, 1] / found.energy,
        "f3": layers[:, 3] / found.energy,
        **hadronic,
        "eng_frac_em": electromagnetic / np.maximum(electromagnetic + cells, 1e-6),
        **_lateral(particles, compact, likeness * one, layers, parameters),
    }


def _layers(
    particles: Particles,
    left: Deposit,
    found: Clusters,
    likeness: FloatArray,
    material: MaterialParameters,
    p: CalorimeterParameters,
) -> tuple[FloatArray, FloatArray]:
    """Energy in presampler, strips, middle and back [GeV]: (n, 4); share of a shower behind: (n,).

    The layers sum to the energy of the cluster; noise moves energy between them, so that single
    ones can be below zero.
    """
    n, draws = len(particles), particles.draws
    dead = material.before_calorimeter(particles.eta) * material.scale.value
    shower = longitudinal_shares(found.energy, dead, p.depth_fluctuation.value * left.depth, p)
    inside = shower[:, :3] / shower[:, :3].sum(axis=1, keepdims=True)
    own = np.where(left.minimum_ionising[:, None], _along_path(n, p), inside)
    hadronic = np.flatnonzero(~left.electromagnetic & ~left.minimum_ionising)
    own[hadronic] = _hadronic(left.depth[hadronic], draws.take(hadronic), p)
    fractions = found.own[:, None] * own + (1.0 - found.own)[:, None] * inside
    reached = (np.abs(particles.eta) < PRESAMPLER_MAX_ETA).astype(np.float64)
    mean, width = _by_kind(p.shapes.presampler, likeness)
    early = reached * bounded(mean, width, correlated(left.depth, draws, p, -1.0, "presampler"))
    layers = np.column_stack([early, fractions * (1.0 - early)[:, None]]) * found.energy[:, None]
    width_of = np.tile(np.asarray(p.layer_noise.value) * p.noise_scale.value, (n, 1))
    width_of[:, 0] *= reached
    noise = width_of * draws.normal("layer_noise", 4)
    variance = width_of**2
    noise -= variance / variance.sum(axis=1, keepdims=True) * noise.sum(axis=1, keepdims=True)
    return layers + noise, shower[:, 3] / (1.0 - shower[:, 3])


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
    behind: FloatArray,
    energy: FloatArray,
    p: CalorimeterParameters,
) -> tuple[Columns, FloatArray]:
    """Transverse energy in the hadronic layers, and the energy in their cells above zero [GeV].

    What an electromagnetic shower leaves there follows from its profile.

    Parameters
    ----------
    behind : energy of an electromagnetic shower behind the layers, over that in them: shape (n,)
    """
    draws = particles.draws
    mean, width = (np.full(len(energy), value) for value in p.hadronic_leakage.value)
    leakage = _positive(mean, width, correlated(left.depth, draws, p, 1.0, "leakage"))
    hadron = np.minimum(leakage * energy, left.hadronic)
    deep = np.where(left.electromagnetic, behind * energy, hadron)
    share, spread = p.first_hadronic_layer.value
    first = bounded(share, spread, draws.normal("first_hadronic_layer"))
    noise = p.hadronic_noise.value * p.noise_scale.value / np.sqrt(HADRONIC_CELLS)
    cells = noise * draws.normal("hadronic_noise", 2 * HADRONIC_CELLS)
    cells[:, 0] += deep * first
    cells[:, HADRONIC_CELLS] += deep * (1.0 - first)
    transverse = particles.sin_theta
    columns = {
        "ethad1": cells[:, :HADRONIC_CELLS].sum(axis=1) * transverse,
        "ethad": cells.sum(axis=1) * transverse,
    }
    return columns, np.maximum(cells, 0.0).sum(axis=1)


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
