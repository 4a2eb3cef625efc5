"""What is printed of a file, and the branch map that is proposed for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
import yaml

from hepchain.cli import main
from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.skimming.contract import EVENT, OF_OBJECTS, Entry
from hepchain.skimming.inspection import inspect
from hepchain.skimming.mapping import Quantities
from hepchain.skimming.proposal import propose
from tests.skimming.shipped import foreign
from tests.workspace import REPOSITORY

JETS = {f"jet_{name}": Entry("jet") for name in ("pt", "eta", "phi", "mass")}
WANTED = EVENT | OF_OBJECTS | JETS | {"met": Entry(), "met_phi": Entry()}


def write(path: Path, **trees: dict[str, Any]) -> Path:
    with uproot.recreate(path) as file:
        for name, columns in trees.items():
            types = {key: ak.Array(values).type.content for key, values in columns.items()}
            file.mktree(name, types)
            file[name].extend(columns)
        file["note"] = "text"
    return path


def lists(*values: list[float]) -> ak.Array:
    return ak.values_astype(ak.Array(list(values)), np.float32)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    events = {
        "event": np.array([7, 8, 9]),
        "jet_pt": lists([], [1.5, 2.5, 3.5, 4.5], [6.0]),
        "a_name_that_is_longer_than_any_that_somebody_should_give_a_branch": np.ones(3),
    }
    return write(tmp_path / "small.root", events=events, runs={"number": np.array([1])})


def test_trees_branches_types_and_values(small: Path) -> None:
    text = str(inspect(small))
    lines = [line.split() for line in text.splitlines()]
    assert ["events:", "TTree,", "3", "entries,", "4", "branches"] in lines
    assert ["runs:", "TTree,", "1", "entries,", "1", "branches"] in lines
    assert ["note:", "TObjString"] in lines
    assert ["event", "int64", "7,", "8,", "9"] in lines
    assert ["jet_pt", "float32[]", "[1.5,", "2.5,", "3.5,", "...],", "[6]"] in lines
    assert ["float64", "1,", "1,", "1"] in lines
    assert max(map(len, text.splitlines()[1:])) <= 100
    assert "number" in str(inspect(small, "runs"))


def test_what_is_not_there(small: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no tree 'event'; did you mean 'events'"):
        inspect(small, "event")
    with pytest.raises(InputError, match="has no tree, only note"):
        inspect(write(tmp_path / "none.root"))
    with pytest.raises(InputError, match="no such file"):
        inspect(tmp_path / "nowhere.root")


def test_rntuple(tmp_path: Path) -> None:
    path = tmp_path / "rntuple.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("data", {"event": np.array([1, 2]), "jet_pt": lists([3.0], [])})
    text = str(inspect(path))
    assert "data: RNTuple, 2 entries, 2 branches" in text
    assert "[3]" in text


def proposed(path: Path) -> tuple[str, NtupleMap]:
    text = propose(inspect(path), WANTED)
    return text, NtupleMap.model_validate(yaml.safe_load(text))


def test_the_names_of_the_contract_are_taken_as_they_are(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path]
) -> None:
    text, found = proposed(write_ntuple(make_content(20)))
    assert "?" not in text.partition("branches:")[2]
    assert {name: source.branch for name, source in found.branches.items()} == {
        name: name for name in WANTED
    }


def test_other_names_and_units(tmp_path: Path) -> None:
    counts = [2, 1]
    rng = np.random.default_rng(1)
    names = ("eta", "phi", "dxy", "dz", "q", "quality")
    columns = {f"Tracks.{name}": ak.unflatten(rng.random(3), counts) for name in names}
    columns["Tracks.pt"] = lists([5000.0, 6000.0], [7000.0])
    columns |= {"OtherTracks.pt": lists([1.0], [2.0]), "genWeight": np.ones(2)}
    columns["MissingET.MET"] = lists([30.0], [40.0])
    columns["eventNumbr"] = np.arange(2)
    text, found = proposed(write(tmp_path / "f.root", data=columns))
    assert found.branches["track_d0"].branch == "Tracks.dxy"
    assert found.branches["track_charge"].branch == "Tracks.q"
    assert found.branches["track_theta"].derive == "theta_from_eta"
    assert found.branches["track_pt"].factor == 0.001
    assert "  # ? median 6000, so MeV" in text
    assert (found.branches["met"].branch, found.branches["met"].element) == ("MissingET.MET", 0)
    assert found.branches["weight"].branch == "genWeight"
    assert "event_number: eventNumbr  # ? a name that is like it" in text
    assert "track_vertex_index" not in found.branches


def test_components_and_what_is_missing(tmp_path: Path) -> None:
    """Quantities of the proposed map are the momenta that the components have."""
    components = {"px": [3.0], "py": [4.0], "pz": [0.0], "E": [13.0]}
    columns = {f"jet_{name}": lists(values, []) for name, values in components.items()}
    text, found = proposed(write(tmp_path / "f.root", data=columns))
    assert "Needed, and nothing like it is in the tree: weight, track_pt, track_eta" in text
    assert found.branches["event_number"].entry
    quantities = Quantities("f.root", found, columns, 0)
    expected = {"jet_pt": 5.0, "jet_eta": 0.0, "jet_phi": np.arctan2(4, 3), "jet_mass": 12.0}
    for name, value in expected.items():
        assert quantities[name][0].tolist() == pytest.approx([value])
    assert quantities["event_number"].tolist() == [0, 1]


def test_public_formats(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proposed map agrees with the shipped one where it says something without a doubt."""
    monkeypatch.chdir(REPOSITORY)
    for name, shipped in (
        ("nanoAOD_2015_CMS_Open_Data_ttbar.root", "nanoaod"),
        ("uproot-HZZ-objects.root", "hzz"),
    ):
        path = foreign(name)
        assert main(["ntuple", "inspect", str(path), "--propose", "soft_electrons"]) == 0
        text = capsys.readouterr().out
        found = NtupleMap.model_validate(yaml.safe_load(text)).branches
        wanted = NtupleMap.model_validate(
            yaml.safe_load((REPOSITORY / f"config/ntuples/{shipped}.yaml").read_text())
        ).branches
        sure = [name for name in found if not name.startswith(("event", "truth", "track"))]
        assert len(sure) > 10
        for name in sure:
            assert (found[name].branch, found[name].derive) == (
                wanted[name].branch,
                wanted[name].derive,
            )


def test_a_proposal_replaces_no_file(
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(REPOSITORY)
    output = tmp_path / "map.yaml"
    arguments = ["ntuple", "inspect", str(small), "--output", str(output)]
    assert main(arguments) == 1
    assert "--output goes with --propose" in capsys.readouterr().err
    arguments += ["--propose", "soft_electrons"]
    assert main(arguments) == 0
    assert NtupleMap.model_validate(yaml.safe_load(output.read_text())).tree == "events"
    output.write_text("mine")
    assert main(arguments) == 1
    assert "is there already" in capsys.readouterr().err
    assert output.read_text() == "mine"
