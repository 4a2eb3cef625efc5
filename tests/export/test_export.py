"""The folder of an exported tagger: what is in it, and that it is proven before it appears."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import StageError
from hepchain.export.export import CARD, NUMBERS, Files, Task, export
from hepchain.export.manifest import Manifest
from hepchain.export.scorer import ExportedTagger
from hepchain.io import read_parquet
from hepchain.training.taggers.trees import Trees
from hepchain.truth import Label


def test_manifest_is_read_as_written(exported: Path, tmp_path: Path) -> None:
    manifest = Manifest.read(exported)
    manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == manifest
    files = {file for category in manifest.categories.values() for file in category.files}
    assert len(files) == 6
    assert files | {"tagger.json", CARD, NUMBERS} == {path.name for path in exported.iterdir()}


def test_fold_rule_gives_the_scores_of_the_run(run: tuple[Task, Files], exported: Path) -> None:
    tagger = ExportedTagger.load(exported)
    names = list(tagger.manifest.categories)
    features = read_parquet(run[1].features[0])
    expected = read_parquet(run[1].scores)
    codes = np.array([names.index(name) for name in features["category"].to_numpy()])
    columns = {name: np.asarray(features[name]) for name in features.fields if name != "category"}
    raw = tagger.raw(columns, codes, columns["fold"], "here")
    assert len(np.unique(raw)) > 100
    np.testing.assert_allclose(raw, np.asarray(expected["raw"]), rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        tagger.score(raw, codes), np.asarray(expected["score"]), rtol=0, atol=1e-4
    )


def test_both_ways_of_scoring_have_their_own_threshold(exported: Path) -> None:
    """The mean of two models has another distribution than the score of one."""
    manifest = Manifest.read(exported)
    thresholds = [manifest.working_points[name]["overall"] for name in ("mean", "fold")]
    assert thresholds[0] != thresholds[1]
    numbers = json.loads((exported / NUMBERS).read_text())
    for name in ("mean", "fold"):
        rate = numbers["performance"][name]["fake_rate"]["value"]
        assert 0.04 < rate <= 0.05


def test_card_tells_what_the_files_of_the_run_say(run: tuple[Task, Files], exported: Path) -> None:
    card = (exported / CARD).read_text()
    numbers = json.loads((exported / NUMBERS).read_text())
    metadata = json.loads((Path(run[1].models[0]) / "metadata.json").read_text())
    scores = read_parquet(run[1].scores)
    electrons = int((np.asarray(scores["label"]) == Label.ELECTRON).sum())
    assert numbers["performance"]["fold"]["efficiency"]["tracks"] == electrons
    for text in (
        f"{metadata['validation_auc']:.4f}",
        f"| {metadata['category']} | 0 | {metadata['counts']['training']['electrons']} |",
        f"xgboost-cpu {metadata['versions']['xgboost-cpu']}",
        "BSD-3-Clause",
        "Tracks of silicon have no model and never pass.",
        "pT of 0.5 to 5 GeV",
        "Trained on simulation only",
        f"| all | {electrons} |",
    ):
        assert text in card, text
    assert "None" not in card


def test_wrong_exporter_is_caught(
    run: tuple[Task, Files], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Trees.to_onnx
    monkeypatch.setattr(
        Trees,
        "to_onnx",
        lambda self, graph, inputs: graph.node(
            "Mul", right(self, graph, inputs), graph.constant(0.9)
        ),
    )
    with pytest.raises(StageError, match=r"differ by up to .* to_onnx of kind 'trees'"):
        export(*run, tmp_path / "toy")
    assert not list(tmp_path.iterdir())


def test_kind_that_cannot_be_exported(run: tuple[Task, Files], tmp_path: Path) -> None:
    task = dataclasses.replace(run[0], kind="ensemble")
    with pytest.raises(StageError, match="tagger toy: taggers of kind 'ensemble'"):
        export(task, run[1], tmp_path / "toy")
