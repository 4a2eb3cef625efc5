from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hepchain.errors import InputError, StageError
from hepchain.roc import area_under_curve, chance_error
from hepchain.training.model import load_model, read_history, read_metadata
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples, History
from hepchain.training.tracks import FeatureFile, read_tracks
from hepchain.training.train import Task, train
from tests.training.feature_tables import Table, inputs_of, write_table

MakeTask = Callable[..., Task]


def held_out_area(directory: Path, file: FeatureFile, task: Task) -> tuple[float, float]:
    """Area under the curve in the fold the model has not seen, and its error by chance."""
    selection = replace(task.selections[0], fold=1 - task.fold, min_tracks=1)
    tracks = read_tracks([file], selection)[0]
    score = load_model(directory).score(tracks.inputs, list(task.variables), "test")
    electrons = int((tracks.labels == 1).sum())
    error = chance_error(electrons, len(tracks) - electrons)
    return area_under_curve(score, tracks.labels == 1), error


def test_model_directory_is_complete(gun: FeatureFile, task: MakeTask, tmp_path: Path) -> None:
    made = task(category="trt")
    train(made, [gun], tmp_path / "model")
    metadata = json.loads((tmp_path / "model" / "metadata.json").read_text())
    assert metadata["variables"] == list(inputs_of("trt"))
    assert len(metadata["variables"]) == 60
    assert (metadata["category"], metadata["fold"], metadata["folds"]) == ("trt", 0, 2)
    assert metadata["settings"]["kind"] == "trees"
    assert 0.9 < metadata["validation_auc"] < 1.0
    assert {"python", "numpy", "hepchain"} < set(metadata["versions"])
    assert metadata["device"].startswith("cpu")
    assert metadata["counts"]["training"]["signal"] > metadata["counts"]["validation"]["signal"]
    history = read_history(tmp_path / "model")
    assert history["val_loss"][metadata["best_epoch"] - 1] == min(history["val_loss"])


def test_model_separates_the_events_it_has_not_seen(
    gun: FeatureFile, task: MakeTask, tmp_path: Path
) -> None:
    train(task(), [gun], tmp_path / "model")
    area, _ = held_out_area(tmp_path / "model", gun, task())
    # Two unit Gaussians two widths apart: Phi(2 / sqrt 2) = 0.921.
    assert 0.87 < area < 0.95


def test_shuffled_labels_teach_nothing(task: MakeTask, tmp_path: Path) -> None:
    columns = Table(events=2000).columns()
    columns["label"] = np.random.default_rng(5).permutation(columns["label"])
    file = FeatureFile("gun", write_table(tmp_path / "features-0.parquet", columns))
    train(task(), [file], tmp_path / "model")
    area, error = held_out_area(tmp_path / "model", file, task())
    assert abs(area - 0.5) < 3.0 * error


def test_spectra_alone_teach_nothing(task: MakeTask, tmp_path: Path) -> None:
    """Classes that differ in their pT spectrum only cannot be told apart once balanced."""
    columns = Table(events=4000, separation=0.0).columns()
    file = FeatureFile("gun", write_table(tmp_path / "features-0.parquet", columns))
    plain = task()
    edges = list(np.geomspace(0.5, 5.0, 13))
    balance = plain.tracks.balance.model_copy(update={"pt_edges": edges})
    made = task(tracks=plain.tracks.model_copy(update={"balance": balance}))
    train(made, [file], tmp_path / "model")
    metadata = json.loads((tmp_path / "model" / "metadata.json").read_text())
    assert metadata["validation_auc"] == pytest.approx(0.5, abs=0.06)
    tracks = read_tracks([file], made.selections[0])[0]
    assert area_under_curve(tracks.pt, tracks.labels == 1) > 0.7


def test_same_seed_same_model(gun: FeatureFile, task: MakeTask, tmp_path: Path) -> None:
    for name in ("one", "two"):
        train(task(), [gun], tmp_path / name)
    for file in ("model.ubj", "silicon.onnx", "scaling.json", "history.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


class Broken:
    """Tagger that is written as another one, or scores NaN."""

    def __init__(self, settings: Any) -> None:
        self.value = np.float32(np.nan if settings.trees == 1 else 0.7)

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        return History({"loss": [1.0], "val_loss": [1.0]}, 1)

    def score(self, inputs: np.ndarray) -> np.ndarray:
        return np.full(len(inputs), self.value)

    def save(self, directory: Path) -> None:
        (directory / "model").touch()

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        first = graph.node("ReduceMean", inputs, axes=[1], keepdims=0)
        return graph.node("Add", graph.node("Mul", first, graph.constant(0.0)), graph.constant(0.1))

    def software(self) -> dict[str, str]:
        return {"device": "cpu:0"}


@pytest.mark.parametrize(
    ("trees", "message"),
    [(1, "ended in NaN"), (2, r"ONNX file differ by up to 0\.6.* to_onnx of kind 'trees'")],
)
def test_broken_model_is_never_written(
    gun: FeatureFile,
    task: MakeTask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trees: int,
    message: str,
) -> None:
    monkeypatch.setitem(
        sys.modules, "hepchain.training.taggers.trees", SimpleNamespace(TAGGER=Broken)
    )
    settings = task().settings.model_copy(update={"trees": trees})
    with pytest.raises(StageError, match=message):
        train(task(settings=settings), [gun], tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file", ["metadata.json", "scaling.json", "model.ubj", "silicon.onnx"])
def test_damaged_model_is_named(
    gun: FeatureFile, task: MakeTask, tmp_path: Path, file: str
) -> None:
    train(task(), [gun], tmp_path / "model")
    (tmp_path / "model" / file).write_text("{}")
    with pytest.raises(InputError, match=file.replace(".", r"\.")):
        load_model(tmp_path / "model")


def test_model_that_lies_where_another_belongs(
    gun: FeatureFile, task: MakeTask, tmp_path: Path
) -> None:
    """As when folders of folds or categories were copied: it would score events it has seen."""
    made = task(category="trt")
    own = tmp_path / "training" / made.tagger / "trt" / "fold0"
    train(made, [gun], own)
    assert load_model(own).fold == 0
    for place in (f"{made.tagger}/trt/fold1", f"{made.tagger}/silicon/fold0", "other/trt/fold0"):
        folder = Path(shutil.copytree(own, tmp_path / "training" / place))
        for read in (load_model, read_metadata):
            with pytest.raises(InputError) as error:
                read(folder)
            told = f"{folder}: holds the model of tagger {made.tagger}, category trt, fold 0"
            assert told in str(error.value)
    assert load_model(shutil.copytree(own, tmp_path / "elsewhere")).category == "trt"


def test_file_that_the_training_did_not_write(
    gun: FeatureFile, task: MakeTask, tmp_path: Path
) -> None:
    for fold in range(2):
        train(task(fold=fold), [gun], tmp_path / str(fold))
    for name in ("model.ubj", "silicon.onnx", "scaling.json", "history.json"):
        path = tmp_path / "0" / name
        content = path.read_bytes()
        flipped = bytearray(content)
        flipped[len(content) // 2] ^= 1
        for other in (bytes(flipped), (tmp_path / "1" / name).read_bytes()):
            path.write_bytes(other)
            with pytest.raises(InputError, match="not the file that the training wrote") as error:
                load_model(tmp_path / "0")
            assert str(path) in str(error.value)
        path.unlink()
        with pytest.raises(InputError, match="no such file; remove the directory and rerun"):
            load_model(tmp_path / "0")
        path.write_bytes(content)
    load_model(tmp_path / "0")
