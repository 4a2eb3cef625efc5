"""Tracks in a field: closed formulas of the helix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.figures.helix import Helix, crossed_layers
from hepchain.simulation.response.material import Detector, Layer

HELICES = st.builds(
    Helix,
    pt=st.floats(0.4, 100.0),
    eta=st.floats(-2.5, 2.5),
    phi=st.floats(-np.pi, np.pi),
    z0=st.floats(-100.0, 100.0),
    charge=st.sampled_from([-1, 1]),
)
RADII = np.linspace(1.0, 1200.0, 50)


@given(HELICES)
def test_all_points_lie_on_one_circle_through_the_beam_line(helix: Helix) -> None:
    x, y, _ = helix.at_radius(RADII)
    side = helix.phi - helix.charge * np.pi / 2.0
    centre = helix.curvature_radius * np.array([np.cos(side), np.sin(side)])
    distance = np.hypot(x - centre[0], y - centre[1])
    np.testing.assert_allclose(distance, helix.curvature_radius, rtol=1e-9)
    np.testing.assert_allclose(np.hypot(x, y), RADII)


def test_curvature_is_that_of_two_tesla() -> None:
    assert Helix(1.0, 0.0, 0.0, 0.0, 1).curvature_radius == pytest.approx(1667.8, abs=0.1)


@given(HELICES)
def test_opposite_charges_are_mirror_images(helix: Helix) -> None:
    other = Helix(helix.pt, helix.eta, helix.phi, helix.z0, -helix.charge)
    (x, y, z), (u, v, w) = helix.at_radius(RADII), other.at_radius(RADII)
    along, across = np.cos(helix.phi), np.sin(helix.phi)
    np.testing.assert_allclose(x * along + y * across, u * along + v * across, atol=1e-6)
    np.testing.assert_allclose(y * along - x * across, u * across - v * along, atol=1e-6)
    np.testing.assert_allclose(z, w)


def test_positive_particles_turn_clockwise() -> None:
    _, y, _ = Helix(1.0, 0.0, 0.0, 0.0, 1).at_radius(RADII)
    assert (y < 0.0).all()


@given(HELICES.filter(lambda helix: abs(helix.eta) > 0.1))
def test_planes_are_met_where_the_path_has_their_z(helix: Helix) -> None:
    z = helix.z_at(helix.length(np.array([500.0])))[0]
    assert helix.radius_at_z(z) == pytest.approx(500.0, rel=1e-6)
    assert np.isnan(helix.radius_at_z(helix.z0 - np.sign(helix.eta)))


def test_a_track_that_curls_never_gets_further_than_its_circle() -> None:
    assert np.isnan(Helix(0.2, 0.0, 0.0, 0.0, 1).length(np.array([1000.0]))).all()


def test_layers_are_crossed_where_they_are() -> None:
    layers = [
        Layer(name="outer", detector=Detector.SCT, radius=300.0, half_length=700.0, x0=0.0),
        Layer(name="inner", detector=Detector.PIXEL, radius=50.0, half_length=400.0, x0=0.0),
        Layer(name="disk", detector=Detector.SCT, z=850.0, inner=300.0, outer=560.0, x0=0.0),
    ]
    central = Helix(50.0, 0.0, 0.0, 0.0, 1)
    forward = Helix(50.0, -1.5, 0.0, 0.0, 1)
    np.testing.assert_allclose(crossed_layers(central, layers), [50.0, 300.0])
    np.testing.assert_allclose(
        crossed_layers(forward, layers), [50.0, 300.0, 850.0 / np.sinh(1.5)], rtol=1e-3
    )
