"""Particles of the same event close to each other: clusters in common, energy in common."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, FloatArray, IntArray
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.material import Detector, MaterialParameters
from hepchain.simulation.response.parameters import HitParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS

LARGEST_GAP = 0.03
"""Tracks further apart in eta or azimuth do not share a pixel cluster of the outermost layer."""

SAME_ORIGIN = 0.1
"""Particles born nearer to each other than this have left one point [mm]."""


def close_pairs(
    event: IntArray, eta: FloatArray, phi: FloatArray, gap_eta: float, gap_phi: float
) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs of positions of the same event within both gaps; each pair once.

    Particles are laid out along one line, sorted by event and pseudorapidity, and compared with
    their next, second next, ... neighbour as long as any of these is near enough.
    """
    order = np.lexsort((eta, event))
    sorted_event, sorted_eta, sorted_phi = event[order], eta[order], phi[order]
    first = np.arange(len(order) - 1)
    for step in range(1, len(order)):
        first = first[first + step < len(order)]
        second = first + step
        near = sorted_event[second] == sorted_event[first]
        near &= sorted_eta[second] - sorted_eta[first] < gap_eta
        first, second = first[near], second[near]
        if not len(first):
            return
        both = np.abs(wrap(sorted_phi[second] - sorted_phi[first])) < gap_phi
        yield order[first[both]], order[second[both]]


def merged_clusters(
    particles: Particles, material: MaterialParameters, parameters: HitParameters
) -> BoolArray:
    """Pixel layers in which particles leave charge in the cluster of another: (n, pixel layers).

    Two particles are followed along their circles from where they were born; they merge where
    they are nearer than about two pixels in azimuth and one along the beam.
    """
    layers = material.indices(Detector.PIXEL)
    radii = np.array([material.layers[i].nominal_radius for i in layers])
    merged = np.zeros((len(particles), len(layers)), dtype=np.bool_)
    curvature = particles.charge / (CURVATURE_RADIUS * particles.pt)
    radius, slope_of = particles.radius, np.sinh(particles.eta)
    across, along = parameters.merging.value
    for a, b in close_pairs(
        particles.event, particles.eta, particles.phi, LARGEST_GAP, LARGEST_GAP
    ):
        start = np.maximum(radius[a], radius[b])[:, None]
        flight = np.maximum(radii - start, 0.0)
        turn = wrap(particles.phi[a] - particles.phi[b])[:, None]
        bend = 0.5 * flight**2 * (curvature[a] - curvature[b])[:, None]
        slope = (slope_of[a] - slope_of[b])[:, None]
        apart_z = (particles.z[a] - particles.z[b])[:, None] + flight * slope
        near = (np.abs(turn * flight - bend) < across) & (np.abs(apart_z) < along)
        near &= (radii > start) & _born_together(particles, a, b)[:, None]
        merged[a] |= near
        merged[b] |= near
    return merged


def _born_together(particles: Particles, a: IntArray, b: IntArray) -> BoolArray:
    distance = np.hypot(particles.x[a] - particles.x[b], particles.y[a] - particles.y[b])
    return distance < SAME_ORIGIN
