"""Transformer over the inputs, each of which is a token, in Keras 3.

As the FT-Transformer of Gorishniy et al., NeurIPS 2021 (arXiv:2106.11959): an input becomes a
vector by a weight and an offset of its own, blocks of attention and two dense layers follow, each
behind a normalisation; the mean of the tokens decides.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hepchain.training.keras_onnx import LAYERS, keras_to_onnx
from hepchain.training.keras_tagger import CLASSES, KerasTagger
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples
from hepchain.training.taggers.settings.transformer import TransformerConfig

EXPANSION = 2
"""Nodes of the first dense layer of a block over those of a token."""
HEAD = "head"


class Transformer(KerasTagger[TransformerConfig]):
    """Tokens, blocks of attention, softmax of their mean; AdamW."""

    def _build(self, training: Examples) -> Any:
        import keras

        layers, width = keras.layers, self._settings.width
        size = training.inputs.shape[1]
        inputs = layers.Input((size,))
        # As in the paper; without offsets all inputs at their mean would be the same token.
        start = keras.initializers.RandomUniform(-(width**-0.5), width**-0.5)
        tokens = layers.EinsumDense(
            "nv,vd->nvd",
            (size, width),
            bias_axes="vd",
            kernel_initializer=start,
            bias_initializer=start.clone(),
            name="tokens",
        )
        flow = tokens(inputs)
        for number in range(self._settings.blocks):
            flow = self._block(flow, number)
        flow = layers.LayerNormalization(name="last_norm")(flow)
        flow = layers.GlobalAveragePooling1D()(flow)
        head = keras.Sequential([layers.Dense(CLASSES, activation="softmax")], name=HEAD)
        return keras.Model(inputs, head(flow))

    def _block(self, flow: Any, number: int) -> Any:
        from keras import layers

        width, heads, dropout = self._settings.width, self._settings.heads, self._settings.dropout
        branch = layers.LayerNormalization(name=f"attention_norm{number}")(flow)
        attention = layers.MultiHeadAttention(
            heads, width // heads, dropout=dropout, name=f"attention{number}"
        )
        flow = layers.Add()([flow, attention(branch, branch)])
        branch = layers.LayerNormalization(name=f"dense_norm{number}")(flow)
        branch = layers.Dense(EXPANSION * width, activation="relu", name=f"wide{number}")(branch)
        branch = layers.Dropout(dropout)(branch)
        return layers.Add()([flow, layers.Dense(width, name=f"narrow{number}")(branch)])

    def _optimizer(self, training: Examples) -> Any:
        import keras

        return keras.optimizers.AdamW(
            self._settings.learning_rate, weight_decay=self._settings.weight_decay
        )

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        kernel, offset = self._constants(graph, "tokens")
        column = graph.node("Unsqueeze", inputs, graph.constant([2], np.int64))
        flow = graph.node("Add", graph.node("Mul", column, kernel), offset)
        for number in range(self._settings.blocks):
            branch = self._normalised(graph, f"attention_norm{number}", flow)
            flow = graph.node("Add", flow, self._attention(graph, f"attention{number}", branch))
            branch = self._normalised(graph, f"dense_norm{number}", flow)
            branch = graph.node("Relu", self._dense(graph, f"wide{number}", branch))
            flow = graph.node("Add", flow, self._dense(graph, f"narrow{number}", branch))
        flow = self._normalised(graph, "last_norm", flow)
        mean = graph.node("ReduceMean", flow, axes=[1], keepdims=0)
        probabilities = keras_to_onnx(graph, self._model.get_layer(HEAD), mean)
        return graph.node("Gather", probabilities, graph.constant(1, np.int64), axis=1)

    def _constants(self, graph: Graph, layer: str) -> list[str]:
        from keras import ops

        weights = self._model.get_layer(layer).weights
        return [graph.constant(ops.convert_to_numpy(values)) for values in weights]

    def _normalised(self, graph: Graph, layer: str, inputs: str) -> str:
        return LAYERS["LayerNormalization"](graph, self._model.get_layer(layer), [inputs])

    def _dense(self, graph: Graph, layer: str, inputs: str) -> str:
        kernel, offset = self._constants(graph, layer)
        return graph.node("Add", graph.node("MatMul", inputs, kernel), offset)

    def _attention(self, graph: Graph, layer: str, inputs: str) -> str:
        """Of each token to each: n rows, t and s tokens, h heads of k numbers, d a token."""
        constants = iter(self._constants(graph, layer))
        queries, keys, values = (
            graph.node(
                "Add",
                graph.node("Einsum", inputs, next(constants), equation="ntd,dhk->nthk"),
                next(constants),
            )
            for _ in range(3)
        )
        scale = graph.constant((self._settings.width // self._settings.heads) ** -0.5)
        products = graph.node("Einsum", queries, keys, equation="nthk,nshk->nhts")
        shares = graph.node("Softmax", graph.node("Mul", products, scale), axis=-1)
        mixed = graph.node("Einsum", shares, values, equation="nhts,nshk->nthk")
        joined = graph.node("Einsum", mixed, next(constants), equation="nthk,hkd->ntd")
        return graph.node("Add", joined, next(constants))


TAGGER = Transformer
