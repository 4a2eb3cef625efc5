"""The electron gun against the distributions it is asked for."""

import awkward as ak
import numpy as np
from scipy import stats

from hepchain.simulation.generation.gun import MAX_ABS_ETA, PT_RANGE, source
from hepchain.truth import TruthOrigin

EVENTS = 20_000


def test_distributions():
    events = source("gun", 0, 5).next_events(EVENTS, 0)
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


def test_everything_else_is_empty():
    events = source("gun", 0, 5).next_events(100, 0)
    assert ak.all(events.particles.origin == int(TruthOrigin.HARD_ELECTRON))
    for coordinate in (events.particles.vx, events.particles.vy, events.particles.vz):
        assert ak.all(coordinate == 0)
    assert ak.all(ak.num(events.jets.pt) == 0)
    assert np.all(events.truth_met == 0)
    assert np.all(events.weight == 1)
    assert np.isnan(events.hard.system_pt).all()


def test_streams_are_reproducible_and_differ_between_parts():
    def pt(sample, part):
        return ak.flatten(source(sample, part, 5).next_events(10, 0).particles.pt).to_list()

    assert pt("gun", 0) == pt("gun", 0)
    assert pt("gun", 0) != pt("gun", 1)
    assert pt("gun", 0) != pt("other", 0)
