"""Dense network of the reference study (K. Sugizaki, ML@HEP 2022), in Keras 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hepchain.config.taggers import PT
from hepchain.training.keras_tagger import CLASSES, KerasTagger
from hepchain.training.tagger import Examples
from hepchain.training.taggers.settings.network import NetworkConfig

CONDITION_NODES = 16
"""Functions of pT from which the scales and shifts of a conditioned network are made."""


class Network(KerasTagger[NetworkConfig]):
    """Dense layers with ReLU and dropout, softmax over the two classes; Adam.

    Conditioned, each hidden node x becomes x + a(pT) x + b(pT) before its ReLU (feature-wise linear
    modulation: Perez et al., AAAI 2018, arXiv:1709.07871).
    """

    def _build(self, training: Examples) -> Any:
        import keras

        if self._settings.conditioned:
            return self._conditioned(training)
        layers: list[Any] = [keras.layers.Input((training.inputs.shape[1],))]
        for nodes in self._settings.hidden:
            layers.append(keras.layers.Dense(nodes, activation="relu"))
            layers.append(keras.layers.Dropout(self._settings.dropout))
        layers.append(keras.layers.Dense(CLASSES, activation="softmax"))
        return keras.Sequential(layers)

    def _conditioned(self, training: Examples) -> Any:
        import keras

        layers = keras.layers
        inputs = layers.Input((training.inputs.shape[1],))
        condition = layers.Dense(CONDITION_NODES, activation="relu")(_pt(inputs, training.names))
        flow = inputs
        for nodes in self._settings.hidden:
            flow = layers.Dense(nodes)(flow)
            # Zeros: at the start it is the plain network.
            scale = layers.Dense(nodes, kernel_initializer="zeros")(condition)
            shift = layers.Dense(nodes, kernel_initializer="zeros")(condition)
            flow = layers.Add()([flow, layers.Multiply()([flow, scale]), shift])
            flow = layers.Dropout(self._settings.dropout)(layers.Activation("relu")(flow))
        return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(flow))

    def _optimizer(self, training: Examples) -> Any:
        import keras

        return keras.optimizers.Adam(self._settings.learning_rate)


def _pt(inputs: Any, names: Sequence[str]) -> Any:
    """The input that is pT, by a layer that any backend and any runtime knows."""
    from keras import layers

    column = np.zeros((len(names), 1))
    column[list(names).index(PT)] = 1.0
    chosen = layers.Dense(1, use_bias=False, trainable=False)
    value = chosen(inputs)
    chosen.set_weights([column])
    return value


TAGGER = Network
