"""Autoregressive flows: masked affine (MAF, arXiv:1705.07057) or with splines (arXiv:1906.04032).

Each block turns a feature by a function that features before it and the mass decide on; between
blocks their order is reversed. Written for any backend of Keras 3.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.chains.dijets.config.densities import FlowSettings
from hepchain.chains.dijets.densities.spline import Spline, parameters
from hepchain.training import environment

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

BOUND = 5.0
"""Of the splines, in standard deviations of the features."""
LARGEST_SCALE = 5.0
"""Of the logarithm of an affine factor."""
BATCH = 16_384
"""Of events that are scored or drawn."""
LOG_2PI = float(np.log(2.0 * np.pi))


class Flow:
    """Conditional density of features that are standardised, given one number."""

    def __init__(self, features: int, settings: FlowSettings, seed: int) -> None:
        environment.prepare(0)
        import keras

        keras.utils.set_random_seed(seed)
        self._features, self._settings, self._seed = features, settings, seed
        self._blocks = [self._conditioner() for _ in range(settings.blocks)]
        x, condition = keras.Input((features,)), keras.Input((1,))
        outputs = keras.layers.Lambda(lambda pair: pair)([x, condition])
        self._model = keras.Model([x, condition], self._log_density(*outputs))

    def fit(
        self,
        training: tuple[Floats, Floats],
        validation: tuple[Floats, Floats],
    ) -> list[float]:
        """Fit by maximum likelihood for a fixed number of epochs; the best by validation is kept.

        Parameters
        ----------
        training, validation : features, shape (n, features), and the condition, shape (n,)

        Returns
        -------
        mean negative log-likelihood of the validation events, an epoch each
        """
        import keras

        model = self._model
        model.compile(
            optimizer=keras.optimizers.Adam(self._settings.learning_rate),
            loss=lambda _, log_density: -log_density,
        )
        inputs, held_out = _arrays(*training), _arrays(*validation)
        best = _Best()
        history = model.fit(
            inputs,
            np.zeros(len(inputs[0]), dtype=np.float32),
            validation_data=(held_out, np.zeros(len(held_out[0]), dtype=np.float32)),
            batch_size=self._settings.batch_size,
            validation_batch_size=BATCH,
            epochs=self._settings.epochs,
            callbacks=[best.callback(keras)],
            verbose=0,
        )
        return [float(loss) for loss in history.history["val_loss"]]

    def log_density(self, features: Floats, condition: Floats) -> Floats:
        """Logarithm of the density of each event, shape (n,)."""
        found = self._model.predict(_arrays(features, condition), batch_size=BATCH, verbose=0)
        return np.asarray(found, dtype=np.float64).reshape(-1)

    def sample(self, condition: Floats, random: np.random.Generator) -> Floats:
        """Features drawn for each condition, shape (n, features)."""
        drawn = random.standard_normal((len(condition), self._features))
        parts = [
            self.inverse(drawn[start : start + BATCH], condition[start : start + BATCH])
            for start in range(0, len(condition), BATCH)
        ]
        return np.concatenate(parts) if parts else drawn

    def forward(self, features: Floats, condition: Floats) -> Floats:
        """Normal numbers that features are turned to, shape (n, features)."""
        from keras import ops

        value, _ = self._turned(*map(ops.convert_to_tensor, _arrays(features, condition)))
        return np.asarray(ops.convert_to_numpy(value), dtype=np.float64)

    def inverse(self, normal: Floats, condition: Floats) -> Floats:
        """Features that normal numbers are turned to, shape (n, features)."""
        from keras import ops

        value, given = map(ops.convert_to_tensor, _arrays(normal, condition))
        for conditioner in self._blocks[::-1]:
            value = ops.flip(value, axis=-1)
            solved = ops.zeros_like(value)
            # Each step finds one feature more: it depends on those before it alone.
            for _ in range(self._features):
                solved = self._inverse_of(conditioner([solved, given]), value)
            value = solved
        return np.asarray(ops.convert_to_numpy(value), dtype=np.float64)

    def _conditioner(self) -> Any:
        """Network of features and condition to the numbers of the function of each feature."""
        import keras

        features = self._features
        outputs = 2 if self._settings.kind == "affine" else parameters(self._settings.bins)
        x, condition = keras.Input((features,)), keras.Input((1,))
        degrees = np.arange(features)
        flow: Any = x
        for nodes in self._settings.hidden:
            next_degrees = np.arange(nodes) % max(features - 1, 1)
            masked = _masked(keras, nodes, next_degrees[np.newaxis] >= degrees[:, np.newaxis])
            flow = masked(flow) + keras.layers.Dense(nodes, use_bias=False)(condition)
            flow, degrees = keras.layers.Activation("relu")(flow), next_degrees
        last = np.repeat(np.arange(features), outputs)
        masked = _masked(
            keras, features * outputs, last[np.newaxis] > degrees[:, np.newaxis], zeros=True
        )
        own = keras.layers.Dense(features * outputs, use_bias=False, kernel_initializer="zeros")(
            condition
        )
        flow = keras.layers.Reshape((features, outputs))(masked(flow) + own)
        return keras.Model([x, condition], flow)

    def _log_density(self, x: Any, condition: Any) -> Any:
        from keras import ops

        value, logarithm = self._turned(x, condition)
        return logarithm - 0.5 * ops.sum(value**2 + LOG_2PI, axis=-1)

    def _turned(self, x: Any, condition: Any) -> tuple[Any, Any]:
        from keras import ops

        total: Any = 0.0
        for conditioner in self._blocks:
            raw = conditioner([x, condition])
            if self._settings.kind == "affine":
                scale = _bounded(raw[..., 1])
                x, logarithm = (x - raw[..., 0]) * ops.exp(-scale), -scale
            else:
                x, logarithm = self._spline(raw).forward(x)
            total = total + ops.sum(logarithm, axis=-1)
            x = ops.flip(x, axis=-1)
        return x, total

    def _inverse_of(self, raw: Any, value: Any) -> Any:
        from keras import ops

        if self._settings.kind == "affine":
            return value * ops.exp(_bounded(raw[..., 1])) + raw[..., 0]
        return self._spline(raw).inverse(value)

    def _spline(self, raw: Any) -> Spline:
        return Spline.of(raw, self._settings.bins, BOUND)


class _Best:
    """Keeps the weights of the epoch of the smallest validation loss."""

    def __init__(self) -> None:
        self.loss = float("inf")
        self.weights: Any = None

    def callback(self, keras: Any) -> Any:
        """For a fit; puts the weights back at its end."""
        best = self

        class Keep(keras.callbacks.Callback):  # type: ignore[misc]
            def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
                if logs["val_loss"] < best.loss:
                    best.loss, best.weights = logs["val_loss"], self.model.get_weights()

            def on_train_end(self, logs: dict[str, float] | None = None) -> None:
                if best.weights is not None:
                    self.model.set_weights(best.weights)

        return Keep()


def _bounded(raw: Any) -> Any:
    from keras import ops

    return LARGEST_SCALE * ops.tanh(raw / LARGEST_SCALE)


def _masked(keras: Any, nodes: int, mask: npt.NDArray[np.bool_], zeros: bool = False) -> Any:
    """Dense layer without the weights that the mask, shape (inputs, nodes), leaves out."""
    constant = mask.astype(np.float32)

    class Masked(keras.layers.Dense):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return keras.ops.matmul(inputs, self.kernel * constant) + self.bias

    return Masked(nodes, kernel_initializer="zeros" if zeros else "glorot_uniform")


def _arrays(features: Floats, condition: Floats) -> list[npt.NDArray[np.float32]]:
    return [features.astype(np.float32), condition.astype(np.float32).reshape(-1, 1)]
