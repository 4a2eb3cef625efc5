"""Branches by exact name, from TTrees and RNTuples alike, as a direct read has them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.skimming.files import open_file
from hepchain.skimming.jagged import member_of
from hepchain.skimming.tables import open_tree
from hepchain.skimming.trees import Tree, nearest_branch

DATA = Path(__file__).parents[3] / "shared" / "data"
FOREIGN = {
    "ttree of PHYSLITE": ("physlite/DAOD_PHYSLITE_ttbar_ttree.root", "CollectionTree"),
    "RNTuple of PHYSLITE": ("physlite/DAOD_PHYSLITE_ttbar_rntuple.root", "EventData"),
    "NanoAOD": ("foreign/nanoAOD_2015_CMS_Open_Data_ttbar.root", "Events"),
    "objects of classes": ("foreign/uproot-HZZ-objects.root", "events"),
}


def _foreign(what: str) -> tuple[Path, str]:
    name, tree = FOREIGN[what]
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not in ../shared/data")
    return DATA / name, tree


def _all(tree: Any, names: Sequence[str], size: int = 7, stop: int | None = None) -> Any:
    chunks = list(tree.chunks(names, size, stop))
    return {name: ak.concatenate([chunk[name] for chunk in chunks]) for name in names}


@pytest.mark.parametrize("what", FOREIGN)
def test_every_branch_that_is_called_readable_is_as_in_a_direct_read(what: str) -> None:
    path, name = _foreign(what)
    with open_file(path) as file:
        tree = Tree(str(path), name, file[name])
        some = tree.names[:: max(1, len(tree.names) // 40)]
        sample = [branch for branch in some if tree.type_of(branch) is not None]
        assert len(sample) > 0.7 * len(some)
        for branch in sample:
            try:
                direct = file[name][branch].array()
            except ValueError:  # types without data, which uproot takes for readable
                with pytest.raises(InputError, match="cannot be read by uproot"):
                    _all(tree, [branch])
                continue
            found = _all(tree, [branch])[branch]
            assert ak.array_equal(found, direct, equal_nan=True, check_parameters=False), branch
            assert str(found.type.content) == str(tree.type_of(branch))


AWKWARD_NAMES = [
    "met[0]",
    "cov[ij]",
    "any*",
    "an?y",
    "MET.pt",
    "met final",
    "/edge/",
    "a/b",
    "a+b",
    "no",
    "élan",
]


def test_names_are_no_patterns(tmp_path: Path) -> None:
    """Each beside branches that it would match if it were one."""
    values = {name: np.arange(5) + 10.0 * number for number, name in enumerate(AWKWARD_NAMES)}
    others = {name: np.full(5, -1.0) for name in ("met0", "covi", "anything", "any", "edge")}
    path = tmp_path / "names.root"
    with uproot.recreate(path) as file:
        file.mktree("events", dict.fromkeys(values | others, "float64"))
        file["events"].extend(values | others)
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        found = _all(tree, AWKWARD_NAMES, 2)
        for name, expected in values.items():
            assert found[name].tolist() == expected.tolist(), name
        assert "met?" not in tree
        assert "*" not in tree


@pytest.mark.parametrize("name", ["events", "events;1", "events;2", "folder/events", "a/b/c;1"])
def test_trees_in_directories_and_of_a_cycle(tmp_path: Path, name: str) -> None:
    path = tmp_path / "trees.root"
    trees = {"folder/events": 3, "a/b/c": 4}
    with uproot.recreate(path) as file:
        for number in (1, 2):
            file.mktree("events", {"x": "int64"})
            file["events"].extend({"x": np.arange(number)})
        for tree, number in trees.items():
            file.mktree(tree, {"x": "int64"})
            file[tree].extend({"x": np.arange(number)})
    ntuple_map = NtupleMap.model_validate({"tree": name, "branches": {"mu": "x"}})
    expected = {"events": 2, "events;1": 1, "events;2": 2, "folder/events": 3, "a/b/c;1": 4}
    with open_tree(path, ntuple_map) as table:
        assert table.entries == expected[name]
        assert len(_all(table, ["x"])["x"]) == expected[name]


def test_tree_that_is_not_there_or_none(tmp_path: Path) -> None:
    path = tmp_path / "other.root"
    with uproot.recreate(path) as file:
        file.mktree("folder/mine", {"x": "int64"})
        file["text"] = "no tree"
    for name, message in (
        ("events", r"no tree 'events'; it has folder/mine \(the branch map's `tree`"),
        ("events;3", "no tree 'events;3'"),
        ("text", "'text' is a TObjString, not a TTree or RNTuple"),
    ):
        ntuple_map = NtupleMap.model_validate({"tree": name, "branches": {"mu": "x"}})
        with pytest.raises(InputError, match=message), open_tree(path, ntuple_map):
            pass


COLUMNS = st.lists(st.lists(st.integers(-5, 5), max_size=4), min_size=1, max_size=40)


@settings(max_examples=30, deadline=None)
@given(lists=COLUMNS, clusters=st.integers(1, 6), size=st.integers(1, 60))
def test_rntuple_in_chunks_is_the_whole(
    lists: list[list[int]], clusters: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the clusters and the chunks; all chunks but the last are full."""
    path = tmp_path_factory.mktemp("rntuple") / "f.root"
    values = ak.values_astype(ak.Array([*lists, [0]]), np.int32)
    content = {"number": np.arange(len(values)), "list": values}
    with uproot.recreate(path) as file:
        ntuple = file.mkrntuple("events", content)
        for _ in range(clusters - 1):
            ntuple.extend(content)
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        chunks = list(tree.chunks(["list", "number"], size))
        assert [len(chunk["list"]) for chunk in chunks[:-1]] == [size] * (len(chunks) - 1)
        assert 0 < len(chunks[-1]["list"]) <= size
        whole = _all(tree, ["list", "number"], size)
        assert whole["list"].tolist() == values.tolist() * clusters
        assert whole["number"].tolist() == list(range(len(values))) * clusters
        half = tree.entries // 2
        found = _all(tree, ["number"], size, half)["number"].tolist()
        assert found == whole["number"][:half].tolist()


