"""Single electrons: what the taggers learn to find."""

from __future__ import annotations

import numpy as np

from hepchain.seeds import generator
from hepchain.simulation.generation.gun import Gun, log_uniform, prompt_particles
from hepchain.simulation.generation.particles import ELECTRON, Particles
from hepchain.simulation.generation.source import SampleKeys

PT_RANGE = (0.5, 5.0)
"""GeV, uniform in the logarithm"""
MAX_ABS_ETA = 2.5


def draw_electrons(size: int, random: np.random.Generator) -> Particles:
    """One electron an event: pT log-uniform, eta and phi uniform, both charges alike."""
    pt = log_uniform(*PT_RANGE, size, random)
    eta = random.uniform(-MAX_ABS_ETA, MAX_ABS_ETA, size)
    phi = random.uniform(-np.pi, np.pi, size)
    return prompt_particles(pt, eta, phi, ELECTRON * random.choice([-1, 1], size), 1)


def source(sample_name: str, sample: SampleKeys, part: int, seed: int) -> Gun:
    """Electrons of one job."""
    return Gun(draw_electrons, generator(seed, sample_name, part, "gun"))
