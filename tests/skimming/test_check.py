from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.skimming.check import check_ntuple


def _first(content: dict[str, Any], events: int) -> dict[str, Any]:
    return {name: values[:events] for name, values in content.items()}


def test_complete_ntuple(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path], contract_map_path: str
) -> None:
    report = check_ntuple(write_ntuple(make_content(7)), contract_map_path)
    assert report.entries == 7
    assert not report.absent
    assert not report.wrong_type
    assert "usable for every role" in str(report)
    report.require(Role.SIGNAL)


def test_all_missing_branches_are_named_at_once(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    content = make_content(3)
    for name in ("track_d0", "event_number", "met", "track_e_over_p"):
        del content[name]
    report = check_ntuple(write_ntuple(content), contract_map)
    assert set(report.missing(Role.TRAINING)) == {"track_d0", "event_number"}
    assert set(report.missing(Role.BACKGROUND)) == {"track_d0", "event_number", "met"}
    assert set(report.absent) == {"track_d0", "event_number", "met", "track_e_over_p"}
    with pytest.raises(InputError) as caught:
        report.require(Role.SIGNAL)
    for name in ("track_d0", "event_number", "met (no branch 'met')", "docs/ntuples.md"):
        assert name in str(caught.value)
    assert "track_e_over_p" not in str(caught.value)
    assert "cannot be read" in str(report)


def test_training_samples_do_without_event_quantities(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    tracks_only = {
        name: values
        for name, values in make_content(3).items()
        if name.startswith("track_") or name == "event_number"
    }
    report = check_ntuple(write_ntuple(tracks_only), contract_map)
    report.require(Role.TRAINING)
    assert "usable for training only" in str(report)


def test_configured_variables_without_a_source_are_absent(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    report = check_ntuple(write_ntuple(make_content(3)), contract_map, ["pt", "colour"])
    assert report.absent == {"track_colour": "not in the branch map"}


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("met", ak.Array([[1.0], [2.0], []]), "has a list an event, not has one number"),
        ("track_d0", np.ones(3), "has one number an event, not has a list"),
    ],
)
def test_wrong_shapes_are_refused(
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map: NtupleMap,
    name: str,
    values: Any,
    reason: str,
) -> None:
    report = check_ntuple(write_ntuple({**make_content(3), name: values}), contract_map)
    assert reason.replace("not has", "not") in report.wrong_type[name].replace("not has", "not")
    with pytest.raises(InputError, match=f"wrong type: {name}"):
        report.require(Role.TRAINING)


def test_text_is_no_number(tmp_path: Path, contract_map: NtupleMap) -> None:
    path = tmp_path / "text.root"
    with uproot.recreate(path) as file:
        file.mktree("events", {"event_number": "int64", "met": "string"})
        file["events"].extend({"event_number": np.array([1, 2]), "met": ak.Array(["one", "two"])})
    assert "not numeric" in check_ntuple(path, contract_map).wrong_type["met"]


def test_rntuple_is_no_tree(tmp_path: Path, contract_map: NtupleMap) -> None:
    path = tmp_path / "rntuple.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("events", {"event_number": np.array([1, 2])})
    with pytest.raises(InputError, match=r"'events' is .*RNTuple, not a TTree"):
        check_ntuple(path, contract_map)


def test_damaged_files_are_refused(
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map: NtupleMap,
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty.root"
    empty.touch()
    text = tmp_path / "text.root"
    text.write_text("not ROOT at all, but long enough to look at" * 20)
    for path, message in [
        (empty, r"empty\.root: empty file"),
        (text, r"text\.root: not a readable ROOT file"),
        (tmp_path / "none.root", r"none\.root: no such file"),
        (write_ntuple(make_content(2), tree="other"), "no tree 'events'; it has other"),
        (write_ntuple(_first(make_content(1), 0), name="zero.root"), r"zero\.root: .* no entries"),
    ]:
        with pytest.raises(InputError, match=message):
            check_ntuple(path, contract_map)
