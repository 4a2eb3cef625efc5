"""Pair kinematics against closed formulas, an independent library, and symmetries."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import vector
from hypothesis import given
from hypothesis import strategies as st

from hepchain.selection.kinematics import (
    ELECTRON_MASS,
    delta_phi,
    delta_r,
    pair_mass,
    sine_of_theta,
)

momenta = st.floats(0.3, 20.0)
etas = st.floats(-2.7, 2.7)
angles = st.floats(-np.pi, np.pi)


def test_delta_phi_wraps() -> None:
    assert delta_phi(3.1, -3.1) == pytest.approx(6.2 - 2 * np.pi)
    assert delta_phi(0.3, 0.1) == pytest.approx(0.2)


@given(angles, angles)
def test_delta_phi_is_antisymmetric_and_short(first: float, second: float) -> None:
    forth, back = delta_phi(first, second), delta_phi(second, first)
    assert np.abs(forth) <= np.pi
    assert np.sin(forth) == pytest.approx(-np.sin(back), abs=1e-12)
    assert np.cos(forth) == pytest.approx(np.cos(first - second), abs=1e-12)


@given(momenta, etas, angles, momenta, etas, angles, angles)
def test_mass_does_not_change_under_rotation_boost_along_z_and_exchange(
    pt1: float, eta1: float, phi1: float, pt2: float, eta2: float, phi2: float, turn: float
) -> None:
    # Massless: then a shift in eta is a boost along the beam.
    mass = pair_mass(pt1, eta1, phi1, pt2, eta2, phi2, mass=0.0)
    close = partial(pytest.approx, rel=1e-6, abs=1e-4)
    assert pair_mass(pt2, eta2, phi2, pt1, eta1, phi1, mass=0.0) == close(mass)
    turned = pair_mass(pt1, eta1, phi1 + turn, pt2, eta2, phi2 + turn, mass=0.0)
    assert turned == close(mass)
    boosted = pair_mass(pt1, eta1 + 0.3, phi1, pt2, eta2 + 0.3, phi2, mass=0.0)
    assert boosted == close(mass)


def test_massless_pair_has_the_textbook_mass() -> None:
    expected = np.sqrt(2 * 6.0 * 2.0 * (np.cosh(0.4 - 0.1) - np.cos(0.2 - 0.5)))
    assert pair_mass(6.0, 0.4, 0.2, 2.0, 0.1, 0.5, mass=0.0) == pytest.approx(expected, rel=1e-12)


def test_mass_and_distance_agree_with_the_vector_library() -> None:
    rng = np.random.default_rng(3)
    pt, eta, phi = (
        rng.uniform(0.5, 10, (2, 200)),
        rng.normal(0, 1, (2, 200)),
        rng.uniform(-3, 3, (2, 200)),
    )
    particles: Iterator[Any] = (
        vector.array(
            {"pt": pt[i], "eta": eta[i], "phi": phi[i], "mass": np.full(200, ELECTRON_MASS)}
        )
        for i in (0, 1)
    )
    first, second = particles
    ours = pair_mass(pt[0], eta[0], phi[0], pt[1], eta[1], phi[1])
    np.testing.assert_allclose(ours, (first + second).mass, rtol=1e-9)
    np.testing.assert_allclose(
        delta_r(eta[0], phi[0], eta[1], phi[1]), first.deltaR(second), rtol=1e-12
    )


def test_particles_at_the_same_place_weigh_their_rest_masses() -> None:
    assert pair_mass(2.0, 0.5, 1.0, 2.0, 0.5, 1.0) == pytest.approx(2 * ELECTRON_MASS, rel=1e-3)


@given(etas)
def test_sine_of_theta(eta: float) -> None:
    assert sine_of_theta(eta) == pytest.approx(np.sin(2 * np.arctan(np.exp(-eta))), rel=1e-12)
