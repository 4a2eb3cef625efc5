"""Single electrons: what the taggers learn to find."""

from __future__ import annotations

from collections.abc import Mapping

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.seeds import generator
from hepchain.simulation.generation.events import GeneratedEvents, HardProcess
from hepchain.simulation.generation.jets import Jets
from hepchain.simulation.generation.particles import ELECTRON, Particles
from hepchain.simulation.generation.pythia import CrossSection
from hepchain.simulation.generation.source import Source
from hepchain.truth import TruthOrigin

PT_RANGE = (0.5, 5.0)
"""GeV, uniform in the logarithm"""
MAX_ABS_ETA = 2.5


class ElectronGun(Source):
    """One electron or positron an event, at the collision point."""

    batch_size = 1000

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._trials = 0

    def next_events(self, size: int, kept: int) -> GeneratedEvents:
        """Exactly ``size`` events; every one is kept."""
        self._trials += size
        zeros = np.zeros(size)
        return GeneratedEvents(
            weight=np.ones(size),
            truth_met=zeros,
            truth_met_phi=zeros,
            sum_et=zeros,
            hard=HardProcess.of(size),
            jets=_no_jets(size),
            particles=draw_electrons(size, self._random),
        )

    @property
    def trials(self) -> int:
        """Number of events so far."""
        return self._trials

    def cross_section(self) -> CrossSection | None:
        """None: no process of nature."""
        return None


def draw_electrons(size: int, random: np.random.Generator) -> Particles:
    """One electron an event: pT log-uniform, eta and phi uniform, both charges alike."""
    none = np.zeros(size)
    values: Mapping[str, tuple[npt.NDArray[np.generic], type[np.generic]]] = {
        "pt": (_log_uniform(*PT_RANGE, size, random), np.float32),
        "eta": (random.uniform(-MAX_ABS_ETA, MAX_ABS_ETA, size), np.float32),
        "phi": (random.uniform(-np.pi, np.pi, size), np.float32),
        "pdg_id": (ELECTRON * random.choice([-1, 1], size), np.int32),
        "parent_pdg_id": (none, np.int32),
        "origin": (np.full(size, TruthOrigin.HARD_ELECTRON), np.int8),
        "vx": (none, np.float32),
        "vy": (none, np.float32),
        "vz": (none, np.float32),
    }
    one_each = np.ones(size, dtype=np.int64)
    return Particles(
        **{
            name: ak.unflatten(array.astype(kind), one_each)
            for name, (array, kind) in values.items()
        }
    )


def _log_uniform(
    low: float, high: float, size: int, random: np.random.Generator
) -> npt.NDArray[np.float64]:
    return np.exp(random.uniform(np.log(low), np.log(high), size))


def _no_jets(size: int) -> Jets:
    empty = ak.unflatten(np.zeros(0, dtype=np.float32), np.zeros(size, dtype=np.int64))
    return Jets(pt=empty, eta=empty, phi=empty, mass=empty)


def source(sample_name: str, part: int, seed: int) -> ElectronGun:
    """Electrons of one job."""
    return ElectronGun(generator(seed, sample_name, part, "gun"))
