"""Kind ``toy.centroid``: which of the two means is nearer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hepchain.chains.toy.taggers.settings.centroid import CentroidConfig
from scipy.special import expit

from hepchain.io import write_json
from hepchain.training import environment
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples, History, Matrix, Vector


class Centroid:
    """Linear in the inputs: the log likelihood ratio of two round Gaussians."""

    def __init__(self, settings: CentroidConfig) -> None:
        self._variance = settings.width**2
        self._weights = np.zeros(0)
        self._offset = 0.0

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        """See :class:`~hepchain.training.tagger.Tagger`; nothing is random."""
        clay, glass = (
            np.average(
                training.inputs[training.labels == label].astype(np.float64),
                axis=0,
                weights=training.weights[training.labels == label],
            )
            for label in (0, 1)
        )
        self._weights = (glass - clay) / self._variance
        self._offset = float((clay @ clay - glass @ glass) / (2.0 * self._variance))
        losses = [self._loss(part) for part in (training, validation)]
        return History({"loss": losses[:1], "val_loss": losses[1:]}, best=1)

    def _loss(self, part: Examples) -> float:
        right = np.where(part.labels == 1, self.score(part.inputs), 1.0 - self.score(part.inputs))
        return float(-np.average(np.log(right), weights=part.weights))

    def score(self, inputs: Matrix) -> Vector:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        scores: Vector = expit(inputs @ self._weights + self._offset).astype(np.float32)
        return scores

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        content = {"weights": self._weights.tolist(), "offset": self._offset}
        write_json(directory / "model.json", content)

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        product = graph.node("MatMul", inputs, graph.constant(self._weights[:, np.newaxis]))
        score = graph.node("Sigmoid", graph.node("Add", product, graph.constant([self._offset])))
        return graph.node("Reshape", score, graph.constant([-1], np.int64))

    def software(self) -> dict[str, str]:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        return environment.versions("numpy") | {"device": "cpu:0"}


TAGGER = Centroid
