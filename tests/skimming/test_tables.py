"""One ntuple in several formats: check and skim are the same, whatever the format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
import yaml

from hepchain.chains.soft_electrons.contract import ENTRIES
from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.io import read_json, read_parquet
from hepchain.skimming import reading, rows
from hepchain.skimming.quality import NEEDED
from tests.skimming.checks import check_ntuple

EVENTS = 40


def _tracks(content: dict[str, Any]) -> dict[str, Any]:
    """The tracks one after the other, with the number of their event."""
    lists = {n: v for n, v in content.items() if n.startswith(("track_", "truth_track_"))}
    counts = ak.num(lists["track_pt"])
    flat = {name: ak.flatten(values).to_numpy() for name, values in lists.items()}
    return {"event": np.repeat(content["event_number"], counts)} | flat


def _rest(content: dict[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in content.items() if not name.startswith(("track_", "truth_tr"))}


def _write_tree(file: Any, name: str, columns: dict[str, Any]) -> None:
    file.mktree(name, {key: ak.type(ak.Array(of)).content for key, of in columns.items()})
    file[name].extend(columns)


def _as_rntuple(file: Any, content: dict[str, Any]) -> dict[str, Any]:
    file.mkrntuple("events", content)
    return {}


def _as_two_trees(file: Any, content: dict[str, Any]) -> dict[str, Any]:
    weights = ("weight", "weight_isr_up", "weight_isr_down")
    _write_tree(file, "folder/first", {n: v for n, v in content.items() if n not in weights})
    _write_tree(file, "folder/second", {n: content[n] for n in weights if n in content})
    return {"tree": "folder/first", "friends": {"weights": "folder/second"}}


def _as_rows_beside_events(file: Any, content: dict[str, Any]) -> dict[str, Any]:
    _write_tree(file, "events", _rest(content))
    _write_tree(file, "tracks", _tracks(content))
    keys = {"event_number": "event"}
    return {"friends": {"tracks": {"tree": "tracks", "keys": keys, "rows": True}}}


def _as_rows_with_events(file: Any, content: dict[str, Any]) -> dict[str, Any]:
    """A table with all of an event in each row, and what has lists of its own in another tree."""
    tracks, rest = _tracks(content), _rest(content)
    counts = ak.num(content["track_pt"])
    single = {name: np.repeat(v, counts) for name, v in rest.items() if ak.Array(v).ndim == 1}
    lists = {name: v for name, v in rest.items() if name == "event_number" or name not in single}
    _write_tree(file, "tracks", tracks | single)
    _write_tree(file, "lists", lists)
    return {
        "tree": "tracks",
        "rows": {"keys": ["event_number"], "of_event": list(single)},
        "friends": {"lists": {"tree": "lists", "keys": ["event_number"]}},
    }


FORMATS = [_as_rntuple, _as_two_trees, _as_rows_beside_events, _as_rows_with_events]


@pytest.mark.parametrize("write", FORMATS)
def test_check_and_skim_do_not_depend_on_the_format(
    write: Callable[[Any, dict[str, Any]], dict[str, Any]],
    make_content: Callable[..., dict[str, Any]],
    write_ntuple: Callable[..., Path],
    run_skim: Callable[..., dict[str, str]],
    contract_map_path: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "EVENTS_AT_ONCE", 30)
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(rows, "ROWS_AT_ONCE", 300)
    needed = {*ENTRIES, *(f"track_{name}" for name in NEEDED)}
    content = {name: v for name, v in make_content(2 * EVENTS).items() if name in needed}
    if write is _as_rows_with_events:  # an event without rows is none
        some = ak.num(content["track_pt"]) > 0
        content = {name: values[some] for name, values in content.items()}
    path, map_path = tmp_path / "other.root", tmp_path / "map.yaml"
    with uproot.recreate(path) as file:
        blocks = write(file, content)
        file["metadata"] = '{"sum_of_weights": 100.0, "cross_section_pb": 2.0}'
    text = yaml.safe_load(Path(contract_map_path).read_text()) | blocks
    map_path.write_text(yaml.safe_dump(text))
    found = check_ntuple(path, load_block(map_path, NtupleMap))
    assert "usable for every role" in str(found)
    expected = run_skim(write_ntuple(content), name="expected")
    outputs = run_skim(path, map_path=str(map_path), name="other")
    for table in ("events", "tracks"):
        one, other = read_parquet(expected[table]), read_parquet(outputs[table])
        assert ak.array_equal(one, other, equal_nan=True, check_parameters=False)
    reports = [read_json(files["report"]) for files in (expected, outputs)]
    for one, other in zip(*(report["tracks"] for report in reports), strict=True):
        assert one == other | {
            key: pytest.approx(one[key]) for key in ("weighted", "error")
        }  # of other chunks
    assert reports[0]["absent"] == reports[1]["absent"]
