"""Tracks a second of an exported tagger, against the library that it was trained with.

    python benchmarks/onnx_scoring.py [--tracks 1000000] [--threads 2]

The network has the size of the reference study (79 inputs, two layers of 128 nodes, two outputs)
and random weights, the trees are 300 of depth 5. The exported model takes physical units and does
transformation and standardisation itself; Keras and XGBoost are shown on inputs that are
standardised already, and after the scaling as the chain does it. The best of three runs counts, in
time on the wall and in time of the cores: the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.config.reading import load_block
from hepchain.config.variables import Variables
from hepchain.training.onnx_model import OnnxModel, model_to_onnx
from hepchain.training.scaling import Scaling, fit_scaling
from hepchain.training.tagger import Examples, Tagger, tagger_class
from hepchain.training.taggers.settings.network import NetworkConfig
from hepchain.training.taggers.settings.trees import TreesConfig

ROOT = Path(__file__).parents[1]
REPETITIONS = 3
BATCH = 8192
NETWORK = NetworkConfig(
    kind="network",
    hidden=[128, 128],
    dropout=0.5,
    learning_rate=1e-3,
    batch_size=512,
    epochs=1,
    patience=1,
)
TREES = TreesConfig(kind="trees", trees=300, depth=5, learning_rate=0.1, patience=300)


@dataclass(frozen=True)
class Cost:
    """Shortest times of some runs [s]."""

    wall: float
    cores: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cores + other.cores)


def best(work: Callable[[], Any]) -> Cost:
    walls, cores = [], []
    for _ in range(REPETITIONS):
        start = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - start[0])
        cores.append(time.process_time() - start[1])
    return Cost(min(walls), min(cores))


def random_tracks(variables: Variables, tracks: int) -> np.ndarray:
    """Values in the domain of each transformation, shape (tracks, variables)."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal((tracks, len(variables.variables)), dtype=np.float32)
    for column, variable in enumerate(variables.variables.values()):
        if variable.transformation in ("log", "log1p"):
            np.exp(values[:, column], out=values[:, column])
    return values


def scaling_of(variables: Variables, values: np.ndarray) -> Scaling:
    wanted = {name: (v.transformation, v.scale) for name, v in variables.variables.items()}
    weights = np.ones(len(values), dtype=np.float32)
    return fit_scaling([(values, weights, list(wanted))], wanted)


def exported(tagger: Tagger, scaling: Scaling, folder: Path) -> OnnxModel:
    path = folder / "model.onnx"
    return OnnxModel.open(path, model_to_onnx(tagger, scaling, "all", 0), "run it again")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    # Before Keras is imported.
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="2")
    os.environ.update(TF_NUM_INTRAOP_THREADS=str(options.threads), TF_NUM_INTEROP_THREADS="1")
    variables = load_block(ROOT / "config/soft_electrons/variables.yaml", Variables)
    values = random_tracks(variables, options.tracks)
    scaling = scaling_of(variables, values[:50_000])
    names = scaling.names
    inputs = np.empty_like(values)

    def scale() -> None:
        scaling.apply(values, names, "random tracks", out=inputs)

    rows = {"scaling": best(scale)}
    labels = (inputs[:, 0] + inputs[:, 1] > 0.0).astype(np.int8)
    part = slice(0, 20_000)
    weights = np.ones(20_000, dtype=np.float32)
    examples = Examples(inputs[part], labels[part], weights, names)
    with tempfile.TemporaryDirectory() as folder:
        network: Any = tagger_class("network")(NETWORK)
        network._model = network._build(examples)
        rows["keras predict"] = best(
            lambda: network._model.predict(inputs, batch_size=BATCH, verbose=0)
        )
        model = exported(network, scaling, Path(folder))
        rows["network, onnx"] = best(lambda: model.score(values, options.threads))
        difference = np.abs(model.score(values[part]) - network.score(inputs[part])).max()
        trees: Any = tagger_class("trees")(TREES)
        trees.fit(examples, examples, seed=1)
        trees._booster.set_param({"nthread": options.threads})
        rows["xgboost"] = best(lambda: trees._booster.inplace_predict(inputs))
        trees_model = exported(trees, scaling, Path(folder))
        rows["trees, onnx"] = best(lambda: trees_model.score(values, options.threads))
        trees_difference = np.abs(trees_model.score(values[part]) - trees.score(inputs[part])).max()
    report(rows, options.tracks, options.threads)
    print(f"largest difference of scores: {difference:.1e} and {trees_difference:.1e}")


def report(rows: dict[str, Cost], tracks: int, threads: int) -> None:
    print(f"{tracks} tracks, {threads} threads")
    for name, cost in rows.items():
        print(
            f"  {name:15} {cost.wall:6.2f} s, {tracks / cost.wall / 1e6:5.2f} million tracks/s; "
            f"cores {cost.cores / tracks * 1e6:5.2f} us a track"
        )
    for name, framework in (("network", "keras predict"), ("trees", "xgboost")):
        onnx = rows[f"{name}, onnx"]
        for text, cost in (
            (framework, rows[framework]),
            (f"scaling and {framework}", rows["scaling"] + rows[framework]),
        ):
            print(
                f"  {name}: exported {cost.wall / onnx.wall:.2f} times as fast as {text} "
                f"(by cores {cost.cores / onnx.cores:.2f})"
            )


if __name__ == "__main__":
    main()
