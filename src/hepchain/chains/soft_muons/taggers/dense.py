"""Kind ``soft_muons.dense``: the network of the reference talk (F. Corchia), in Keras 3."""

from __future__ import annotations

from typing import Any

from hepchain.chains.soft_muons.taggers.settings.dense import DenseConfig
from hepchain.training.keras_tagger import KerasTagger
from hepchain.training.tagger import Examples


class Dense(KerasTagger[DenseConfig]):
    """Dense layers with ReLU, batch normalisation and dropout; plain ones; one sigmoid; Adam.

    The normalisation of the inputs is that of every tagger: fitted with the training, part of the
    model. With the pair (1 - p, p) for an output, the categorical cross-entropy of the fit is the
    binary one of p.
    """

    def _build(self, training: Examples) -> Any:
        import keras

        layers, settings = keras.layers, self._settings
        inputs = layers.Input((training.inputs.shape[1],))
        flow = inputs
        for nodes in settings.normalised:
            flow = layers.Dense(nodes, activation="relu")(flow)
            flow = layers.Dropout(settings.dropout)(layers.BatchNormalization()(flow))
        for nodes in settings.plain:
            flow = layers.Dense(nodes, activation="relu")(flow)
        signal = layers.Dense(1, activation="sigmoid")(flow)
        background = layers.Rescaling(-1.0, 1.0)(signal)
        return keras.Model(inputs, layers.Concatenate()([background, signal]))

    def _optimizer(self, training: Examples) -> Any:
        import keras

        return keras.optimizers.Adam(self._settings.learning_rate)

    def _callbacks(self) -> list[Any]:
        import keras

        slower = keras.callbacks.ReduceLROnPlateau(
            monitor="val_loss",
            factor=self._settings.rate_factor,
            patience=self._settings.rate_patience,
        )
        return [slower]


TAGGER = Dense
