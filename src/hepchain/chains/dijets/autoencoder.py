"""Variational autoencoder (Kingma, Welling, arXiv:1312.6114) of the data, most of them background.

What is rare is given back badly, or is far out among the numbers in the middle: no window is
needed, and no share of signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hepchain.chains.dijets.config.autoencoder import AutoencoderConfig
from hepchain.chains.dijets.cwola import Bands
from hepchain.chains.dijets.data import Events, Floats
from hepchain.chains.dijets.densities.scaling import Scaling
from hepchain.seeds import integer_seed
from hepchain.training import environment

BATCH = 65_536
"""Of events that are scored."""


@dataclass(frozen=True)
class Abnormality:
    """Scores of all events, shapes (n,), by models that have not seen them."""

    error: Floats
    """Mean squared difference of a standardised feature and what is given back."""
    latent: Floats
    """Squared length of the means of the numbers in the middle."""


def abnormality(events: Events, bands: Bands, config: AutoencoderConfig, seed: int) -> Abnormality:
    """Scores of a fold by an autoencoder of the data of the other folds, at all masses.

    Parameters
    ----------
    bands : whose features are standardised to a width of one
    """
    around = events.observed & events.within(bands[0], bands[3])
    scaling = Scaling.of(events.inputs(config.features)[around], bands)
    features = scaling.features(events.inputs(config.features)).astype(np.float32)
    error, latent = np.empty(len(events)), np.empty(len(events))
    for fold in np.unique(events.fold):
        key = integer_seed(seed, "dijets", "autoencoder", int(fold))
        learnt, scored = events.observed & (events.fold != fold), events.fold == fold
        encoder, decoder = train_autoencoder(features[learnt], config, key)
        means = encoder.predict(features[scored], batch_size=BATCH, verbose=0)
        given_back = decoder.predict(means, batch_size=BATCH, verbose=0)
        error[scored] = ((given_back - features[scored]) ** 2).mean(axis=1)
        latent[scored] = (means.astype(np.float64) ** 2).sum(axis=1)
    return Abnormality(error, latent)


def train_autoencoder(features: Any, config: AutoencoderConfig, seed: int) -> tuple[Any, Any]:
    """Encoder to the means of the latent numbers, and decoder, for standardised features.

    Parameters
    ----------
    features : shape (n, features)
    """
    environment.prepare(0)
    import keras

    keras.utils.set_random_seed(seed)
    width = features.shape[1]
    inputs = keras.Input((width,))
    flow = inputs
    for nodes in config.hidden:
        flow = keras.layers.Dense(nodes, activation="elu")(flow)
    mean, log_variance = (keras.layers.Dense(config.latent)(flow) for _ in range(2))
    layers = [keras.layers.Dense(nodes, activation="elu") for nodes in config.hidden[::-1]]
    decoder = keras.Sequential([keras.Input((config.latent,)), *layers, keras.layers.Dense(width)])
    drawn = _drawing(keras, config.divergence / width, seed)([mean, log_variance])
    model = keras.Model(inputs, decoder(drawn))
    model.compile(optimizer=keras.optimizers.Adam(config.learning_rate), loss="mse")
    model.fit(features, features, batch_size=config.batch_size, epochs=config.epochs, verbose=0)
    return keras.Model(inputs, mean), decoder


def _drawing(keras: Any, weight: float, seed: int) -> Any:
    """Layer that draws the latent numbers and adds their divergence to the loss."""
    ops = keras.ops

    class Drawing(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.seeds = keras.random.SeedGenerator(seed)

        def call(self, inputs: Any) -> Any:
            mean, log_variance = inputs
            divergence = 0.5 * (mean**2 + ops.exp(log_variance) - 1.0 - log_variance)
            self.add_loss(weight * ops.mean(ops.sum(divergence, axis=-1)))
            normal = keras.random.normal(ops.shape(mean), seed=self.seeds)
            return mean + normal * ops.exp(0.5 * log_variance)

    return Drawing()
