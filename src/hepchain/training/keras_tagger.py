"""What all taggers made with Keras 3 share: fit, scores, files.

No function of a particular backend is used: with ``KERAS_BACKEND=jax`` or ``torch`` they run there.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np

from hepchain.errors import InputError
from hepchain.terminal import PROGRESS
from hepchain.training import environment
from hepchain.training.keras_onnx import keras_to_onnx
from hepchain.training.onnx_graph import Graph
from hepchain.training.tagger import Examples, History, Matrix, Vector

logger = logging.getLogger(__name__)

FILE = "model.keras"
CLASSES = 2
SCORING_BATCH = 8192
SMALL_BATCH = 1024
"""Tracks are scored in batches of these two sizes, filled up with zeros: JAX compiles a model for
every new size, which takes longer than to score a hundred thousand tracks."""
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
            callbacks=[stopping, keras.callbacks.LambdaCallback(on_epoch_end=self._log_epoch)],
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
        scores = np.empty(len(inputs), dtype=np.float32)
        for start in range(0, len(inputs), SCORING_BATCH):
            batch = inputs[start : start + SCORING_BATCH]
            scores[start : start + len(batch)] = self._score_batch(batch)
        return scores

    def _score_batch(self, batch: Matrix) -> Vector:
        import keras

        size = SMALL_BATCH if len(batch) <= SMALL_BATCH else SCORING_BATCH
        padded = np.zeros((size, batch.shape[1]), dtype=np.float32)
        padded[: len(batch)] = batch
        # Calling the model, not `predict`, spares the building of a dataset for every few tracks.
        result = keras.ops.convert_to_numpy(self._model(padded, training=False))
        scores: Vector = result[: len(batch), 1]
        return scores

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        self._model.save(directory / FILE)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        import keras

        tagger = cls.__new__(cls)
        path = directory / FILE
        try:
            tagger._model = keras.saving.load_model(path, compile=False)
        # Keras raises whatever the archive, its JSON or its HDF5 file raised.
        except Exception as error:
            raise InputError(
                f"{path}: not a readable Keras model ({type(error).__name__}: {error}); "
                "remove the directory and rerun the training"
            ) from error
        return tagger

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.onnx_graph.Exportable`."""
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
