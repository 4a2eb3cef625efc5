"""Further trees of a file: entry by entry, by keys, and with rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.skimming import friends, rows
from hepchain.skimming.tables import open_tree
from hepchain.skimming.trees import nearest_branch

Columns = dict[str, Any]


def _write(path: Path, **trees: Columns) -> None:
    with uproot.recreate(path) as file:
        for name, columns in trees.items():
            types = {key: ak.type(ak.Array(values)).content for key, values in columns.items()}
            file.mktree(name, types)
            file[name].extend(columns)


def _read(path: Path, ntuple_map: dict[str, Any], names: list[str], size: int = 4) -> Any:
    whole = NtupleMap.model_validate({"branches": {"mu": "x"}} | ntuple_map)
    with open_tree(path, whole) as table:
        for name in names:
            assert name in table
            assert table.type_of(name) is not None
            assert table.typename(name)
        chunks = list(table.chunks(names, size))
        found = {name: ak.concatenate([chunk[name] for chunk in chunks]) for name in names}
        assert {len(values) for values in found.values()} == {table.entries}
        return found


def _events(number: int, seed: int = 1) -> Columns:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 3, number)
    return {
        "run": np.repeat([3, 1], [number // 2, number - number // 2]).astype(np.uint32),
        "event": rng.permutation(number).astype(np.uint64),
        "x": rng.random(number),
        "list": ak.unflatten(rng.random(counts.sum()), counts),
    }


def _of(events: Columns, order: Any) -> Columns:
    return {name: values[order] for name, values in events.items()}


def test_entry_goes_with_entry(tmp_path: Path) -> None:
    first, second = _events(10), _events(10, seed=2)
    second["y"] = second["x"] + 1
    _write(tmp_path / "f.root", events=first, more=second)
    found = _read(
        tmp_path / "f.root",
        {"tree": "events", "friends": {"truth": "more"}},
        ["x", "y", "truth.x", "truth.list", "list"],
    )
    assert found["x"].tolist() == first["x"].tolist()
    assert found["y"].tolist() == second["y"].tolist()
    assert found["truth.x"].tolist() == second["x"].tolist()
    assert found["truth.list"].tolist() == second["list"].tolist()
    assert found["list"].tolist() == first["list"].tolist()


def test_branches_of_a_friend_alone(tmp_path: Path) -> None:
    first, second = _events(10), _events(10, seed=2)
    _write(tmp_path / "f.root", events=first, more=second)
    names = ["truth.x"]
    found = _read(tmp_path / "f.root", {"tree": "events", "friends": {"truth": "more"}}, names)
    assert found["truth.x"].tolist() == second["x"].tolist()


KEYED = {"tree": "events", "friends": {"other": {"tree": "more", "keys": ["run", "event"]}}}


@settings(max_examples=30, deadline=None)
@given(
    number=st.integers(2, 40),
    extra=st.integers(0, 9),
    size=st.integers(1, 12),
    seed=st.integers(0, 9),
    shuffled=st.booleans(),
)
def test_keys_find_the_entry_whatever_the_order(
    number: int,
    extra: int,
    size: int,
    seed: int,
    shuffled: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """And the friend may have entries that the first tree lacks."""
    path = tmp_path_factory.mktemp("friends") / "f.root"
    friend = _events(number + extra, seed)
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(number + extra, number, replace=False))
    first = _of(friend, rng.permutation(chosen) if shuffled else chosen)
    first = {name: first[name] for name in ("run", "event")} | {"same": first["x"]}
    _write(path, events=first, more=friend)
    found = _read(path, KEYED, ["same", "x", "list", "other.event", "event"], size)
    assert found["x"].tolist() == found["same"].tolist()
    assert found["other.event"].tolist() == found["event"].tolist()
    lists = dict(zip(friend["x"].tolist(), friend["list"].tolist(), strict=True))
    assert found["list"].tolist() == [lists[x] for x in found["same"].tolist()]


def test_keys_may_have_other_names_in_the_friend(tmp_path: Path) -> None:
    first, friend = _events(9), _of(_events(9), np.arange(9)[::-1])
    renamed = {"nr": friend["event"], "run_number": friend["run"], "y": friend["x"]}
    _write(tmp_path / "f.root", events=first, more=renamed)
    keys = {"run": "run_number", "event": "nr"}
    ntuple_map = {"tree": "events", "friends": {"other": {"tree": "more", "keys": keys}}}
    found = _read(tmp_path / "f.root", ntuple_map, ["x", "y"])
    assert found["x"].tolist() == found["y"].tolist()


@pytest.mark.parametrize("at_once", [3, 1000])
def test_rows_of_a_friend_are_lists_and_empty_where_there_are_none(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_AT_ONCE", at_once)
    events = _events(30)
    counts = ak.num(events["list"])
    flat = {
        "run": np.repeat(events["run"], counts),
        "event": np.repeat(events["event"], counts),
        "pt": ak.flatten(events["list"]).to_numpy(),
    }
    _write(tmp_path / "f.root", events=_of(events, np.arange(30)), tracks=flat)
    friend = {"tree": "tracks", "keys": ["run", "event"], "rows": True}
    found = _read(tmp_path / "f.root", {"tree": "events", "friends": {"t": friend}}, ["pt", "x"])
    assert 0 in counts
    assert found["pt"].tolist() == events["list"].tolist()
    assert found["x"].tolist() == events["x"].tolist()


def test_first_tree_of_rows_has_friends_by_its_keys(tmp_path: Path) -> None:
    events = _events(12)
    full = _of(events, ak.num(events["list"]) > 0)
    flat = {
        "run": np.repeat(full["run"], ak.num(full["list"])),
        "event": np.repeat(full["event"], ak.num(full["list"])),
        "pt": ak.flatten(full["list"]).to_numpy(),
    }
    _write(tmp_path / "f.root", events=events, tracks=flat)
    keys = ["run", "event"]
    friend = {"events": {"tree": "events", "keys": keys}}
    ntuple_map = {"tree": "tracks", "rows": {"keys": keys}, "friends": friend}
    found = _read(tmp_path / "f.root", ntuple_map, ["pt", "x"])
    assert found["pt"].tolist() == full["list"].tolist()
    assert found["x"].tolist() == full["x"].tolist()


def _refused(path: Path, ntuple_map: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        _read(path, ntuple_map, ["x", "y"])
    for word in ("damaged", "truncated", "remove"):
        assert word not in str(caught.value)


def _drop_last(friend: Columns) -> Columns:
    return _of(friend, np.arange(9))


def _double(friend: Columns) -> Columns:
    return _of(friend, [0, *range(10)])


@pytest.mark.parametrize(
    ("change", "keys", "message"),
    [
        (_drop_last, [], r"'events' has 10 entries and its friend 'more' 9; give friends\.other"),
        (_drop_last, ["run", "event"], "'more': the friend has none with run 1, event "),
        (_double, ["run", "event"], "two entries of tree 'more' have run 3, .* second is entry 1;"),
        (lambda friend: friend, ["evt"], r"friends\.other\.keys .*: no branch 'evt' in tree 'ev"),
        (lambda friend: friend, ["x"], "branch 'x' of tree '.*' is a key .* not one whole"),
    ],
)
def test_friends_that_do_not_go_together(
    tmp_path: Path, change: Callable[[Columns], Columns], keys: list[str], message: str
) -> None:
    first = _events(10)
    friend = change(first | {"y": first["x"]})
    _write(tmp_path / "f.root", events=first, more=friend)
    ntuple_map = {"tree": "events", "friends": {"other": {"tree": "more", "keys": keys}}}
    _refused(tmp_path / "f.root", ntuple_map, message)


def test_orders_too_far_apart_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is far away would have to be kept until it is asked for."""
    monkeypatch.setattr(friends, "ENTRIES_KEPT", 8)
    first = _events(60)
    friend = _of(first | {"y": first["x"]}, np.arange(60)[::-1])
    _write(tmp_path / "f.root", events=first, more=friend)
    _refused(tmp_path / "f.root", KEYED, "belong together more than 12 apart; sort one")


