"""Decays in flight: closed formulas of two-body decays and of exponential paths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.chains.soft_muons.generation.flight import (
    HADRONS,
    KAON,
    MUON_MASS,
    PION,
    decay,
    muon_momenta,
    path_to,
    rotated,
    survival,
)
from tests.chains.soft_muons.shared import RESPONSE

VOLUME = RESPONSE.volume


@given(momentum=st.floats(4.0, 200.0), kind=st.sampled_from([PION, KAON]))
def test_muons_have_the_energies_of_a_two_body_decay(momentum: float, kind: int) -> None:
    """E_mu lies between r E (1 -+ beta) / 2 + ...: flat between the two kinematic ends."""
    hadron = HADRONS[kind]
    random = np.random.default_rng(1)
    along, first, second = muon_momenta(hadron, np.full(500, momentum), random)
    energy = np.sqrt(along**2 + first**2 + second**2 + MUON_MASS**2)
    total = np.hypot(momentum, hadron.mass)
    at_rest = np.hypot(hadron.muon_momentum, MUON_MASS)
    boost = hadron.muon_momentum * momentum / hadron.mass
    low, high = (total / hadron.mass * at_rest + sign * boost for sign in (-1, 1))
    assert (energy > low - 1e-6).all()
    assert (energy < high + 1e-6).all()
    assert np.hypot(first, second).max() <= hadron.muon_momentum + 1e-12
    neutrino2 = (momentum - along) ** 2 + first**2 + second**2
    np.testing.assert_allclose(np.sqrt(neutrino2), total - energy, rtol=1e-5, atol=1e-6)


@given(
    theta=st.floats(0.2, 2.9), phi=st.floats(-3.1, 3.1), parts=st.tuples(*[st.floats(-5, 5)] * 3)
)
def test_a_rotation_keeps_lengths_and_angles(
    theta: float, phi: float, parts: tuple[float, float, float]
) -> None:
    unit = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)
    direction = tuple(np.array([component]) for component in unit)
    components = [np.array([part]) for part in parts]
    turned = np.array(rotated(direction, *components))[:, 0]  # type: ignore[arg-type]
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(parts), abs=1e-9)
    assert turned @ unit == pytest.approx(parts[0], abs=1e-9)


def test_what_lives_long_decays_anywhere_with_the_probability_of_its_path() -> None:
    """For paths far below beta gamma c tau, P = L / (beta gamma c tau), L weighted by survival."""
    hadron, sine, momentum = HADRONS[PION], np.full(20_000, 0.8), np.full(20_000, 50.0)
    found = decay(hadron, momentum, sine, VOLUME, np.random.default_rng(2))
    end = path_to(VOLUME.calorimeter_end_radius.value, VOLUME.calorimeter_end_z.value, sine[:1])[0]
    steps = np.linspace(0.0, end, 20_001)
    alive = survival(steps, np.full(len(steps), 0.8), VOLUME)
    expected = np.trapezoid(alive, steps) / (50.0 / hadron.mass * hadron.decay_length)
    assert found.probability[0] == pytest.approx(expected * hadron.branching_fraction, rel=5e-3)
    mean = np.trapezoid(alive * steps, steps) / np.trapezoid(alive, steps)
    assert found.length.mean() == pytest.approx(mean, rel=0.02)


def test_kaons_decay_more_often_than_pions_by_mass_and_lifetime() -> None:
    momentum, sine = np.full(10, 100.0), np.full(10, 0.9)
    pion, kaon = (
        decay(HADRONS[kind], momentum, sine, VOLUME, np.random.default_rng(3)).probability[0]
        / HADRONS[kind].branching_fraction
        for kind in (PION, KAON)
    )
    ratio = HADRONS[KAON].mass / HADRONS[PION].mass * 7804.5 / 3711.0
    assert kaon / pion == pytest.approx(ratio, rel=0.01)
