from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import StageError
from hepchain.studies.tracks import copy_category, read_tables
from hepchain.training.tracks import FeatureFile
from tests.training.feature_tables import VARIABLES, write_table
from tests.training.feature_tables import Table as Toy

NAMES = VARIABLES.of_category("trt")


def test_tables_hold_the_tracks_of_both_classes_in_order(gun: FeatureFile) -> None:
    columns = Toy(events=1500).columns()
    own = (columns["category"] == "trt") & (columns["label"] != 2)
    table = read_tables([gun], {"trt": NAMES, "silicon": ["pt"]}, 10**6)["trt"]
    np.testing.assert_array_equal(table.labels, columns["label"][own])
    np.testing.assert_array_equal(table.of(["eta", "pt"])[:, 1], columns["pt"][own])
    np.testing.assert_array_equal(table.fold, columns["fold"][own])
    same_event = np.unique(columns["event_number"][own], return_inverse=True)[1]
    np.testing.assert_array_equal(table.event, same_event)


def test_copy_has_the_same_tracks_and_other_labels_where_wanted(
    gun: FeatureFile, tmp_path: Path
) -> None:
    table = read_tables([gun], {"trt": NAMES}, 10**6)["trt"]
    swapped = (1 - table.labels).astype(np.int8)
    copies = copy_category([gun], "trt", NAMES, tmp_path, 10**6, swapped)
    copy = read_tables(copies, {"trt": NAMES}, 10**6)["trt"]
    np.testing.assert_array_equal(copy.labels, swapped)
    np.testing.assert_array_equal(copy.inputs, table.inputs)


def test_of_too_many_tracks_whole_events_are_kept(gun: FeatureFile) -> None:
    everything = read_tables([gun], {"trt": NAMES}, 10**6)["trt"]
    few = read_tables([gun], {"trt": NAMES}, 300)["trt"]
    for label in (0, 1):
        assert 200 < (few.labels == label).sum() < 400 < (everything.labels == 0).sum()
    # A hadron that is left out takes the others of its event with it.
    kept = {tuple(row) for row in few.inputs}
    hadrons = everything.labels == 0
    by_event: dict[int, set[bool]] = {}
    for event, row in zip(everything.event[hadrons], everything.inputs[hadrons], strict=True):
        by_event.setdefault(int(event), set()).add(tuple(row) in kept)
    assert all(len(found) == 1 for found in by_event.values())


def test_category_of_one_class_is_named(tmp_path: Path) -> None:
    columns = Toy(events=50).columns()
    columns["label"][:] = 0
    file = FeatureFile("gun", write_table(tmp_path / "features-0.parquet", columns))
    with pytest.raises(StageError, match=r"category trt: \d+ background, 0 signal"):
        read_tables([file], {"trt": NAMES}, 100)
