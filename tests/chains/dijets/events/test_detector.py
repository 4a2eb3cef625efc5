"""The response: limits in which nothing is lost, resolutions, and what becomes of energy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepchain.chains.dijets.config.response import DetectorConfig
from hepchain.chains.dijets.events.detector import respond
from hepchain.config.reading import load_block, read_yaml
from hepchain.simulation.generation.record import EventRecord
from hepchain.simulation.generation.variations import VariationWeights

RESPONSE = "config/dijets/response.yaml"


def record(code: int, energy: float, events: int, eta: float = 0.4) -> EventRecord:
    """An event of one particle, many times; behind the entry of the whole event."""
    count = 2 * events
    final = np.arange(count) % 2 == 1
    pt = energy / np.cosh(eta)
    random = np.random.default_rng(1)
    phi = random.uniform(-np.pi, np.pi, count)
    zeros = np.zeros(count)
    return EventRecord(
        offsets=np.arange(events + 1) * 2,
        pdg_id=np.full(count, code),
        final=final,
        mother=np.arange(count) // 2 * 2,
        px=pt * np.cos(phi),
        py=pt * np.sin(phi),
        pz=np.full(count, pt * np.sinh(eta)),
        energy=np.full(count, energy),
        vx=zeros,
        vy=zeros,
        vz=zeros,
        variations=VariationWeights(np.ones(events), np.ones(events)),
    )


def detector(**changes: Any) -> DetectorConfig:
    content = read_yaml(RESPONSE)
    return DetectorConfig.model_validate({**content, "scale": 1.0, **changes})


def energies(found: Any) -> np.ndarray:
    """Sum of each event."""
    energy = found.pt * np.cosh(found.eta)
    return np.bincount(found.event, energy, found.events)


@pytest.mark.parametrize(
    ("code", "energy", "resolution"),
    [
        (22, 200.0, np.sqrt((0.008 * 200) ** 2 + 0.11**2 * 200 + 0.4**2) * (1 + 0.64 * 0.4**2)),
        (2112, 200.0, np.sqrt((0.05 * 200) ** 2 + 1.5**2 * 200)),
        (130, 1000.0, np.sqrt((0.05 * 1000) ** 2 + 1.5**2 * 1000)),
    ],
)
def test_neutral_particles_have_the_resolution_of_their_calorimeter(
    code: int, energy: float, resolution: float
) -> None:
    found = energies(respond(record(code, energy, 4000), detector(), np.random.default_rng(2)))
    assert found.mean() == pytest.approx(energy, abs=4 * resolution / np.sqrt(4000) + 0.1)
    assert found.std() == pytest.approx(resolution, rel=0.06)


def test_tracks_have_their_efficiency_and_lost_ones_are_seen_in_towers() -> None:
    found = respond(record(211, 50.0, 4000), detector(), np.random.default_rng(3))
    resolved = np.abs(energies(found) - 50.0) < 5 * 50.0 * np.hypot(0.01, 1.5e-4 * 50)
    assert resolved.mean() > 0.85
    assert (energies(found) > 10.0).mean() > 0.99


def test_muons_and_neutrinos_leave_nothing_in_towers() -> None:
    muons = respond(record(13, 50.0, 2000), detector(), np.random.default_rng(4))
    assert len(muons) / 2000 == pytest.approx(0.95, abs=0.02)
    assert len(respond(record(12, 50.0, 100), detector(), np.random.default_rng(4))) == 0


def test_the_scale_is_a_factor() -> None:
    one, two = (
        respond(record(22, 100.0, 50), detector(scale=scale), np.random.default_rng(5))
        for scale in (1.0, 1.5)
    )
    assert two.pt == pytest.approx(1.5 * one.pt)


def test_the_file_is_in_order() -> None:
    assert load_block(RESPONSE, DetectorConfig).scale == pytest.approx(1.0, abs=0.05)
