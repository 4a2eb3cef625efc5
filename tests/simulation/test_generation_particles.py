"""Selection and origins of particles on records written by hand."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepchain.simulation.generation.events import HardProcess, missing_momentum, sum_of_et
from hepchain.simulation.generation.jets import find_jets
from hepchain.simulation.generation.particles import Ancestors, is_charged, select_particles
from hepchain.simulation.generation.record import AddedParticles, EventRecord
from hepchain.simulation.generation.variations import VariationWeights
from hepchain.simulation.truth import TruthOrigin

Event = list[tuple[int, bool, int, float, float, float]]


def record_of(*events: Event) -> EventRecord:
    """Record of events, each a list of (pdg_id, final, mother, px, py, pz); energies massless."""
    rows = [(90, False, 0, 0.0, 0.0, 0.0)]
    all_rows, offsets = [], [0]
    for event in events:
        first = offsets[-1]
        all_rows += [(*row[:2], row[2] + first, *row[3:]) for row in [*rows, *event]]
        offsets.append(len(all_rows))
    pdg_id, final, mother, px, py, pz = (np.array(column) for column in zip(*all_rows, strict=True))
    zeros = np.zeros(len(px))
    return EventRecord(
        offsets=np.array(offsets),
        pdg_id=pdg_id,
        final=final,
        mother=mother,
        px=px,
        py=py,
        pz=pz,
        energy=np.sqrt(px**2 + py**2 + pz**2),
        vx=zeros,
        vy=zeros,
        vz=zeros,
        variations=VariationWeights.none(len(events)),
    )


def chain(*pdg_ids: int) -> EventRecord:
    """One event in which each particle decays to the next; the last is final, pT 1 GeV."""
    last = len(pdg_ids) - 1
    return record_of([(pdg_id, i == last, i, 1.0, 0.0, 0.0) for i, pdg_id in enumerate(pdg_ids)])


ORIGINS = [
    ((24, 11), TruthOrigin.HARD_ELECTRON),
    ((24, 11, 11, 11), TruthOrigin.HARD_ELECTRON),
    ((1000023, -11), TruthOrigin.HARD_ELECTRON),
    ((2, 211), TruthOrigin.FRAGMENTATION),
    ((2, 213, 211), TruthOrigin.FRAGMENTATION),
    ((21, 22), TruthOrigin.FRAGMENTATION),
    ((24, 11, 22), TruthOrigin.FRAGMENTATION),
    ((24, 11, 22, 11), TruthOrigin.FRAGMENTATION),
    ((2, 111, 11), TruthOrigin.DALITZ),
    ((2, 221, -11), TruthOrigin.DALITZ),
    ((5, 511, 111, 11), TruthOrigin.DALITZ),
    ((3, 310, 111, 11), TruthOrigin.DALITZ),
    ((5, 521, 421, 321), TruthOrigin.HEAVY_FLAVOUR),
    ((5, 521, -11), TruthOrigin.HEAVY_FLAVOUR),
    ((5, 521, 443, 11), TruthOrigin.HEAVY_FLAVOUR),
    ((4, 443, 11), TruthOrigin.FRAGMENTATION),
    ((4, 413, 211), TruthOrigin.FRAGMENTATION),
    ((4, 431, 9010221, 211), TruthOrigin.HEAVY_FLAVOUR),  # the f0(980)
    ((2, 9010221, 211), TruthOrigin.FRAGMENTATION),
    ((24, 15, 11), TruthOrigin.HEAVY_FLAVOUR),
    ((24, 15, 15, 213, 111, 22), TruthOrigin.HEAVY_FLAVOUR),
    ((3, 311, 310, 211), TruthOrigin.STRANGE_DECAY),
    ((4, 411, 311, 310, 211), TruthOrigin.STRANGE_DECAY),
    ((3, 321, -11), TruthOrigin.STRANGE_DECAY),
    ((3, 130, 11), TruthOrigin.STRANGE_DECAY),
    ((3, 3212, 3122, 2212), TruthOrigin.STRANGE_DECAY),
    ((2, 211, -13), TruthOrigin.STRANGE_DECAY),
    ((3, 3334, 3122, 2212), TruthOrigin.STRANGE_DECAY),
]


@pytest.mark.parametrize(("pdg_ids", "origin"), ORIGINS, ids=lambda value: str(value))
def test_origin_follows_the_decay_chain(pdg_ids: tuple[int, ...], origin: TruthOrigin) -> None:
    particles = select_particles(chain(*pdg_ids))
    assert particles.origin.to_list() == [[origin]]


def test_parent_is_the_first_ancestor_of_another_kind() -> None:
    assert select_particles(chain(-24, 11, 11, 11)).parent_pdg_id.to_list() == [[-24]]
    assert select_particles(chain(3, 310, 211)).parent_pdg_id.to_list() == [[310]]


@pytest.mark.parametrize("pdg_id", [11, -13, 211, 321, -2212, 3112, 3222, 3312, 3334, 411, 521])
def test_charged(pdg_id: int) -> None:
    assert is_charged(pdg_id)


@pytest.mark.parametrize("pdg_id", [12, 22, 21, 111, 130, 310, 2112, 3122, 3322, 421, 511, 1000022])
def test_neutral(pdg_id: int) -> None:
    assert not is_charged(pdg_id)


def test_thresholds_and_kinds() -> None:
    record = record_of(
        [
            (211, True, 0, 0.5, 0.0, 0.0),
            (211, True, 0, 0.3, 0.0, 0.0),  # soft
            (211, True, 0, 0.5, 0.0, 20.0),  # forward
            (211, False, 0, 0.5, 0.0, 0.0),  # decayed
            (2112, True, 0, 0.5, 0.0, 0.0),  # neutral
            (12, True, 0, 0.5, 0.0, 0.0),  # invisible
            (22, True, 0, 0.0, -0.6, 0.6),
        ],
        [],
        [(2212, True, 0, 3.0, 4.0, 0.0)],
    )
    particles = select_particles(record)
    assert particles.pdg_id.to_list() == [[211, 22], [], [2212]]
    assert ak.flatten(particles.pt).to_list() == pytest.approx([0.5, 0.6, 5.0])
    assert particles.eta[0, 1] == pytest.approx(np.arcsinh(1.0))
    assert particles.phi[0, 1] == pytest.approx(-np.pi / 2)


def test_missing_momentum_and_sum_of_et() -> None:
    record = record_of(
        [
            (12, True, 0, 3.0, 0.0, 100.0),
            (1000022, True, 0, 0.0, 4.0, 0.0),
            (211, True, 0, 0.0, -2.0, 0.0),
            (22, True, 0, 0.1, 0.0, 100.0),  # outside of the calorimeters
        ],
        [(22, True, 0, 0.0, 3.0, 3.0)],
    )
    met, phi = missing_momentum(record)
    assert met == pytest.approx([5.0, 0.0])
    assert phi[0] == pytest.approx(np.arctan2(4, 3))
    assert sum_of_et(record) == pytest.approx([2.0, 3.0])


def test_jets_are_sorted_and_leave_out_muons_invisible_and_hard_electrons() -> None:
    record = record_of(
        [
            (24, False, 0, 0.0, 0.0, 0.0),
            (11, True, 1, 30.0, 0.0, 0.0),
            (12, True, 1, 0.0, 80.0, 0.0),
            (13, True, 0, 0.0, -70.0, 0.0),
            (211, True, 0, -20.0, 0.0, 20.0),
            (211, True, 0, 40.0, 40.0, 0.0),
            (22, True, 0, 10.0, 10.0, 1.0),
            (22, True, 0, -2.0, 2.0, 0.0),
        ],
        [(211, True, 0, 1.0, 0.0, 0.0)],
    )
    jets = find_jets(record)
    assert ak.num(jets.pt).to_list() == [2, 0]
    assert jets.pt[0].to_list() == pytest.approx([np.hypot(50, 50), 20.0], rel=1e-3)
    assert jets.eta[0, 1] == pytest.approx(np.arcsinh(-1.0) * -1)
    assert jets.phi[0, 0] == pytest.approx(np.pi / 4, abs=1e-3)


def test_events_without_visible_particles_have_no_jets() -> None:
    assert find_jets(record_of([], [])).pt.to_list() == [[], []]


def test_jets_do_not_lose_momentum() -> None:
    random = np.random.default_rng(1)
    pt, phi, eta = random.uniform(20, 100, 30), random.uniform(-3, 3, 30), random.uniform(-4, 4, 30)
    momenta = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1).tolist()
    jets = find_jets(record_of([(211, True, 0, px, py, pz) for px, py, pz in momenta]))
    assert ak.sum(jets.pt * np.cos(jets.phi)) == pytest.approx(np.sum(pt * np.cos(phi)), rel=1e-4)
    assert ak.sum(jets.pt * np.sinh(jets.eta)) == pytest.approx(np.sum(pt * np.sinh(eta)), rel=1e-4)


def two_events() -> EventRecord:
    return record_of(
        [(1000023, True, 0, 1.0, 0.0, 0.0), (211, True, 0, 5.0, 0.0, 0.0)],
        [
            (211, True, 0, 6.0, 0.0, 0.0),
            (211, True, 1, 7.0, 0.0, 0.0),
            (1000023, True, 0, 2.0, 0, 0),
        ],
    )


def test_selection_of_events_keeps_mothers() -> None:
    record = two_events()
    kept = record.select(np.array([False, True]))
    assert len(kept) == 1
    assert kept.pdg_id.tolist() == [90, 211, 211, 1000023]
    assert kept.mother.tolist() == [0, 0, 1, 0]
    assert kept.px.tolist() == [0, 6, 7, 2]
    assert len(record.select(np.array([False, False]))) == 0


def test_added_particles_belong_to_their_event_and_mother() -> None:
    record = two_events()
    mothers = np.flatnonzero(record.pdg_id == 1000023)
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    longer = record.append(
        AddedParticles(
            mother=mothers,
            pdg_id=np.array([[11, -11], [11, -11]]),
            px=values,
            py=values,
            pz=values,
            energy=2 * values,
        )
    )
    assert longer.counts.tolist() == [5, 6]
    assert longer.pdg_id.tolist() == [90, 1000023, 211, 11, -11, 90, 211, 211, 1000023, 11, -11]
    added = np.abs(longer.pdg_id) == 11
    assert longer.final[added].all()
    assert (longer.pdg_id[longer.mother[added]] == 1000023).all()
    assert longer.event[added].tolist() == longer.event[longer.mother[added]].tolist()
    assert not longer.final[longer.pdg_id == 1000023].any()
    assert longer.mother[longer.px == 7.0].tolist() == [6]
    origin = Ancestors.of(longer, np.flatnonzero(added)).origin
    assert (origin == TruthOrigin.HARD_ELECTRON).all()


def test_unknown_quantities_of_the_hard_process_are_nan() -> None:
    hard = HardProcess.of(2, m_ee=np.array([1.0, 2.0]))
    assert hard.m_ee.tolist() == [1.0, 2.0]
    assert np.isnan(hard.system_pt).all()
    assert hard.take(np.array([False, True])).m_ee.tolist() == [2.0]
