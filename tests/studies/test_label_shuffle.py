from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hepchain.figures.label_shuffle import table as table_of
from hepchain.figures.style import Things
from hepchain.io.structured import plain
from hepchain.studies.label_shuffle import Shuffled, label_shuffle
from hepchain.studies.task import alike_by_category
from hepchain.studies.tracks import copy_category, read_tables
from hepchain.training import train as training
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task

pytestmark = pytest.mark.xdist_group("studies")


def shuffled(gun: FeatureFile, task: Task, directory: Path) -> Shuffled:
    names = list(task.variables)
    files = copy_category([gun], task.category, names, directory / "copy", 10**6)
    table = read_tables(files, {task.category: names}, 10**6)[task.category]
    return label_shuffle(task, files, table, 2, directory / "shuffles")


@pytest.mark.thorough
def test_shuffled_labels_teach_nothing(
    gun: FeatureFile, task: Callable[..., Task], tmp_path: Path
) -> None:
    found = shuffled(gun, task(), tmp_path)
    assert len(found.areas) == 4
    assert abs(found.deviation) < 3.0
    assert 0.005 < found.error < 0.03
    table = table_of([plain(found)], Things({"silicon": "silicon only"}, {}, {}, {}))
    (row,) = table.frame.to_numpy().tolist()
    assert row[0] == "silicon only"
    assert "±" in row[2]


def test_leak_between_folds_is_seen(
    gun: FeatureFile, task: Callable[..., Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training that leaves no fold out knows the permuted labels of some events."""
    honest = training.train

    def leaking(made: Task, *rest: Any) -> None:
        honest(replace(made, fold=made.folds), *rest)

    monkeypatch.setattr(training, "train", leaking)
    made = task(depth=8, trees=20, patience=20)
    few = {name: made.variables[name] for name in ("pt", "eta", "phi", "d0", "z0")}
    found = shuffled(gun, replace(made, variables=few), tmp_path)
    assert found.deviation > 5.0


def test_study_is_of_models_by_category(task: Callable[..., Task]) -> None:
    unified = task(unified=True, pt_boundaries=[1.0], depth=6)
    assert alike_by_category(unified) == task(depth=6)
