"""What the check says of a file, and that a run says the same."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.chains.soft_electrons.contract import ENTRIES
from hepchain.cli import main
from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.skimming import reading
from hepchain.skimming.check import sample_problems
from hepchain.skimming.normalisation import SampleNormalisation, make_normalisation
from hepchain.skimming.quality import NEEDED
from hepchain.skimming.structure import NtupleReport
from tests.skimming.checks import check_ntuple
from tests.workspace import REPOSITORY

Content = dict[str, Any]
MakeContent = Callable[..., Content]
Writer = Callable[..., Path]


def _first(content: Content, events: int) -> Content:
    return {name: values[:events] for name, values in content.items()}


def _report(path: Path, ntuple_map: NtupleMap, groups: Any = None) -> NtupleReport:
    report = check_ntuple(path, ntuple_map, groups).report
    assert report is not None
    return report


def test_complete_ntuple(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    found = check_ntuple(write_ntuple(make_content(7)), contract_map)
    assert found.usable
    assert found.report is not None
    assert found.report.entries == 7
    assert not found.report.absent
    assert not found.report.wrong_type
    assert "usable for every role" in str(found)


def test_all_missing_branches_are_named_at_once(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    content = make_content(3)
    for name in ("track_d0", "event_number", "met", "track_e_over_p"):
        del content[name]
    path = write_ntuple(content)
    report = _report(path, contract_map)
    assert set(report.missing(Role.TRAINING)) == {"event_number"}
    assert set(report.missing(Role.BACKGROUND)) == {"track_d0", "event_number", "met"}
    assert set(report.absent) == {"track_d0", "event_number", "met", "track_e_over_p"}
    with pytest.raises(InputError) as caught:
        report.require(Role.SIGNAL)
    for name in ("track_d0", "event_number", "met (no branch 'met'", "docs/ntuples.md"):
        assert name in str(caught.value)
    assert "track_e_over_p" not in str(caught.value)
    assert "cannot be read" in str(check_ntuple(path, contract_map))


def test_misspelt_branch_is_told_with_the_right_one(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    content = make_content(3)
    content["trigger_weight_of_met"] = content.pop("met_trigger_weight")
    content["track_d_0"] = content.pop("track_d0")
    absent = _report(write_ntuple(content), contract_map).absent
    assert absent["track_d0"] == "no branch 'track_d0'; did you mean 'track_d_0'?"


def test_training_samples_do_without_event_quantities(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    tracks_only = {
        name: values
        for name, values in make_content(3).items()
        if name.startswith("track_") or name in ("event_number", "weight")
    }
    path = write_ntuple(tracks_only)
    found = check_ntuple(path, contract_map)
    assert "usable for training only" in str(found)
    assert not found.usable
    assert check_ntuple(path, contract_map, role=Role.TRAINING).usable


def test_configured_variables_without_a_source_are_absent(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    report = _report(write_ntuple(make_content(3)), contract_map, {"silicon": ["pt", "colour"]})
    assert report.absent == {"track_colour": "not in the branch map"}


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("met", ak.Array([[1.0], [2.0], []]), "has a list an event, not one number an event"),
        ("track_d0", np.ones(3), "has one number an event, not a list"),
    ],
)
def test_wrong_shapes_are_refused(
    make_content: MakeContent,
    write_ntuple: Writer,
    contract_map: NtupleMap,
    name: str,
    values: Any,
    reason: str,
) -> None:
    report = _report(write_ntuple({**make_content(3), name: values}), contract_map)
    assert reason in report.wrong_type[name]
    with pytest.raises(InputError, match=f"wrong type: {name}"):
        report.require(Role.TRAINING)


def test_text_is_no_number(tmp_path: Path, contract_map: NtupleMap) -> None:
    path = tmp_path / "text.root"
    with uproot.recreate(path) as file:
        file.mktree("events", {"event_number": "int64", "met": "string"})
        file["events"].extend({"event_number": np.array([1, 2]), "met": ak.Array(["one", "two"])})
        file["metadata"] = "{}"
    assert "not numeric" in _report(path, contract_map).wrong_type["met"]


def test_files_that_are_none(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.root"
    empty.touch()
    text = tmp_path / "text.root"
    text.write_text("not ROOT at all, but long enough to look at" * 20)
    for path, message in [
        (empty, "empty file"),
        (text, "not a ROOT file: it begins with b'not ROOT'"),
        (tmp_path / "none.root", "no such file"),
        (write_ntuple(make_content(2), tree="other"), "no tree 'events'; it has other"),
    ]:
        found = check_ntuple(path, contract_map)
        assert not found.usable
        assert message in str(found)
        assert "remove" not in str(found)


def test_all_problems_are_told_with_all_their_values(
    make_content: MakeContent,
    write_ntuple: Writer,
    contract_map: NtupleMap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "EVENTS_AT_ONCE", 100)
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 1)
    content = make_content(250)
    content["met"][[120, 240]] = -1.0
    content["weight"][230] = np.nan
    path = write_ntuple(content)
    text = str(check_ntuple(path, contract_map))
    assert "met (branch 'met'): 2 values below zero, the first -1.0 in entry 120" in text
    assert "weight (branch 'weight'): 1 value not finite, the first nan in entry 230" in text
    part = check_ntuple(path, contract_map, entries=100)
    assert part.usable
    assert "250 entries, values of the first 100 looked at" in str(part)


def _needed(content: Content) -> Content:
    """Without the variables of tracks that a file may lack: half the time."""
    wanted = {*ENTRIES, *(f"track_{name}" for name in NEEDED)}
    return {name: v for name, v in content.items() if name in wanted}


Spoil = Callable[[Content], Any]
"""Changes a content; returns metadata where the usual are not to be written."""


def _replaced(name: str, change: Callable[[Any], Any]) -> Spoil:
    def spoil(content: Content) -> None:
        content[name] = change(content[name])

    return spoil


def _put(value: float, entry: int = 30) -> Callable[[Any], Any]:
    """A value in place of this entry's, or of the first of each event's list."""

    def change(values: Any) -> Any:
        if isinstance(values, ak.Array):
            return ak.where(ak.local_index(values) == 0, np.asarray(value, "f4"), values)
        return np.where(np.arange(len(values)) == entry, value, values)

    return change


BROKEN: dict[str, Spoil] = {
    "nan_weight": _replaced("weight", _put(np.nan)),
    "trigger_weight_of_5": _replaced("met_trigger_weight", _put(5.0)),
    "jets_in_mev": _replaced("jet_pt", lambda values: 1e6 * (1 + values)),
    "doubled_event_number": _replaced("event_number", _put(7)),
    "negative_event_number": _replaced("event_number", _put(-7)),
    "nan_event_number": _replaced("event_number", _put(np.nan)),
    "fraction_as_event_number": _replaced("event_number", _put(2.5)),
    "event_number_beyond_doubles": _replaced("event_number", lambda values: values + 2.0**53),
    "event_number_beyond_int64": _replaced(
        "event_number", lambda values: values.astype(np.uint64) + np.uint64(2**63)
    ),
    "track_index_beyond": _replaced("electron_track_index", lambda values: values + 99),
    "track_index_nan": _replaced("electron_track_index", _put(np.nan)),
    "one_list_shorter": _replaced("track_d0", lambda values: values[:, 1:]),
    "metadata_no_number": lambda content: {"sum_of_weights": "many", "cross_section_pb": 1.0},
    "metadata_nan": lambda content: {"sum_of_weights": float("nan"), "cross_section_pb": 1.0},
    "metadata_below_events": lambda content: {"sum_of_weights": 0.1, "cross_section_pb": 1.0},
    "cross_section_negative": lambda content: {"sum_of_weights": 999.0, "cross_section_pb": -1.0},
}
"""Contents no run accepts."""

SOUND: dict[str, Spoil] = {
    "as_it_is": lambda content: None,
    "no_track_in_any_event": lambda content: content.update(
        {name: ak.Array(v)[:, :0] for name, v in content.items() if ak.Array(v).ndim > 1}
    ),
    "no_event": lambda content: content.update(_first(content, 0)),
    "weights_of_zero": _replaced("weight", lambda values: 0.0 * values),
    "unsigned_event_number": _replaced("event_number", lambda values: values.astype(np.uint64)),
    "small_integers": _replaced("track_charge", lambda values: ak.values_astype(values, np.int8)),
}


def _runs(path: Path, run_skim: Callable[..., Any], map_path: str, folder: Path) -> bool:
    """Whether the jobs that read an ntuple end well."""
    config = SampleNormalisation(
        "wjets",
        Role.BACKGROUND,
        cross_section_pb="file",
        scale_factor=1.0,
        branching_fraction=1.0,
        sum_of_weights="file",
    )
    message = ""
    try:
        make_normalisation(config, [str(path)], map_path, str(folder / "normalisation.json"))
        run_skim(path)
    except InputError as error:
        message = str(error)
    assert not message or str(path) in message or "wjets" in message
    assert "remove" not in message
    return not message


@pytest.mark.parametrize("case", [*BROKEN, *SOUND])
def test_check_and_run_agree(
    case: str,
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: Callable[..., Any],
    contract_map_path: str,
    tmp_path: Path,
) -> None:
    content = _needed(make_content(40))
    content["weight"] = np.abs(content["weight"])
    path = write_ntuple(content, (BROKEN | SOUND)[case](content))
    found = check_ntuple(path, contract_map_path)
    usable = found.usable and not sample_problems([found])
    assert usable == (case in SOUND), found
    assert _runs(path, run_skim, contract_map_path, tmp_path) == usable


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_files(
    share: float,
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: Callable[..., Any],
    contract_map_path: str,
    tmp_path: Path,
) -> None:
    path = write_ntuple(_needed(make_content(40)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    assert "truncated" in str(check_ntuple(path, contract_map_path))
    assert not _runs(path, run_skim, contract_map_path, tmp_path)


def test_files_are_checked_as_one_sample(
    make_content: MakeContent,
    write_ntuple: Writer,
    contract_map_path: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(REPOSITORY)
    first = write_ntuple(make_content(5), name="first.root")
    again = shutil.copy(first, first.with_name("again.root"))
    arguments = ["ntuple", "check", "--map", contract_map_path]
    assert main([*arguments, str(first)]) == 0
    assert main([*arguments, str(first), str(again)]) == 1
    assert "5 event numbers occur more than once" in capsys.readouterr().out


def test_values_are_looked_at_whatever_else_is_missing(
    make_content: MakeContent, write_ntuple: Writer, contract_map: NtupleMap
) -> None:
    content = make_content(20)
    content["mu"][3] = -1.0
    content["met_phi"] = ak.Array([[1.0]] * 20)
    del content["track_d0"]
    text = str(check_ntuple(write_ntuple(content), contract_map))
    assert "cannot be read" in text
    for part in (
        "mu (branch 'mu'): 1 value below zero, the first -1.0 in entry 3",
        "wrong type: met_phi (branch 'met_phi' has a list an event, not one number an event",
        "track_d0 (no branch 'track_d0'",
    ):
        assert part in text
