"""Dense network of the reference study (K. Sugizaki, ML@HEP 2022), in Keras 3."""

from __future__ import annotations

from typing import Any

from hepchain.config.training import NetworkConfig
from hepchain.training.keras_tagger import CLASSES, KerasTagger
from hepchain.training.tagger import Examples


class Network(KerasTagger[NetworkConfig]):
    """Dense layers with ReLU and dropout, softmax over the two classes; Adam."""

    def _build(self, training: Examples) -> Any:
        import keras

        layers: list[Any] = [keras.layers.Input((training.inputs.shape[1],))]
        for nodes in self._settings.hidden:
            layers.append(keras.layers.Dense(nodes, activation="relu"))
            layers.append(keras.layers.Dropout(self._settings.dropout))
        layers.append(keras.layers.Dense(CLASSES, activation="softmax"))
        return keras.Sequential(layers)

    def _optimizer(self, training: Examples) -> Any:
        import keras

        return keras.optimizers.Adam(self._settings.learning_rate)


TAGGER = Network
