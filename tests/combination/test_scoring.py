from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hepchain.combination import scoring
from hepchain.combination.calibration import Calibration, CategoryCalibration
from hepchain.combination.scoring import load_models, score_sample
from hepchain.combination.seen import having_seen, seen_tracks
from hepchain.combination.speed import write_speed
from hepchain.config.training import BalanceConfig, TrainingTracksConfig
from hepchain.errors import InputError, StageError
from hepchain.identity import uniform_of
from hepchain.io import read_parquet
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples, History
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from tests.training.feature_tables import CATEGORIES, VARIABLES, Table, inputs_of, write_table

pytestmark = pytest.mark.xdist_group("scoring")

FOLDS = 3
TABLE = Table(events=700, folds=FOLDS)
TRACKS = TrainingTracksConfig(
    validation_fraction=0.2,
    min_tracks=20,
    balance=BalanceConfig(pt_edges=[0.5, 1.0, 5.0], abs_eta_edges=[0.0, 2.5], max_weight_ratio=50),
)
SETTINGS = TreesConfig(kind="trees", trees=5, depth=3, learning_rate=0.3, patience=5)


class Memory:
    """Tagger that learns the values of its first input by heart: 1 if seen, 0 if not."""

    def __init__(self, settings: Any) -> None:
        self.seen: list[float] = []

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        seen = np.concatenate([training.inputs[:, 0], validation.inputs[:, 0]])
        self.seen = np.unique(seen).tolist()
        return History({"loss": [1.0], "val_loss": [1.0]}, 1)

    def score(self, inputs: np.ndarray) -> np.ndarray:
        return np.isin(inputs[:, 0], np.array(self.seen, dtype=np.float32)).astype(np.float32)

    def save(self, directory: Path) -> None:
        (directory / "seen.json").write_text(json.dumps(self.seen))

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        first = graph.node("Gather", inputs, graph.constant([0], np.int64), axis=1)
        known = graph.node("Equal", first, graph.constant([self.seen]))
        return graph.node("ReduceMax", graph.node("Cast", known, to=1), axes=[1], keepdims=0)

    def software(self) -> dict[str, str]:
        return {"device": "cpu:0"}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = SimpleNamespace(TAGGER=Memory)
    monkeypatch.setitem(sys.modules, "hepchain.training.taggers.trees", kind)


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Features whose variable phi is the event number."""
    columns = TABLE.columns()
    columns["phi"] = columns["event_number"].astype(np.float32)
    path = tmp_path_factory.mktemp("features") / "features-0.parquet"
    return write_table(path, columns, row_group=1500)


def train_all(features: Path, directory: Path) -> list[Path]:
    directories = []
    for category in CATEGORIES:
        for fold in range(FOLDS):
            variables = {"phi": ("identity", 1.0)} | inputs_of(category)
            task = Task("toy", category, fold, FOLDS, 1, SETTINGS, TRACKS, variables)
            directories.append(directory / category / f"fold{fold}")
            train(task, [FeatureFile("gun", features)], directories[-1])
    return directories


@pytest.fixture(scope="module")
def trees(features: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return train_all(features, tmp_path_factory.mktemp("models"))


@pytest.mark.usefixtures("memory")
def test_no_track_is_scored_by_a_model_that_saw_its_event(features: Path, tmp_path: Path) -> None:
    directories = train_all(features, tmp_path / "models")
    score_sample("gun", [features], load_models(directories), tmp_path / "raw.parquet")
    scores = read_parquet(tmp_path / "raw.parquet")
    assert len(scores) == 2800
    assert (np.asarray(scores["raw"]) == 0.0).all()


@pytest.mark.usefixtures("memory")
def test_memory_gives_away_a_model_used_for_the_wrong_fold(features: Path, tmp_path: Path) -> None:
    """The test above can fail: models under a wrong fold are found out."""
    directories = train_all(features, tmp_path / "models")
    for path in directories:
        metadata = json.loads((path / "metadata.json").read_text())
        metadata["fold"] = (metadata["fold"] + 1) % FOLDS
        (path / "metadata.json").write_text(json.dumps(metadata))
    score_sample("gun", [features], load_models(directories), tmp_path / "raw.parquet")
    scores = read_parquet(tmp_path / "raw.parquet")
    assert np.asarray(scores["raw"])[np.asarray(scores["label"]) < 2].mean() > 0.8


def test_scores_are_those_of_the_models_in_the_order_of_the_tracks(
    features: Path, trees: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = load_models(trees)
    score_sample("gun", [features], models, tmp_path / "one.parquet")
    monkeypatch.setattr(scoring, "BLOCK", 500)
    score_sample("gun", [features], models, tmp_path / "many.parquet")
    one, many = (read_parquet(tmp_path / f"{name}.parquet") for name in ("one", "many"))
    assert one.tolist() == many.tolist()
    columns = TABLE.columns()
    for name in ("event_number", "track_index", "label", "fold", "pt"):
        np.testing.assert_array_equal(np.asarray(one[name]), columns[name])
    assert one["category"].tolist() == columns["category"].tolist()
    raw = np.asarray(one["raw"])
    assert raw.dtype == np.float32
    assert raw[columns["label"] == 1].mean() > raw[columns["label"] == 0].mean() + 0.1


def test_category_without_model_never_passes(
    features: Path, trees: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = [path for path in trees if path.parent.name != "silicon"]
    with caplog.at_level(logging.WARNING):
        score_sample("gun", [features], load_models(kept), tmp_path / "raw.parquet")
    scores = read_parquet(tmp_path / "raw.parquet")
    silicon = np.asarray(scores["category"] == "silicon")
    assert (np.asarray(scores["raw"])[silicon] == 0.0).all()
    assert (np.asarray(scores["raw"])[~silicon] > 0.0).all()
    assert f"never pass ({silicon.sum()} of" in caplog.text


def test_empty_sample_gives_an_empty_table(trees: list[Path], tmp_path: Path) -> None:
    columns = {name: values[:0] for name, values in TABLE.columns().items()}
    path = write_table(tmp_path / "features-0.parquet", columns)
    score_sample("gun", [path], load_models(trees), tmp_path / "raw.parquet")
    assert len(read_parquet(tmp_path / "raw.parquet")) == 0


def unified_task(fold: int, features: Path, categories: tuple[str, ...] = CATEGORIES) -> Task:
    """Task of one model for several categories; its first variable is the event number."""
    names = VARIABLES.of_categories(categories)
    inputs = inputs_of("trt_calorimeter")
    return Task(
        tagger="toy",
        category="all",
        fold=fold,
        folds=FOLDS,
        seed=1,
        settings=SETTINGS,
        tracks=TRACKS,
        variables={"phi": ("identity", 1.0)}
        | {name: inputs[name] for name in names if name != "phi"},
        categories={
            name: ("phi", *(n for n in VARIABLES.of_category(name) if n != "phi"))
            for name in categories
        },
    )


def train_unified(
    features: Path, directory: Path, categories: tuple[str, ...] = CATEGORIES
) -> list[Path]:
    directories = [directory / f"fold{fold}" for fold in range(FOLDS)]
    for fold, path in enumerate(directories):
        train(unified_task(fold, features, categories), [FeatureFile("gun", features)], path)
    return directories


@pytest.mark.usefixtures("memory")
def test_unified_model_never_scores_a_track_whose_event_it_saw(
    features: Path, tmp_path: Path
) -> None:
    models = load_models(train_unified(features, tmp_path / "models"))
    assert set(models.models) == {(c, fold) for c in CATEGORIES for fold in range(FOLDS)}
    score_sample("gun", [features], models, tmp_path / "raw.parquet")
    scores = read_parquet(tmp_path / "raw.parquet")
    assert len(scores) == 2800
    assert (np.asarray(scores["raw"]) == 0.0).all()


def test_unified_model_scores_all_its_categories_and_no_other(
    features: Path, tmp_path: Path
) -> None:
    """A list of categories of which none has the calorimeter gives a model without it."""
    models = load_models(train_unified(features, tmp_path / "models", ("trt", "silicon")))
    model = models.models["trt", 0]
    assert model.layout is not None
    assert model.layout.names[-2:] == ["is_silicon", "is_trt"]
    assert "e_over_p" not in model.layout.names
    assert len(models.models["silicon", 0].variables) == 49
    score_sample("gun", [features], models, tmp_path / "raw.parquet")
    scores = read_parquet(tmp_path / "raw.parquet")
    known = np.isin(scores["category"].to_numpy(), ["trt", "silicon"])
    raw, label = np.asarray(scores["raw"]), np.asarray(scores["label"])
    assert (raw[~known] == 0.0).all()
    assert raw[known & (label == 1)].mean() > raw[known & (label == 0)].mean() + 0.1


def test_missing_model_is_named(trees: list[Path]) -> None:
    with pytest.raises(InputError, match="no model for category trt_calorimeter without fold 0"):
        load_models(trees[1:])


def test_scoring_imports_no_library_that_trains(
    features: Path, trees: list[Path], tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from hepchain.combination.scoring import load_models, score_sample\n"
        "models = load_models(sys.argv[3:])\n"
        "score_sample('gun', [sys.argv[1]], models, sys.argv[2])\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'xgboost', 'sklearn', 'onnx'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    output = tmp_path / "raw.parquet"
    command = [sys.executable, "-c", code, *map(str, [features, output, *trees])]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert output.exists()


def test_second_model_for_the_same_tracks_is_refused(trees: list[Path]) -> None:
    with pytest.raises(InputError, match="a second model of category trt_calorimeter, fold 0"):
        load_models([*trees, trees[0]])


def test_models_of_another_tagger_are_refused(trees: list[Path], tmp_path: Path) -> None:
    shutil.copytree(trees[0], tmp_path / "other")
    metadata = json.loads((tmp_path / "other" / "metadata.json").read_text())
    metadata["tagger"] = "another"
    (tmp_path / "other" / "metadata.json").write_text(json.dumps(metadata))
    with pytest.raises(InputError, match="models of several taggers: another, "):
        load_models([tmp_path / "other", *trees[1:]])


def test_models_of_different_folds_are_refused(trees: list[Path], tmp_path: Path) -> None:
    shutil.copytree(trees[0], tmp_path / "other")
    metadata = json.loads((tmp_path / "other" / "metadata.json").read_text())
    metadata["folds"] = 5
    (tmp_path / "other" / "metadata.json").write_text(json.dumps(metadata))
    with pytest.raises(InputError, match=r"different numbers of folds \[3, 5\]"):
        load_models([tmp_path / "other", *trees[1:]])


def test_sample_with_other_folds_is_refused(trees: list[Path], tmp_path: Path) -> None:
    path = write_table(tmp_path / "features-0.parquet", Table(events=50, folds=2).columns())
    with pytest.raises(InputError, match="not in the fold of their event"):
        score_sample("gun", [path], load_models(trees), tmp_path / "raw.parquet")
    assert not (tmp_path / "raw.parquet").exists()


def test_nan_is_named_with_file_and_category(trees: list[Path], tmp_path: Path) -> None:
    columns = Table(events=50, folds=FOLDS).columns()
    columns["d0"][:] = np.nan
    path = write_table(tmp_path / "features-0.parquet", columns)
    with pytest.raises(InputError, match=r"features-0\.parquet, category .*by variable: d0"):
        score_sample("gun", [path], load_models(trees), tmp_path / "raw.parquet")


def test_speed_is_measured_on_tracks_there_are(
    features: Path, trees: list[Path], tmp_path: Path
) -> None:
    write_speed(load_models(trees), [features], tmp_path / "speed.json")
    content = json.loads((tmp_path / "speed.json").read_text())
    assert content["tracks"] == 2800
    assert content["tracks_per_second"] > 0.0
    columns = {name: values[:0] for name, values in TABLE.columns().items()}
    empty = write_table(tmp_path / "features-0.parquet", columns)
    with pytest.raises(InputError, match=r"no tracks in .*features-0"):
        write_speed(load_models(trees), [empty], tmp_path / "none.json")


@pytest.mark.usefixtures("memory")
def test_seen_tracks_are_scored_by_models_that_learnt_from_them(
    features: Path, tmp_path: Path
) -> None:
    models = load_models(train_all(features, tmp_path / "models"))
    identity = CategoryCalibration(1.0, 1.0, 0.0, 0.0)
    calibration = Calibration(dict.fromkeys(CATEGORIES, identity))
    found = seen_tracks([FeatureFile("gun", features)], models, calibration, TRACKS)
    assert (found.seen > 10.0).all()
    assert (found.unseen < -10.0).all()
    electrons = found.weight[found.label == 1].sum()
    assert electrons == pytest.approx(found.weight[found.label == 0].sum(), rel=1e-4)
    columns = TABLE.columns()
    fitted = uniform_of("gun/validation", columns["event_number"]) >= TRACKS.validation_fraction
    assert len(found.label) == (fitted & (columns["label"] != 2)).sum()
    part = seen_tracks([FeatureFile("gun", features)], models, calibration, TRACKS, 1400)
    assert len(part.label) == pytest.approx(len(found.label) / 2, rel=0.2)


def test_with_one_fold_nothing_has_been_seen() -> None:
    with pytest.raises(StageError, match=r"features\.folds is 1"):
        having_seen(scoring.ModelSet({}, 1))
