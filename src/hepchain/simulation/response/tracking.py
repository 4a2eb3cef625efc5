"""Finding tracks and fitting their parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, Columns, FloatArray, IntArray
from hepchain.simulation.response.crossing import Crossing, wrap
from hepchain.simulation.response.hits import SiliconHits
from hepchain.simulation.response.material import Detector, MaterialParameters
from hepchain.simulation.response.parameters import Resolution, TrackingParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage

MIN_PT = 0.5
"""Smallest pT of the pattern recognition [GeV] (athena ConfiguredNewTrackingCuts.py)."""

SMALLEST_PT = 0.9 * MIN_PT
"""Particles below it are never measured above that [GeV]."""

MAX_D0 = 10.0
"""Largest |d0| of the pattern recognition [mm]."""

MIN_MEASUREMENTS = 7
MAX_HOLES = 2
MAX_PIXEL_HOLES = 1
"""Loose tracks (athena InDetTrackSelectionTool.cxx): silicon hits with dead sensors, holes."""


def efficiency(
    particles: Particles, material: MaterialParameters, parameters: TrackingParameters
) -> FloatArray:
    """Probability that a particle with enough hits becomes a track.

    The efficiency measured for hadrons includes those lost to interactions in the silicon
    detectors. Here these are lost by having too few hits, so that for hadrons the measured
    efficiency is divided by the probability of leaving the hits of a loose track. Muons do not
    interact either. Electrons do not, but radiate: what takes them below the smallest pT of the
    pattern recognition is lost on top, so that they keep the hadrons' efficiency for what their
    kinks cost.
    """
    p = parameters
    measured = p.efficiency_pt(particles.pt) * p.efficiency_eta(particles.eta)
    measured = measured / p.efficiency_eta_mean.value
    silicon = material.silicon(particles.eta) * p.share_before_seven_hits(particles.eta)
    survives = np.exp(-silicon * material.hadronic_over_x0.value)
    return np.minimum(np.where(particles.is_electron, measured, measured / survives), 1.0)


def sought(
    particles: Particles, material: MaterialParameters, parameters: TrackingParameters
) -> BoolArray:
    """Particles that the pattern recognition finds if they leave enough hits: shape (n,)."""
    return particles.draws.chance("found", efficiency(particles, material, parameters))


def enough_hits(hits: SiliconHits) -> BoolArray:
    """Particles that leave the hits of a loose track and few holes: shape (n,)."""
    holes = hits.pixel.count("hole")
    return (
        (hits.measurements() >= MIN_MEASUREMENTS)
        & (hits.pixel.hits() + hits.strip.hits() >= 5)
        & (holes <= MAX_PIXEL_HOLES)
        & (holes + hits.strip.count("hole") <= MAX_HOLES)
    )


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
    refitted = above & clustered & particles.draws.chance("brem_refit", chance)
    return Momentum(particles.momentum * np.where(refitted, np.sqrt(retained), retained), refitted)


def _error(
    resolution: Resolution, eta: FloatArray, pt: FloatArray, p: TrackingParameters
) -> FloatArray:
    constant = np.interp(np.abs(eta), p.abs_eta, resolution.constant)
    scattering = np.interp(np.abs(eta), p.abs_eta, resolution.scattering)
    return np.hypot(constant, scattering / pt)


def fit(
    particles: Particles,
    momentum: Momentum,
    innermost_hits: IntArray,
    lever_arm: FloatArray,
    parameters: TrackingParameters,
) -> Columns:
    """Parameters of the perigee, their ``*_error``, ``theta`` and ``charge``; shape (n,) each.

    The true perigee follows from the production point along the helix (to second order in the
    path); every parameter is smeared by the error that the fit then quotes.

    Parameters
    ----------
    innermost_hits : hits in the innermost pixel layer, shape (n,)
    lever_arm : length of the track over that of an unbroken one, shape (n,)
    """
    draws = particles.draws
    d0, z0, phi = perigee(particles)
    errors, relative = _errors(particles, momentum, innermost_hits, lever_arm, parameters)
    noise = draws.normal("measurement", 5).T
    theta = 2.0 * np.arctan(np.exp(-particles.eta)) + errors["theta"] * noise[3]
    theta = np.clip(theta, 1e-3, np.pi - 1e-3)
    flipped = draws.chance("charge_flip", parameters.charge_flip.value)
    sign = particles.charge * np.where(flipped, -1.0, 1.0)
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


def _errors(
    particles: Particles,
    momentum: Momentum,
    innermost_hits: IntArray,
    lever_arm: FloatArray,
    p: TrackingParameters,
) -> tuple[Columns, FloatArray]:
    """Errors of the perigee, and the relative one of the curvature, as the fit quotes them.

    The curvature of a track that ends early is measured over a shorter arm, with an error that
    grows as its square (Gluckstern, NIM 24 (1963) 381).
    """
    eta, sin_theta = particles.eta, particles.sin_theta
    pt = momentum.value * sin_theta
    spread = np.exp(p.error_spread.value * particles.draws.normal("error_spread", 5).T)
    missing = np.where(innermost_hits == 0, p.error_factor_without_innermost_hit.value, 1.0)
    brem = np.where(momentum.refitted, p.brem_error_factor.value, 1.0)
    errors: Columns = {
        "d0": _error(p.d0, eta, pt, p) * spread[0] * missing,
        "z0": _error(p.z0_sin_theta, eta, pt, p) / sin_theta * spread[1] * missing,
        "phi": _error(p.phi, eta, pt, p) * spread[2],
        "theta": _error(p.theta, eta, pt, p) * spread[3],
    }
    scattering = np.interp(np.abs(eta), p.abs_eta, p.q_over_p.scattering)
    curvature = np.interp(np.abs(eta), p.abs_eta, p.q_over_p.curvature)
    relative = np.hypot(scattering, curvature * pt)
    return errors, relative * spread[4] * brem / lever_arm**2


def perigee(particles: Particles) -> tuple[FloatArray, FloatArray, FloatArray]:
    """True d0 [mm], z0 [mm] and phi at the point of closest approach to the beam line.

    To second order in the path from that point to the production point over the radius of the
    helix, so that prompt particles are exact and conversions far out are approximate.
    """
    path = particles.x * np.cos(particles.phi) + particles.y * np.sin(particles.phi)
    bend = particles.charge * path / (CURVATURE_RADIUS * particles.pt)
    d0 = particles.y * np.cos(particles.phi) - particles.x * np.sin(particles.phi)
    return d0 - 0.5 * bend * path, particles.z - path * np.sinh(particles.eta), particles.phi + bend


def fit_quality(
    particles: Particles,
    passage: Passage,
    degrees_of_freedom: IntArray,
    material: MaterialParameters,
    parameters: TrackingParameters,
) -> Columns:
    """chi-squared, degrees of freedom, and the spread of the chi-squared over the surfaces.

    Bremsstrahlung between the hits adds a kink that grows with the square of the loss, and so
    does a decay in flight with the square of its angle. A combination of hits of several
    particles fits badly.
    """
    p, draws = parameters, particles.draws
    dof = np.maximum(degrees_of_freedom, 1)
    spread = np.exp(p.chi2_spread.value * draws.normal("chi2_spread"))
    chi2 = p.chi2_scale.value * draws.chi_squared("chi2", dof) * spread
    chi2 *= np.where(particles.is_fake, p.fake_chi2.value, 1.0)
    first = material.indices(Detector.PIXEL)[0]
    last = material.indices(Detector.SCT)[-1]
    losses = 1.0 - passage.fraction[:, first + 1 : last + 1] / passage.fraction[:, first:last]
    kink = (losses**2).sum(axis=1) + (passage.kink / p.largest_kink.value) ** 2
    chi2 += p.brem_chi2.value * kink * draws.exponential("chi2_kink")
    per_surface = np.sqrt(2.0) * chi2 / dof * np.exp(0.15 * draws.normal("chi2_surfaces"))
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
