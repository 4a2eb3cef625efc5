"""Particles of every kind the detector tells apart: what its simulation is looked at with."""

from __future__ import annotations

import numpy as np

from hepchain.seeds import generator
from hepchain.simulation.generation.gun import Gun, log_uniform, prompt_particles
from hepchain.simulation.generation.particles import ELECTRON, PHOTON, Particles
from hepchain.simulation.generation.source import SampleKeys

MUON, PION, KAON, PROTON = 13, 211, 321, 2212
KINDS = (ELECTRON, MUON, PION, KAON, PROTON, PHOTON)
"""Equal shares on average, of the charged ones both charges."""
PER_EVENT = 20
PT_RANGE = (0.4, 10.0)
"""GeV, uniform in the logarithm"""
MAX_ABS_ETA = 2.6


def draw_particles(size: int, random: np.random.Generator) -> Particles:
    """``PER_EVENT`` particles an event: pT log-uniform, eta and phi uniform, kinds alike."""
    particles = size * PER_EVENT
    pt = log_uniform(*PT_RANGE, particles, random)
    eta = random.uniform(-MAX_ABS_ETA, MAX_ABS_ETA, particles)
    phi = random.uniform(-np.pi, np.pi, particles)
    kind = random.choice(KINDS, particles)
    sign = np.where(kind == PHOTON, 1, random.choice([-1, 1], particles))
    return prompt_particles(pt, eta, phi, kind * sign, PER_EVENT)


def source(sample_name: str, sample: SampleKeys, part: int, seed: int) -> Gun:
    """Particles of one job."""
    return Gun(draw_particles, generator(seed, sample_name, part, "particle_gun"))
