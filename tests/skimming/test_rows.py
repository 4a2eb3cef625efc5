"""Flat tables, one row an object: as the lists they were made of."""

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.config.ntuple import NtupleMap, Rows
from hepchain.errors import InputError
from hepchain.skimming import rows
from hepchain.skimming.tables import open_tree

FLAT = NtupleMap.model_validate(
    {
        "tree": "tracks",
        "rows": {"keys": ["run", "event"], "of_event": ["met"]},
        "branches": {"met": "met", "track_pt": "pt"},
    }
)


def _write(path: Path, counts: Any, event: Any = None, run: Any = None, **changes: Any) -> Any:
    """A table with so many rows an event, and the lists that its events are to have."""
    counts = np.asarray(counts, dtype=np.int64)
    of_row = np.repeat(np.arange(len(counts)), counts)
    event = np.arange(len(counts)) if event is None else np.asarray(event)
    run = np.full(len(counts), 7) if run is None else np.asarray(run)
    columns = {
        "run": run[of_row].astype(np.uint32),
        "event": event[of_row].astype(np.uint64),
        "met": (event + 0.5)[of_row],
        "pt": np.arange(counts.sum()).astype(np.float32),
        "hits": np.arange(3 * counts.sum()).reshape(-1, 3).astype(np.int32),
    } | changes
    with uproot.recreate(path) as file:
        types = {name: np.dtype((of.dtype, of.shape[1:])) for name, of in columns.items()}
        file.mktree("tracks", types)
        file["tracks"].extend(columns)
    return ak.unflatten(columns["pt"], counts)


def _read(path: Path, names: list[str], size: int = 1, stop: int | None = None) -> Any:
    with open_tree(path, FLAT) as table:
        chunks = list(table.chunks(names, size, stop))
        entries = table.entries
    found = {name: ak.concatenate([chunk[name] for chunk in chunks]) for name in names}
    assert stop is not None or all(len(values) == entries for values in found.values())
    return found


@settings(max_examples=30, deadline=None)
@given(
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=60),
    at_once=st.integers(1, 40),
    seed=st.integers(0, 3),
)
def test_rows_become_the_lists_of_events(
    counts: list[int], at_once: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever part of an event a chunk of rows ends in, and in whatever order the events are."""
    path = tmp_path_factory.mktemp("rows") / "f.root"
    event = np.random.default_rng(seed).permutation(len(counts)) if seed else None
    expected = _write(path, counts, event)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "ROWS_AT_ONCE", at_once)
        found = _read(path, ["pt", "met", "event", "hits"])
        some = _read(path, ["pt"], stop=(len(counts) + 1) // 2)["pt"]
    assert found["pt"].tolist() == expected.tolist()
    assert found["met"].tolist() == [number + 0.5 for number in found["event"].tolist()]
    assert found["event"].tolist() == (list(range(len(counts))) if event is None else list(event))
    assert ak.all(found["hits"][..., 0] == 3 * found["pt"])
    assert some.tolist() == expected[: (len(counts) + 1) // 2].tolist()


def test_an_event_number_may_come_again_in_another_run(tmp_path: Path) -> None:
    expected = _write(tmp_path / "f.root", [2, 1, 3], event=[5, 5, 5], run=[1, 2, 1000])
    assert _read(tmp_path / "f.root", ["pt"])["pt"].tolist() == expected.tolist()


@pytest.mark.parametrize("at_once", [2, 3, 100])
def test_rows_of_an_event_that_do_not_follow_each_other(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_AT_ONCE", at_once)
    _write(tmp_path / "f.root", [2, 3, 1, 2], event=[3, 8, 3, 9])
    message = r"the rows of run 7, event 3 do not follow each other, they go on in row 5; sort"
    with pytest.raises(InputError, match=message):
        _read(tmp_path / "f.root", ["pt"])


def test_two_values_where_an_event_has_one(tmp_path: Path) -> None:
    met = np.array([1.0, 1.0, np.nan, np.nan, 2.0, 3.0])
    _write(tmp_path / "f.root", [2, 2, 2], met=met)
    with pytest.raises(InputError, match=r"'met' of tree 'tracks' .*`of_event`.* another in row 5"):
        _read(tmp_path / "f.root", ["met"])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"keys": ["evnt"]}, r"rows of the branch map: no branch 'evnt' .* did you mean 'event'\?"),
        ({"keys": ["event"], "of_event": ["mett"]}, r"no branch 'mett' .* did you mean 'met'\?"),
        ({"keys": ["met"]}, "'met' of tree 'tracks' is a key .* not one whole number"),
        ({"keys": ["hits"]}, "'hits' of tree 'tracks' is a key .* not one whole number"),
    ],
)
def test_keys_that_are_none(tmp_path: Path, block: dict[str, Any], message: str) -> None:
    _write(tmp_path / "f.root", [2, 2])
    ntuple_map = FLAT.model_copy(update={"rows": Rows.model_validate(block)})
    with (
        pytest.raises(InputError, match=message),
        open_tree(tmp_path / "f.root", ntuple_map) as table,
    ):
        list(table.chunks(["pt"], 10))


def test_large_event_numbers_are_told_apart(tmp_path: Path) -> None:
    event = np.array([2**63, 2**63 + 1, 2**64 - 1, 5], dtype=np.uint64)
    expected = _write(tmp_path / "f.root", [1, 2, 1, 1], event)
    assert _read(tmp_path / "f.root", ["pt"])["pt"].tolist() == expected.tolist()


def test_table_without_rows_has_no_events(tmp_path: Path) -> None:
    _write(tmp_path / "f.root", [])
    found = _read(tmp_path / "f.root", ["pt", "met"])
    assert len(found["met"]) == 0
    assert found["pt"].ndim == 2
