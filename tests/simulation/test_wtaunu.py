"""W -> tau nu, tau -> e nu nu: the decay of the tau, and the record with its electron."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pythia8mc import Vec4
from scipy import stats

from hepchain.chains.soft_electrons.generation.tau_decay import (
    MEAN_PATH,
    draw_cosine,
    draw_energy,
    electron_of,
)
from hepchain.chains.soft_electrons.simulation import wenu_jets, wtaunu_jets
from hepchain.simulation.generation.events import missing_momentum
from hepchain.simulation.generation.particles import Ancestors
from hepchain.simulation.generation.pythia import PythiaRun
from hepchain.simulation.generation.record import EventRecord
from hepchain.simulation.truth import TruthOrigin

PARTON_LEVEL = {"HadronLevel:all": "off", "PartonLevel:MPI": "off"}
ANYTHING = wenu_jets.Window((0.0, 7000.0), 100.0, 0.0)


def test_energies_are_those_of_michel() -> None:
    random = np.random.default_rng(1)
    drawn = np.array([draw_energy(random) for _ in range(20_000)])
    # Of 2 x^2 (3 - 2 x): cumulative 2 x^3 - x^4, mean 7/10.
    assert stats.kstest(drawn, lambda x: 2 * x**3 - x**4).pvalue > 0.01
    assert drawn.mean() == pytest.approx(0.7, abs=4 * drawn.std() / np.sqrt(len(drawn)))


@pytest.mark.parametrize("x", [0.1, 0.5, 0.9, 1.0])
def test_angles_follow_the_helicity(x: float) -> None:
    random = np.random.default_rng(2)
    drawn = np.array([draw_cosine(x, random) for _ in range(20_000)])
    slope = (2 * x - 1) / (3 - 2 * x)
    assert drawn.mean() == pytest.approx(slope / 3, abs=4 / np.sqrt(3 * len(drawn)))
    assert stats.kstest(drawn, lambda c: (1 + c) / 2 + slope * (c**2 - 1) / 4).pvalue > 0.01


def vector(record: EventRecord, entry: Any) -> Any:
    values = (record.px, record.py, record.pz, record.energy)
    return Vec4(*(float(column[entry]) for column in values))


def test_decays_are_those_of_pythia() -> None:
    """Pythia decays taus with the matrix element and the spin that the W gives them."""
    settings = {
        **wtaunu_jets.SETTINGS,
        "15:mayDecay": "on",
        "15:onMode": "off",
        "15:onIfAny": 11,
        **dict.fromkeys(("PartonLevel:ISR", "PartonLevel:FSR", "PartonLevel:MPI"), "off"),
        "HadronLevel:Hadronize": "off",
    }
    record = PythiaRun(settings, 4).next_events(1500, 0)
    number = np.abs(record.pdg_id)
    electrons = np.flatnonzero(record.final & (number == 11))
    taus = record.mother[electrons]
    assert (number[taus] == 15).all()
    ws = record.mother[taus]
    while (number[ws] == 15).any():
        ws = np.where(number[ws] == 15, record.mother[ws], ws)
    random = np.random.default_rng(5)
    theirs: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    for electron, tau, w in zip(electrons, taus, ws, strict=True):
        of_w, of_tau = vector(record, w), vector(record, tau)
        for found, momentum in (
            (theirs, vector(record, electron)),
            (ours, electron_of(of_tau, of_w, random)),
        ):
            lab = momentum.pT()
            momentum.bstback(of_w)
            found.append((2 * momentum.e() / of_w.mCalc(), lab))
    for row in range(2):
        first, second = (np.array(found)[:, row] for found in (theirs, ours))
        assert stats.ks_2samp(first, second).pvalue > 0.01
    # Of a left-handed tau: dN/dz = (5 - 9 z^2 + 4 z^3) / 3 - (1 - 9 z^2 + 8 z^3) / 3 (e.g. Bullock,
    # Hagiwara, Martin, Nucl. Phys. B 395 (1993) 499), with the mean 7/20 + 1/20.
    assert np.array(ours)[:, 0].mean() == pytest.approx(0.40, abs=0.02)


@pytest.fixture(scope="module")
def completed() -> tuple[EventRecord, EventRecord]:
    """Events as Pythia has them, and with the electrons of their taus."""
    random = np.random.default_rng(6)
    veto = wtaunu_jets.SoftTauElectronVeto(random, ANYTHING, ANYTHING, ANYTHING)
    run = PythiaRun({**wtaunu_jets.SETTINGS, **PARTON_LEVEL}, 6, veto)
    source = wtaunu_jets.WtaunuSource(run, veto, random)
    record = run.next_events(200, 0)
    return record, source.complete(record)[0]


def test_momentum_is_conserved(completed: tuple[EventRecord, EventRecord]) -> None:
    before, after = completed
    for name in ("px", "py", "pz", "energy"):
        sums = [record.sum_by_event(getattr(record, name), record.final) for record in completed]
        assert sums[0] == pytest.approx(sums[1], abs=1e-6)
    # With the W's, all momentum of the tau but its electron's is missing.
    assert (missing_momentum(after)[0] > missing_momentum(before)[0]).mean() > 0.5


def test_electrons_are_of_the_hard_process(completed: tuple[EventRecord, EventRecord]) -> None:
    before, after = completed
    assert not (np.abs(after.pdg_id[after.final]) == 15).any()
    _, taus = wtaunu_jets.taus_of_w(before)
    charges = -np.sign(before.pdg_id[taus])
    electrons = np.flatnonzero(after.final & (np.abs(after.pdg_id) == 11))
    ancestors = Ancestors.of(after, electrons)
    hard = ancestors.origin == TruthOrigin.HARD_ELECTRON
    assert hard.sum() == len(after)
    assert (-np.sign(after.pdg_id[electrons[hard]]) == charges).all()
    assert (np.abs(after.pdg_id[ancestors.parent[hard]]) == 24).all()


def test_taus_decay_on_their_way(completed: tuple[EventRecord, EventRecord]) -> None:
    before, after = completed
    _, taus = wtaunu_jets.taus_of_w(before)
    electrons = np.flatnonzero(after.final & (np.abs(after.pdg_id) == 11))
    electrons = electrons[Ancestors.of(after, electrons).origin == TruthOrigin.HARD_ELECTRON]
    path = np.hypot(after.vx[electrons], after.vy[electrons])
    proper = path * 1.77693 / before.pt[taus]
    assert stats.kstest(proper, "expon", args=(0, MEAN_PATH)).pvalue > 0.01
