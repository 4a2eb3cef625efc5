import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.skimming import TrackSelection
from hepchain.errors import InputError
from hepchain.io import read_json, read_parquet, write_checksum
from hepchain.skimming import reading

Content = dict[str, Any]
MakeContent = Callable[..., Content]
Writer = Callable[..., Path]
RunSkim = Callable[..., dict[str, str]]


def _flat(content: Content, name: str) -> Any:
    return ak.to_numpy(ak.flatten(content[name]))


def test_columns_are_those_of_the_contract(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim, groups: Any
) -> None:
    content = {**make_content(20), "unknown_branch": np.arange(20.0)}
    paths = run_skim(write_ntuple(content))
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    variables = {name for names in groups.values() for name in names}
    assert set(tracks.fields) == variables | {
        *("event_number", "track_index", "weight", "charge", "theta", "vertex_index"),
        *("z0_sin_theta", "tight_primary", "ptcone30_500", "ptcone30_1000", "truth_pdg_id"),
        *("truth_origin", "truth_is_pileup", "truth_pt", "truth_vertex_radius"),
    }
    electron = ("pt", "eta", "phi", "charge", "lh_very_loose", "track_index")
    electron_track = ("pt", "eta", "phi", "z0", "d0", "quality")
    assert set(events.fields) == {
        *("event_number", "weight", "mu", "met", "met_phi", "weight_isr_up", "weight_isr_down"),
        *(f"electron_{name}" for name in electron),
        *(f"electron_track_{name}" for name in electron_track),
        *("jet_pt", "jet_eta", "jet_phi", "jet_mass"),
        *(f"truth_electron_{name}" for name in ("pt", "eta", "phi", "charge", "track_index")),
        *("truth_m_ee", "truth_system_pt", "truth_cos_theta_star"),
    }


def test_values_pass_through_unchanged(
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: RunSkim,
    all_tracks: TrackSelection,
    groups: Any,
) -> None:
    content = make_content(20)
    paths = run_skim(write_ntuple(content), tracks=all_tracks)
    tracks, events = read_parquet(paths["tracks"]), read_parquet(paths["events"])
    for name in ("charge", "theta", *(name for names in groups.values() for name in names)):
        expected = _flat(content, f"track_{name}")
        assert np.array_equal(ak.to_numpy(tracks[name]), expected, equal_nan=True), name
    counts = ak.num(content["track_pt"])
    assert tracks.event_number.tolist() == np.repeat(content["event_number"], counts).tolist()
    assert tracks.track_index.tolist() == ak.flatten(ak.local_index(content["track_pt"])).tolist()
    assert tracks.truth_pdg_id.tolist() == _flat(content, "truth_track_pdg_id").tolist()
    assert events.electron_pt.tolist() == content["electron_pt"].tolist()
    assert events.jet_mass.tolist() == content["jet_mass"].tolist()


def test_electrons_carry_their_track(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim, all_tracks: TrackSelection
) -> None:
    content = make_content(30)
    paths = run_skim(write_ntuple(content), tracks=all_tracks)
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    tight = ak.unflatten(tracks.tight_primary, ak.num(content["track_pt"]))
    seen = 0
    for event, indices in enumerate(content["electron_track_index"].tolist()):
        for electron, index in enumerate(indices):
            pt = events.electron_track_pt[event, electron]
            quality = events.electron_track_quality[event, electron]
            if index < 0:
                assert np.isnan(pt)
                assert quality == 0
            else:
                assert pt == content["track_pt"][event, index]
                assert (quality == 2) == tight[event, index]
                seen += 1
    assert seen > 5


