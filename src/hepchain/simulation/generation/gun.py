"""Guns: particles of given distributions at the collision point, without a process of nature."""

from __future__ import annotations

from collections.abc import Callable

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.simulation.generation.events import GeneratedEvents, HardProcess
from hepchain.simulation.generation.jets import Jets
from hepchain.simulation.generation.particles import ELECTRON, Particles
from hepchain.simulation.generation.pythia import CrossSection
from hepchain.simulation.generation.source import Source
from hepchain.simulation.generation.variations import VariationWeights
from hepchain.simulation.truth import TruthOrigin

Draw = Callable[[int, np.random.Generator], Particles]
"""Particles of that many events."""


class Gun(Source):
    """Particles at the collision point; nothing else is in the event."""

    batch_size = 1000

    def __init__(self, draw: Draw, random: np.random.Generator) -> None:
        self._draw = draw
        self._random = random
        self._trials = 0

    def next_events(self, size: int, kept: int) -> GeneratedEvents:
        """Exactly ``size`` events; every one is kept."""
        self._trials += size
        zeros = np.zeros(size)
        return GeneratedEvents(
            weight=np.ones(size),
            variations=VariationWeights.none(size),
            truth_met=zeros,
            truth_met_phi=zeros,
            sum_et=zeros,
            hard=HardProcess.of(size),
            jets=_no_jets(size),
            particles=self._draw(size, self._random),
        )

    @property
    def trials(self) -> int:
        """Number of events so far."""
        return self._trials

    def cross_section(self) -> CrossSection | None:
        """None: no process of nature."""
        return None


def prompt_particles(
    pt: npt.NDArray[np.float64],
    eta: npt.NDArray[np.float64],
    phi: npt.NDArray[np.float64],
    pdg_id: npt.NDArray[np.int64],
    per_event: int,
) -> Particles:
    """Particles that start at the collision point, ``per_event`` of them in every event.

    Parameters
    ----------
    pt, eta, phi, pdg_id : shape (events * per_event,), event after event; pT in GeV
    """
    none = np.zeros(len(pt))
    is_electron = np.abs(pdg_id) == ELECTRON
    origin = np.where(is_electron, TruthOrigin.HARD_ELECTRON, TruthOrigin.FRAGMENTATION)
    counts = np.full(len(pt) // per_event, per_event)

    def jagged(values: npt.NDArray[np.generic], kind: type[np.generic]) -> ak.Array:
        return ak.unflatten(values.astype(kind), counts)

    return Particles(
        pdg_id=jagged(pdg_id, np.int32),
        parent_pdg_id=jagged(none, np.int32),
        origin=jagged(origin, np.int8),
        pt=jagged(pt, np.float32),
        eta=jagged(eta, np.float32),
        phi=jagged(phi, np.float32),
        vx=jagged(none, np.float32),
        vy=jagged(none, np.float32),
        vz=jagged(none, np.float32),
    )


def log_uniform(
    low: float, high: float, size: int, random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Numbers from ``low`` to ``high``, uniform in their logarithm, shape (size,)."""
    return np.exp(random.uniform(np.log(low), np.log(high), size))


def _no_jets(size: int) -> Jets:
    empty = ak.unflatten(np.zeros(0, dtype=np.float32), np.zeros(size, dtype=np.int64))
    return Jets(pt=empty, eta=empty, phi=empty, mass=empty)
