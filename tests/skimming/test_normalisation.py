from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.io import read_json, read_parquet
from hepchain.skimming.normalisation import (
    GeneratorMetadata,
    SampleNormalisation,
    make_normalisation,
    normalise,
    weight_per_generated,
)

positive = st.floats(1e-3, 1e6)
BACKGROUND = SampleNormalisation(
    "wjets", Role.BACKGROUND, "generator", 1.0, 1.0, sum_of_weights=None
)
GUN = SampleNormalisation("gun", Role.TRAINING, None, None, None, None)


def _with(**changes: Any) -> SampleNormalisation:
    return SampleNormalisation(**{**vars(BACKGROUND), **changes})


@given(cross_section=positive, total=positive, scale=st.floats(0.1, 10))
def test_weights_of_all_generated_events_add_up_to_the_expectation_per_inverse_femtobarn(
    cross_section: float, total: float, scale: float
) -> None:
    factor = weight_per_generated(cross_section, total, scale, 0.05)
    assert factor * total == pytest.approx(1000 * cross_section * scale * 0.05)


def test_cross_section_is_the_mean_of_the_parts_not_their_sum() -> None:
    parts = [GeneratorMetadata("a", 300.0, 10.0), GeneratorMetadata("b", 100.0, 14.0)]
    content = normalise(BACKGROUND, parts)
    assert content["sum_of_weights"] == 400.0
    assert content["cross_section_pb"] == pytest.approx(11.0)
    assert content["weight_per_generated"] == pytest.approx(1e3 * 11.0 / 400.0)


def test_splitting_a_sample_into_more_parts_changes_nothing() -> None:
    whole = normalise(BACKGROUND, [GeneratorMetadata("a", 400.0, 10.0)])
    split = normalise(BACKGROUND, [GeneratorMetadata(name, 100.0, 10.0) for name in "abcd"])
    assert split == whole


def test_configured_cross_section_and_factors_are_used() -> None:
    config = _with(cross_section_pb=2.0, scale_factor=3.0, branching_fraction=0.5)
    content = normalise(config, [GeneratorMetadata("a", 100.0, 99.0)])
    assert content["weight_per_generated"] == pytest.approx(1e3 * 2 * 3 * 0.5 / 100)


def test_every_number_says_where_it_comes_from() -> None:
    parts = [GeneratorMetadata("a", 100.0, 99.0)]
    generated = normalise(_with(scale_factor=3.0), parts)
    assert generated["sources"] == {
        "cross_section_pb": "generator",
        "scale_factor": "configuration",
        "branching_fraction": "configuration",
        "sum_of_weights": "generator",
    }
    assert (generated["cross_section_pb"], generated["scale_factor"]) == (99.0, 3.0)
    told = normalise(_with(cross_section_pb=2.0, sum_of_weights="file"), parts)
    assert told["sources"]["cross_section_pb"] == "configuration"
    assert told["sources"]["sum_of_weights"] == "file"


def test_configured_sum_of_weights_is_for_silent_files_only() -> None:
    silent = [GeneratorMetadata("a", None, None)]
    config = _with(cross_section_pb=2.0, sum_of_weights=50.0)
    content = normalise(config, silent)
    assert content["sum_of_weights"] == 50.0
    assert content["sources"]["sum_of_weights"] == "configuration"
    agreeing = [GeneratorMetadata("a", 50.0, None)]
    assert normalise(config, agreeing)["sum_of_weights"] == 50.0


def test_configured_and_own_sum_of_weights_that_differ_are_refused_unless_one_goes_first() -> None:
    parts = [GeneratorMetadata("a", 60.0, 2.0)]
    with pytest.raises(InputError, match=r"sum_of_weights is 50, but the files .* give 60"):
        normalise(_with(sum_of_weights=50.0), parts)
    config = _with(sum_of_weights=50.0, override_sum_of_weights=True)
    assert normalise(config, parts)["sum_of_weights"] == 50.0


def test_training_samples_without_a_cross_section_are_not_normalised() -> None:
    content = normalise(GUN, [GeneratorMetadata("a", 9, None)])
    assert content["weight_per_generated"] == 1.0
    assert content["cross_section_pb"] is None


def test_slices_of_a_training_sample_count_by_their_cross_sections() -> None:
    def weight(cross_section: float, total: float) -> float:
        config = SampleNormalisation("jz", Role.TRAINING, cross_section, 1.0, 1.0, None)
        content = normalise(config, [GeneratorMetadata("a", total, None)])
        return float(content["weight_per_generated"])

    assert weight(30.0, 1e4) / weight(0.5, 2e4) == pytest.approx((30.0 / 1e4) / (0.5 / 2e4))


def test_missing_normalisation_is_refused_with_all_reasons() -> None:
    parts = [GeneratorMetadata("a.root", 1.0, 1.0), GeneratorMetadata("b.root", None, None)]
    with pytest.raises(InputError) as caught:
        normalise(BACKGROUND, parts)
    assert "samples.wjets.sum_of_weights" in str(caught.value)
    assert "samples.wjets.cross_section_pb" in str(caught.value)
    assert "b.root" in str(caught.value)


