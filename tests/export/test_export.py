"""The folder of an exported tagger: what is in it, and that it is proven before it appears."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hepchain.errors import StageError
from hepchain.export.card import render
from hepchain.export.export import CARD, Files, Task, export
from hepchain.export.manifest import NUMBERS, Manifest
from hepchain.export.scorer import ExportedTagger
from hepchain.io import read_parquet
from hepchain.io.targets import MARK
from hepchain.labels import Label
from hepchain.roc import area_under_curve

pytestmark = pytest.mark.xdist_group("export")


def test_manifest_is_read_as_written(exported: Path, tmp_path: Path) -> None:
    manifest = Manifest.read(exported)
    manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == manifest
    assert len(manifest.models) == 6
    named = {*manifest.models, *manifest.documents, "tagger.json", MARK}
    assert named == {path.name for path in exported.iterdir()}


def test_fold_rule_gives_the_scores_of_the_run(run: tuple[Task, Files], exported: Path) -> None:
    tagger = ExportedTagger.load(exported)
    features = read_parquet(run[1].features[0])
    expected = read_parquet(run[1].scores)
    category = features["category"].to_numpy()
    columns = {name: np.asarray(features[name]) for name in features.fields if name != "category"}
    raw = tagger.raw(columns, category, columns["fold"], "here")
    assert len(np.unique(raw)) > 100
    np.testing.assert_allclose(raw, np.asarray(expected["raw"]), rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        tagger.score(raw, category), np.asarray(expected["score"]), rtol=0, atol=1e-4
    )


def test_both_ways_of_scoring_have_their_own_threshold(exported: Path) -> None:
    """The mean of two models has another distribution than the score of one."""
    manifest = Manifest.read(exported)
    thresholds = [manifest.working_points[name].overall for name in ("mean", "fold")]
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
    electrons = int((np.asarray(scores["label"]) == Label.SIGNAL).sum())
    assert numbers["performance"]["fold"]["efficiency"]["tracks"] == electrons
    for text in (
        f"{metadata['validation_auc']:.4f}",
        f"| {metadata['category']} | 0 | {metadata['counts']['training']['signal']} |",
        f"xgboost-cpu {metadata['versions']['xgboost-cpu']}",
        "BSD-3-Clause",
        "Tracks of silicon have no model and never pass.",
        "pT of 0.5 to 5 GeV",
        "Trained on simulation only",
        f"| all | {electrons} |",
    ):
        assert text in card, text
    assert "None" not in card


def test_card_says_what_the_models_are_for(exported: Path) -> None:
    numbers = json.loads((exported / NUMBERS).read_text())
    names = "calorimeter, trt, trt_calorimeter"
    assert f"6 models, one for each category of tracks ({names}) and fold" in render(numbers)
    unified = [model | {"category": "all"} for model in numbers["models"][:2]]
    text = f"2 models, one for each fold of events left out, for tracks of all categories ({names})"
    assert text in render(numbers | {"models": unified})


def test_card_says_whether_models_have_seen_what_they_are_judged_by(exported: Path) -> None:
    numbers = json.loads((exported / NUMBERS).read_text())
    others = numbers["data"] | {"samples": {"elsewhere": True}}
    assert "which no model was trained on" in render(numbers | {"data": others})
    sample = next(iter(numbers["data"]["samples"]))
    seen = render(numbers | {"working_point": numbers["working_point"] | {"sample": sample}})
    assert "trained on but for the events of its fold" in seen
    assert "which no model was trained on" not in seen


def test_card_has_the_areas_of_the_scores(run: tuple[Task, Files], exported: Path) -> None:
    """Of the categories by their names, whatever order a file has them in."""
    scores = read_parquet(run[1].scores)
    label, category = np.asarray(scores["label"]), scores["category"].to_numpy()
    classes = (label == Label.SIGNAL) | (label == Label.BACKGROUND)
    performance = json.loads((exported / NUMBERS).read_text())["performance"]["fold"]
    areas = performance["area_under_curve_by_category"]
    assert list(run[0].categories) != sorted(run[0].categories)
    assert areas.keys() == run[0].categories.keys()
    assert len({round(area, 3) for area in areas.values()}) == len(areas)
    for name, area in {**areas, "all": performance["area_under_curve"]}.items():
        rows = classes & ((category == name) | (name == "all"))
        expected = area_under_curve(
            np.asarray(scores["score"])[rows],
            label[rows] == Label.SIGNAL,
            np.asarray(scores["weight"])[rows],
        )
        assert area == pytest.approx(expected, abs=1e-5), name


def test_scores_of_another_model_are_found_out(run: tuple[Task, Files], tmp_path: Path) -> None:
    scores = pq.read_table(run[1].scores)
    spoilt = [0.9 * value for value in scores["raw"].to_pylist()]
    column = scores.schema.get_field_index("raw")
    changed = scores.set_column(column, "raw", pa.array(spoilt, pa.float32()))
    pq.write_table(changed, tmp_path / "scores.parquet")
    files = dataclasses.replace(run[1], scores=str(tmp_path / "scores.parquet"))
    with pytest.raises(StageError, match=r"differ by up to .* remove the scores"):
        export(run[0], files, tmp_path / "toy")
    assert [path.name for path in tmp_path.iterdir()] == ["scores.parquet"]
