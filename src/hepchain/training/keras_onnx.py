"""Keras models as ONNX graphs, layer by layer; layers and activations that taggers here use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hepchain.errors import StageError
from hepchain.training.onnx_graph import Graph

Inputs = Sequence[str]


def keras_to_onnx(graph: Graph, model: Any, inputs: str) -> str:
    """Add a Keras model of one input and one output to a graph.

    Parameters
    ----------
    graph : to add nodes and constants to
    model : sequential or functional, each layer called once
    inputs : name of the model's input in the graph

    Returns
    -------
    name of its output

    Raises
    ------
    StageError : a layer or an activation that is not known
    """
    if type(model).__name__ == "Sequential":
        for layer in model.layers:
            inputs = _add(graph, layer, [inputs])
        return inputs
    names = {id(model.inputs[0]): inputs}
    for layer in model.layers:  # in the order in which they can be computed
        if type(layer).__name__ != "InputLayer":
            tensors = layer.input if isinstance(layer.input, list | tuple) else [layer.input]
            found = [names[id(tensor)] for tensor in tensors]
            names[id(layer.output)] = _add(graph, layer, found)
    return names[id(model.outputs[0])]


def _add(graph: Graph, layer: Any, inputs: Inputs) -> str:
    kind = type(layer).__name__
    if kind not in LAYERS:
        raise StageError(
            f"layer '{layer.name}' is of type {kind}, which cannot be written as ONNX (known: "
            f"{', '.join(LAYERS)}); add it to src/hepchain/training/keras_onnx.py"
        )
    return LAYERS[kind](graph, layer, inputs)


def _weights(graph: Graph, layer: Any) -> list[str]:
    from keras import ops

    return [graph.constant(ops.convert_to_numpy(values)) for values in layer.weights]


def _dense(graph: Graph, layer: Any, inputs: Inputs) -> str:
    constants = _weights(graph, layer)
    return _activation(graph, layer, [graph.node("Gemm", *inputs, *constants)])


def _activation(graph: Graph, layer: Any, inputs: Inputs) -> str:
    name = layer.activation.__name__
    if name == "linear":
        return inputs[0]
    if name == "silu":
        return graph.node("Mul", inputs[0], graph.node("Sigmoid", inputs[0]))
    if name not in ACTIVATIONS:
        known = ", ".join(("linear", "silu", *ACTIVATIONS))
        raise StageError(
            f"layer '{layer.name}': activation '{name}' cannot be written as ONNX (known: "
            f"{known}); add it to src/hepchain/training/keras_onnx.py"
        )
    return graph.node(ACTIVATIONS[name], inputs[0])


def _relu(graph: Graph, layer: Any, inputs: Inputs) -> str:
    if layer.negative_slope or layer.threshold:
        raise StageError(f"layer '{layer.name}': only a plain ReLU can be written as ONNX")
    if layer.max_value is None:
        return graph.node("Relu", *inputs)
    return graph.node("Clip", *inputs, graph.constant(0.0), graph.constant(layer.max_value))


def _normalisation(graph: Graph, layer: Any, inputs: Inputs) -> str:
    if not (layer.scale and layer.center):
        raise StageError(f"layer '{layer.name}': needs scale and centre to be written as ONNX")
    constants = _weights(graph, layer)
    return graph.node("LayerNormalization", *inputs, *constants, epsilon=float(layer.epsilon))


def _batch_normalisation(graph: Graph, layer: Any, inputs: Inputs) -> str:
    if not (layer.scale and layer.center):
        raise StageError(f"layer '{layer.name}': needs scale and centre to be written as ONNX")
    constants = _weights(graph, layer)
    return graph.node("BatchNormalization", *inputs, *constants, epsilon=float(layer.epsilon))


def _repeat(graph: Graph, layer: Any, inputs: Inputs) -> str:
    row = graph.node("Unsqueeze", *inputs, graph.constant([1], np.int64))
    return graph.node("Tile", row, graph.constant([1, layer.n, 1], np.int64))


def _rescaling(graph: Graph, layer: Any, inputs: Inputs) -> str:
    scaled = graph.node("Mul", *inputs, graph.constant(layer.scale))
    return graph.node("Add", scaled, graph.constant(layer.offset))


def _flatten(graph: Graph, _: Any, inputs: Inputs) -> str:
    return graph.node("Flatten", *inputs, axis=1)


def _sum(graph: Graph, _: Any, inputs: Inputs) -> str:
    return graph.node("Sum", *inputs)


def _product(graph: Graph, _: Any, inputs: Inputs) -> str:
    return graph.node("Mul", *inputs)


def _joined(graph: Graph, layer: Any, inputs: Inputs) -> str:
    return graph.node("Concat", *inputs, axis=layer.axis)


def _unchanged(_: Graph, __: Any, inputs: Inputs) -> str:
    return inputs[0]


ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax", "tanh": "Tanh"}
"""Name in Keras -> operator of ONNX."""

LAYERS: dict[str, Callable[[Graph, Any, Inputs], str]] = {
    "Activation": _activation,
    "Add": _sum,
    "BatchNormalization": _batch_normalisation,
    "Concatenate": _joined,
    "Dense": _dense,
    "Dropout": _unchanged,
    "Flatten": _flatten,
    "LayerNormalization": _normalisation,
    "Multiply": _product,
    "ReLU": _relu,
    "RepeatVector": _repeat,
    "Rescaling": _rescaling,
}
"""Type of layer -> what adds it."""
