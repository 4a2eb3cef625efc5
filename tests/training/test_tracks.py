from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import InputError, StageError
from hepchain.identity import fold_of, uniform_of
from hepchain.training.tracks import FeatureFile, Selection, read_tracks
from tests.training.feature_tables import Table, write_table

SELECTION = Selection(
    category="silicon",
    variables=("phi", "pixel_dedx"),
    fold=1,
    folds=2,
    validation_fraction=0.25,
    min_tracks=10,
    max_tracks=10**6,
)


def with_event_as_input(table: Table) -> dict[str, np.ndarray]:
    columns = table.columns()
    columns["phi"] = columns["event_number"].astype(np.float32)
    return columns


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> FeatureFile:
    """Table whose variable phi is the event number."""
    path = tmp_path_factory.mktemp("numbered") / "features-0.parquet"
    return FeatureFile("gun", write_table(path, with_event_as_input(Table(events=2000))))


def test_only_electrons_and_hadrons_of_the_category_outside_the_fold(
    numbered: FeatureFile,
) -> None:
    columns = Table(events=2000).columns()
    wanted = (columns["category"] == "silicon") & (columns["fold"] != 1) & (columns["label"] < 2)
    training, validation = read_tracks([numbered], SELECTION)
    assert len(training) + len(validation) == wanted.sum()
    events = np.concatenate([training.inputs[:, 0], validation.inputs[:, 0]])
    np.testing.assert_array_equal(
        np.sort(events), np.sort(columns["event_number"][wanted].astype(np.float32))
    )
    assert (fold_of("gun", events.astype(np.int64), 2) == 0).all()


def test_no_event_is_in_both_parts(numbered: FeatureFile) -> None:
    training, validation = read_tracks([numbered], SELECTION)
    assert not set(training.inputs[:, 0]) & set(validation.inputs[:, 0])
    share = len(validation) / (len(training) + len(validation))
    assert share == pytest.approx(SELECTION.validation_fraction, abs=0.04)


def test_columns_of_a_track_stay_together(numbered: FeatureFile) -> None:
    columns = with_event_as_input(Table(events=2000))
    known = {
        (float(event), float(dedx)): (label, pt, eta)
        for event, dedx, label, pt, eta in zip(
            columns["phi"],
            columns["pixel_dedx"],
            columns["label"],
            columns["pt"],
            columns["eta"],
            strict=True,
        )
    }
    _, validation = read_tracks([numbered], SELECTION)
    for row, label, pt, eta in zip(
        validation.inputs, validation.labels, validation.pt, validation.eta, strict=True
    ):
        assert known[float(row[0]), float(row[1])] == (label, pt, eta)


def test_split_does_not_depend_on_row_groups_or_files(
    tmp_path: Path, numbered: FeatureFile
) -> None:
    columns = with_event_as_input(Table(events=2000))
    size = len(columns["phi"])
    files = [
        FeatureFile(
            "gun",
            write_table(
                tmp_path / f"features-{part}.parquet",
                {name: values[rows] for name, values in columns.items()},
                row_group=451,
            ),
        )
        for part, rows in enumerate((slice(0, size // 2), slice(size // 2, size)))
    ]
    for one, other in zip(
        read_tracks([numbered], SELECTION), read_tracks(files, SELECTION), strict=True
    ):
        np.testing.assert_array_equal(one.inputs, other.inputs)


def test_too_many_tracks_are_thinned_by_event(numbered: FeatureFile) -> None:
    training, validation = read_tracks([numbered], replace(SELECTION, max_tracks=200))
    labels = np.concatenate([training.labels, validation.labels])
    for label in (0, 1):
        assert (labels == label).sum() == pytest.approx(200, abs=60)
    assert len(training) < len(read_tracks([numbered], SELECTION)[0])


def test_too_few_tracks_are_named(numbered: FeatureFile) -> None:
    with pytest.raises(
        StageError, match=r"category silicon, without fold 1: \d+ background, \d+ signal"
    ):
        read_tracks([numbered], replace(SELECTION, min_tracks=5000))


def test_single_class_is_refused(tmp_path: Path) -> None:
    columns = with_event_as_input(Table(events=300))
    columns["label"][:] = 0
    path = write_table(tmp_path / "features-0.parquet", columns)
    with pytest.raises(StageError, match="0 signal"):
        read_tracks([FeatureFile("gun", path)], SELECTION)


def test_empty_file_is_refused(tmp_path: Path) -> None:
    columns = {name: values[:0] for name, values in Table(events=2).columns().items()}
    path = write_table(tmp_path / "features-0.parquet", columns)
    with pytest.raises(StageError, match="0 background, 0 signal"):
        read_tracks([FeatureFile("gun", path)], SELECTION)


def test_nan_is_refused_with_file_and_variable(tmp_path: Path) -> None:
    columns = with_event_as_input(Table(events=300))
    columns["pixel_dedx"][:] = np.nan
    path = write_table(tmp_path / "features-0.parquet", columns)
    with pytest.raises(InputError, match=r"features-0\.parquet, category silicon.*pixel_dedx"):
        read_tracks([FeatureFile("gun", path)], SELECTION)


def test_missing_column_is_named(tmp_path: Path) -> None:
    path = write_table(tmp_path / "features-0.parquet", Table(events=300).columns(), drop=["phi"])
    with pytest.raises(InputError, match="missing column phi"):
        read_tracks([FeatureFile("gun", path)], SELECTION)


def test_folds_of_another_run_are_refused(numbered: FeatureFile) -> None:
    with pytest.raises(InputError, match="not in the fold of their event"):
        read_tracks([numbered], replace(SELECTION, folds=3))
    with pytest.raises(InputError, match="not in the fold of their event"):
        read_tracks([FeatureFile("other", numbered.path)], SELECTION)


def test_uniform_is_uniform_and_independent_of_the_fold() -> None:
    events = np.arange(100_000)
    uniform, fold = uniform_of("gun/validation", events), fold_of("gun", events, 2)
    counts = np.histogram(uniform, bins=50, range=(0.0, 1.0))[0]
    # Chi-squared of 49 degrees of freedom: mean 49, standard deviation 10.
    assert ((counts - 2000) ** 2 / 2000).sum() < 99
    assert uniform[fold == 0].mean() == pytest.approx(0.5, abs=0.005)
    assert uniform[fold == 1].mean() == pytest.approx(0.5, abs=0.005)
