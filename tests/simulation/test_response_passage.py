from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from hepchain.simulation.response.draws import Draws
from hepchain.simulation.response.material import Detector
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import (
    CURVATURE_RADIUS,
    DECAY_LENGTH,
    Passage,
    convert_photons,
    crossings,
    retained_fraction,
    thickness,
    traverse,
)
from hepchain.simulation.truth import TruthOrigin
from tests.particle_guns import keys, parameters, particles

MATERIAL = parameters().material
LAYERS = len(MATERIAL.layers)


def walk(gun: Particles) -> Passage:
    return traverse(gun, MATERIAL, parameters().tracking.largest_kink.value)


def at_eta(eta: float, n: int = 1, code: int = 211, seed: int = 1) -> Particles:
    gun = particles(n, code, np.random.default_rng(seed))
    return replace(gun, eta=np.full(n, eta))


@pytest.mark.parametrize("t", [0.1, 0.3, 0.5, 1.0])
def test_bremsstrahlung_follows_bethe_and_heitler(t: float) -> None:
    z = retained_fraction(np.full((40_000, 1), t), Draws(keys(40_000)))
    assert z.mean() == pytest.approx(np.exp(-t), abs=4 * z.std() / 200)
    assert stats.kstest(-np.log(z[:, 0]), stats.gamma(t / np.log(2)).cdf).pvalue > 1e-3


def test_no_material_no_loss() -> None:
    assert (retained_fraction(np.zeros((10, 3)), Draws(keys(10))) == 1.0).all()


def test_helix_reaches_the_calorimeter_above_a_third_of_a_gev() -> None:
    """A track of pT 0.344 GeV just reaches a radius of 1148 mm in 2 T: twice its own radius."""
    assert pytest.approx(1148, rel=2e-3) == 2 * CURVATURE_RADIUS * 0.344


@pytest.mark.parametrize(
    ("eta", "pixel", "strip"),
    [(0.0, 4, 4), (1.0, 4, 4), (1.3, 4, 4), (2.0, 4, 4), (2.2, 6, 4), (2.4, 5, 4)],
)
def test_layers_and_disks_cover_the_acceptance(eta: float, pixel: int, strip: int) -> None:
    """At least four pixel and double strip layers up to |eta| 2.4; by hand for the pixels.

    At eta 2.2 a track leaves the barrel behind its second outer layer and meets all three disks.
    """
    for sign in (-1, 1):
        _, ahead = crossings(at_eta(sign * eta), MATERIAL)
        assert ahead[0, MATERIAL.indices(Detector.PIXEL)].sum() == pixel
        assert ahead[0, MATERIAL.indices(Detector.SCT)].sum() >= strip


def test_material_sums_to_its_totals_and_is_symmetric() -> None:
    eta = np.linspace(0, 2.5, 51)
    gun = replace(particles(51, 211, np.random.default_rng(1)), eta=eta)
    mirrored = replace(gun, eta=-eta)
    layers = thickness(eta, crossings(gun, MATERIAL)[1], MATERIAL)
    assert (layers >= 0).all()
    assert layers.sum(axis=1) == pytest.approx(
        np.maximum(MATERIAL.total(eta), MATERIAL.silicon(eta) + MATERIAL.trt(eta))
    )
    assert thickness(-eta, crossings(mirrored, MATERIAL)[1], MATERIAL) == pytest.approx(layers)


def test_only_electrons_radiate_and_only_hadrons_interact() -> None:
    rng = np.random.default_rng(2)
    for code in (13, 2212, -2212):
        assert (walk(particles(500, code, rng)).fraction == 1.0).all()
    for code in (11, -13):
        assert not walk(particles(500, code, rng)).interacted.any()


def test_interaction_probability_is_that_of_the_material() -> None:
    gun = particles(40_000, 2212, np.random.default_rng(3), max_eta=0.1)
    t = thickness(gun.eta, crossings(gun, MATERIAL)[1], MATERIAL).sum(axis=1).mean()
    share = walk(gun).interacted.mean()
    assert share == pytest.approx(1 - np.exp(-t * MATERIAL.hadronic_over_x0.value), abs=0.01)
    assert 0.08 < share < 0.16  # 10 to 15 % central before the end of the TRT


@pytest.mark.parametrize(("code", "pt"), [(211, 0.6), (211, 3.0), (321, 0.6), (321, 3.0)])
def test_decays_in_flight_at_the_expected_rate(code: int, pt: float) -> None:
    """1 - exp(-R m / (pT c tau)) before the last layer, for those that do not interact."""
    n = 60_000
    gun = particles(n, code, np.random.default_rng(4), pt=(0.999 * pt, pt), max_eta=0.05)
    passage = walk(gun)
    lost = (passage.end < LAYERS) & ~passage.interacted
    decayed = lost | (passage.kink > 0)
    reach = MATERIAL.layers[-1].nominal_radius - MATERIAL.layers[0].nominal_radius
    expected = 1 - np.exp(-reach * gun.mass[0] / (pt * DECAY_LENGTH[code]))
    survives = 1 - passage.interacted.mean()
    tolerance = 4 * np.sqrt(expected / n) + 0.1 * expected
    assert decayed.mean() == pytest.approx(expected * (1 + survives) / 2, abs=tolerance)


def test_products_of_decays_conserve_momentum() -> None:
    """A muon of pi -> mu nu has between (m_mu / m_pi)^2 and all of a fast pion's momentum."""
    gun = particles(200_000, 211, np.random.default_rng(5), pt=(4.0, 5.0))
    passage = walk(gun)
    followed = passage.kink > 0
    share = passage.fraction[followed, -1]
    assert followed.sum() > 100
    assert share.min() > 0.57
    assert share.max() <= 1.0
    assert passage.kink[followed].max() < parameters().tracking.largest_kink.value
    assert (passage.arriving_id[followed] == 13).all()


def test_conversions_conserve_energy_and_happen_at_the_expected_rate() -> None:
    photons = particles(20_000, 22, np.random.default_rng(4), max_eta=0.05)
    pairs, others = convert_photons(photons, MATERIAL)
    n = len(pairs) // 2
    assert n + len(others) == len(photons)
    electrons, positrons = pairs.take(np.arange(n)), pairs.take(np.arange(n, 2 * n))
    parent = dict(zip(photons.event, photons.pt, strict=True))
    assert electrons.pt + positrons.pt == pytest.approx([parent[e] for e in electrons.event])
    assert (electrons.charge == -1).all()
    assert (positrons.charge == 1).all()
    assert (pairs.origin == TruthOrigin.CONVERSION).all()
    inside = [i for i, layer in enumerate(MATERIAL.layers) if layer.nominal_radius < 300]
    central = at_eta(0.0)
    t = thickness(central.eta, crossings(central, MATERIAL)[1], MATERIAL)[0, inside].sum()
    assert n / len(photons) == pytest.approx(1 - np.exp(-7 / 9 * t), abs=0.01)


def test_a_conversion_crosses_no_layer_inside_its_radius() -> None:
    pairs, _ = convert_photons(particles(20_000, 22, np.random.default_rng(5)), MATERIAL)
    passage = walk(pairs)
    assert not passage.crossed[pairs.radius[:, None] >= passage.radius].any()
