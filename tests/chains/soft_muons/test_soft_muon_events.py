"""Events of Pythia: the selection, natural rates of redecayed hadrons, weights of fakes."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.chains.soft_muons.config.production import ProductionConfig
from hepchain.chains.soft_muons.generation import ttbar
from hepchain.chains.soft_muons.generation.candidates import fakes, muons
from hepchain.chains.soft_muons.generation.redecay import Redecay, decaying
from hepchain.chains.soft_muons.origins import IN_FLIGHT
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