@settings(max_examples=30, deadline=None)
@given(lists=COLUMNS, baskets=st.integers(1, 5), size=st.integers(1, 60))
def test_ttree_in_chunks_is_the_whole(
    lists: list[list[int]], baskets: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the baskets and the chunks, with the type that the branch has."""
    path = tmp_path_factory.mktemp("ttree") / "f.root"
    values = ak.values_astype(ak.Array([*lists, [0]]), np.int16)
    with uproot.recreate(path) as file:
        file.mktree("events", {"list": "var * int16"})
        for _ in range(baskets):
            file["events"].extend({"list": values})
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        whole = _all(tree, ["list"], size)["list"]
        assert whole.tolist() == values.tolist() * baskets
        assert str(whole.type.content) == str(tree.type_of("list"))


@pytest.mark.parametrize("what", ["mktree", "mkrntuple"])
def test_size_of_branches_is_that_of_their_numbers(tmp_path: Path, what: str) -> None:
    path = tmp_path / "f.root"
    content = {"x": np.zeros(5000), "list": ak.unflatten(np.zeros(20000, "float32"), 4)}
    with uproot.recreate(path) as file:
        getattr(file, what)("events", {name: ak.type(v).content for name, v in content.items()})
        file["events"].extend(content)
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        assert tree.size_of(["x"]) == pytest.approx(8 * 5000, rel=0.01)
        # With offsets, which some formats have elsewhere.
        assert 4 * 20000 <= tree.size_of(["list"]) <= 4 * 20000 + 8 * 5000 + 1000


def test_rntuple_without_entries_is_one_chunk_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("events", {"x": np.zeros(0), "list": ak.Array([[1.0]])[:0]})
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        (chunk,) = tree.chunks(["x", "list"], 10)
        assert len(chunk["x"]) == 0
        assert chunk["list"].ndim == 2


def test_nanoaod_as_rntuple_is_nanoaod_as_ttree(tmp_path: Path) -> None:
    """As flat fields, and as collections with their members."""
    path, name = _foreign("NanoAOD")
    names = ["event", "run", "MET_pt", "nMuon", "Muon_pt", "Muon_charge", "Muon_tightId"]
    with open_file(path) as file:
        tree = Tree(str(path), name, file[name])
        expected = _all(tree, names, 1000)
    members = {name.removeprefix("Muon_"): expected[name] for name in names if "Muon_" in name}
    imported = tmp_path / "imported.root"
    with uproot.recreate(imported) as file:
        file.mkrntuple("Events", {**expected, "Muon": ak.zip(members)})
    with open_file(imported) as file:
        tree = Tree(str(imported), "Events", file["Events"])
        found = _all(tree, [*names, *(f"Muon.{member}" for member in members)], 64)
    for key, values in expected.items():
        assert found[key].tolist() == values.tolist()
        assert found[key.replace("Muon_", "Muon.")].tolist() == values.tolist()


def test_members_of_classes() -> None:
    path, name = _foreign("objects of classes")
    with open_file(path) as file:
        tree = Tree(str(path), name, file[name])
        found = _all(tree, ["muonp4", "MET"], 100)
        direct = file[name].arrays(["muonp4", "MET"])
    assert ak.all(member_of(found["muonp4"], "fP.fX") == direct.muonp4.fP.fX)
    assert ak.all(member_of(found["muonp4"], "fE") == direct.muonp4.fE)
    assert ak.all(member_of(found["MET"], "fY") == direct.MET.fY)
    with pytest.raises(ValueError, match="no member 'fQ'; it has fX, fY, fZ"):
        member_of(found["muonp4"], "fP.fQ")


def test_members_that_are_branches_have_the_name_that_uproot_prints() -> None:
    path, name = _foreign("ttree of PHYSLITE")
    whole = "GSFTrackParticlesAuxDyn.originalTrackParticle"
    last = f"{whole}.m_persIndex"
    with open_file(path) as file:
        tree = Tree(str(path), name, file[name])
        found = _all(tree, [f"{whole}/{last}", last])
        direct = file[name][f"{whole}/{last}"].array()
        assert tree.type_of(whole) is None
    assert found[last].tolist() == found[f"{whole}/{last}"].tolist() == direct.tolist()


def test_a_last_part_that_two_branches_have_is_no_name(tmp_path: Path) -> None:
    path = tmp_path / "two.root"
    records = ak.zip({"pt": np.arange(3.0), "eta": np.zeros(3)})
    with uproot.recreate(path) as file:
        file.mkrntuple("events", {"first": records, "second": records, "pt": np.full(3, 7.0)})
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        assert "eta" not in tree
        assert "first.eta" in tree
        found = _all(tree, ["pt", "first.pt"])
        assert found["pt"].tolist() == [7, 7, 7]
        assert found["first.pt"].tolist() == [0, 1, 2]


def test_the_branch_that_is_unreadable_is_named() -> None:
    path, name = _foreign("ttree of PHYSLITE")
    with open_file(path) as file:
        tree = Tree(str(path), name, file[name])
        with pytest.raises(InputError, match="branch 'EventInfo' of tree 'CollectionTree': cannot"):
            _all(tree, ["EventInfoAuxDyn.eventNumber", "EventInfo"])


def test_nearest_branch_is_found_by_its_last_part() -> None:
    path, name = _foreign("ttree of PHYSLITE")
    with open_file(path) as file:
        tree = Tree(str(path), name, file[name])
        assert nearest_branch("InDetTrackParticlesAuxDyn.d00", tree) == (
            "; did you mean 'InDetTrackParticlesAuxDyn.d0'?"
        )
        assert nearest_branch("nothing of the sort", tree) == ""
