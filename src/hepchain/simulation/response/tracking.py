"""Finding tracks and fitting their parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.crossing import Crossing, wrap
from hepchain.simulation.response.parameters import (
    Detector,
    MaterialParameters,
    Resolution,
    TrackingParameters,
)
from hepchain.simulation.response.particles import (
    BoolArray,
    Columns,
    FloatArray,
    IntArray,
    Particles,
)
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage

MIN_PT = 0.5
"""Smallest pT of the pattern recognition [GeV] (athena ConfiguredNewTrackingCuts.py)."""

MAX_D0 = 10.0
"""Largest |d0| of the pattern recognition [mm]."""


def efficiency(
    particles: Particles,
    thickness_x0: FloatArray,
    material: MaterialParameters,
    parameters: TrackingParameters,
) -> FloatArray:
    """Probability that a particle which reaches the last silicon layer becomes a track.

    The efficiency measured for hadrons includes those lost to interactions in the silicon
    detectors. Here these are lost by interacting, so that for hadrons the measured efficiency is
    divided by the probability of not interacting. Electrons lose a share that grows with the
    material instead and falls with momentum.

    Parameters
    ----------
    thickness_x0 : X/X0 of the layers, shape (n, layers)
    """
    p = parameters
    last = material.indices(Detector.SCT)[-1]
    silicon = thickness_x0[:, :last].sum(axis=1)
    measured = p.efficiency_pt(particles.pt) * p.efficiency_eta(particles.eta)
    measured = measured / p.efficiency_eta_mean.value
    survives = np.exp(-silicon * material.hadronic_over_x0.value)
    kinks = p.electron_loss.value * silicon / np.maximum(particles.pt, 1.0)
    result: FloatArray = np.where(
        particles.is_electron,
        measured * np.maximum(1.0 - kinks, 0.0),
        np.where(particles.is_hadron, measured / survives, measured),
    )
    return np.minimum(result, 1.0)


def found(
    particles: Particles,
    passage: Passage,
    material: MaterialParameters,
    parameters: TrackingParameters,
    rng: np.random.Generator,
) -> BoolArray:
    """Particles that become tracks: they cross the silicon detectors and are efficient."""
    last = material.indices(Detector.SCT)[-1]
    chance = efficiency(particles, passage.thickness, material, parameters)
    result: BoolArray = (rng.random(len(particles)) < chance) & (passage.interaction >= last)
    return result


@dataclass(frozen=True)
class Momentum:
    """What the fit takes for the momentum before measurement errors."""

    value: FloatArray
    """Momentum [GeV], shape (n,)."""
    refitted: BoolArray
    """Whether the refit with a bremsstrahlung model was successful, shape (n,)."""


def fitted_momentum(
    particles: Particles,
    passage: Passage,
    material: MaterialParameters,
    parameters: TrackingParameters,
    clustered: BoolArray,
    rng: np.random.Generator,
) -> Momentum:
    """Momentum that the curvature of the whole silicon track stands for.

    p z_pixel z_SCT^w, z the share of its momentum that the particle keeps in these detectors. A
    successful refit, more probable the more was radiated, makes good half of the loss
    (on a logarithmic scale). It is tried only where a calorimeter cluster asks for it (athena
    InDetJobProperties.py, doCaloSeededBrem).
    """
    p = parameters
    after_pixels = material.indices(Detector.PIXEL)[-1] + 1
    after_silicon = material.indices(Detector.SCT)[-1] + 1
    pixel = passage.fraction[:, after_pixels]
    sct = passage.fraction[:, after_silicon] / pixel
    retained = pixel * sct**p.sct_momentum_weight.value
    chance = np.where(
        particles.is_electron,
        1.0 - passage.fraction[:, after_silicon],
        p.brem_refit_hadron.value,
    )
    above = particles.momentum > p.brem_refit_min_p.value
    refitted = above & clustered & (rng.random(len(particles)) < chance)
    return Momentum(particles.momentum * np.where(refitted, np.sqrt(retained), retained), refitted)


def _error(
    resolution: Resolution, eta: FloatArray, pt: FloatArray, p: TrackingParameters
) -> FloatArray:
    constant = np.interp(np.abs(eta), p.abs_eta, resolution.constant)
    scattering = np.interp(np.abs(eta), p.abs_eta, resolution.scattering)
    result: FloatArray = np.hypot(constant, scattering / pt)
    return result


def fit(
    particles: Particles,
    momentum: Momentum,
    innermost_hits: IntArray,
    parameters: TrackingParameters,
    rng: np.random.Generator,
) -> Columns:
    """Track parameters and their errors.

    The true perigee follows from the production point along the helix (to second order in the
    path); every parameter is smeared by the error that the fit then quotes.

    Returns
    -------
    variables of the perigee, their ``*_error``, ``theta``, ``charge``; shape (n,) each
    """
    p = parameters
    n = len(particles)
    d0, z0, phi = perigee(particles)
    sin_theta = particles.sin_theta
    pt = momentum.value * sin_theta
    spread = np.exp(p.error_spread.value * rng.standard_normal((5, n)))
    missing = np.where(innermost_hits == 0, p.error_factor_without_innermost_hit.value, 1.0)
    brem = np.where(momentum.refitted, p.brem_error_factor.value, 1.0)
    errors = {
        "d0": _error(p.d0, particles.eta, pt, p) * spread[0] * missing,
        "z0": _error(p.z0_sin_theta, particles.eta, pt, p) / sin_theta * spread[1] * missing,
        "phi": _error(p.phi, particles.eta, pt, p) * spread[2],
        "theta": _error(p.theta, particles.eta, pt, p) * spread[3],
    }
    relative = _relative_curvature_error(particles.eta, pt, p) * spread[4] * brem
    noise = rng.standard_normal((5, n))
    theta = np.clip(
        2.0 * np.arctan(np.exp(-particles.eta)) + errors["theta"] * noise[3], 1e-3, np.pi - 1e-3
    )
    flip = np.where(rng.random(n) < p.charge_flip.value, -1.0, 1.0)
    sign = particles.charge * flip
    q_over_p = sign / momentum.value * np.maximum(1.0 + relative * noise[4], 0.05)
    return {
        "d0": d0 + errors["d0"] * noise[0],
        "z0": z0 + errors["z0"] * noise[1],
        "phi": wrap(phi + errors["phi"] * noise[2]),
        "theta": theta,
        "eta": -np.log(np.tan(theta / 2.0)),
        "q_over_p": q_over_p,
        "pt": np.sin(theta) / np.abs(q_over_p),
        "charge": np.sign(q_over_p),
        **{f"{name}_error": error for name, error in errors.items()},
        "q_over_p_error": relative / momentum.value,
    }


def perigee(particles: Particles) -> tuple[FloatArray, FloatArray, FloatArray]:
    """True d0 [mm], z0 [mm] and phi at the point of closest approach to the beam line.

    To second order in the path from that point to the production point over the radius of the
    helix, so that prompt particles are exact and conversions far out are approximate.
    """
    path = particles.x * np.cos(particles.phi) + particles.y * np.sin(particles.phi)
    bend = particles.charge * path / (CURVATURE_RADIUS * particles.pt)
    d0 = particles.y * np.cos(particles.phi) - particles.x * np.sin(particles.phi)
    return d0 - 0.5 * bend * path, particles.z - path * np.sinh(particles.eta), particles.phi + bend


def _relative_curvature_error(eta: FloatArray, pt: FloatArray, p: TrackingParameters) -> FloatArray:
    scattering = np.interp(np.abs(eta), p.abs_eta, p.q_over_p.scattering)
    curvature = np.interp(np.abs(eta), p.abs_eta, p.q_over_p.curvature)
    result: FloatArray = np.hypot(scattering, curvature * pt)
    return result


def fit_quality(
    passage: Passage,
    degrees_of_freedom: IntArray,
    material: MaterialParameters,
    parameters: TrackingParameters,
    rng: np.random.Generator,
) -> Columns:
    """chi-squared, degrees of freedom, and the spread of the chi-squared over the surfaces.

    Bremsstrahlung between the hits adds a kink that grows with the square of the loss.
    """
    p = parameters
    n = len(degrees_of_freedom)
    dof = np.maximum(degrees_of_freedom, 1)
    spread = np.exp(p.chi2_spread.value * rng.standard_normal(n))
    chi2 = p.chi2_scale.value * rng.chisquare(dof) * spread
    first = material.indices(Detector.PIXEL)[0]
    last = material.indices(Detector.SCT)[-1]
    losses = 1.0 - passage.fraction[:, first + 1 : last + 1] / passage.fraction[:, first:last]
    chi2 += p.brem_chi2.value * (losses**2).sum(axis=1) * rng.exponential(1.0, n)
    per_surface = np.sqrt(2.0) * chi2 / dof * np.exp(0.15 * rng.standard_normal(n))
    return {
        "chi_squared": chi2,
        "number_dof": degrees_of_freedom,
        "standard_deviation_of_chi2_os": 100.0 * per_surface,
    }


@dataclass(frozen=True)
class VertexAssociation:
    """The reconstructed vertex nearest to each track in z0 sin(theta)."""

    index: IntArray
    """Position among the vertices of the event, shape (n,)."""
    z0_sin_theta: FloatArray
    """(z0 - z of the vertex) sin(theta) [mm], shape (n,)."""


def associate(
    event: IntArray, z0: FloatArray, theta: FloatArray, crossing: Crossing
) -> VertexAssociation:
    """Nearest vertex of each track; every event has at least the hard one.

    Vertices and tracks are laid out along one line, a stretch an event, and searched at once.
    """
    stretch = 1.0e5
    line = crossing.vertex_event * stretch + crossing.vertex_z
    order = np.argsort(line)
    sorted_line = line[order]
    where = event * stretch + z0
    right = np.clip(np.searchsorted(sorted_line, where), 0, len(line) - 1)
    left = np.maximum(right - 1, 0)
    nearer_left = np.abs(where - sorted_line[left]) < np.abs(where - sorted_line[right])
    nearest = order[np.where(nearer_left, left, right)]
    first = np.searchsorted(crossing.vertex_event, event)
    distance = (z0 - crossing.vertex_z[nearest]) * np.sin(theta)
    return VertexAssociation(nearest - first, distance)
