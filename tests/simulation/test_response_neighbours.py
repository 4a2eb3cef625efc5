"""Particles close to each other: pairs, merged clusters, energy in common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepchain.simulation.response import calorimeter
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.material import Detector
from hepchain.simulation.response.neighbours import close_pairs, merged_clusters
from hepchain.simulation.response.passage import CURVATURE_RADIUS, traverse
from tests.particle_guns import parameters, particles

P = parameters()


def test_pairs_are_those_of_a_search_by_hand() -> None:
    rng = np.random.default_rng(1)
    n = 400
    event = rng.integers(0, 20, n)
    eta, phi = rng.uniform(-1, 1, n), rng.uniform(-np.pi, np.pi, n)
    found = {
        (min(a, b), max(a, b))
        for firsts, seconds in close_pairs(event, eta, phi, 0.3, 0.5)
        for a, b in zip(firsts, seconds, strict=True)
    }
    expected = {
        (a, b)
        for a in range(n)
        for b in range(a + 1, n)
        if event[a] == event[b]
        and abs(eta[a] - eta[b]) < 0.3
        and abs(wrap(np.array([phi[a] - phi[b]]))[0]) < 0.5
    }
    assert found == expected
    assert len(expected) > 50


def test_a_pair_shares_clusters_until_the_field_has_parted_it() -> None:
    """Opposite charges of one direction are s^2 / rho apart after a path s."""
    rng = np.random.default_rng(2)
    pair = particles(2, 11, rng)
    pt, born = 0.7, 26.0
    pair = replace(
        pair,
        event=np.zeros(2, dtype=np.int64),
        pdg_id=np.array([11, -11]),
        pt=np.full(2, pt),
        eta=np.full(2, 0.3),
        phi=np.full(2, 0.0),
        x=np.full(2, born),
    )
    merged = merged_clusters(pair, P.material, P.hits)
    radii = [P.material.layers[i].nominal_radius for i in P.material.indices(Detector.PIXEL)]
    apart = [(r - born) ** 2 / (CURVATURE_RADIUS * pt) for r in radii]
    assert merged.tolist() == [[gap < P.hits.merging.value[0] for gap in apart]] * 2
    assert merged[0, 0]
    assert not merged[0, 3]


def test_strangers_share_nothing() -> None:
    rng = np.random.default_rng(3)
    gun = particles(3000, 211, rng)
    assert not merged_clusters(gun, P.material, P.hits).any()


@pytest.mark.parametrize("gap", [0.01, 0.2])
def test_a_photon_in_the_window_adds_its_energy(gap: float) -> None:
    rng = np.random.default_rng(4)
    tracks = particles(500, 211, rng, pt=(1.0, 5.0), max_eta=1.0)
    left = calorimeter.deposit(
        tracks, traverse(tracks, P.material, P.tracking.largest_kink.value), P.calorimeter
    )
    eta, phi = calorimeter.impact(tracks, P.calorimeter)
    photons = replace(tracks, pdg_id=np.full(500, 22), eta=eta + gap, phi=phi)
    cluster = calorimeter.collect(tracks, left, photons, P.calorimeter)
    inside = gap < calorimeter.CLUSTER_GAP[0]
    expected = left.energy + photons.momentum * inside
    assert cluster.energy == pytest.approx(expected)
    if inside:
        assert (cluster.eta_shift > 0).all()
        assert cluster.own == pytest.approx(left.energy / expected)
    else:
        assert (cluster.own == 1).all()
