"""The guns against the distributions they are asked for."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from hepchain.chains.soft_electrons.simulation.single_electron import MAX_ABS_ETA, PT_RANGE, source
from hepchain.simulation.generation.processes import particle_gun
from hepchain.simulation.truth import TruthOrigin

EVENTS = 20_000


def test_distributions() -> None:
    events = source("gun", {}, 0, 5).next_events(EVENTS, 0)
    particles = events.particles
    pt, eta, phi, pdg_id = (
        ak.flatten(values).to_numpy()
        for values in (particles.pt, particles.eta, particles.phi, particles.pdg_id)
    )
    assert len(pt) == EVENTS
    low, high = np.log(PT_RANGE)
    assert stats.kstest(np.log(pt), stats.uniform(low, high - low).cdf).pvalue > 1e-3
    assert stats.kstest(eta, stats.uniform(-MAX_ABS_ETA, 2 * MAX_ABS_ETA).cdf).pvalue > 1e-3
    assert stats.kstest(phi, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    positrons = (pdg_id == -11).sum()
    assert abs(positrons - EVENTS / 2) < 4 * EVENTS**0.5 / 2
    assert set(np.abs(pdg_id)) == {11}


def test_everything_else_is_empty() -> None:
    events = source("gun", {}, 0, 5).next_events(100, 0)
    assert ak.all(events.particles.origin == int(TruthOrigin.HARD_ELECTRON))
    for coordinate in (events.particles.vx, events.particles.vy, events.particles.vz):
        assert ak.all(coordinate == 0)
    assert ak.all(ak.num(events.jets.pt) == 0)
    assert np.all(events.truth_met == 0)
    assert np.all(events.weight == 1)
    assert np.isnan(events.hard.system_pt).all()


def test_streams_are_reproducible_and_differ_between_parts() -> None:
    def pt(sample: str, part: int) -> Any:
        return ak.flatten(source(sample, {}, part, 5).next_events(10, 0).particles.pt).to_list()

    assert pt("gun", 0) == pt("gun", 0)
    assert pt("gun", 0) != pt("gun", 1)
    assert pt("gun", 0) != pt("other", 0)


@pytest.fixture(scope="module")
def gun_particles() -> dict[str, npt.NDArray[Any]]:
    """Particles of 3000 events of the particle gun, flat, by name."""
    particles = particle_gun.source("particle_gun", {}, 0, 5).next_events(3000, 0).particles
    assert ak.all(ak.num(particles.pt) == particle_gun.PER_EVENT)
    return {name: ak.flatten(values).to_numpy() for name, values in vars(particles).items()}


@pytest.mark.parametrize("kind", particle_gun.KINDS)
def test_particles_of_every_kind_are_flat(
    gun_particles: dict[str, npt.NDArray[Any]], kind: int
) -> None:
    chosen = np.abs(gun_particles["pdg_id"]) == kind
    low, high = np.log(particle_gun.PT_RANGE)
    eta = particle_gun.MAX_ABS_ETA
    for values, first, last in (
        (np.log(gun_particles["pt"][chosen]), low, high),
        (gun_particles["eta"][chosen], -eta, eta),
        (gun_particles["phi"][chosen], -np.pi, np.pi),
    ):
        assert stats.kstest(values, stats.uniform(first, last - first).cdf).pvalue > 1e-3


def test_particles_come_in_equal_shares_and_both_charges(
    gun_particles: dict[str, npt.NDArray[Any]],
) -> None:
    pdg_id = gun_particles["pdg_id"]
    shares = [int((np.abs(pdg_id) == kind).sum()) for kind in particle_gun.KINDS]
    assert sum(shares) == len(pdg_id)
    assert stats.chisquare(shares).pvalue > 1e-3
    assert not (pdg_id == -22).any()
    for kind, number in zip(particle_gun.KINDS[:-1], shares[:-1], strict=True):
        assert stats.binomtest(int((pdg_id == kind).sum()), number).pvalue > 1e-3


def test_kind_and_momentum_of_particles_are_independent(
    gun_particles: dict[str, npt.NDArray[Any]],
) -> None:
    """A kind must not come with a range of pT, or one particle of an event with the next."""
    rank = stats.spearmanr(np.abs(gun_particles["pdg_id"]), gun_particles["pt"])
    assert rank.pvalue > 1e-3
    pt = gun_particles["pt"].reshape(-1, particle_gun.PER_EVENT)
    assert stats.spearmanr(pt[:, 0], pt[:, 1]).pvalue > 1e-3


def test_particles_are_prompt(gun_particles: dict[str, npt.NDArray[Any]]) -> None:
    assert not any(gun_particles[name].any() for name in ("vx", "vy", "vz", "parent_pdg_id"))
    electron = np.abs(gun_particles["pdg_id"]) == 11
    assert (gun_particles["origin"][electron] == TruthOrigin.HARD_ELECTRON).all()
    assert (gun_particles["origin"][~electron] == TruthOrigin.FRAGMENTATION).all()


def test_particle_gun_is_reproducible() -> None:
    def pt(part: int) -> Any:
        particles = particle_gun.source("particle_gun", {}, part, 5).next_events(10, 0).particles
        return ak.flatten(particles.pt).to_list()

    assert pt(0) == pt(0)
    assert pt(0) != pt(1)
