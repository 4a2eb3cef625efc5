"""Clusters: the energy in them, and which track has which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from hepchain.simulation.response.arrays import BoolArray, FloatArray, IntArray
from hepchain.simulation.response.calorimeter import Deposit, impact
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.neighbours import close_pairs
from hepchain.simulation.response.parameters import CalorimeterParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.rows import Rows

CLUSTER_GAP = (0.0375, 0.0625)
"""Half of three by five cells of the middle layer, in eta and azimuth: energy within joins."""


@dataclass(frozen=True)
class Clusters(Rows):
    """The cluster around the energy that each particle leaves, shape (n,)."""

    energy: FloatArray
    """Measured electromagnetic energy of the particle and of its neighbours [GeV]."""
    own: FloatArray
    """Share of the particle itself."""
    eta: FloatArray
    phi: FloatArray
    """Barycentre."""
    found: BoolArray
    """Whether it rises above the noise."""


def _positions(
    particles: Particles, left: Deposit, p: CalorimeterParameters
) -> tuple[FloatArray, FloatArray]:
    """Where the energy of each particle lies, pseudorapidity and azimuth: shape (n,) each."""
    eta, phi = impact(particles, p)
    return eta + left.eta_shift, wrap(phi + bending_side(particles) * left.phi_shift)


def bending_side(particles: Particles) -> FloatArray:
    """Sign of the azimuth on the side to which radiated photons miss the particle: shape (n,)."""
    return np.where(particles.charge < 0, 1.0, -1.0)


def cluster(particles: Particles, left: Deposit, parameters: CalorimeterParameters) -> Clusters:
    """The clusters of charged particles and photons.

    To each particle's energy that of others in its window is added. Photons of the simulated
    collisions and the other charged particles count; collisions far from the hard one are part of
    the noise.
    """
    eta, phi = _positions(particles, left, parameters)
    n = len(particles)
    added, d_eta, d_phi = np.zeros(n), np.zeros(n), np.zeros(n)
    for a, b in close_pairs(particles.event, eta, phi, *CLUSTER_GAP):
        for i, j in ((a, b), (b, a)):
            np.add.at(added, i, left.energy[j])
            np.add.at(d_eta, i, left.energy[j] * (eta[j] - eta[i]))
            np.add.at(d_phi, i, left.energy[j] * wrap(phi[j] - phi[i]))
    together = left.energy + added
    share = np.maximum(together, 1e-9)
    found = _found(particles, together, together + left.seen_behind, parameters)
    return Clusters(
        energy=_measured(particles, together, parameters),
        own=np.where(added > 0.0, left.energy / share, 1.0),
        eta=eta + d_eta / share,
        phi=wrap(phi + d_phi / share),
        found=found,
    )


def _found(
    particles: Particles, energy: FloatArray, total: FloatArray, p: CalorimeterParameters
) -> BoolArray:
    """Whether energy makes a cluster, with what lies behind it in the hadronic calorimeter."""
    excess = (total - p.cluster_half.value) / p.cluster_width.value
    chance = 1.0 / (1.0 + np.exp(-np.clip(excess, -50.0, 50.0)))
    return particles.draws.chance("cluster", chance) & (energy > 0.0)


def _measured(particles: Particles, energy: FloatArray, p: CalorimeterParameters) -> FloatArray:
    """Energy with resolution and noise [GeV]: normal above the energy of the seed.

    A cluster that is found has a cell well above noise, so that less than the seed's threshold is
    never measured.
    """
    sigma = np.sqrt(
        p.sampling.value**2 * energy
        + (p.constant.value * energy) ** 2
        + (p.noise.value * p.noise_scale.value) ** 2
    )
    below = ndtr((p.seed.value - energy) / sigma)
    uniform = below + (1.0 - below) * particles.draws.uniform("energy")
    return np.asarray(energy + sigma * ndtri(np.minimum(uniform, 1.0 - 1e-12)))


@dataclass(frozen=True)
class Matches(Rows):
    """The cluster that the reconstruction gives to each track, shape (n,)."""

    matched: BoolArray
    source: IntArray
    """Position of the particle around whose energy the cluster is: that of the track or another."""
    delta_eta: FloatArray
    delta_phi: FloatArray
    """Cluster minus extrapolated track as measured [rad]; azimuth signed by charge."""


def match(
    tracks: Particles, everything: Particles, found: Clusters, parameters: CalorimeterParameters
) -> Matches:
    """Find the cluster of each track: its own one, or else the nearest one in the window.

    The window is narrow in pseudorapidity and on one side in azimuth, and wide on the side on
    which radiated photons lie (athena egammaSelectedTrackCopy.h). A hadron that leaves its cluster
    outside, or makes none, can be given that of a neighbour.

    Parameters
    ----------
    tracks : the first of ``everything``, shape (n,)
    everything, found : charged particles and photons, and their clusters
    """
    p, n = parameters, len(tracks)
    eta, phi = impact(tracks, p)
    source = np.arange(n)
    own = found.take(source)
    near = _within(*_distance(tracks, eta, phi, own), p)
    lost = np.flatnonzero(~(own.found & near))
    source[lost] = _nearest(tracks.take(lost), eta[lost], phi[lost], lost, everything, found, p)
    chosen = found.take(source)
    delta_eta, delta_phi = _distance(tracks, eta, phi, chosen)
    noise = tracks.draws.normal("matching", 2)
    constant, stochastic = p.delta_eta.value
    delta_eta = delta_eta + np.hypot(constant, stochastic / chosen.energy) * noise[:, 0]
    delta_phi = delta_phi + p.delta_phi.value * noise[:, 1]
    matched = chosen.found & _within(delta_eta, delta_phi, p)
    return Matches(matched, source, delta_eta, delta_phi)


def _distance(
    tracks: Particles, eta: FloatArray, phi: FloatArray, found: Clusters
) -> tuple[FloatArray, FloatArray]:
    """Cluster minus impact of the track, azimuth signed by charge."""
    return found.eta - eta, bending_side(tracks) * wrap(found.phi - phi)


def _within(delta_eta: FloatArray, delta_phi: FloatArray, p: CalorimeterParameters) -> BoolArray:
    return (
        (np.abs(delta_eta) < p.match_eta.value)
        & (delta_phi > -p.match_phi.value)
        & (delta_phi < p.match_window.value)
    )


def _nearest(
    tracks: Particles,
    eta: FloatArray,
    phi: FloatArray,
    itself: IntArray,
    everything: Particles,
    found: Clusters,
    p: CalorimeterParameters,
) -> IntArray:
    """Position of the nearest cluster in the window of each track, its own if there is none.

    Parameters
    ----------
    itself : positions of the tracks among ``everything``, shape (n,)
    """
    n = len(tracks)
    there = np.flatnonzero(found.found)
    nearest, best = itself.copy(), np.full(n, np.inf)
    event = np.concatenate([tracks.event, everything.event[there]])
    both_eta = np.concatenate([eta, found.eta[there]])
    both_phi = np.concatenate([phi, found.phi[there]])
    gaps = (p.match_eta.value, p.match_window.value)
    for a, b in close_pairs(event, both_eta, both_phi, *gaps):
        for i, j in ((a, b), (b, a)):
            across = (i < n) & (j >= n)
            i, j = i[across], there[j[across] - n]
            offset = _distance(tracks.take(i), eta[i], phi[i], found.take(j))
            good = _within(*offset, p) & (j != itself[i])
            i, j, distance = i[good], j[good], np.hypot(*offset)[good]
            order = np.argsort(-distance, kind="stable")  # the nearest is written last
            i, j, distance = i[order], j[order], distance[order]
            closer = distance < best[i]
            i, j, distance = i[closer], j[closer], distance[closer]
            nearest[i], best[i] = j, distance
    return nearest
