"""Jets and subjettiness of events made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hepchain.chains.dijets.config.events import JetsConfig
from hepchain.chains.dijets.events.jets import find_dijets, momenta_of, subjettiness, tau_ratio
from hepchain.chains.dijets.events.particles import Particles

CONFIG = JetsConfig(radius=1.0, min_leading_pt=1200.0, min_pt=200.0, max_abs_eta=2.5, beta=1.0)


def particles(*events: list[tuple[float, float, float]]) -> Particles:
    """Of lists of (pT, eta, phi)."""
    rows = [(number, *row) for number, event in enumerate(events) for row in event]
    event, pt, eta, phi = np.array(rows, dtype=np.float64).T
    return Particles(len(events), event.astype(np.int64), pt, eta, phi)


def tau(axes: int, *jets: list[tuple[float, float, float]]) -> np.ndarray:
    return subjettiness(momenta_of(particles(*jets)), axes, CONFIG)


def test_two_massless_prongs() -> None:
    """m^2 = 2 pT1 pT2 (cosh deta - cos dphi), tau1 = 0.5 * 0.4 of two alike, tau2 = 0."""
    pair = [(500.0, 0.0, 0.2), (500.0, 0.0, -0.2)]
    other = [(1300.0, 0.0, np.pi)]
    found = find_dijets(particles([*pair, *other]), CONFIG)
    assert found.event.tolist() == [0]
    assert found.mass[0] == pytest.approx([0.0, np.sqrt(2 * 500**2 * (1 - np.cos(0.4)))], abs=1e-3)
    pt = 2 * 500 * np.cos(0.2)
    assert found.pt[0] == pytest.approx([1300.0, pt])
    energy = 2300.0**2 - (1300.0 - pt) ** 2
    assert found.mjj[0] == pytest.approx(np.sqrt(energy))
    assert tau(1, pair)[0] == pytest.approx(0.2, rel=1e-3)
    assert tau(2, pair)[0] == 0.0


def test_the_axis_of_one_prong_is_the_median_of_its_constituents() -> None:
    """With distances to the first power: half of the pT on a point holds the axis there."""
    jet = [(600.0, 0.0, 0.0), (200.0, 0.3, 0.0), (200.0, -0.1, 0.2)]
    expected = (200 * 0.3 + 200 * np.hypot(0.1, 0.2)) / 1000
    assert tau(1, jet)[0] == pytest.approx(expected, rel=0.02)


def test_axes_are_no_worse_than_those_of_kt() -> None:
    random = np.random.default_rng(3)

    def constituent() -> tuple[float, float, float]:
        eta, phi = random.normal(0.0, 0.3, 2)
        return float(random.exponential(50.0)), float(eta), float(phi)

    jets = [[constituent() for _ in range(20)] for _ in range(50)]
    one, two = (tau(axes, *jets) for axes in (1, 2))
    assert (two <= one * 1.01).all()


def test_subjettiness_does_not_depend_on_place_and_scale() -> None:
    jet = [(500.0, 0.1, 0.2), (300.0, -0.2, 0.1), (200.0, 0.0, -0.3), (50.0, 0.25, 0.1)]
    random = np.random.default_rng(4)
    moved = [
        [(scale * pt, y + eta, p + phi) for pt, y, p in jet]
        for scale, eta, phi in random.uniform((0.5, -1.0, -3.0), (20.0, 1.0, 3.0), (100, 3))
    ]
    for axes in (1, 2):
        assert tau(axes, *moved) == pytest.approx(tau(axes, jet)[0], rel=0.02)


def test_jets_of_few_constituents_have_none() -> None:
    jets = momenta_of(particles([(500.0, 0.0, 0.0)], [(500.0, 0.0, 0.0), (400.0, 0.1, 0.0)]))
    assert tau_ratio(jets, CONFIG).tolist() == [0.0, 0.0]


def test_what_is_not_kept() -> None:
    alone = [(1500.0, 0.0, 0.0)]
    soft = [(1100.0, 0.0, 0.0), (1100.0, 0.0, np.pi)]
    forward = [(1500.0, 0.0, 0.0), (1400.0, 2.6, np.pi)]
    good = [(1500.0, 0.0, 0.0), (250.0, 0.0, np.pi)]
    found = find_dijets(particles(alone, soft, good, forward), CONFIG)
    assert found.event.tolist() == [2]
    assert len(find_dijets(particles(alone), CONFIG).event) == 0
