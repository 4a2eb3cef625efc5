from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hepchain.simulation.response.passage import (
    CURVATURE_RADIUS,
    convert_photons,
    retained_fraction,
    thickness,
    traverse,
)
from hepchain.truth import TruthOrigin
from particle_guns import parameters, particles


@pytest.mark.parametrize("t", [0.1, 0.3, 0.5, 1.0])
def test_bremsstrahlung_follows_bethe_and_heitler(t: float) -> None:
    z = retained_fraction(np.full(40_000, t), np.random.default_rng(1))
    assert z.mean() == pytest.approx(np.exp(-t), abs=4 * z.std() / 200)
    assert stats.kstest(-np.log(z), stats.gamma(t / np.log(2)).cdf).pvalue > 1e-3


def test_no_material_no_loss() -> None:
    assert (retained_fraction(np.zeros(10), np.random.default_rng(1)) == 1.0).all()


def test_helix_reaches_the_calorimeter_above_a_third_of_a_gev() -> None:
    """A track of pT 0.344 GeV just reaches a radius of 1148 mm in 2 T: twice its own radius."""
    assert pytest.approx(1148, rel=2e-3) == 2 * CURVATURE_RADIUS * 0.344


def test_material_sums_to_its_totals_and_is_symmetric() -> None:
    material = parameters().material
    eta = np.linspace(0, 2.5, 51)
    layers = thickness(eta, material)
    assert (layers >= 0).all()
    assert layers.sum(axis=1) == pytest.approx(
        np.maximum(material.total(eta), material.silicon(eta) + material.trt(eta))
    )
    assert thickness(-eta, material) == pytest.approx(layers)


def test_only_electrons_radiate_and_only_hadrons_interact() -> None:
    rng = np.random.default_rng(2)
    material = parameters().material
    layers = len(material.layers)
    for code in (13, 211, -2212):
        assert (traverse(particles(500, code, rng), material, rng).fraction == 1.0).all()
    for code in (11, -13):
        assert (traverse(particles(500, code, rng), material, rng).interaction == layers).all()


def test_interaction_probability_is_that_of_the_material() -> None:
    rng = np.random.default_rng(3)
    material = parameters().material
    passage = traverse(particles(40_000, 211, rng, max_eta=0.1), material, rng)
    share = (passage.interaction < len(material.layers)).mean()
    expected = 1 - np.exp(-passage.thickness.sum(axis=1).mean() * material.hadronic_over_x0.value)
    assert share == pytest.approx(expected, abs=0.01)
    assert 0.08 < share < 0.16  # 10 to 15 % central before the end of the TRT


def test_conversions_conserve_energy_and_happen_at_the_expected_rate() -> None:
    rng = np.random.default_rng(4)
    material = parameters().material
    photons = particles(20_000, 22, rng, max_eta=0.05)
    pairs = convert_photons(photons, material, rng)
    n = len(pairs) // 2
    electrons, positrons = pairs.take(np.arange(n)), pairs.take(np.arange(n, 2 * n))
    parent = dict(zip(photons.event, photons.pt, strict=True))
    assert electrons.pt + positrons.pt == pytest.approx([parent[e] for e in electrons.event])
    assert (electrons.charge == -1).all()
    assert (positrons.charge == 1).all()
    assert (pairs.origin == TruthOrigin.CONVERSION).all()
    inside = [i for i, layer in enumerate(material.layers) if layer.radius < 300]
    t = thickness(np.zeros(1), material)[0, inside].sum()
    assert n / len(photons) == pytest.approx(1 - np.exp(-7 / 9 * t), abs=0.01)


def test_a_conversion_crosses_no_layer_inside_its_radius() -> None:
    rng = np.random.default_rng(5)
    material = parameters().material
    pairs = convert_photons(particles(20_000, 22, rng), material, rng)
    passage = traverse(pairs, material, rng)
    radii = np.array([layer.radius for layer in material.layers])
    assert not passage.crossed[pairs.radius[:, None] >= radii].any()
