"""Inelastic collisions without a hard scale: the pile-up."""

from __future__ import annotations

from hepchain.seeds import integer_seed
from hepchain.simulation.generation.pythia import PythiaRun, Settings
from hepchain.simulation.generation.source import PythiaSource, SampleKeys

SETTINGS: Settings = {"SoftQCD:nonDiffractive": "on"}
"""Diffractive collisions leave next to no tracks above 0.5 GeV and are not generated."""


def source(sample_name: str, sample: SampleKeys, part: int, seed: int) -> PythiaSource:
    """Minimum-bias collisions of one job."""
    return PythiaSource(PythiaRun(SETTINGS, integer_seed(seed, sample_name, part, "pythia")))
