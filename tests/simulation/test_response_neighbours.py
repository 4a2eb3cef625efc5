"""Particles close to each other: pairs, merged clusters, energy in common."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepchain.simulation.response import calorimeter, clusters
from hepchain.simulation.response.crossing import wrap
from hepchain.simulation.response.material import Detector
from hepchain.simulation.response.neighbours import close_pairs, merged_clusters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS, traverse
from tests.particle_guns import keys, parameters, particles

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


def _beside(gap: float) -> tuple[Particles, Particles, calorimeter.Deposit]:
    """Pions, and a photon beside each at a distance in pseudorapidity; what both leave."""
    rng = np.random.default_rng(4)
    tracks = particles(500, 211, rng, pt=(1.0, 5.0), max_eta=1.0)
    passage = traverse(tracks, P.material, P.tracking.largest_kink.value)
    left = calorimeter.deposit(tracks, passage, P.calorimeter)
    eta, phi = calorimeter.impact(tracks, P.calorimeter)
    eta, phi = eta + left.eta_shift, phi - left.phi_shift
    code = np.full(500, 22)
    photons = replace(tracks, key=keys(500, 9), pdg_id=code, eta=eta + gap, phi=phi)
    return tracks, photons, left.append(calorimeter.deposit_of_photons(photons))


@pytest.mark.parametrize("gap", [0.01, 0.2])
def test_a_photon_in_the_window_adds_its_energy(gap: float) -> None:
    tracks, photons, left = _beside(gap)
    n = len(tracks)
    found = clusters.cluster(tracks.append(photons), left, P.calorimeter)
    alone = left.energy[:n]
    if gap < clusters.CLUSTER_GAP[0]:
        together = alone + photons.momentum
        assert found.own[:n] == pytest.approx(alone / together)
        assert (found.eta[:n] > photons.eta - gap).all()
        residual = (found.energy[:n] - together) / together
        assert residual.mean() == pytest.approx(0.0, abs=0.02)
    else:
        assert (found.own == 1).all()
        assert found.eta[:n] == pytest.approx(photons.eta - gap)


def test_no_measured_energy_is_below_that_of_a_seed() -> None:
    tracks, photons, left = _beside(0.2)
    found = clusters.cluster(tracks.append(photons), left, P.calorimeter)
    assert found.energy.min() > P.calorimeter.seed.value
    assert len(np.unique(found.energy)) == len(found.energy)


@pytest.mark.parametrize(("gap", "given"), [(0.04, True), (0.2, False)])
def test_a_track_without_a_cluster_is_given_that_of_a_neighbour(gap: float, given: bool) -> None:
    tracks, photons, left = _beside(gap)
    n = len(tracks)
    nothing = np.where(np.arange(2 * n) < n, 0.0, left.energy)
    left = replace(left, energy=nothing, eta_shift=np.zeros(2 * n), phi_shift=np.zeros(2 * n))
    eta, phi = calorimeter.impact(tracks, P.calorimeter)
    everything = tracks.append(replace(photons, eta=eta + gap, phi=phi))
    found = clusters.cluster(everything, left, P.calorimeter)
    matches = clusters.match(tracks, everything, found, P.calorimeter)
    assert not found.found[:n].any()
    assert matches.matched.any() == given
    assert (matches.source[matches.matched] == np.flatnonzero(matches.matched) + n).all()
    assert (np.abs(matches.delta_eta[matches.matched]) < P.calorimeter.match_eta.value).all()
