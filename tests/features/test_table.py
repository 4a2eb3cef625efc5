from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from hepchain.errors import InputError
from hepchain.features.table import FeatureSettings, make_features
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter, read_json, read_parquet, write_json
from hepchain.labels import Label
from tests.soft_electrons import LABELLING

GROUPS = {"silicon": ["pt", "d0"], "trt": ["hits"], "calorimeter": ["e1", "e2"]}
CATEGORIES = {
    "all": ["silicon", "trt", "calorimeter"],
    "trt": ["silicon", "trt"],
    "silicon": ["silicon"],
}
SETTINGS = FeatureSettings("ttbar", 3, GROUPS, CATEGORIES, LABELLING)
Columns = dict[str, Any]


def _tracks(size: int = 60, seed: int = 2) -> Columns:
    """Columns of a skim: tracks in turn have all groups, no calorimeter, silicon only."""
    rng = np.random.default_rng(seed)
    columns: Columns = {
        name: rng.random(size).astype(np.float32) for names in GROUPS.values() for name in names
    }
    kind = np.arange(size) % 3
    columns["e1"][kind > 0] = np.nan
    columns["e2"][kind > 0] = np.nan
    columns["hits"][kind > 1] = np.nan
    columns["event_number"] = np.arange(size, dtype=np.int64) // 4
    columns["track_index"] = (np.arange(size) % 4).astype(np.int32)
    columns["weight"] = rng.normal(size=size)
    columns["charge"] = rng.choice([-1, 1], size).astype(np.int32)
    columns["truth_pdg_id"] = rng.choice([11, 211, 0], size).astype(np.int32)
    columns["truth_origin"] = rng.integers(0, 9, size).astype(np.int32)
    columns["truth_is_pileup"] = rng.integers(0, 2, size).astype(np.int32)
    columns["theta"] = rng.random(size)
    return columns


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    """Function (columns, ...) -> table of features; the summary is ``summary.json``."""

    def make(
        columns: Columns,
        settings: FeatureSettings = SETTINGS,
        incomplete: dict[str, list[str]] | None = None,
        rows: int = 16,
    ) -> Any:
        tracks, report = str(tmp_path / "tracks.parquet"), str(tmp_path / "report.json")
        size = len(columns["pt"])
        with ParquetWriter.open(tracks) as writer:
            for start in range(0, max(size, 1), rows):
                writer.write({name: part[start : start + rows] for name, part in columns.items()})
        write_json(report, {"incomplete_groups": incomplete or {}})
        output, summary = str(tmp_path / "features.parquet"), str(tmp_path / "summary.json")
        make_features(tracks, report, settings, output, summary)
        return read_parquet(output)

    return make


def test_columns_types_and_values(run: Callable[..., Any]) -> None:
    columns = _tracks()
    table = run(columns)
    carried = ("event_number", "track_index", "weight", "charge", "truth_pdg_id", "truth_origin")
    variables = [name for names in GROUPS.values() for name in names]
    assert set(table.fields) == {
        *(*carried, "truth_is_pileup", "category", "label", "fold"),
        *variables,
    }
    for name in (*carried, *variables):
        assert np.array_equal(ak.to_numpy(table[name]), columns[name], equal_nan=True), name
    types = {name: str(table[name].type.content) for name in ("label", "fold", "pt", "weight")}
    assert types == {"label": "int8", "fold": "int8", "pt": "float32", "weight": "float64"}


def test_category_follows_from_the_groups_present(run: Callable[..., Any]) -> None:
    assert run(_tracks(6)).category.tolist() == ["all", "trt", "silicon"] * 2


def test_result_does_not_depend_on_row_groups(run: Callable[..., Any]) -> None:
    columns = _tracks()
    left, right = run(columns, rows=60), run(columns, rows=7)
    for name in left.fields:
        if name == "category":
            assert left[name].tolist() == right[name].tolist()
        else:
            assert ak.array_equal(left[name], right[name], equal_nan=True), name


def test_fold_belongs_to_the_event_whatever_the_order(run: Callable[..., Any]) -> None:
    columns = _tracks()
    order = np.random.default_rng(1).permutation(60)
    shuffled = {name: values[order] for name, values in columns.items()}
    straight, mixed = run(columns), run(shuffled)
    fold = dict(zip(straight.event_number.tolist(), straight.fold.tolist(), strict=True))
    assert [fold[event] for event in mixed.event_number.tolist()] == mixed.fold.tolist()
    assert set(fold.values()) == {0, 1, 2}
    expected = fold_of("ttbar", columns["event_number"], 3)
    assert straight.fold.tolist() == expected.tolist()


def test_summary_counts_every_track_once(run: Callable[..., Any], tmp_path: Path) -> None:
    columns = _tracks()
    table = run(columns)
    summary = read_json(tmp_path / "summary.json")
    assert summary["sample"] == "ttbar"
    cells = [
        (category, label, cell)
        for category, by_label in summary["categories"].items()
        for label, cell in by_label.items()
    ]
    assert sum(cell["tracks"] for _, _, cell in cells) == 60
    for category, label, cell in cells:
        chosen = (table.category == category) & (table.label == int(Label[label.upper()]))
        weight = ak.to_numpy(table.weight[chosen])
        assert cell["tracks"] == len(weight)
        assert cell["weighted"] == pytest.approx(weight.sum(), abs=1e-12)
        assert cell["error"] == pytest.approx(np.sqrt((weight**2).sum()), abs=1e-12)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_part_of_a_group_is_refused(run: Callable[..., Any], value: float) -> None:
    columns = _tracks()
    columns["e2"][33] = value
    with pytest.raises(InputError) as caught:
        run(columns)
    message = str(caught.value)
    for text in ("tracks.parquet: 1 tracks", "'calorimeter'", "event_number 8", "index 1"):
        assert text in message
    assert "in it: e2 not finite" in message


def test_infinity_is_not_absence(run: Callable[..., Any]) -> None:
    columns = _tracks()
    columns["hits"][0] = -np.inf
    with pytest.raises(InputError, match="1 tracks have part of the group 'trt'"):
        run(columns)


def test_groups_of_no_category_are_refused(run: Callable[..., Any]) -> None:
    columns = _tracks()
    columns["hits"][0] = np.nan
    with pytest.raises(InputError, match=r"1 tracks are in no category.*silicon \+ calorimeter"):
        run(columns)


def test_no_track_has_an_incomplete_group(run: Callable[..., Any]) -> None:
    columns = _tracks()
    columns["e2"][:] = np.nan
    table = run(columns, incomplete={"calorimeter": ["e2"]})
    assert set(table.category.tolist()) == {"trt", "silicon"}
    assert ak.all(np.isnan(table.e1))


def test_ntuple_without_any_complete_category_is_refused(run: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"no category can be formed[\s\S]*silicon: d0"):
        run(_tracks(), incomplete={"silicon": ["d0"]})


def test_empty_skim_gives_an_empty_table(run: Callable[..., Any], tmp_path: Path) -> None:
    table = run({name: values[:0] for name, values in _tracks().items()})
    assert len(table) == 0
    assert "category" in table.fields
    cell = read_json(tmp_path / "summary.json")["categories"]["all"]["signal"]
    assert cell == {"tracks": 0, "weighted": 0.0, "error": 0.0}
