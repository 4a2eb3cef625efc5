"""Scan of the settings of boosted trees, on the training folds of a run and on nothing else.

    python -m benchmarks.tree_settings [--fold 0] [results/soft_electrons/features]

For each setting a model is trained in every category without the events of the fold, by the code of
the workflow; settings are ordered by the log loss of its validation events, the mean over the
categories by their numbers of tracks. Neither the fold that is left out nor any sample of another
role than training is read, so the comparison of taggers on the test sample stays fair.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.io import read_json
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import train
from hepchain.trial import feature_files, task_of
from tests.soft_electrons import default_with, load

BASE = {"kind": "trees", "trees": 1000, "patience": 50, "learning_rate": 0.05}
DEPTHS = (3, 4, 6)
REGULARISED: tuple[dict[str, float], ...] = (
    {},
    {"subsample": 0.7, "colsample": 0.5},
    {"min_child_weight": 10.0},
)


def candidates() -> Iterator[TreesConfig]:
    """Settings of the default run, then the grid."""
    yield TreesConfig(kind="trees", trees=300, depth=5, learning_rate=0.1, patience=20)
    for depth, more in itertools.product(DEPTHS, REGULARISED):
        yield TreesConfig.model_validate(BASE | {"depth": depth} | more)


def validation(
    run: SoftElectronsConfig, files: list[FeatureFile], settings: TreesConfig, fold: int
) -> dict[str, tuple[float, int]]:
    """Validation loss and number of validation tracks of each category."""
    taggers = {**run.training.taggers, "scan": settings}
    run = run.model_copy(update={"training": run.training.model_copy(update={"taggers": taggers})})
    found = {}
    for category in run.training.categories:
        task = task_of(run, "scan", category, fold)
        with tempfile.TemporaryDirectory() as directory:
            train(task, files, Path(directory) / "model")
            metadata = read_json(Path(directory) / "model" / "metadata.json")
        size = sum(metadata["counts"]["validation"].values())
        found[category] = metadata["validation_loss"], size
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features", nargs="?", default="results/soft_electrons/features", type=Path)
    parser.add_argument("--fold", default=0, type=int)
    options = parser.parse_args()
    run = load(default_with())
    files = feature_files(run, options.features)
    for settings in candidates():
        losses = validation(run, files, settings, options.fold)
        total = sum(size for _, size in losses.values())
        mean = sum(loss * size for loss, size in losses.values()) / total
        words = ", ".join(f"{name} {loss:.4f}" for name, (loss, _) in losses.items())
        print(
            f"{mean:.5f}  {settings.model_dump_json(exclude={'kind', 'unified'})}  {words}",
            flush=True,
        )


if __name__ == "__main__":
    main()
