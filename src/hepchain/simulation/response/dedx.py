"""Energy loss in the pixels."""

from __future__ import annotations

import numpy as np

from hepchain.energy_loss import most_probable_loss
from hepchain.simulation.response.arrays import Columns, FloatArray, IntArray
from hepchain.simulation.response.parameters import PixelDedxParameters
from hepchain.simulation.response.particles import MASSES, Particles

SILICON_DENSITY = 2.329
"""[g/cm3]"""


def relative_loss(beta_gamma: FloatArray, parameters: PixelDedxParameters) -> FloatArray:
    """Energy loss over that of a pion of 1 GeV.

    Up to that pion's beta gamma dE/dx = p0/beta^p2 ln(1 + (p1 beta gamma)^p4) - p3, which was
    fitted to pions, kaons and protons (athena PixeldEdxData.cxx). It has no density effect: taken
    literally, electrons would lose twice what pions lose. Above, the most probable loss in the
    sensor with density effect (PDG, passage of particles, eq. 34.12) takes over; there both are
    one.
    """
    pion = np.array([1.0 / MASSES[211]])
    slow = _formula(beta_gamma, parameters) / _formula(pion, parameters)
    thickness = parameters.thickness.value * SILICON_DENSITY
    fast = most_probable_loss(np.maximum(beta_gamma, pion), thickness)
    return np.where(beta_gamma < pion, slow, fast / most_probable_loss(pion, thickness))


def _formula(beta_gamma: FloatArray, parameters: PixelDedxParameters) -> FloatArray:
    p0, p1, p2, p3, p4 = parameters.bethe_bloch.value
    beta = beta_gamma / np.sqrt(1.0 + beta_gamma**2)
    return np.asarray(p0 / beta**p2 * np.log1p((np.abs(p1) * beta_gamma) ** p4) - p3)


def used_clusters(clusters: IntArray, overflows: IntArray) -> IntArray:
    """Clusters in the truncated mean: without the highest of two or more, two of five or more."""
    dropped = np.where(clusters >= 5, 2, np.where(clusters >= 2, 1, 0))
    return np.asarray(np.maximum(clusters - dropped - overflows, 0))


def measure(
    particles: Particles,
    pixel_hits: IntArray,
    innermost_hits: IntArray,
    parameters: PixelDedxParameters,
) -> Columns:
    """The three dE/dx variables of each track.

    Returns
    -------
    ``pixel_dedx`` (relative to a pion of 1 GeV; of a track without a usable cluster: that of one
    cluster), ``number_of_used_hits_dedx``, ``number_of_ibl_overflows_dedx``
    """
    draws = particles.draws
    mean = relative_loss(particles.momentum / particles.mass, parameters)
    chance = np.minimum(parameters.overflow.value * mean**2, 1.0)
    overflows = draws.binomial("overflow", innermost_hits, chance)
    used = used_clusters(pixel_hits, overflows)
    width = np.asarray(parameters.width.value)[np.clip(used, 1, 4) - 1]
    tail = draws.chance("dedx_tail", parameters.tail.value)
    logarithm = np.log(mean) + width * draws.normal("dedx")
    logarithm += tail * 0.3 * draws.exponential("dedx_tail_size")
    return {
        "pixel_dedx": np.exp(logarithm),
        "number_of_used_hits_dedx": used,
        "number_of_ibl_overflows_dedx": overflows,
    }
