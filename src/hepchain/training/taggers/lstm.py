"""Long short-term memory over the inputs (Hochreiter, Schmidhuber, Neural Comput. 9 (1997) 1735).

The inputs are read as a sequence of numbers, in the order in which the variables are listed; what
network keeps after the last one goes through dense layers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.training.keras_onnx import keras_to_onnx
from hepchain.training.keras_tagger import CLASSES, KerasTagger
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples
from hepchain.training.taggers.settings.lstm import LstmConfig

MEMORY, HEAD = "memory", "head"
"""Names of the two parts of the model."""
GATES = (0, 3, 1, 2)
"""Input, output, forget, cell, as ONNX has them, among those of Keras."""


class Lstm(KerasTagger[LstmConfig]):
    """One recurrent layer, dense layers with ReLU and dropout, softmax; Adam."""

    def _build(self, training: Examples) -> Any:
        import keras

        layers = keras.layers
        inputs = layers.Input((training.inputs.shape[1],))
        sequence = layers.Reshape((training.inputs.shape[1], 1))(inputs)
        kept = layers.LSTM(self._settings.units, name=MEMORY)(sequence)
        dense: list[Any] = []
        for nodes in self._settings.hidden:
            dense.append(layers.Dense(nodes, activation="relu"))
            dense.append(layers.Dropout(self._settings.dropout))
        head = keras.Sequential([*dense, layers.Dense(CLASSES, activation="softmax")], name=HEAD)
        return keras.Model(inputs, head(kept))

    def _optimizer(self, training: Examples) -> Any:
        import keras

        return keras.optimizers.Adam(self._settings.learning_rate)

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        from keras import ops

        weights = self._model.get_layer(MEMORY).weights
        kernel, recurrent, bias = (self._gates(ops.convert_to_numpy(w)) for w in weights)
        # (n, variables) -> (variables, n, 1): a sequence of numbers.
        rows = graph.node("Transpose", inputs, perm=[1, 0])
        sequence = graph.node("Unsqueeze", rows, graph.constant([2], np.int64))
        states = graph.node(
            "LSTM",
            sequence,
            graph.constant(kernel.T[np.newaxis]),
            graph.constant(recurrent.T[np.newaxis]),
            graph.constant(np.concatenate([bias, np.zeros_like(bias)])[np.newaxis]),
            hidden_size=self._settings.units,
        )
        last = graph.node("Gather", states, graph.constant(-1, np.int64), axis=0)
        kept = graph.node("Squeeze", last, graph.constant([0], np.int64))
        probabilities = keras_to_onnx(graph, self._model.get_layer(HEAD), kept)
        return graph.node("Gather", probabilities, graph.constant(1, np.int64), axis=1)

    def _gates(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Weights with the gates in the order of ONNX, shape (..., 4 units)."""
        parts = np.split(values, 4, axis=-1)
        return np.concatenate([parts[gate] for gate in GATES], axis=-1)


TAGGER = Lstm