def test_preselection(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim, all_tracks: TrackSelection
) -> None:
    content = make_content(60)
    ntuple = write_ntuple(content)
    everything = read_parquet(run_skim(ntuple, tracks=all_tracks, name="all")["tracks"])
    paths = run_skim(ntuple)
    kept = read_parquet(paths["tracks"])
    report = {cut["cut"]: cut for cut in read_json(paths["report"])["tracks"]}
    assert list(report) == ["all", "pt", "eta", "quality", "d0", "z0_sin_theta"]
    assert report["all"]["tracks"] == len(everything)
    assert report["z0_sin_theta"]["tracks"] == len(kept)
    assert report["z0_sin_theta"]["weighted"] == pytest.approx(ak.sum(kept.weight))
    assert report["z0_sin_theta"]["error"] == pytest.approx(np.sqrt(ak.sum(kept.weight**2)))
    assert 0 < len(kept) < len(everything)
    assert ak.all((kept.pt > 0.5) & (kept.pt < 5))
    assert ak.all(abs(kept.z0_sin_theta) < 0.5)
    # Tracks that are not kept still count in cones: the sums do not change.
    both = {(event, index): cone for event, index, cone in _identified(everything)}
    assert all(both[event, index] == cone for event, index, cone in _identified(kept))


def _identified(tracks: Any) -> list[tuple[int, int, float]]:
    columns = (tracks.event_number, tracks.track_index, tracks.ptcone30_500)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_weight_is_made_once_from_all_factors(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(20)
    ntuple = write_ntuple(content)
    paths = run_skim(ntuple, factor=3.0)
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    expected = 3.0 * content["weight"].astype(float) * content["met_trigger_weight"]
    assert ak.to_numpy(events.weight) == pytest.approx(expected)
    assert (expected < 0).any()
    by_event = dict(zip(events.event_number.tolist(), events.weight.tolist(), strict=True))
    assert all(
        by_event[event] == weight
        for event, weight in zip(tracks.event_number.tolist(), tracks.weight.tolist(), strict=True)
    )
    doubled = read_parquet(run_skim(ntuple, factor=6.0, name="doubled")["tracks"])
    assert ak.to_numpy(doubled.weight) == pytest.approx(2 * ak.to_numpy(tracks.weight))


def test_training_samples_pass_no_trigger(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(20)
    content["met_trigger_weight"] = np.zeros(20, dtype=np.float32)
    ntuple = write_ntuple(content)
    events = read_parquet(run_skim(ntuple, role=Role.TRAINING)["events"])
    assert ak.to_numpy(events.weight) == pytest.approx(content["weight"])
    assert not ak.any(read_parquet(run_skim(ntuple, role=Role.SIGNAL)["events"]).weight)


def test_result_does_not_depend_on_the_size_of_chunks(
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: RunSkim,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ntuple = write_ntuple(make_content(20))
    whole = run_skim(ntuple)
    monkeypatch.setattr(reading, "EVENTS_AT_ONCE", 3)
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 1)
    chunked = run_skim(ntuple, name="chunked")
    for table in ("events", "tracks"):
        left, right = read_parquet(whole[table]), read_parquet(chunked[table])
        assert left.fields == right.fields
        for name in left.fields:
            assert ak.array_equal(left[name], right[name], equal_nan=True), name
    left, right = read_json(whole["report"]), read_json(chunked["report"])
    for before, after in zip(left.pop("tracks"), right.pop("tracks"), strict=True):
        assert after["weighted"] == pytest.approx(before["weighted"])
        assert after["tracks"] == before["tracks"]
    assert left == right


def test_absent_branches_get_their_default_and_are_reported(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(20)
    removed = [name for name in content if name.startswith("truth_")]
    for name in (*removed, "track_reta"):
        del content[name]
    paths = run_skim(write_ntuple(content))
    report = read_json(paths["report"])
    assert report["incomplete_groups"] == {"calorimeter": ["reta"]}
    assert {"truth_track_pdg_id", "track_reta"} <= set(report["absent"])
    tracks, events = read_parquet(paths["tracks"]), read_parquet(paths["events"])
    assert ak.all(tracks.truth_pdg_id == 0)
    assert ak.all(np.isnan(tracks.reta))
    # What is there of an incomplete group is kept.
    assert ak.any(np.isfinite(tracks.rphi))
    assert "truth_m_ee" not in events.fields


@pytest.mark.parametrize("role", [Role.SIGNAL, Role.BACKGROUND])
@pytest.mark.parametrize("name", ["weight", "met_trigger_weight"])
def test_a_factor_of_the_weight_is_there_or_the_map_says_what_it_is(
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: RunSkim,
    contract_map: NtupleMap,
    tmp_path: Path,
    role: Role,
    name: str,
) -> None:
    content = make_content(20)
    other = {"weight": "met_trigger_weight", "met_trigger_weight": "weight"}[name]
    del content[name]
    ntuple = write_ntuple(content)
    with pytest.raises(InputError, match=rf"missing: {name} \(no branch '{name}'\)"):
        run_skim(ntuple, role=role)
    told = contract_map.model_dump(mode="json", by_alias=True)
    told["branches"][name] = {"value": 0.5}
    (tmp_path / "told.yaml").write_text(json.dumps(told))
    events = read_parquet(run_skim(ntuple, role=role, map_path=tmp_path / "told.yaml")["events"])
    assert ak.to_numpy(events.weight) == pytest.approx(0.5 * content[other].astype(float))


def test_varied_weights_are_factors_and_may_be_absent(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(20)
    events = read_parquet(run_skim(write_ntuple(content), factor=3.0)["events"])
    for name in ("weight_isr_up", "weight_isr_down"):
        assert ak.to_numpy(events[name]) == pytest.approx(content[name])
        assert "float64" in str(events[name].type)
    del content["weight_isr_up"]
    paths = run_skim(write_ntuple(content))
    assert "weight_isr_up" not in read_parquet(paths["events"]).fields
    assert set(read_json(paths["report"])["absent"]) == {"weight_isr_up"}


def test_no_track_passes(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(5)
    content["track_pt"] = ak.full_like(content["track_pt"], 7.0)
    tracks = read_parquet(run_skim(write_ntuple(content))["tracks"])
    assert len(tracks) == 0
    assert "pt" in tracks.fields


def _set(content: Content, name: str, event: int, value: float) -> None:
    """Replace a value of this event: its own, or the first of its list."""
    values = content[name].tolist()
    if isinstance(values[event], list):
        values[event][0] = value
    else:
        values[event] = value
    integer = name.endswith(("charge", "index", "loose", "number"))
    dtype = "int64" if name == "event_number" else "int32" if integer else "float32"
    content[name] = ak.values_astype(ak.Array(values), dtype)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "weight",
            np.nan,
            r"weight \(branch 'weight'\): 1 value not finite, the first nan in entry 4",
        ),
        (
            "met",
            np.inf,
            r"met .*: 1 value not finite, the first inf in entry 4 \(event_number 9\)",
        ),
        ("track_pt", np.nan, r"track_pt .*: 1 value not finite, the first nan in entry 4"),
        ("track_pt", -1.0, r"track_pt .*: 1 value not above zero, the first -1\.0 in"),
        ("track_theta", 3.2, r"track_theta .*: 1 value outside \(0, pi\)"),
        ("track_charge", 0, "track_charge .*: 1 value neither"),
        ("electron_track_index", 99, "electron_track_index .*: 1 value outside the list"),
        ("weight_isr_up", -np.inf, "weight_isr_up .*: 1 value not finite"),
        ("met", -5.0, r"met .*: 1 value below zero, the first -5\.0 in entry 4"),
        ("met", 90e3, "met .*: 1 value above the energy of the beam"),
        ("met_phi", 180.0, r"met_phi .*: 1 value outside \[-pi, pi\] rad"),
        ("met_trigger_weight", 5.0, r"met_trigger_weight .*: 1 value outside \[0, 1\]"),
        ("mu", -1.0, "mu .*: 1 value below zero"),
        ("event_number", -3, "event_number .*: 1 value below zero, the first -3 in entry 4"),
        ("electron_pt", 45e3, "electron_pt .*: 1 value above the energy of the beam in GeV"),
        ("electron_lh_very_loose", 2, "electron_lh_very_loose .*: 1 value neither 0 nor 1"),
        ("track_eta", 99.0, r"track_eta .*: 1 value outside \[-10, 10\]"),
        ("track_vertex_index", -2, "track_vertex_index .*: 1 value below -1"),
        ("truth_electron_track_index", -2, "truth_electron_track_index .*: 1 value outside"),
    ],
)
def test_invalid_values_are_refused_and_nothing_is_written(
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: RunSkim,
    tmp_path: Path,
    name: str,
    value: float,
    message: str,
) -> None:
    content = make_content(6)
    for other in ("electron", "truth_electron"):
        for branch in [branch for branch in content if branch.startswith(f"{other}_")]:
            kind = "float32" if branch.endswith(("pt", "eta", "phi")) else "int32"
            content[branch] = ak.values_astype([[1]] * 6, kind)
        content[f"{other}_track_index"] = ak.values_astype([[-1]] * 6, "int32")
    assert len(content["track_pt"][4]) > 0
    _set(content, name, 4, value)
    with pytest.raises(InputError, match=message):
        run_skim(write_ntuple(content))
    assert not list(tmp_path.glob("skim-*.parquet"))
    assert not list(tmp_path.glob(".*partial*"))


def test_files_of_a_part_are_read_one_after_the_other(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(9)
    halves = [
        write_ntuple({name: values[part] for name, values in content.items()}, name=f"{n}.root")
        for n, part in enumerate((slice(0, 4), slice(4, None)))
    ]
    whole, parts = run_skim(write_ntuple(content)), run_skim(halves, name="halves")
    for table in ("events", "tracks"):
        assert ak.array_equal(read_parquet(whole[table]), read_parquet(parts[table]), True)
    one, both = read_json(whole["report"]), read_json(parts["report"])
    assert both["ntuples"] == [str(path) for path in halves]
    assert both["events"] == one["events"]
    assert [cut["tracks"] for cut in both["tracks"]] == [cut["tracks"] for cut in one["tracks"]]


def test_files_of_a_part_have_the_same_branches(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim, tmp_path: Path
) -> None:
    content = make_content(4)
    first = write_ntuple(content, name="first.root")
    del content["mu"]
    with pytest.raises(InputError, match=r"second\.root: has other branches than .*\(mu\)"):
        run_skim([first, write_ntuple(content, name="second.root")])
    assert not list(tmp_path.glob("skim-*.parquet"))


def test_lists_of_different_length_are_refused(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(6)
    content["track_d0"] = content["track_d0"][:, 1:]
    with pytest.raises(InputError, match=r"track_\w+ .* of another length than track_\w+ "):
        run_skim(write_ntuple(content))


def test_missing_branches_are_refused_by_role(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    content = make_content(6)
    del content["met"]
    ntuple = write_ntuple(content)
    with pytest.raises(InputError, match="missing: met"):
        run_skim(ntuple, role=Role.BACKGROUND)
    assert ak.all(np.isnan(read_parquet(run_skim(ntuple, role=Role.TRAINING)["events"]).met))


def test_truncated_file_is_refused(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    ntuple = write_ntuple(make_content(200))
    whole = ntuple.read_bytes()
    for share in (0.05, 0.5, 0.999):
        ntuple.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(InputError, match=f"truncated, {ntuple.stat().st_size} of its "):
            run_skim(ntuple)


def test_file_that_may_not_be_read(
    make_content: MakeContent,
    write_ntuple: Writer,
    run_skim: RunSkim,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not damaged, and not to be removed."""
    ntuple = write_ntuple(make_content(6))

    def refuse(path: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("uproot.open", refuse)
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\)") as error:
        run_skim(ntuple)
    assert "remove" not in str(error.value)


def test_damaged_content_is_refused(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    ntuple = write_ntuple(make_content(200))
    content = bytearray(ntuple.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 4000] = bytes(4000)
    ntuple.write_bytes(content)
    with pytest.raises(InputError, match=r"ntuple\.root"):
        run_skim(ntuple)


def test_flipped_bits_are_noticed_where_there_is_a_checksum(
    make_content: MakeContent, write_ntuple: Writer, run_skim: RunSkim
) -> None:
    ntuple = write_ntuple(make_content(20))
    write_checksum(ntuple)
    run_skim(ntuple)
    whole = ntuple.read_bytes()
    for position in np.random.default_rng(1).integers(0, len(whole), 100):
        changed = bytearray(whole)
        changed[position] ^= 1 << int(position % 8)
        ntuple.write_bytes(changed)
        with pytest.raises(InputError, match=r"damaged|truncated"):
            run_skim(ntuple)
