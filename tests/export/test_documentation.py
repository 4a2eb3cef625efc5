"""The examples of docs/deployment.md run as they are written."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest
from feature_tables import ROOT
from scipy.special import expit

from hepchain.training.onnx_graph import Graph

PAGE = ROOT / "docs" / "deployment.md"


def block_with(text: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return next(block for block in blocks if text in block)


def test_files_without_hepchain(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "results/export").mkdir(parents=True)
    (tmp_path / "results/export/xgboost").symlink_to(exported)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    # The category of the page has no models in this export.
    exec(block_with("InferenceSession").replace("silicon", "trt"), names)
    assert np.isfinite(np.asarray(names["score"])).all()
    assert np.asarray(names["passes"]).dtype == bool


def test_export_of_a_kind_of_ones_own() -> None:
    names: dict[str, object] = {"np": np, "Graph": Graph}
    exec(block_with("def to_onnx"), names)
    rng = np.random.default_rng(5)
    tagger = SimpleNamespace(_coefficients=rng.normal(size=4), _intercept=0.3)
    graph = Graph()
    content = graph.model(4, names["to_onnx"](tagger, graph, "variables"), {})  # type: ignore[operator]
    inputs = rng.normal(size=(50, 4)).astype(np.float32)
    scores = onnxruntime.InferenceSession(content).run(None, {"variables": inputs})[0]
    np.testing.assert_allclose(scores, expit(inputs @ tagger._coefficients + 0.3), atol=1e-6)
