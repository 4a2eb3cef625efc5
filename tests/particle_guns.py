"""Particles made to order for the tests of the detector response."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.config.loader import load_block
from hepchain.simulation.response.crossing import Crossing
from hepchain.simulation.response.draws import child_keys, root_key
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.truth import TruthOrigin

REPOSITORY = Path(__file__).parents[1]


@cache
def parameters() -> ResponseParameters:
    return load_block(REPOSITORY / "config" / "detector" / "response.yaml", ResponseParameters)


def keys(n: int, seed: int = 1) -> npt.NDArray[np.uint64]:
    """Keys of random numbers for ``n`` particles or events."""
    return child_keys(root_key(seed), np.arange(n))


def particles(
    n: int,
    pdg_id: int,
    rng: np.random.Generator,
    pt: tuple[float, float] = (0.5, 5.0),
    max_eta: float = 2.5,
    origin: TruthOrigin = TruthOrigin.FRAGMENTATION,
) -> Particles:
    """``n`` prompt particles, each in an event of its own, log-uniform in pT and flat in eta."""
    zero = np.zeros(n)
    return Particles(
        key=keys(n, int(rng.integers(0, 2**31))),
        serial=np.arange(n),
        event=np.arange(n),
        collision=np.zeros(n, dtype=np.int64),
        pdg_id=np.full(n, pdg_id),
        parent_pdg_id=np.zeros(n, dtype=np.int64),
        origin=np.full(n, int(origin)),
        pt=np.exp(rng.uniform(np.log(pt[0]), np.log(pt[1]), n)),
        eta=rng.uniform(-max_eta, max_eta, n),
        phi=rng.uniform(-np.pi, np.pi, n),
        x=zero,
        y=zero,
        z=zero,
    )


def crossing_of(hard: Particles, mu: float = 34.0) -> Crossing:
    """Crossing without pile-up: one vertex at the origin in each event."""
    n = int(hard.event.max()) + 1
    return Crossing(
        mu=np.full(n, mu),
        hard_z=np.zeros(n),
        vertex_event=np.arange(n),
        vertex_z=np.zeros(n),
        particles=hard,
    )
