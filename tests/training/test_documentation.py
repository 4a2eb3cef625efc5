"""The worked example of docs/taggers.md runs as it is written."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hepchain.config.taggers import tagger_settings
from hepchain.training.model import load_model
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from tests.training.feature_tables import ROOT

PAGE = ROOT / "docs" / "taggers.md"


def block_with(text: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return next(block for block in blocks if text in block)


def test_new_kind_of_the_page_trains_and_loads(
    gun: FeatureFile, task: Callable[..., Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = "hepchain.training.taggers"
    for name, start in (
        ("settings.logistic", "class LogisticConfig"),
        ("logistic", "class Logistic:"),
    ):
        module = ModuleType(f"{package}.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(block_with(start), "docs/taggers.md", "exec"), vars(module))
    settings = tagger_settings({"kind": "logistic", "regularisation": 1.0})
    train(task(settings=settings), [gun], tmp_path / "model")
    model = load_model(tmp_path / "model")
    assert len(model.variables) == 49
    scores = model.score(np.ones((2, 49), np.float32), model.variables, "here")
    assert ((scores > 0.0) & (scores < 1.0)).all()