@pytest.mark.parametrize("value", [0.0, -3.0, float("inf")])
def test_useless_sum_of_weights_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="must be positive"):
        normalise(BACKGROUND, [GeneratorMetadata("a", value, 1.0)])


@pytest.mark.parametrize("key", ["scale_factor", "branching_fraction"])
def test_a_factor_that_is_not_there_gives_no_weight(key: str) -> None:
    with pytest.raises((InputError, ValueError)):
        normalise(_with(**{key: None}), [GeneratorMetadata("a", 1.0, 1.0)])


def _make(tmp_path: Path, ntuples: list[Path], map_path: str, **changes: Any) -> Any:
    output = tmp_path / "normalisation.json"
    make_normalisation(_with(**changes), [str(path) for path in ntuples], map_path, str(output))
    return read_json(output)


def test_metadata_of_all_ntuples_is_read(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
) -> None:
    first, second = make_content(5), make_content(5)
    second["event_number"] = first["event_number"] + 100
    metadata = {"sum_of_weights": 30.0, "cross_section_pb": 4.0, "seed": 3}
    paths = [write_ntuple(first, metadata, "a.root"), write_ntuple(second, metadata, "b.root")]
    content = _make(tmp_path, paths, contract_map_path)
    assert content["sum_of_weights"] == 60.0
    assert content["cross_section_pb"] == 4.0


def test_events_that_occur_twice_are_refused(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
) -> None:
    first, second = make_content(5), make_content(5)
    second["event_number"] = np.array([100, 7, 101, 102, 103])
    paths = [write_ntuple(first, None, "a.root"), write_ntuple(second, None, "b.root")]
    with pytest.raises(InputError, match=r"is 7 \(in .*a\.root, entry 2 and .*b\.root, entry 1\)"):
        _make(tmp_path, paths, contract_map_path)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"sum_of_weights": "many"}, "is no number: 'many'"),
        ({"sum_of_weights": 3.0}, "samples.wjets.cross_section_pb is to come from the"),
    ],
)
def test_useless_metadata_is_refused(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    metadata: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        _make(tmp_path, [write_ntuple(make_content(3), metadata)], contract_map_path)


def test_sum_below_that_of_the_events_is_refused(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
) -> None:
    content = make_content(50)
    content["weight"] = np.full(50, 2.0)
    silent = {"cross_section_pb": 1.0}
    arguments = (tmp_path, [write_ntuple(content, silent)], contract_map_path)
    assert _make(*arguments, sum_of_weights=100.0)["sum_of_weights"] == 100.0
    with pytest.raises(InputError, match=r"wjets is 0\.02, and the events .* alone have 100"):
        _make(*arguments, sum_of_weights=0.02)
    made = _make(*arguments, sum_of_weights=0.02, override_sum_of_weights=True)
    assert made["sum_of_weights"] == 0.02


def test_negative_weights_may_add_up_to_less_by_chance(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
) -> None:
    content = make_content(100)
    content["weight"] = np.where(np.arange(100) % 4 == 0, -1.0, 1.0)  # 50 +- 10
    for total, enough in ((30.0, True), (0.5, True), (1e-9, True)):
        path = write_ntuple(content, {"sum_of_weights": total, "cross_section_pb": 1.0})
        assert bool(_make(tmp_path, [path], contract_map_path)) == enough
    content["weight"] *= 0.01
    content["weight"][content["weight"] > 0] = 1.0  # 74.75 +- 8.7
    path = write_ntuple(content, {"sum_of_weights": 20.0, "cross_section_pb": 1.0})
    with pytest.raises(InputError, match="negative weights prevail"):
        _make(tmp_path, [path], contract_map_path)


def test_file_without_entries_counts_with_its_sum_of_weights(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    run_skim: Callable[..., dict[str, str]],
) -> None:
    content = make_content(5)
    nothing = {name: values[:0] for name, values in content.items()}
    metadata = {"sum_of_weights": 1000.0, "cross_section_pb": 1.0}
    paths = [write_ntuple(content, metadata, "a.root"), write_ntuple(nothing, metadata, "b.root")]
    assert _make(tmp_path, paths, contract_map_path)["sum_of_weights"] == 2000.0
    alone, both = run_skim(paths[1], name="alone"), run_skim(paths, name="both")
    assert read_json(alone["report"])["events"] == 0
    for table in ("events", "tracks"):
        empty, full = read_parquet(alone[table]), read_parquet(both[table])
        assert len(empty) == 0
        assert empty.fields == full.fields
        assert empty.type.content == full.type.content
    assert read_json(both["report"])["events"] == 5


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (np.nan, r"event_number .* 1 value no integers, the first nan in entry 3"),
        (2.5, r"event_number .* 1 value no integers, the first 2\.5 in entry 3"),
        (-4.0, r"event_number .* 1 value below zero, the first -4\.0 in entry 3"),
        (2.0**60, r"event_number .* 1 value beyond 9007199254740992, where float64 no longer"),
    ],
)
def test_event_numbers_that_are_none_are_refused(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    number: float,
    message: str,
) -> None:
    content = make_content(5)
    content["event_number"] = np.array([0.0, 1.0, 2.0, number, 4.0])
    with pytest.raises(InputError, match=message):
        _make(tmp_path, [write_ntuple(content)], contract_map_path)
