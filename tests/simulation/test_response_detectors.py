"""Pixel energy loss, transition radiation and calorimeter against published values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import gammaincc

from hepchain.simulation.response import calorimeter, dedx, shower_shapes
from hepchain.simulation.response.material import Detector
from hepchain.simulation.response.particles import MASSES
from hepchain.simulation.response.passage import CURVATURE_RADIUS, traverse
from hepchain.simulation.response.transition_radiation import (
    electron_probability,
    high_threshold_probability,
    relative_energy_loss,
    share_in_road,
    straw_occupancy,
)
from tests.particle_guns import parameters, particles


@pytest.mark.parametrize(
    ("code", "momentum", "expected"),
    [
        (211, 1.0, 1.00),
        (211, 0.5, 0.97),
        (321, 0.5, 1.63),
        (321, 0.7, 1.27),
        (321, 1.0, 1.07),
        (2212, 0.5, 3.15),
        (2212, 1.0, 1.56),
        (2212, 2.0, 1.05),
    ],
)
def test_pixel_energy_loss_of_slow_particles(code: int, momentum: float, expected: float) -> None:
    """By the formula of the code, fitted to data."""
    value = dedx.relative_loss(np.array([momentum / MASSES[code]]), parameters().pixel_dedx)
    assert value[0] == pytest.approx(expected, abs=0.011)


def test_pixel_energy_loss_rises_to_a_plateau() -> None:
    """Density effect: electrons lose 8 % more than pions of 1 GeV, which rise slowly."""
    p = parameters().pixel_dedx
    electrons = dedx.relative_loss(np.array([0.5, 1.0, 5.0]) / MASSES[11], p)
    assert electrons == pytest.approx(1.08, abs=0.01)
    momentum = np.geomspace(0.99, 50, 200)
    pions = dedx.relative_loss(momentum / MASSES[211], p)
    assert (np.diff(pions[momentum > 1.0]) > 0).all()
    assert np.abs(np.diff(pions)).max() < 0.01
    assert pions.max() < electrons.max()


def test_truncated_mean_drops_the_highest_clusters() -> None:
    used = dedx.used_clusters(np.array([0, 1, 2, 3, 4, 5, 6]), np.zeros(7, dtype=np.int64))
    assert used.tolist() == [0, 1, 1, 2, 3, 3, 4]


ONSET = [  # electron momentum 0.5, 0.7, 1, 1.5, 2, 3, 5 GeV; then a pion
    ("xenon_barrel", [0.089, 0.113, 0.135, 0.152, 0.159, 0.165, 0.172], 0.026),
    ("xenon_end_cap_a", [0.093, 0.132, 0.168, 0.186, 0.191, 0.196, 0.201], 0.047),
    ("xenon_end_cap_b", [0.105, 0.157, 0.199, 0.218, 0.225, 0.234, 0.245], 0.043),
    ("argon_barrel", [0.059, 0.062, 0.065, 0.068, 0.070, 0.074, 0.078], 0.038),
]


@pytest.mark.parametrize(("straw", "electron", "pion"), ONSET)
def test_onset_of_transition_radiation(straw: str, electron: list[float], pion: float) -> None:
    constants = getattr(parameters().trt.high_threshold, straw)
    gamma = np.sqrt(1 + (np.array([0.5, 0.7, 1, 1.5, 2, 3, 5]) / MASSES[11]) ** 2)
    assert high_threshold_probability(gamma, np.zeros(7), constants) == pytest.approx(
        electron, abs=6e-4
    )
    pion_gamma = np.array([np.sqrt(1 + (1 / MASSES[211]) ** 2)])
    assert high_threshold_probability(pion_gamma, np.zeros(1), constants) == pytest.approx(
        pion, abs=6e-4
    )


@pytest.mark.parametrize(
    ("straw", "occupancy", "electron", "pion"),
    [
        ("xenon_barrel", 0.2, 0.153, 0.047),
        ("xenon_barrel", 0.6, 0.205, 0.106),
        ("xenon_end_cap_a", 0.4, 0.209, 0.094),
        ("xenon_end_cap_b", 0.6, 0.281, 0.145),
        ("argon_barrel", 0.6, 0.177, 0.154),
    ],
)
def test_occupancy_adds_high_threshold_hits(
    straw: str, occupancy: float, electron: float, pion: float
) -> None:
    constants = getattr(parameters().trt.high_threshold, straw)
    gamma = np.sqrt(1 + (1.0 / np.array([MASSES[11], MASSES[211]])) ** 2)
    value = high_threshold_probability(gamma, np.full(2, occupancy), constants)
    assert value == pytest.approx([electron, pion], abs=1.1e-3)


def test_counting_high_thresholds_alone() -> None:
    """57 % of the electrons of 1 GeV at 5 % of the pions: 30 xenon barrel straws, occupancy 0.4."""
    rng = np.random.default_rng(1)
    electrons, pions = rng.binomial(30, 0.176, 400_000), rng.binomial(30, 0.073, 400_000)
    # Between two counts the efficiency at exactly 5 % follows by drawing lots.
    above = [(pions > cut).mean() for cut in range(30)]
    cut = int(np.argmax(np.array(above) <= 0.05))
    lot = (0.05 - above[cut]) / (above[cut - 1] - above[cut])
    efficiency = (electrons > cut).mean() + lot * (electrons == cut).mean()
    assert efficiency == pytest.approx(0.57, abs=0.015)


def test_electron_probability_is_bayes_with_equal_priors() -> None:
    n, high = np.array([5]), np.array([2])
    none = np.array([0])
    p_e, p_pi = np.array([0.2]), np.array([0.05])
    e, pi = 0.2**2 * 0.8**3, 0.05**2 * 0.95**3
    value = electron_probability((high, none), (n, none), (p_e, p_e), (p_pi, p_pi))
    assert value[0] == pytest.approx(e / (e + pi))


def test_gas_energy_loss_of_pions_and_electrons() -> None:
    trt = parameters().trt
    momentum = np.array([1.0])
    assert relative_energy_loss(momentum / MASSES[211], trt)[0] == pytest.approx(1.0)
    assert relative_energy_loss(momentum / MASSES[11], trt)[0] == pytest.approx(1.40, abs=0.03)
    assert relative_energy_loss(np.array([0.5]), trt)[0] > 4  # 1 / beta^2


def test_a_shower_fills_its_layers_deeper_with_energy() -> None:
    p = parameters().calorimeter
    n = 5
    energy, dead = np.geomspace(0.5, 50, n), np.full(n, 2.0)
    shares = shower_shapes.longitudinal_shares(energy, dead, np.zeros(n), p)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert (np.diff(shares[:, 0]) < 0).all()
    assert (np.diff(shares[:, 2:], axis=0) > 0).all()
    earlier = shower_shapes.longitudinal_shares(energy, np.zeros(n), np.zeros(n), p)
    assert (earlier[:, 0] > 0).all()


def test_what_a_shower_leaves_behind_is_the_tail_of_its_profile() -> None:
    """With a = 1 the profile is exp(-b t): behind 22.3 radiation lengths exp(-22.3 b) of it."""
    p = parameters().calorimeter
    lowest = np.log(2.0) - 0.5  # the maximum of the smallest energy looked at
    fluctuation = np.array([-10.0])  # an early shower: the maximum is held at 0.2
    shares = shower_shapes.longitudinal_shares(np.array([0.01]), np.zeros(1), fluctuation, p)
    a, b, depth = 1.0 + 0.5 * max(lowest - 10.0, 0.2), 0.5, sum(p.depth.value)
    assert shares[0, 3] == pytest.approx(gammaincc(a, b * depth), rel=1e-6)
    assert 0.0 < shares[0, 3] < 1e-4


@pytest.mark.parametrize("kinetic", [1.0, 4.0])
def test_barycentres_of_hadronic_showers_fluctuate_with_the_root_of_the_energy(
    kinetic: float,
) -> None:
    """5.1 mm at 80 GeV, over the radius at which the calorimeter begins."""
    p = parameters()
    momentum = np.sqrt((kinetic + MASSES[211]) ** 2 - MASSES[211] ** 2)
    gun = particles(40_000, 211, np.random.default_rng(5), pt=(momentum, momentum), max_eta=1e-3)
    passage = traverse(gun, p.material, p.tracking.largest_kink.value)
    left = calorimeter.deposit(gun, passage, p.calorimeter)
    showers = ~left.minimum_ionising & ~left.electromagnetic & ~passage.interacted
    expected = 5.1 * np.sqrt(80.0 / kinetic) / p.calorimeter.radius.value
    for shift in (left.eta_shift, left.phi_shift):
        assert shift[showers].std() == pytest.approx(expected, rel=0.03)
        assert (shift[left.minimum_ionising] == 0.0).all()
    assert left.phi_shift[passage.interacted].std() > 2.0 * expected


def test_the_road_ends_where_the_circles_are_its_width_apart() -> None:
    """Half of the momentum radiated on the way, at a random place: k l^2 / 2 = 10 mm behind it."""
    p = parameters()
    gun = particles(4000, 11, np.random.default_rng(6), pt=(0.5, 1.0), max_eta=0.1)
    passage = traverse(gun, p.material, p.tracking.largest_kink.value)
    entrance = p.material.indices(Detector.TRT)[0]
    fraction = np.ones_like(passage.fraction)
    assert (share_in_road(gun, replace(passage, fraction=fraction), entrance, p.trt) == 1.0).all()
    fraction[:, entrance + 1 :] = 0.5
    share = share_in_road(gun, replace(passage, fraction=fraction), entrance, p.trt)
    first, last = p.trt.length.value
    behind = np.sqrt(2.0 * p.trt.road.value * CURVATURE_RADIUS * gun.pt) / (last - first)
    cut = share < 1.0
    assert (share[cut] > behind[cut]).all()
    # The place is uniform: as much of the way as is behind it before the end is not cut.
    expected = np.maximum(1.0 - behind, 0.0).mean()
    assert cut.mean() == pytest.approx(expected, abs=0.03)


def test_straws_saturate_and_are_as_published_at_the_mean_pile_up() -> None:
    p = parameters().trt
    gun = particles(20_000, 211, np.random.default_rng(7))
    at = {mu: straw_occupancy(gun, np.full(len(gun), mu), p) for mu in (0.0, 34.0, 90.0)}
    assert at[0.0].mean() == pytest.approx(p.occupancy_offset.value, abs=0.002)
    assert at[34.0].mean() == pytest.approx(0.11 + 0.014 * 34.0, abs=0.01)
    assert at[34.0].std() == pytest.approx(p.occupancy_spread.value, rel=0.1)
    assert at[90.0].max() < 1.0
    assert len(np.unique(at[90.0])) == len(gun)


def test_a_shower_never_holds_more_than_arrives() -> None:
    rng = np.random.default_rng(2)
    p = parameters()
    for code in (11, 13, 211, 2212):
        gun = particles(5000, code, rng)
        passage = traverse(gun, p.material, p.tracking.largest_kink.value)
        left = calorimeter.deposit(gun, passage, p.calorimeter)
        available = gun.momentum if code == 11 else np.hypot(gun.momentum, gun.mass) - gun.mass
        assert (left.energy + left.hadronic <= available + 1e-9).all()
        assert (left.energy >= 0).all()


def test_all_photons_within_the_window_are_recovered_at_high_momentum() -> None:
    rng = np.random.default_rng(3)
    p = parameters()
    gun = particles(2000, 11, rng, pt=(500.0, 501.0), max_eta=0.5)
    passage = traverse(gun, p.material, p.tracking.largest_kink.value)
    photons, moment = calorimeter.recovered_photons(gun, passage, 0.15, p.calorimeter)
    kept = gun.momentum * passage.fraction[:, -1]
    straight = passage.fraction[:, -1] > 0.05
    assert (photons + kept)[straight] == pytest.approx(gun.momentum[straight])
    assert (moment >= 0).all()


def test_antiprotons_leave_more_energy_than_protons() -> None:
    p = parameters()
    deposits = []
    for code in (2212, -2212):
        rng = np.random.default_rng(4)
        gun = particles(20_000, code, rng)
        passage = traverse(gun, p.material, p.tracking.largest_kink.value)
        deposits.append(calorimeter.deposit(gun, passage, p.calorimeter))
    assert deposits[1].energy.mean() > deposits[0].energy.mean() + 0.2
