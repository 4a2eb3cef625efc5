"""What a map asks of a file that it has not, or not like this, is told as a matter of the map."""

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.skimming.contract import Entry, Need
from hepchain.skimming.structure import NtupleReport, check_tree
from hepchain.skimming.tables import open_tree

WANTED = {
    "event_number": Entry(dtype="int64", need=Need.ALWAYS),
    "met": Entry(need=Need.ALWAYS),
    "jet_pt": Entry("jet", need=Need.ALWAYS),
}
GOOD = {"event_number": "event", "met": "met", "jet_pt": "pt"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pt = ak.Array([[1.0, 2.0], [], [3.0]])
    columns = {
        "event": np.arange(3),
        "met": np.ones(3),
        "pt": pt,
        "METxy": np.ones((3, 2)),
        "one": pt[:, :1],
        "text": ak.Array(["a", "b", "c"]),
    }
    types = {name: ak.type(ak.Array(values)).content for name, values in columns.items()}
    types["METxy"] = np.dtype((np.float64, (2,)))
    with uproot.recreate(tmp_path / "f.root") as file:
        file.mktree("tree", types)
        file["tree"].extend(columns)
        vectors = ak.zip({"x": pt, "y": pt})
        nested = ak.zip({"p": vectors, "e": pt}, depth_limit=2)
        file.mkrntuple("ntuple", {**columns, "jets": nested})
    return tmp_path / "f.root"


def _report(
    path: Path, changes: dict[str, Any], tree: str = "ntuple", **blocks: Any
) -> NtupleReport:
    ntuple_map = NtupleMap.model_validate({"tree": tree, "branches": GOOD | changes, **blocks})
    with open_tree(path, ntuple_map) as table:
        return check_tree(str(path), table, ntuple_map, WANTED)


@pytest.mark.parametrize("tree", ["tree", "ntuple"])
def test_trees_and_rntuples_alike(path: Path, tree: str) -> None:
    assert set(_report(path, {}, tree).present) == set(WANTED)


@pytest.mark.parametrize("tree", ["tree", "ntuple"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"met": "pt"}, "branch 'pt' has a list an event, not one number an event (`element: 0`"),
        ({"jet_pt": "met"}, "branch 'met' has one number an event, not a list an event"),
        ({"met": "text"}, "branch 'text' is of type "),
        ({"jet_pt": {"branch": "pt", "bit": 1}}, "branch 'pt' is no integer and has no bits"),
        ({"met": {"branch": "met", "member": "fX"}}, "branch 'met' has no member 'fX'"),
    ],
)
def test_wrong_types(path: Path, tree: str, changes: dict[str, Any], reason: str) -> None:
    (name,) = changes
    assert reason in _report(path, changes, tree).wrong_type[name]


@pytest.mark.parametrize("branch", ["METxy", "one"])
def test_first_element_of_a_list_or_an_array_is_one_number(path: Path, branch: str) -> None:
    report = _report(path, {"met": {"branch": branch, "element": 0}})
    assert not report.wrong_type


def test_members_of_members(path: Path) -> None:
    assert not _report(path, {"jet_pt": {"branch": "jets", "member": "p.x"}}).wrong_type
    assert not _report(path, {"jet_pt": "jets.p.x"}).wrong_type
    for member, reason in (
        ("p", "member 'p' is of type"),
        ("p.z", "branch 'jets' has no member 'p.z'; its members are p, e (`member` takes one"),
        ("", "branch 'jets' is of type"),
    ):
        source = {"branch": "jets"} | ({"member": member} if member else {})
        wrong = _report(path, {"jet_pt": source}).wrong_type["jet_pt"]
        assert reason in wrong
        assert "its members are " in wrong


def test_what_derivations_lack_is_told_with_its_key(path: Path) -> None:
    report = _report(
        path,
        {"met": {"derive": "square_root", "from": ["square"]}},
        intermediate={
            "square": {"derive": "sum", "from": ["one", "two"]},
            "one": "met",
            "two": "mett",
        },
    )
    assert report.absent == {
        "met": "intermediate.two: no branch 'mett'; did you mean 'met'?",
    }


HZZ = Path(__file__).parents[3] / "shared/data/foreign/uproot-HZZ-objects.root"


def test_members_of_classes() -> None:
    if not HZZ.is_file():
        pytest.skip(f"{HZZ.name} is not in ../shared/data/foreign")
    changes = {
        "event_number": "num_primaryvertex",
        "met": {"branch": "MET", "member": "fX"},
        "jet_pt": {"branch": "jetp4", "member": "fP.fX"},
    }
    report = _report(HZZ, changes, "events")
    assert set(report.present) == set(WANTED)
    wrong = _report(HZZ, changes | {"met": "MET"}, "events").wrong_type["met"]
    assert "is of type TVector2, not numeric; its members are fX, fY" in wrong
