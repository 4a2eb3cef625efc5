"""The examples of docs/deployment.md run as they are written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.training.feature_tables import ROOT

pytestmark = pytest.mark.xdist_group("export")

PAGE = ROOT / "docs" / "deployment.md"


def block_with(text: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return next(block for block in blocks if text in block)


def test_files_without_hepchain(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "results/soft_electrons/export").mkdir(parents=True)
    (tmp_path / "results/soft_electrons/export/xgboost").symlink_to(exported)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    # The category of the page has no models in this export.
    exec(block_with("InferenceSession").replace("silicon", "trt"), names)
    assert np.isfinite(np.asarray(names["score"])).all()
    assert np.asarray(names["passes"]).dtype == bool
