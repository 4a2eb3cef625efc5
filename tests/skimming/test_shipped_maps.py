"""Maps of public formats: a file goes through check and skim, its values those of a direct read."""

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot
import yaml

from hepchain.chains.soft_electrons.labels import label
from hepchain.cli import main
from hepchain.config.samples import Role
from hepchain.labels import Label
from tests.skimming.conftest import PHYSLITE, ROOT
from tests.skimming.shipped import MAPS, compare, foreign, skimmed, variables_of


def test_nanoaod(tmp_path: Path) -> None:
    path = foreign("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    found = skimmed(tmp_path, path, "nanoaod.yaml", variables_of("nanoaod.yaml"))
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


def test_teaching_ntuple_of_objects(tmp_path: Path) -> None:
    """Members of classes; the electrons and, after them, the muons as tracks."""
    path = foreign("uproot-HZZ-objects.root")
    found = skimmed(tmp_path, path, "hzz.yaml", variables_of("hzz.yaml"))
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


def test_physlite_as_rntuple(tmp_path: Path) -> None:
    path = PHYSLITE.with_name("DAOD_PHYSLITE_ttbar_rntuple.root")
    if not path.is_file():
        pytest.skip(f"{path.name} is not in ../shared/data/physlite")
    variables = ["pt", "eta", "phi", "d0", "z0", "number_of_sct_hits", "d0_significance"]
    found = skimmed(tmp_path, path, "physlite_rntuple.yaml", variables, Role.TRAINING)
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


def test_truth_of_nanoaod(tmp_path: Path) -> None:
    """Links are followed, and what they say makes labels."""
    path = foreign("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    found = skimmed(tmp_path, path, "nanoaod.yaml", variables_of("nanoaod.yaml"))
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


def test_nanoaod_as_rntuple(tmp_path: Path) -> None:
    """The same fields in the other container give the same tables."""
    path, variables = foreign("nanoAOD_2015_CMS_Open_Data_ttbar.root"), variables_of("nanoaod.yaml")
    tree = uproot.open(path)["Events"]
    kept = ("Electron_*", "Jet_*", "GenPart_*", "event", "genWeight", "MET_*", "PV_z", "Pileup_*")
    columns = {name: tree[name].array() for name in tree.keys(filter_name=list(kept))}
    copy = tmp_path / "rntuple.root"
    with uproot.recreate(copy) as file:
        file.mkrntuple("Events", columns)
    folders = [tmp_path / name for name in ("tree", "rntuple")]
    for folder in folders:
        folder.mkdir()
    first, second = (
        skimmed(folder, source, "nanoaod.yaml", variables)
        for folder, source in zip(folders, (path, copy), strict=True)
    )
    for one, other in ((first.events, second.events), (first.tracks, second.tracks)):
        assert one.fields == other.fields
        assert ak.array_equal(one, other, equal_nan=True)
