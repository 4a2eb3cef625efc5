"""Jobs of event generation with small Pythia samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pyarrow.parquet as pq
import pytest

from hepchain.chains.soft_electrons.simulation import higgsino, wenu_jets
from hepchain.errors import ConfigError, StageError
from hepchain.identity import EVENTS_PER_PART
from hepchain.io.parquet import read_parquet
from hepchain.io.structured import read_json
from hepchain.simulation.generation import pythia
from hepchain.simulation.generation.pythia import CountingHooks, PythiaRun
from hepchain.simulation.generation.run import generate
from hepchain.simulation.generation.source import MIN_TRUTH_MET
from hepchain.simulation.truth import TruthOrigin
from tests.polarisation import helicity_fractions

MASSES = {"n2": 153.0, "n1": 150.0}
SAMPLES: dict[str, Any] = {
    "pileup": {"process": "minimum_bias"},
    "gun": {"process": "single_electron"},
    "particles": {"process": "particle_gun"},
    "signal": {"process": "higgsino", "masses": MASSES},
    "w": {"process": "wenu_jets"},
}
EVENTS = {"pileup": 250, "gun": 2300, "particles": 50, "signal": 60, "w": 60}


@dataclass
class Job:
    events: ak.Array
    summary: dict[str, Any]
    path: Path


RunJob = Callable[..., Job]


@pytest.fixture(scope="module")
def run_job(tmp_path_factory: pytest.TempPathFactory) -> RunJob:
    def run(name: str, part: int = 0, events: int | None = None, seed: int = 7) -> Job:
        folder = tmp_path_factory.mktemp("generated")
        table, summary = folder / "events.parquet", folder / "events.json"
        number = events or EVENTS[name]
        generate(name, SAMPLES[name], part, number, seed, table, summary, "soft_electrons")
        return Job(read_parquet(table), read_json(summary), table)

    return run


@pytest.fixture(scope="module")
def jobs(run_job: RunJob) -> dict[str, Job]:
    return {name: run_job(name) for name in SAMPLES}


@pytest.mark.parametrize("name", SAMPLES)
def test_files_keep_the_contract(jobs: dict[str, Job], name: str) -> None:
    job, events = jobs[name], EVENTS[name]
    assert job.events.event_number.to_list() == list(range(events))
    assert (job.summary["sample"], job.summary["part"], job.summary["seed"]) == (name, 0, 7)
    assert job.summary["process"] == SAMPLES[name]["process"]
    assert job.summary["events_kept"] == events
    assert job.summary["events_generated"] >= events
    assert job.summary["sum_of_weights"] == job.summary["events_generated"]
    assert ak.all(job.events.weight == 1)
    assert (job.summary["cross_section_pb"] is None) == (name in ("gun", "particles"))
    groups = pq.ParquetFile(job.path).metadata
    assert max(groups.row_group(i).num_rows for i in range(groups.num_row_groups)) <= 1000
    assert ak.all(job.events.particle_pt > 0.4 - 1e-6)
    assert ak.all(abs(job.events.particle_eta) < 2.7 + 1e-6)
    types = {name: str(job.events[name].type).split(" * ")[-1] for name in job.events.fields}
    assert types["event_number"] == "int64"
    for variation in ("weight_isr_up", "weight_isr_down"):
        assert types[variation] == types["weight"] == "float64"
        varied = name in ("signal", "w")
        assert len(np.unique(job.events[variation].to_numpy())) == (events if varied else 1)
        assert varied or ak.all(job.events[variation] == 1)
    assert types["particle_origin"] == "int8"
    assert types["particle_pdg_id"] == "int32"
    assert types["jet_pt"] == types["truth_met"] == types["particle_vx"] == "float32"


def test_minimum_bias_origins_and_multiplicity(jobs: dict[str, Job]) -> None:
    events = jobs["pileup"].events
    charged = (abs(events.particle_pdg_id) != 22) & (events.particle_pt > 0.5)
    central = charged & (abs(events.particle_eta) < 2.5)
    assert 14 < ak.mean(ak.sum(central, axis=1)) < 24
    origin, pdg_id = events.particle_origin, abs(events.particle_pdg_id)
    electrons = pdg_id == 11
    allowed = [TruthOrigin.DALITZ, TruthOrigin.HEAVY_FLAVOUR, TruthOrigin.STRANGE_DECAY]
    found = ak.to_numpy(ak.flatten(origin[electrons]))
    assert np.isin(found, [*allowed, TruthOrigin.FRAGMENTATION]).all()
    parents = abs(events.particle_parent_pdg_id)
    dalitz = ak.flatten(parents[origin == int(TruthOrigin.DALITZ)]).to_numpy()
    assert (dalitz == 111).mean() > 0.5
    strange = origin == int(TruthOrigin.STRANGE_DECAY)
    radius = np.hypot(events.particle_vx, events.particle_vy)
    assert ak.mean(radius[strange]) > 10
    # Light resonances and neutral pions decay where they are made, within a few micrometres.
    assert ak.max(radius[origin == int(TruthOrigin.FRAGMENTATION)]) < 0.05
    assert ak.max(radius) < 300
    share = ak.sum(central & (pdg_id == 211)) / ak.sum(central)
    assert 0.7 < share < 0.9


def test_charged_pions_and_kaons_are_left_to_the_detector(jobs: dict[str, Job]) -> None:
    """And what else can decay in flight is written only if it leaves the cylinder of decays."""
    for job in jobs.values():
        parents = abs(job.events.particle_parent_pdg_id)
        assert not ak.any((parents == 211) | (parents == 321))
    events = jobs["pileup"].events
    pdg_id = ak.flatten(abs(events.particle_pdg_id)).to_numpy()
    others = ~np.isin(pdg_id, (11, 13, 22, 211, 321, 2212))
    assert set(pdg_id[others]) <= {3112, 3222, 3312, 3334}
    assert others.mean() < 3e-3


def test_higgsino_events(jobs: dict[str, Job]) -> None:
    events, summary = jobs["signal"].events, jobs["signal"].summary
    assert ak.min(events.truth_met) > MIN_TRUTH_MET - 0.1
    hard = events.particle_origin == int(TruthOrigin.HARD_ELECTRON)
    assert ak.all(abs(events.particle_pdg_id[hard]) == 11)
    assert ak.all(events.particle_parent_pdg_id[hard] == 1000023)
    assert ak.max(ak.num(events.particle_pt[hard])) == 2
    assert ak.all((events.m_ee > 0) & (events.m_ee < MASSES["n2"] - MASSES["n1"]))
    both = events[ak.num(events.particle_pt[hard]) == 2]
    chosen = both.particle_origin == int(TruthOrigin.HARD_ELECTRON)
    pt, eta, phi = (both[f"particle_{name}"][chosen] for name in ("pt", "eta", "phi"))
    mass2 = (
        2 * pt[:, 0] * pt[:, 1] * (np.cosh(eta[:, 0] - eta[:, 1]) - np.cos(phi[:, 0] - phi[:, 1]))
    )
    assert np.sqrt(mass2).to_numpy() == pytest.approx(both.m_ee.to_numpy(), abs=5e-3)
    assert ak.mean(abs(events.truth_met - events.system_pt)) < 10
    assert ak.all(ak.num(events.jet_pt) > 0)
    assert 0.3 < summary["cross_section_pb"] < 0.8
    assert 0.02 < summary["events_kept"] / summary["events_generated"] < 0.08


def test_wenu_events(jobs: dict[str, Job]) -> None:
    events, summary = jobs["w"].events, jobs["w"].summary
    hard = events.particle_origin == int(TruthOrigin.HARD_ELECTRON)
    assert ak.all(ak.num(events.particle_pt[hard]) == 1)
    assert ak.all(abs(events.particle_parent_pdg_id[hard]) == 24)
    pt = ak.flatten(events.particle_pt[hard])
    assert ak.min(pt) > wenu_jets.FINAL.electron_pt[0] - 1e-3
    assert ak.max(pt) < wenu_jets.FINAL.electron_pt[1] + 1e-3
    # Soft electrons fly against the W.
    assert ak.max(events.cos_theta_star) < -0.5
    assert ak.min(events.truth_met) > MIN_TRUTH_MET - 0.1
    assert summary["cross_section_error_pb"] < 0.05 * summary["cross_section_pb"]


def test_same_seed_gives_the_same_file_and_other_parts_differ(
    jobs: dict[str, Job], run_job: RunJob
) -> None:
    for name in ("pileup", "signal"):
        few = run_job(name, events=20)
        again = run_job(name, events=20)
        assert few.path.read_bytes() == again.path.read_bytes()
        other = run_job(name, part=1, events=20)
        assert other.events.event_number[0] == EVENTS_PER_PART
        assert other.events.truth_met.to_list() != few.events.truth_met.to_list()
        assert run_job(name, events=20, seed=8).events.sum_et[0] != few.events.sum_et[0]


class CountingVeto(CountingHooks):
    """Drops two hard processes of three, whatever they are."""

    def vetoes(self, process: Any) -> bool:
        return self.trials % 3 != 0


def test_trials_are_the_hard_processes_and_the_cross_section_does_not_depend_on_vetoes() -> None:
    settings = {**wenu_jets.SETTINGS, "HadronLevel:all": "off", "PartonLevel:MPI": "off"}
    plain = PythiaRun(settings, 3)
    plain.next_events(600, 0)
    vetoed = PythiaRun(settings, 4, CountingVeto())
    vetoed.next_events(200, 0)
    for run in (plain, vetoed):
        assert run.trials == run.pythia.infoPython().nSelected()
    assert vetoed.trials == 600
    first, second = plain.cross_section(), vetoed.cross_section()
    assert first.error < 0.05 * first.value
    assert abs(first.value - second.value) < 4 * np.hypot(first.error, second.error)


@pytest.mark.thorough
def test_w_bosons_are_polarised() -> None:
    settings = {
        **wenu_jets.SETTINGS,
        "PhaseSpace:pTHatMin": 150.0,
        "HadronLevel:all": "off",
        "PartonLevel:MPI": "off",
    }
    source = wenu_jets.WenuSource(PythiaRun(settings, 5), min_truth_met=0.0)
    record, hard = source.complete(source.run.next_events(2500, 0))
    _, lepton = wenu_jets.w_and_lepton(record)
    assert len(lepton) == len(record)
    fitted = helicity_fractions(hard.cos_theta_star, -np.sign(record.pdg_id[lepton]))
    # Isotropic decays would give 1/3 each.
    assert fitted.left_minus_right > 5 * fitted.left_minus_right_error
    assert fitted.left_minus_right == pytest.approx(0.28, abs=0.1)
    assert fitted.longitudinal < 0.2


def test_w_decays_conserve_momentum() -> None:
    run = PythiaRun({**wenu_jets.SETTINGS, "HadronLevel:all": "off", "PartonLevel:MPI": "off"}, 6)
    record = run.next_events(50, 0)
    w, _ = wenu_jets.w_and_lepton(record)
    for component in (record.px, record.py, record.pz, record.energy):
        of_daughters = np.array([component[record.mother == entry].sum() for entry in w])
        assert of_daughters == pytest.approx(component[w], abs=1e-6 * record.energy[w].max())


def test_leptons_are_predicted_from_the_w_before_the_shower_ends() -> None:
    compared = []

    class Compare(wenu_jets.SoftElectronVeto):
        def vetoes(self, process: Any) -> bool:
            super().vetoes(process)
            return False

        def doVetoPT(self, position: int, event: Any) -> bool:
            if position != wenu_jets.AFTER_RESONANCE_DECAYS:
                self.predicted = self.predicted_leptons(event)
            return False

        def doVetoPartonLevel(self, event: Any) -> bool:
            final = wenu_jets.leptons_of_w(event)
            compared.append([(p.pT(), f.pT()) for p, f in zip(self.predicted, final, strict=True)])
            return False

    anything = wenu_jets.Window((0.0, 7000.0), 100.0, 0.0)
    settings = {**wenu_jets.SETTINGS, "HadronLevel:all": "off", "TimeShower:QEDshowerByL": "off"}
    run = PythiaRun(settings, 8, Compare(hard_process=anything))
    run.next_events(100, 0)
    predicted, final = np.moveaxis(np.array(compared), -1, 0)
    assert len(predicted) == 100
    assert np.median(np.abs(predicted / final - 1)) < 0.05


def test_too_low_acceptance_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Everything(CountingHooks):
        def vetoes(self, process: Any) -> bool:
            return True

    monkeypatch.setattr(pythia, "TRIALS_PER_EVENT", 10)
    run = PythiaRun(wenu_jets.SETTINGS, 1, Everything())
    with pytest.raises(StageError, match="only very few of 100 hard processes"):
        run.next_events(5, kept=0)


def test_failed_start_tells_pythias_reason() -> None:
    with pytest.raises(StageError, match=r"input string not found .*NoSuch:setting"):
        PythiaRun({"NoSuch:setting": "on"}, 1)
    with pytest.raises(StageError, match="Pythia does not start"):
        PythiaRun({**wenu_jets.SETTINGS, "PhaseSpace:pTHatMin": 6600.0}, 1)


@pytest.mark.parametrize(
    ("masses", "message"),
    [
        (None, "needs {n2: ..., n1: ...}"),
        ({"n2": 13.0, "n1": 10.0}, "must lie between"),
        ({"n2": 6903.0, "n1": 6900.0}, "must lie between"),
        ({"n2": 250.0, "n1": 150.0}, "splitting 100 GeV"),
    ],
)
def test_absurd_masses_are_refused(masses: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        higgsino.source("signal", {"process": "higgsino", "masses": masses}, 0, 1)


def test_samples_read_from_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"samples\.data: is read from `files`"):
        generate("data", {}, 0, 1, 1, tmp_path / "a.parquet", tmp_path / "a.json")
    assert not list(tmp_path.iterdir())


def test_nothing_is_printed(
    jobs: dict[str, Job], run_job: RunJob, capfd: pytest.CaptureFixture[str]
) -> None:
    run_job("pileup", events=5)
    assert capfd.readouterr().out == ""
