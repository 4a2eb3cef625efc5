"""Events of Pythia: the selection, natural rates of redecayed hadrons, weights of fakes."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.chains.soft_muons.config.production import ProductionConfig
from hepchain.chains.soft_muons.generation import ttbar
from hepchain.chains.soft_muons.generation.candidates import Candidates, fakes, muons
from hepchain.chains.soft_muons.generation.own_jets import OwnJets, Swap
from hepchain.chains.soft_muons.generation.redecay import (
    UNSEEN,
    DecayMuons,
    Redecay,
    decaying,
    left_in_jets,
)
from hepchain.chains.soft_muons.origins import IN_FLIGHT, Origin
from hepchain.chains.soft_muons.simulation.ttbar import Job, write
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.config.skimming import TrackSelection
from hepchain.config.variables import Variables
from hepchain.io import read_parquet, write_json
from hepchain.simulation.generation.jets import Jets, find_jets
from hepchain.simulation.generation.pythia import PythiaRun
from hepchain.simulation.generation.record import EventRecord
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from tests.chains.soft_muons.shared import RESPONSE
from tests.workspace import REPOSITORY

KEYS = {"campaign": "run3", "tune": 14, "shower": "simple", "spectrometer_chi2": True}


@pytest.fixture(scope="module")
def events() -> tuple[EventRecord, Jets]:
    run = PythiaRun({**ttbar.SETTINGS, **ttbar.DECAYS[0]}, 3, ttbar.LeptonAndJetsVeto())
    record = run.next_events(120, 0)
    jets = find_jets(record)
    kept = ttbar.passes(record, jets)
    return record.select(kept), Jets(**{name: item[kept] for name, item in vars(jets).items()})


def test_every_event_has_a_hard_lepton_of_a_w(events: tuple[EventRecord, Jets]) -> None:
    record, _ = events
    lepton = ttbar.leptons_of_w(record) & (record.pt > ttbar.LEPTON_PT)
    assert set(record.event[lepton]) == set(range(len(record)))
    assert len(record) > 40


def test_two_bottom_hadrons_of_an_event_decay(events: tuple[EventRecord, Jets]) -> None:
    record, _ = events
    per_event = np.bincount(record.event[decaying(record)], minlength=len(record))
    assert per_event.min() >= 2
    assert per_event.mean() < 4


def test_redecayed_hadrons_make_as_many_muons_as_pythia_does(
    events: tuple[EventRecord, Jets],
) -> None:
    """Those of the record itself, within statistics, against sums of weights of 1 / times."""
    record, _ = events
    found = Redecay(5).muons(record, 10, 3.5)
    own = record.final & (np.abs(record.pdg_id) == 13) & (record.pt > 3.5)
    own &= ~ttbar.leptons_of_w(record)
    expected = len(found.hadron) / 10
    assert own.sum() == pytest.approx(expected, abs=3.5 * np.sqrt(expected))


def test_muons_lie_in_jets_and_count_what_they_should(events: tuple[EventRecord, Jets]) -> None:
    record, jets = events
    found = muons(record, jets, Redecay(5).muons(record, 4, 3.5), 4)
    assert (found.weight == 0.25).all()
    assert found.jet_delta_r.max() < 0.4
    assert found.jet_pt.min() > ttbar.JET_PT


def test_a_decay_leaves_no_quarks(events: tuple[EventRecord, Jets]) -> None:
    """Some decays of bottom end in quarks of which hadrons, and muons of their charm, come."""
    record, _ = events
    redecay = Redecay(5)
    for hadron in np.flatnonzero(decaying(record))[:60].tolist():
        redecay._decay(record, hadron, 3.5)
        event = redecay._pythia.event
        left = [event[n].idAbs() for n in range(event.size()) if event[n].isFinal()]
        assert min(left) > 10


def test_what_a_decay_leaves_and_what_is_not_seen_is_the_hadron(
    events: tuple[EventRecord, Jets],
) -> None:
    """Of momentum that is conserved, neutrinos and muons are the rest."""
    record, _ = events
    hadrons = decaying(record)
    left = left_in_jets(record)
    assert (left[~hadrons] == 0.0).all()
    ancestor = np.where(hadrons, np.arange(len(hadrons)), -1)
    for _ in range(30):
        ancestor = np.where(ancestor < 0, ancestor[record.mother], ancestor)
    unseen = record.final & (ancestor >= 0) & np.isin(np.abs(record.pdg_id), UNSEEN)
    missing = np.bincount(ancestor[unseen], record.px[unseen], minlength=len(hadrons))
    np.testing.assert_allclose((left[:, 0] + missing)[hadrons], record.px[hadrons], atol=1e-3)


def test_a_jet_is_without_its_pion_and_one_elsewhere_keeps_it() -> None:
    """A jet of 40 GeV along x, of which 10 GeV are a pion that decays to a muon of 8."""
    jets = Jets(*(ak.Array([[value]]) for value in (40.0, 0.0, 0.0, 5.0)))
    muon = (np.array([8.0, 8.0]), np.zeros(2), np.zeros(2))
    pion = (np.array([10.0, 0.0]), np.array([0.0, 10.0]), np.zeros(2))
    found = OwnJets.of(np.zeros(2, dtype=int), jets, muon, Swap(pion, -np.stack(pion, axis=1)))
    np.testing.assert_allclose(found.pt, [30.0, 40.0])
    np.testing.assert_allclose(found.delta_r, 0.0, atol=1e-12)


def test_a_swap_turns_the_axis_and_a_muon_without_jets_is_far() -> None:
    jets = Jets(*(ak.Array([[value], []]) for value in (40.0, 0.0, 0.0, 5.0)))
    along = (np.array([8.0, 8.0]), np.zeros(2), np.zeros(2))
    change = np.array([[0.0, 4.0, 0.0], [0.0, 4.0, 0.0]])
    found = OwnJets.of(np.array([0, 1]), jets, along, Swap(along, change))
    assert found.pt[0] == pytest.approx(np.hypot(40.0, 4.0))
    assert found.delta_r[0] == pytest.approx(np.arctan(0.1))
    assert found.delta_r[1] == np.inf


@pytest.mark.thorough
def test_jets_of_redecayed_hadrons_are_those_of_pythia() -> None:
    """Muons of the record itself, in jets that were clustered with their decay."""
    run = PythiaRun({**ttbar.SETTINGS, **ttbar.DECAYS[1]}, 11, ttbar.LeptonAndJetsVeto())
    redecay, own, again = Redecay(5), [], []
    for _ in range(10):
        record = run.next_events(250, 0)
        jets = find_jets(record)
        again.append(muons(record, jets, redecay.muons(record, 10, 4.0), 10))
        own.append(muons(record, jets, of_the_record(record), 1))
    sums = [Candidates.joined(parts) for parts in (own, again)]
    expected = sums[1].weight.sum()
    assert sums[0].weight.sum() == pytest.approx(expected, abs=3.5 * expected**0.5)
    for name in ("jet_pt", "jet_delta_r"):
        first, second = (getattr(of, name) for of in sums)
        error = first.std() / len(first) ** 0.5
        assert first.mean() == pytest.approx(second.mean(), abs=4.0 * error)


def of_the_record(record: EventRecord) -> DecayMuons:
    """Muons of heavy hadrons that Pythia itself has decayed."""
    hadron = np.where(decaying(record), np.arange(len(record.pdg_id)), -1)
    for _ in range(30):
        hadron = np.where(hadron < 0, hadron[record.mother], hadron)
    entry = np.flatnonzero(
        record.final & (np.abs(record.pdg_id) == 13) & (hadron >= 0) & (record.pt > 4.0)
    )
    columns = {name: getattr(record, name)[entry] for name in ("px", "py", "pz", "vx", "vy")}
    return DecayMuons(
        hadron=hadron[entry],
        charge=-np.sign(record.pdg_id[entry]).astype(float),
        origin=np.full(len(entry), int(Origin.BOTTOM_MESON)),
        rest=left_in_jets(record)[hadron[entry]],
        **columns,
    )


def test_thinning_keeps_the_sum_of_weights(events: tuple[EventRecord, Jets]) -> None:
    record, jets = events
    totals = []
    for least in (1e-9, 0.02):
        found = fakes(record, jets, RESPONSE.volume, np.random.default_rng(1), least)
        assert found.weight.min() >= least
        assert set(found.origin) == {int(origin) for origin in IN_FLIGHT}
        totals.append((found.weight.sum(), np.sqrt((found.weight**2).sum()), len(found.weight)))
    (all_, error, many), (thinned, its, few) = totals
    assert thinned == pytest.approx(all_, abs=4 * np.hypot(error, its))
    assert few < many


def test_a_job_writes_the_same_twice(tmp_path: Path) -> None:
    production = ProductionConfig(
        parts=1, events=40, decays=2, min_fake_weight=0.02, response="unused"
    )
    contents = []
    for name in ("a.root", "b.root"):
        write(Job("run3", KEYS, 0, 7, production, RESPONSE), tmp_path / name)
        with uproot.open(tmp_path / name) as file:
            contents.append(file["events"].arrays())
    assert contents[0].to_list() == contents[1].to_list()
    assert len(contents[0]) == 40


def test_muons_keep_their_weight_in_the_skim(tmp_path: Path) -> None:
    """That of the event, 1 over the number of events times pb, times that of the muon."""
    production = ProductionConfig(
        parts=1, events=30, decays=2, min_fake_weight=0.02, response="unused"
    )
    write(Job("run3", KEYS, 1, 7, production, RESPONSE), tmp_path / "ntuple.root")
    groups = load_block(str(REPOSITORY / "config/soft_muons/variables.yaml"), Variables).by_group
    tracks = TrackSelection(pt=(4.0, 500.0), max_abs_eta=2.5)
    contract = "hepchain.chains.soft_muons.contract"
    settings = SkimSettings(Role.TRAINING, tracks, None, groups, contract)
    write_json(tmp_path / "normalisation.json", {"weight_per_generated": 0.25})
    outputs = {name: str(tmp_path / name) for name in ("events", "tracks", "report")}
    ntuples, branch_map = [str(tmp_path / "ntuple.root")], "config/ntuples/soft_muons.yaml"
    normalisation = str(tmp_path / "normalisation.json")
    skim(ntuples, str(REPOSITORY / branch_map), normalisation, settings, outputs)
    with uproot.open(tmp_path / "ntuple.root") as file:
        expected = ak.flatten(file["events"]["muon_weight"].array())
    found = read_parquet(outputs["tracks"])["weight"]
    np.testing.assert_allclose(ak.to_numpy(found), 0.25 * ak.to_numpy(expected))
    assert len(np.unique(ak.to_numpy(found))) > 2
