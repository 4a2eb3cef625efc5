"""Residual network on piecewise-linear embeddings of its inputs, in Keras 3.

Blocks as in the ResNet for tables of Gorishniy et al., NeurIPS 2021 (arXiv:2106.11959), inputs as
in Gorishniy, Rubachev, Babenko, NeurIPS 2022 (arXiv:2203.05556, section 3.2): each input becomes
the shares of its quantile bins that lie below it, so that one linear layer can already bend.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.training.keras_tagger import CLASSES, KerasTagger
from hepchain.training.tagger import Examples, Matrix
from hepchain.training.taggers.settings.residual import ResidualConfig

Float = npt.NDArray[np.float64]

WARMUP = 0.05
"""Share of the steps in which the learning rate rises, before it falls as a cosine."""
MIN_WIDTH = 1e-6
"""Of a quantile bin, in standard deviations: narrower ones hold a single value."""


class Residual(KerasTagger[ResidualConfig]):
    """Embedding, residual blocks with normalisation and swish, softmax; AdamW, cosine decay."""

    def _build(self, training: Examples) -> Any:
        import keras

        layers = keras.layers
        inputs = layers.Input((training.inputs.shape[1],))
        flow = inputs
        if self._settings.bins:
            flow = layers.Concatenate()([inputs, self._embedding(inputs, training.inputs)])
        flow = layers.Dense(self._settings.width)(flow)
        for _ in range(self._settings.blocks):
            branch = layers.LayerNormalization()(flow)
            branch = layers.Dense(self._settings.width, activation="swish")(branch)
            branch = layers.Dropout(self._settings.dropout)(branch)
            branch = layers.Dense(self._settings.width)(branch)
            flow = layers.Add()([flow, branch])
        flow = layers.Activation("swish")(layers.LayerNormalization()(flow))
        flow = layers.Dropout(self._settings.dropout)(flow)
        return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(flow))

    def _embedding(self, inputs: Any, values: Matrix) -> Any:
        """Each input as ``bins`` numbers between 0 and 1, with layers that Keras brings along."""
        from keras import layers

        scale, offset = quantile_bins(values, self._settings.bins)
        flow = layers.RepeatVector(self._settings.bins)(inputs)
        flow = layers.Rescaling(scale.tolist(), offset.tolist())(flow)
        return layers.Flatten()(layers.ReLU(max_value=1.0)(flow))

    def _optimizer(self, training: Examples) -> Any:
        import keras

        steps = math.ceil(len(training.labels) / self._settings.batch_size) * self._settings.epochs
        warmup = max(1, round(WARMUP * steps))
        rate = keras.optimizers.schedules.CosineDecay(
            0.0,
            decay_steps=max(1, steps - warmup),
            warmup_target=self._settings.learning_rate,
            warmup_steps=warmup,
        )
        return keras.optimizers.AdamW(rate, weight_decay=self._settings.weight_decay)


def quantile_bins(values: Matrix, bins: int) -> tuple[Float, Float]:
    """Scale and offset that give the share of each quantile bin below a value, before the cut-off.

    Bins without width, of inputs with few values, give 0 for every track.

    Parameters
    ----------
    values : shape (n, variables)
    bins : number of quantile bins of each variable

    Returns
    -------
    scale, offset : each of shape (bins, variables)
    """
    edges = np.quantile(values.astype(np.float64), np.linspace(0.0, 1.0, bins + 1), axis=0)
    width = np.diff(edges, axis=0)
    scale = np.divide(1.0, width, out=np.zeros_like(width), where=width > MIN_WIDTH)
    return scale, -edges[:-1] * scale


TAGGER = Residual