def test_friend_that_is_not_there(tmp_path: Path) -> None:
    _write(tmp_path / "f.root", events=_events(3))
    message = r"no tree 'more'; it has events \(the branch map's `friends\.other`"
    _refused(tmp_path / "f.root", KEYED, message)


def test_a_name_that_two_friends_have_needs_the_friend(tmp_path: Path) -> None:
    first = {"event": np.arange(4)}
    _write(tmp_path / "f.root", events=first, one=_events(4), two=_events(4, seed=2))
    ntuple_map = NtupleMap.model_validate(
        {"tree": "events", "friends": {"one": "one", "two": "two"}, "branches": {"mu": "x"}}
    )
    with open_tree(tmp_path / "f.root", ntuple_map) as table:
        assert "x" not in table
        assert "two.x" in table
        assert "three.x" not in table
        assert nearest_branch("x", table) == "; there are one.x, two.x: give the full name of one"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"friends": {"t": {"tree": "tracks", "rows": True}}}, "`rows` needs `keys`"),
        ({"rows": {"keys": ["event"]}, "friends": {"t": "truth"}}, r"friends\.t: needs `keys`"),
        ({"rows": {"keys": []}}, "at least 1"),
    ],
)
def test_maps_that_say_too_little(block: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NtupleMap.model_validate({"tree": "events", "branches": {"mu": "x"}} | block)
