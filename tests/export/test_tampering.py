"""An exported tagger of which a file is another one than was exported is not opened."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.errors import InputError
from hepchain.export.manifest import DIGEST, Manifest, digest_of
from hepchain.export.scorer import ExportedTagger

pytestmark = pytest.mark.xdist_group("export")

Change = Callable[[dict[str, Any]], object]


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        ExportedTagger.load(folder)
    return str(error.value)


def change_manifest(folder: Path, change: Change, sign: bool = True) -> None:
    """Change the manifest; as somebody does who knows of the digest, unless told not to."""
    path = folder / "tagger.json"
    content = json.loads(path.read_text())
    change(content)
    if sign:
        del content[DIGEST]
        content[DIGEST] = digest_of(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("trt-fold0.onnx", "trt-fold1.onnx"),
        ("trt-fold0.onnx", "calorimeter-fold0.onnx"),
        ("MODEL_CARD.md", "model_card.json"),
    ],
)
def test_swapped_and_copied_files(copy: Path, one: str, other: str) -> None:
    shutil.move(copy / one, copy / "aside")
    shutil.copy(copy / other, copy / one)
    message = refused(copy)
    assert f"{copy / one}: not the file that was exported" in message
    assert one.endswith(".md") or f"its content is that of {other}" in message
    shutil.move(copy / "aside", copy / other)
    message = refused(copy)
    assert "not the file that was exported" in message
    assert "export the tagger, or copy its folder, again" in message


@pytest.mark.parametrize("other", ["trt-fold1.onnx", "calorimeter-fold0.onnx"])
def test_manifest_that_takes_a_model_for_another(copy: Path, other: str) -> None:
    """What a model is for stands in its file too."""
    digest = Manifest.read(copy).models[other][1].sha256

    def swap(content: dict[str, Any]) -> None:
        content["categories"]["trt"]["models"][0] |= {"file": other, "sha256": digest}
        category, fold = other.removesuffix(".onnx").split("-fold")
        item = content["categories"][category]["models"][int(fold)]
        item |= {"file": "trt-fold0.onnx", "sha256": own}

    own = Manifest.read(copy).models["trt-fold0.onnx"][1].sha256
    change_manifest(copy, swap)
    message = refused(copy)
    assert "; tagger.json takes it for category " in message
    assert f"{copy / other}: model of category " in message or "trt-fold0.onnx: model" in message


def test_one_flipped_bit_of_any_file(exported: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for path in sorted(exported.glob("[!.]*")):
        folder = Path(shutil.copytree(exported, tmp_path / path.name))
        content = path.read_bytes()
        for place in [0, len(content) - 2, *rng.integers(0, len(content), 4)]:
            flipped = bytearray(content)
            flipped[place] ^= 1 << int(rng.integers(0, 8))
            (folder / path.name).write_bytes(flipped)
            if path.name == "tagger.json" and _says_the_same(content, bytes(flipped)):
                continue  # a space that became another
            assert str(folder / path.name) in refused(folder), (path.name, place)


def _says_the_same(one: bytes, other: bytes) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c.update(score="likelihood"), "score: Input should be 'likelihood_ratio' or"),
        (lambda c: c.update(score="raw"), "working_points.mean.score: not the score 'raw'"),
        (
            lambda c: c["categories"]["trt"].update(calibration=None),
            "categories.trt: models without calibration",
        ),
        (
            lambda c: c["categories"]["trt"].update(models=[]),
            "categories.trt: calibration without models",
        ),
        (lambda c: c["categories"]["trt"]["calibration"].pop("offset"), "offset: missing"),
        (lambda c: c["categories"]["trt"]["models"].pop(), "models: of folds [0], expected 0 to 1"),
        (lambda c: c["categories"]["trt"]["models"].reverse(), "models: of folds [1, 0]"),
        (
            lambda c: c["categories"]["trt"]["models"][1].update(file="trt-fold0.onnx"),
            "categories: trt-fold0.onnx is named for two models",
        ),
        (
            lambda c: c["categories"]["trt"]["models"][0].update(file="../trt-fold0.onnx"),
            "categories.trt.models.0.file: String should match pattern",
        ),
        (lambda c: c.pop("folds"), "folds: missing"),
        (lambda c: c["working_points"].pop("mean"), "working_points.mean: missing"),
        (
            lambda c: c["working_points"]["fold"]["per_pt_bin"]["thresholds"].pop(),
            "working_points.fold.per_pt_bin: 1 thresholds for the edges",
        ),
        (lambda c: c["working_points"]["fold"].update(overall=float("nan")), "overall: "),
        (lambda c: c["groups"].pop("trt"), "categories.trt.groups: no such group trt"),
        (lambda c: c["groups"]["trt"].append("x"), "not those of its groups (x in one of them)"),
        (lambda c: c.update(scores="raw"), "scores: unknown key; did you mean 'score'?"),
        (lambda c: c.update(format=1), "a manifest of format 1, this version reads 2"),
    ],
)
def test_manifest_that_contradicts_itself(copy: Path, change: Change, told: str) -> None:
    change_manifest(copy, change)
    message = refused(copy)
    assert message.startswith(f"{copy / 'tagger.json'}: ")
    assert told in message


def test_number_changed_by_hand(copy: Path) -> None:
    change_manifest(copy, lambda c: c["working_points"]["mean"].update(overall=0.1), sign=False)
    assert f"{copy / 'tagger.json'}: changed since it was exported" in refused(copy)


def test_files_too_many_or_too_few(copy: Path) -> None:
    shutil.copy(copy / "trt-fold0.onnx", copy / "trt-fold2.onnx")
    assert f"{copy}: models that tagger.json does not name: trt-fold2.onnx" in refused(copy)
    (copy / "trt-fold2.onnx").unlink()
    (copy / "notes.txt").write_text("mine")
    ExportedTagger.load(copy)
    for name in ("trt-fold1.onnx", "MODEL_CARD.md"):
        (copy / name).rename(copy / "aside")
        assert f"{copy / name}: no such file; copy the whole folder" in refused(copy)
        (copy / "aside").rename(copy / name)


def test_category_that_the_tagger_does_not_know(exported: Path) -> None:
    tagger = ExportedTagger.load(exported)
    columns = {name: np.zeros(2) for names in tagger.manifest.groups.values() for name in names}
    with pytest.raises(InputError, match=r"no model for category 'tracker' \(row 1\)"):
        tagger.raw(columns, np.array(["silicon", "tracker"]), None, "here")
    with pytest.raises(InputError, match=r"no model for category 'trt', fold 2 \(row 0\)"):
        tagger.raw(columns, np.array(["trt", "trt"]), np.array([2, 0], dtype=np.int8), "here")
