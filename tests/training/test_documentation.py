"""The worked example of docs/taggers.md runs as it is written."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from feature_tables import ROOT

from hepchain.config import training as config
from hepchain.training.model import load_model
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train

PAGE = ROOT / "docs" / "taggers.md"


def block_with(text: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return next(block for block in blocks if text in block)


def test_new_kind_of_the_page_trains_and_loads(
    gun: FeatureFile, task: Callable[..., Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_code = compile(block_with("class LogisticConfig"), "docs/taggers.md", "exec")
    names = dict(vars(config))
    exec(settings_code, names)
    monkeypatch.setattr(config, "LogisticConfig", names["LogisticConfig"], raising=False)
    module = ModuleType("hepchain.training.taggers.logistic")
    exec(compile(block_with("class Logistic:"), "docs/taggers.md", "exec"), vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings = names["LogisticConfig"](kind="logistic", regularisation=1.0)
    train(task(settings=settings), [gun], tmp_path / "model")
    assert load_model(tmp_path / "model").tagger._coefficients.shape == (49,)
