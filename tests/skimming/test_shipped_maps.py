"""Maps of public formats: a file goes through check and skim, its values those of a direct read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
import yaml

from hepchain.chains.soft_electrons.labels import label
from hepchain.cli import main
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.io import read_json, read_parquet, write_json
from hepchain.labels import Label
from hepchain.skimming.check import check_ntuple
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from tests.skimming.conftest import CONTRACT, PHYSLITE, ROOT

MAPS = ROOT / "config/ntuples"
FOREIGN = ROOT.parent / "shared/data/foreign"
ALL = TrackSelection(pt=(1e-3, 7e3), max_abs_eta=10)
CONES = Isolation(cone=0.3, constituent_pt=[0.5], max_z0_sin_theta=3.0)


@dataclass(frozen=True)
class Skimmed:
    events: ak.Array
    tracks: ak.Array
    report: Mapping[str, Any]

    def flat(self, name: str) -> Any:
        """Values of all tracks, or of all objects kept with the events."""
        if name.startswith("track_"):
            return ak.to_numpy(self.tracks[name.removeprefix("track_")])
        return ak.to_numpy(ak.flatten(self.events[name], axis=None))


@pytest.fixture
def skimmed(tmp_path: Path) -> Callable[..., Skimmed]:
    """Function (file, map, variables) -> its skim; the check calls it usable."""

    def run(path: Path, map_path: Path, variables: list[str], role: Role = Role.SIGNAL) -> Skimmed:
        settings = SkimSettings(role, ALL, CONES, {"all": variables}, CONTRACT)
        found = check_ntuple(path, map_path, settings)
        assert found.usable, found
        assert role is Role.TRAINING or "usable for every role" in str(found)
        write_json(tmp_path / "normalisation.json", {"weight_per_generated": 2.0})
        outputs = {key: str(tmp_path / key) for key in ("events", "tracks", "report")}
        normalisation = str(tmp_path / "normalisation.json")
        skim([str(path)], str(map_path), normalisation, settings, outputs)
        tables = (read_parquet(outputs[key]) for key in ("events", "tracks"))
        return Skimmed(*tables, read_json(outputs["report"]))

    return run


def foreign(name: str) -> Path:
    if not (FOREIGN / name).is_file():
        pytest.skip(f"{name} is not in ../shared/data/foreign")
    return FOREIGN / name


def variables_of(name: str) -> list[str]:
    """The variables of the configuration that a map has."""
    known = yaml.safe_load((ROOT / "config/soft_electrons/variables.yaml").read_text())["variables"]
    mapped = yaml.safe_load((MAPS / name).read_text())["branches"]
    return [variable for variable in known if f"track_{variable}" in mapped]


def compare(skimmed: Skimmed, expected: Mapping[str, Any]) -> None:
    for name, values in expected.items():
        flat = ak.to_numpy(ak.flatten(values, axis=None))
        assert skimmed.flat(name) == pytest.approx(flat, rel=2e-6, nan_ok=True), name


def test_nanoaod(skimmed: Callable[..., Skimmed]) -> None:
    path = foreign("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    found = skimmed(path, MAPS / "nanoaod.yaml", variables_of("nanoaod.yaml"))
    tree = uproot.open(path)["Events"]
    read = {name: tree[name].array() for name in tree.keys(filter_name=["Electron_*", "Jet_*"])}
    read |= {name: tree[name].array() for name in ("event", "genWeight", "MET_pt", "PV_z")}
    pt, eta, dz = (read[f"Electron_{name}"] for name in ("pt", "eta", "dz"))
    theta, charge = 2 * np.arctan(np.exp(-ak.values_astype(eta, "f8"))), read["Electron_charge"]
    assert len(found.events) == 200
    assert len(found.tracks) == ak.count(pt) > 50
    own = ak.local_index(pt)
    expected = {
        "event_number": read["event"],
        "weight": 2.0 * read["genWeight"],
        "met": read["MET_pt"],
        "jet_pt": read["Jet_pt"],
        "jet_mass": read["Jet_mass"],
        "electron_pt": pt,
        "electron_charge": charge,
        "electron_lh_very_loose": ak.values_astype(read["Electron_cutBased"] >= 1, "i4"),
        "electron_track_index": own,
        "electron_track_pt": pt,
        "track_pt": pt,
        "track_charge": charge,
        "track_theta": theta,
        "track_d0": 10 * read["Electron_dxy"],
        "track_z0": 10 * (dz + read["PV_z"]),
        "track_z0_sin_theta": 10 * dz * np.sin(theta),
        "track_z0_sin_theta_significance": dz / read["Electron_dzErr"],
        "track_q_over_p": charge * np.sin(theta) / pt,
        "track_d0_significance": read["Electron_dxy"] / read["Electron_dxyErr"],
    }
    compare(found, expected)


def test_teaching_ntuple_of_objects(skimmed: Callable[..., Skimmed]) -> None:
    """Members of classes; the electrons and, after them, the muons as tracks."""
    path = foreign("uproot-HZZ-objects.root")
    found = skimmed(path, MAPS / "hzz.yaml", variables_of("hzz.yaml"))
    tree = uproot.open(path)["events"]
    assert len(found.events) == 2421
    momenta = {name: tree[f"{name}p4"].array() for name in ("electron", "muon", "jet")}
    both = ak.concatenate([momenta["electron"], momenta["muon"]], axis=1)
    pt = {name: np.hypot(p["fP", "fX"], p["fP", "fY"]) for name, p in momenta.items()}
    jet = momenta["jet"]
    squared = sum(ak.values_astype(jet["fP", name], "f8") ** 2 for name in ("fX", "fY", "fZ"))
    mass_squared = ak.values_astype(jet["fE"], "f8") ** 2 - squared
    missing = tree["MET"].array()
    charge = ak.concatenate([tree["electronq"].array(), tree["muonq"].array()], axis=1)
    expected = {
        "event_number": np.arange(2421),
        "weight": 2.0 * tree["eventweight"].array(),
        "met": np.hypot(missing["fX"], missing["fY"]),
        "met_phi": np.arctan2(missing["fY"], missing["fX"]),
        "electron_pt": pt["electron"],
        "electron_track_pt": pt["electron"],
        "electron_track_index": ak.local_index(pt["electron"]),
        "jet_pt": pt["jet"],
        "jet_mass": np.sign(mass_squared) * np.sqrt(abs(mass_squared)),
        "track_pt": np.hypot(both["fP", "fX"], both["fP", "fY"]),
        "track_phi": np.arctan2(both["fP", "fY"], both["fP", "fX"]),
        "track_eta": np.arcsinh(both["fP", "fZ"] / np.hypot(both["fP", "fX"], both["fP", "fY"])),
        "track_charge": charge,
    }
    compare(found, expected)


def test_physlite_as_rntuple(skimmed: Callable[..., Skimmed]) -> None:
    path = PHYSLITE.with_name("DAOD_PHYSLITE_ttbar_rntuple.root")
    if not path.is_file():
        pytest.skip(f"{path.name} is not in ../shared/data/physlite")
    variables = ["pt", "eta", "phi", "d0", "z0", "number_of_sct_hits", "d0_significance"]
    found = skimmed(path, MAPS / "physlite_rntuple.yaml", variables, Role.TRAINING)
    ntuple = uproot.open(path)["EventData"]
    names = ("d0", "z0", "vz", "theta", "phi", "qOverP", "numberOfSCTHits")
    collection = "InDetTrackParticlesAuxDyn"
    read = {name: ntuple[f"{collection}:{name}"].array() for name in names}
    read = {name: ak.values_astype(values, "f8") for name, values in read.items()}
    variance = ntuple[f"{collection}:definingParametersCovMatrixDiag"].array()
    links = ntuple["AnalysisElectronsAuxDyn:trackParticleLinks"].array()[..., 0]
    own = ntuple["GSFTrackParticlesAuxDyn:originalTrackParticle"].array()
    tracks = ak.Array(
        [
            [
                target["m_persIndex"] if target["m_persKey"] else -1
                for target in (refitted[link["m_persIndex"]] for link in electrons)
            ]
            for electrons, refitted in zip(links.tolist(), own.tolist(), strict=True)
        ]
    )
    expected = {
        "event_number": ntuple["EventInfoAuxDyn:eventNumber"].array(),
        "electron_pt": ntuple["AnalysisElectronsAuxDyn:pt"].array() / 1000,
        "electron_track_index": tracks,
        "track_pt": np.sin(read["theta"]) / abs(read["qOverP"]) / 1000,
        "track_d0": read["d0"],
        "track_z0": read["z0"],
        "track_phi": read["phi"],
        "track_theta": read["theta"],
        "track_charge": np.sign(read["qOverP"]),
        "track_number_of_sct_hits": read["numberOfSCTHits"],
        "track_d0_significance": read["d0"] / np.sqrt(variance[..., 0]),
    }
    assert len(found.tracks) == 2487
    compare(found, expected)


def test_both_maps_of_physlite_are_one() -> None:
    """But for what parts the names of collections and of their members."""
    tree, ntuple = ((MAPS / f"physlite{name}.yaml").read_text() for name in ("", "_rntuple"))
    wanted = yaml.safe_load(tree.replace("AuxDyn.", "AuxDyn:")) | {"tree": "EventData"}
    assert yaml.safe_load(ntuple) == wanted


def test_the_configuration_that_reads_what_has_no_hits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = foreign("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    monkeypatch.chdir(ROOT)
    arguments = ["ntuple", "check", str(path), "--map", "config/ntuples/nanoaod.yaml"]
    assert main(arguments) == 1
    assert "missing, needed always: track_number_of_sct_hits" in capsys.readouterr().out
    config = tmp_path / "mine.yaml"
    tracks = {"quality": None, "max_z0_sin_theta": None}
    config.write_text(yaml.safe_dump({"soft_electrons": {"skimming": {"tracks": tracks}}}))
    assert main([*arguments, "--config", str(config)]) == 0
    assert "usable for every role" in capsys.readouterr().out


def test_truth_of_nanoaod(skimmed: Callable[..., Skimmed]) -> None:
    """Links are followed, and what they say makes labels."""
    path = foreign("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    found = skimmed(path, MAPS / "nanoaod.yaml", variables_of("nanoaod.yaml"))
    tree = uproot.open(path)["Events"]
    links = tree["Electron_genPartIdx"].array().tolist()
    ids = tree["GenPart_pdgId"].array().tolist()
    flavours = ak.flatten(tree["Electron_genPartFlav"].array()).to_numpy()
    expected = [
        ids[event][link] if link >= 0 else 0 for event, own in enumerate(links) for link in own
    ]
    assert found.flat("track_truth_pdg_id").tolist() == expected
    columns = {name: found.flat(f"track_{name}") for name in ("truth_pdg_id", "truth_origin")}
    labels = label(columns)
    assert np.array_equal(labels == Label.SIGNAL, flavours == 1)
    assert (labels == Label.SIGNAL).sum() > 20
    assert np.array_equal(labels == Label.UNKNOWN, np.array(expected) == 0)


def write(path: Path, tree: str, columns: Mapping[str, Any]) -> Path:
    with uproot.recreate(path) as file:
        file.mktree(tree, {name: ak.Array(values).type.content for name, values in columns.items()})
        file[tree].extend(columns)
    return path


def objects(rng: np.random.Generator, counts: Any, *names: str) -> dict[str, ak.Array]:
    """A list an event for each name, in single precision."""
    numbers = rng.uniform(0.1, 2.0, (len(names), counts.sum())).astype(np.float32)
    return {name: ak.unflatten(row, counts) for name, row in zip(names, numbers, strict=True)}


def test_delphes(skimmed: Callable[..., Skimmed], tmp_path: Path) -> None:
    """In the names of its tree; an electron finds the track that has its direction."""
    rng, events = np.random.default_rng(3), 20
    counts = rng.integers(2, 6, events)
    kinematics = ("PT", "Eta", "Phi", "D0", "DZ", "ErrorD0", "ErrorDZ")
    columns = objects(rng, counts, *(f"Track.{name}" for name in kinematics))
    charge = ak.unflatten(rng.choice([-1, 1], counts.sum()).astype("i4"), counts)
    columns |= {"Track.Charge": charge, "Track.PID": -11 * charge}
    place = ak.Array([[1], [0]] * (events // 2))
    columns |= {f"Electron.{name}": columns[f"Track.{name}"][place] for name in ("Eta", "Phi")}
    columns |= {"Electron.PT": columns["Track.PT"][place] + 1, "Electron.Charge": charge[place]}
    columns |= objects(rng, rng.integers(0, 3, events), *(f"Jet.{x}" for x in ("PT", "Eta", "Phi")))
    columns["Jet.Mass"] = columns["Jet.PT"]
    single = {"Event.Weight": np.ones(events), "MissingET.MET": rng.uniform(0, 9, events)}
    single |= {"MissingET.Phi": np.ones(events), "Event.Number": np.arange(events)}
    columns |= {name: ak.unflatten(values, np.ones(events, int)) for name, values in single.items()}
    columns["Vertex.Z"] = ak.Array([[-1.0, 1.0]] * events)
    path = write(tmp_path / "delphes.root", "Delphes", columns)
    found = skimmed(path, MAPS / "delphes.yaml", variables_of("delphes.yaml"))
    z0, eta = columns["Track.DZ"], ak.values_astype(columns["Track.Eta"], "f8")
    expected = {
        "met": single["MissingET.MET"],
        "electron_track_index": place,
        "electron_track_pt": columns["Track.PT"][place],
        "jet_mass": columns["Jet.Mass"],
        "track_z0_sin_theta": (z0 - 1) / np.cosh(eta),
        "track_truth_pdg_id": columns["Track.PID"],
        "track_q_over_p": charge / (columns["Track.PT"] * np.cosh(eta)),
    }
    compare(found, expected)
    told = {"reason": "0 stands in: no branch 'Track.IsPU'", "files": 1}
    assert found.report["substituted"] == {"truth_track_is_pileup": told}


def test_flat_teaching_ntuple(skimmed: Callable[..., Skimmed], tmp_path: Path) -> None:
    """Electrons are those of the leptons that are, each at its place in their list; MeV to GeV."""
    rng, events = np.random.default_rng(4), 20
    counts = rng.integers(1, 5, events)
    columns = objects(rng, counts, "lep_eta", "lep_phi", "lep_z0", "lep_trackd0pvunbiased")
    columns |= objects(rng, counts, "lep_pt", "lep_tracksigd0pvunbiased")
    columns["lep_pt"] = 10_000 * columns["lep_pt"]
    columns["lep_type"] = ak.unflatten(rng.choice([11, 13], counts.sum()).astype("u4"), counts)
    columns["lep_charge"] = ak.unflatten(rng.choice([-1, 1], counts.sum()).astype("i4"), counts)
    columns |= objects(rng, rng.integers(0, 3, events), "jet_pt", "jet_eta", "jet_phi")
    columns["jet_pt"] = 20_000 * columns["jet_pt"]
    momentum = columns["jet_pt"] * np.cosh(columns["jet_eta"])
    columns["jet_E"] = np.hypot(momentum, ak.full_like(momentum, 9000.0))
    columns["mcWeight"] = rng.uniform(0.5, 2.0, events).astype("f4")
    columns["scaleFactor_PILEUP"] = np.full(events, 0.5, "f4")
    columns |= {"eventNumber": np.arange(events), "met_et": np.full(events, 5e4, "f4")}
    columns["met_phi"] = np.ones(events, "f4")
    path = write(tmp_path / "mini.root", "mini", columns)
    found = skimmed(path, MAPS / "open_data.yaml", variables_of("open_data.yaml"))
    electron = columns["lep_type"] == 11
    expected = {
        "weight": columns["mcWeight"],
        "met": np.full(events, 50.0),
        "electron_pt": columns["lep_pt"][electron] / 1000,
        "electron_track_index": ak.local_index(electron)[electron],
        "electron_track_d0": columns["lep_trackd0pvunbiased"][electron],
        "track_pt": columns["lep_pt"] / 1000,
        "jet_pt": columns["jet_pt"] / 1000,
    }
    compare(found, expected)
    assert found.flat("jet_mass") == pytest.approx(9.0, rel=2e-4)
