"""The decay N2 -> N1 e e against closed formulas and conservation laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from hepchain.chains.soft_electrons.electroweakinos.pair_decay import (
    ELECTRON_MASS,
    FourVector,
    boost,
    decay,
    draw_pair_mass,
    line_shape,
    two_body_decay,
)
from hepchain.simulation.generation.record import Floats

EVENTS = 40_000
MASS_POINTS = [(103.0, 100.0), (155.0, 150.0)]


def published_line_shape(m: Floats, mass_1: float, mass_2: float) -> Floats:
    """Formula as printed in arXiv:0704.2515, not factored."""
    mu, total, z = mass_2 - mass_1, mass_1 + mass_2, 91.1876
    root = np.sqrt(m**4 - m**2 * (mu**2 + total**2) + (mu * total) ** 2)
    bracket = -2 * m**4 + m**2 * (2 * total**2 - mu**2) + (mu * total) ** 2
    return m * root / (m**2 - z**2) ** 2 * bracket


@pytest.mark.parametrize("sign", [-1, 1])
def test_line_shape_is_the_published_one(sign: int) -> None:
    m = np.linspace(0.05, 4.5, 50)
    assert line_shape(m, 150.0, sign * 155.0) == pytest.approx(
        published_line_shape(m, 150.0, sign * 155.0), rel=1e-6
    )


def test_line_shape_of_compressed_higgsinos_is_the_leading_order_one() -> None:
    splitting = 3.0
    m = np.linspace(0.1, 2.9, 30)
    ratio = line_shape(m, 1500.0, -1500.0 - splitting) / (m * (splitting**2 - m**2) ** 1.5)
    assert ratio / ratio[0] == pytest.approx(np.ones(30), rel=5e-3)


def test_line_shape_of_equal_signs_is_harder() -> None:
    def mean(sign: int) -> float:
        weight = integrate.quad(lambda m: line_shape(m, 100.0, sign * 103.0), 0, 3)[0]
        return integrate.quad(lambda m: m * line_shape(m, 100.0, sign * 103.0), 0, 3)[0] / weight

    assert mean(-1) == pytest.approx(0.491 * 3, rel=3e-3)
    assert mean(1) > 1.2 * mean(-1)


@pytest.mark.parametrize(("n2", "n1"), MASS_POINTS)
def test_pair_masses_follow_the_formula(n2: float, n1: float) -> None:
    drawn = draw_pair_mass(EVENTS, n2, n1, np.random.default_rng(1))
    splitting = n2 - n1
    assert drawn.min() >= 2 * ELECTRON_MASS
    assert drawn.max() < splitting
    expected = 0.491 * splitting
    assert abs(drawn.mean() - expected) < 4 * drawn.std() / EVENTS**0.5 + 0.001 * splitting

    grid = np.linspace(0, splitting, 20_001)
    cumulative = integrate.cumulative_simpson(
        published_line_shape(grid[:-1], n1, -n2), x=grid[:-1], initial=0
    )
    result = stats.kstest(drawn, lambda m: np.interp(m, grid[:-1], cumulative / cumulative[-1]))
    assert result.pvalue > 1e-3


def moving(mass: float, size: int, random: np.random.Generator) -> FourVector:
    px, py, pz = random.normal(0, [[200], [200], [600]], (3, size))
    return FourVector(px, py, pz, np.sqrt(mass**2 + px**2 + py**2 + pz**2))


@pytest.mark.parametrize(("n2", "n1"), MASS_POINTS)
def test_decay_conserves_momentum_and_gives_the_masses(n2: float, n1: float) -> None:
    random = np.random.default_rng(2)
    parent = moving(n2, 1000, random)
    products = decay(parent, n2, n1, random)
    total = products[0] + products[1] + products[2]
    for component in ("px", "py", "pz", "energy"):
        difference = getattr(total, component) - getattr(parent, component)
        assert np.abs(difference).max() < 1e-8 * parent.energy.max()
    assert products[0].mass == pytest.approx(np.full(1000, n1), rel=1e-6)
    pair = (products[1] + products[2]).mass
    assert (pair < n2 - n1 + 1e-4).all()


def in_rest_frame(vector: FourVector, frame: FourVector) -> FourVector:
    return boost(vector, FourVector(-frame.px, -frame.py, -frame.pz, frame.energy))


def test_decays_are_isotropic_in_the_rest_frames() -> None:
    random = np.random.default_rng(3)
    parent = moving(153.0, EVENTS, random)
    n1, electron, positron = decay(parent, 153.0, 150.0, random)
    for product, frame in ((n1, parent), (electron, electron + positron)):
        rest = in_rest_frame(product, frame)
        momentum = np.sqrt(rest.px**2 + rest.py**2 + rest.pz**2)
        assert stats.kstest(rest.pz / momentum, stats.uniform(-1, 2).cdf).pvalue > 1e-3
        azimuth = np.arctan2(rest.py, rest.px)
        assert stats.kstest(azimuth, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3


@settings(max_examples=50, deadline=None)
@given(
    mass=st.floats(1.0, 1000.0),
    shares=st.tuples(st.floats(0, 0.49), st.floats(0, 0.49)),
    momentum=st.tuples(*[st.floats(-2000, 2000)] * 3),
    seed=st.integers(0, 1000),
)
def test_two_body_decay_puts_products_on_their_mass_shells(
    mass: float, shares: tuple[float, float], momentum: tuple[float, float, float], seed: int
) -> None:
    px, py, pz = (np.array([value]) for value in momentum)
    parent = FourVector(px, py, pz, np.sqrt(mass**2 + px**2 + py**2 + pz**2))
    first, second = two_body_decay(
        parent, shares[0] * mass, shares[1] * mass, np.random.default_rng(seed)
    )
    assert (first + second).energy == pytest.approx(parent.energy)
    assert (first + second).px == pytest.approx(px, abs=1e-7 * parent.energy[0])
    for product, share in ((first, shares[0]), (second, shares[1])):
        squared = product.energy**2 - product.px**2 - product.py**2 - product.pz**2
        assert squared == pytest.approx((share * mass) ** 2, abs=1e-9 * parent.energy[0] ** 2)
