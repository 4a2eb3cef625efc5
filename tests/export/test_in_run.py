"""An exported tagger scores the features of a run, and no event by a model that has seen it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import score_sample
from hepchain.errors import InputError
from hepchain.export.export import Files, Task
from hepchain.export.in_run import ScorerOfSample, identity_of, write_documents
from hepchain.export.manifest import MODELS, Manifest
from hepchain.export.scorer import ExportedTagger
from hepchain.identity import fold_of
from hepchain.io import read_json, read_parquet
from hepchain.selection.working_point import WorkingPoint
from tests.training.feature_tables import Table, write_table

pytestmark = pytest.mark.xdist_group("export")


def scored(
    folder: Path, models: Literal["mean", "fold"], table: Table, path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Event number and raw score of each track."""
    features = write_table(path / "features.parquet", table.columns())
    scorer = ScorerOfSample.load(folder, models, table.sample)
    score_sample(table.sample, [features], scorer, path / "raw.parquet")
    found = read_parquet(path / "raw.parquet")
    return np.asarray(found["event_number"]), np.asarray(found["raw"])


def test_by_fold_the_scores_are_those_of_the_run_it_is_from(
    run: tuple[Task, Files], exported: Path, tmp_path: Path
) -> None:
    _, raw = scored(exported, "fold", Table("signal", events=500, seed=2), tmp_path)
    assert np.array_equal(raw, read_parquet(run[1].scores)["raw"])


def test_events_of_the_training_are_scored_by_the_model_that_has_not_seen_them(
    run: tuple[Task, Files], exported: Path, tmp_path: Path
) -> None:
    """Whatever the number of folds of this run: a hash of sample and number tells."""
    table = Table("gun", events=900, folds=5)
    number, raw = scored(exported, "fold", table, tmp_path)
    assert np.array_equal(
        raw, read_parquet(Path(run[1].calibration).parent / "raw-gun.parquet")["raw"]
    )
    fold, columns = fold_of("gun", number, 2), table.columns()
    category = columns["category"]
    for models in ExportedTagger.load(exported).models.values():
        for model in models:
            chosen = (category == model.category) & (fold == model.fold)
            values = np.stack([columns[name][chosen] for name in model.variables], axis=1)
            assert np.array_equal(raw[chosen], model.score(values.astype(np.float32)))


@pytest.mark.parametrize("sample", ["gun", "gun@noise_up"])
def test_the_mean_of_all_models_is_refused_for_events_of_the_training(
    exported: Path, tmp_path: Path, sample: str
) -> None:
    with pytest.raises(InputError, match="trained on a sample of the name 'gun'"):
        scored(exported, "mean", Table(sample, events=20), tmp_path)
    assert not (tmp_path / "raw.parquet").exists()


def test_columns_in_another_order_are_the_same(exported: Path, tmp_path: Path) -> None:
    table = Table("new", events=100, seed=3)
    _, expected = scored(exported, "mean", table, tmp_path)
    columns = dict(reversed(table.columns().items()))
    features = write_table(tmp_path / "turned.parquet", columns)
    scorer = ScorerOfSample.load(exported, "mean", "new")
    score_sample("new", [features], scorer, tmp_path / "turned_raw.parquet")
    assert np.array_equal(read_parquet(tmp_path / "turned_raw.parquet")["raw"], expected)


def test_features_that_lack_a_variable_are_told(exported: Path, tmp_path: Path) -> None:
    table = Table("new", events=20)
    features = write_table(tmp_path / "f.parquet", table.columns(), drop=["e_over_p"])
    scorer = ScorerOfSample.load(exported, "mean", "new")
    with pytest.raises(InputError, match="e_over_p"):
        score_sample("new", [features], scorer, tmp_path / "raw.parquet")


@pytest.mark.parametrize("models", MODELS)
def test_calibration_and_thresholds_come_along(
    run: tuple[Task, Files], exported: Path, tmp_path: Path, models: Literal["mean", "fold"]
) -> None:
    calibration, points = tmp_path / "calibration.json", tmp_path / "points.json"
    write_documents(exported, models, calibration, points)
    expected = Calibration.read(run[1].calibration)
    assert Calibration.read(calibration) == expected
    manifest = Manifest.read(exported)
    for kind in ("overall", "per_pt_bin"):
        found = WorkingPoint.from_content(read_json(points), kind)
        assert found == manifest.working_point(models, kind)
    assert read_json(points)["measured"]["overall"]["tracks"] > 0


def test_identity_is_that_of_the_content(
    exported: Path, for_tracks_without_hits: Path, copy: Path
) -> None:
    assert identity_of(exported) == identity_of(copy)
    assert identity_of(exported) != identity_of(for_tracks_without_hits)
