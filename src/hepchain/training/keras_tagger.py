"""What all taggers made with Keras 3 share: fit, scores, files.

No function of a particular backend is used: with ``KERAS_BACKEND=jax`` or ``torch`` they run there.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from hepchain.terminal import PROGRESS
from hepchain.training import environment
from hepchain.training.keras_onnx import keras_to_onnx
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples, History, Matrix, Vector

logger = logging.getLogger(__name__)

FILE = "model.keras"
CLASSES = 2
SCORING_BATCH = 8192
STEPS_PER_EXECUTION = 16
"""Batches in one call of the compiled function: with TensorFlow a third less time an epoch on a
CPU, with JAX the same time, and the same numbers."""


class FitSettings(Protocol):
    """Settings that any fit needs."""

    @property
    def batch_size(self) -> int:
        """Tracks a step."""

    @property
    def epochs(self) -> int:
        """Largest number of epochs."""

    @property
    def patience(self) -> int:
        """Epochs without a better validation loss."""


Settings = TypeVar("Settings", bound=FitSettings)


class KerasTagger(ABC, Generic[Settings]):
    """Categorical cross-entropy, early stopping on the validation loss, best weights restored."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._model: Any = None

    @abstractmethod
    def _build(self, training: Examples) -> Any:
        """Model with a softmax over the two classes, not compiled."""

    @abstractmethod
    def _optimizer(self, training: Examples) -> Any:
        """Optimiser of the fit."""

    def _callbacks(self) -> list[Any]:
        """Further callbacks of the fit."""
        return []

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        import keras

        keras.utils.set_random_seed(seed)
        self._model = self._build(training)
        self._model.compile(
            optimizer=self._optimizer(training),
            loss="categorical_crossentropy",
            weighted_metrics=["accuracy"],
            steps_per_execution=STEPS_PER_EXECUTION,
        )
        logger.info("network with %d parameters", self._model.count_params())
        stopping = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=self._settings.patience, restore_best_weights=True
        )
        result = self._model.fit(
            training.inputs,
            keras.utils.to_categorical(training.labels, CLASSES),
            sample_weight=training.weights,
            validation_data=(
                validation.inputs,
                keras.utils.to_categorical(validation.labels, CLASSES),
                validation.weights,
            ),
            batch_size=self._settings.batch_size,
            validation_batch_size=SCORING_BATCH,
            epochs=self._settings.epochs,
            callbacks=[
                stopping,
                keras.callbacks.LambdaCallback(on_epoch_end=self._log_epoch),
                *self._callbacks(),
            ],
            verbose=0,
        )
        curves = {name: [float(x) for x in values] for name, values in result.history.items()}
        return History(curves, int(np.argmin(curves["val_loss"])) + 1)

    def _log_epoch(self, epoch: int, logs: dict[str, float]) -> None:
        values = ", ".join(f"{name} {float(value):.4f}" for name, value in logs.items())
        epochs = self._settings.epochs
        logger.info("epoch %d of up to %d: %s", epoch + 1, epochs, values, extra=PROGRESS)

    def score(self, inputs: Matrix) -> Vector:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        scores: Vector = self._model.predict(inputs, batch_size=SCORING_BATCH, verbose=0)[:, 1]
        return scores

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        self._model.save(directory / FILE)

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        probabilities = keras_to_onnx(graph, self._model, inputs)
        return graph.node("Gather", probabilities, graph.constant(1, np.int64), axis=1)

    def software(self) -> dict[str, str]:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        import keras

        backend = keras.config.backend()
        packages = ("keras", "tensorflow", "tensorflow-cpu", "jax", "torch")
        return environment.versions(*packages) | {
            "backend": backend,
            "device": environment.device(),
        }
