"""Maps of formats of which no file is at hand: files in their names, made here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from tests.skimming.shipped import compare, skimmed, variables_of


def write(path: Path, tree: str, columns: Mapping[str, Any]) -> Path:
    with uproot.recreate(path) as file:
        file.mktree(tree, {name: ak.Array(values).type.content for name, values in columns.items()})
        file[tree].extend(columns)
    return path


def objects(rng: np.random.Generator, counts: Any, *names: str) -> dict[str, ak.Array]:
    """A list an event for each name, in single precision."""
    numbers = rng.uniform(0.1, 2.0, (len(names), counts.sum())).astype(np.float32)
    return {name: ak.unflatten(row, counts) for name, row in zip(names, numbers, strict=True)}


def test_delphes(tmp_path: Path) -> None:
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
    single: dict[str, Any] = {
        "Event.Weight": np.ones(events),
        "MissingET.MET": rng.uniform(0, 9, events),
    }
    single |= {"MissingET.Phi": np.ones(events), "Event.Number": np.arange(events)}
    columns |= {name: ak.unflatten(values, np.ones(events, int)) for name, values in single.items()}
    columns["Vertex.Z"] = ak.Array([[-1.0, 1.0]] * events)
    path = write(tmp_path / "delphes.root", "Delphes", columns)
    found = skimmed(tmp_path, path, "delphes.yaml", variables_of("delphes.yaml"))
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


def test_flat_teaching_ntuple(tmp_path: Path) -> None:
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
    found = skimmed(tmp_path, path, "open_data.yaml", variables_of("open_data.yaml"))
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
