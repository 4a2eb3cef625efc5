"""Classifiers of two classes of events, as all methods use them: trees or a dense network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.chains.dijets.config.methods import NetworkSettings, TreesSettings
from hepchain.errors import StageError
from hepchain.training import environment

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Settings = TreesSettings | NetworkSettings
Score = Callable[[Floats], Floats]
"""Events, shape (n, features) -> logarithm of the odds of the positive class, shape (n,)."""

SCORING_BATCH = 65_536


@dataclass(frozen=True)
class Examples:
    """Events of two classes."""

    inputs: Floats
    """Shape (n, features)."""
    positive: Booleans
    """Shape (n,)."""
    group: npt.NDArray[np.int64] | None = None
    """Number of the group of each event, from 0, shape (n,); without groups each class is one."""

    def part(self, chosen: Booleans) -> Examples:
        """The chosen ones, shape (n,)."""
        group = None if self.group is None else self.group[chosen]
        return Examples(self.inputs[chosen], self.positive[chosen], group)

    @property
    def weights(self) -> Floats:
        """Both classes weigh the same, and the groups of a class do, shape (n,).

        Raises
        ------
        StageError : a class is empty
        """
        share = self.positive.mean() if len(self.positive) else 0.0
        if not 0.0 < share < 1.0:
            raise StageError(
                f"of {len(self.positive)} events to learn from {self.positive.sum()} are of one "
                "class: both need some; take wider windows, fewer folds or more events"
            )
        group = np.zeros(len(self.positive), dtype=np.int64) if self.group is None else self.group
        cells, cell, events = np.unique(
            2 * group + self.positive, return_inverse=True, return_counts=True
        )
        groups_of_class = np.bincount(cells % 2)
        of_cell = 0.5 * len(self.positive) / (groups_of_class[cells % 2] * events)
        weights: Floats = of_cell[cell]
        return weights


def train(training: Examples, validation: Examples, settings: Settings, seed: int) -> Score:
    """Train one model; stopped early by the validation loss.

    Raises
    ------
    StageError : a class is empty
    """
    if isinstance(settings, TreesSettings):
        return _trees(training, validation, settings, seed)
    return _network(training, validation, settings, seed)


def train_members(
    examples: Examples, part: npt.NDArray[np.int64], settings: Settings, seed: int
) -> Score:
    """The mean of several models: each leaves one part out, by which it is stopped early.

    Parameters
    ----------
    part : shape (n,), part of each event, from 0
    """
    scores = [
        train(
            examples.part(part != left_out),
            examples.part(part == left_out),
            settings,
            seed + left_out,
        )
        for left_out in range(int(part.max()) + 1)
    ]
    return lambda inputs: np.mean([score(inputs) for score in scores], axis=0)


def _trees(training: Examples, validation: Examples, settings: TreesSettings, seed: int) -> Score:
    import xgboost

    data, held_out = (
        xgboost.DMatrix(part.inputs, part.positive, weight=part.weights, nthread=1)
        for part in (training, validation)
    )
    parameters = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_leaves": settings.leaves,
        "max_depth": settings.depth,
        "learning_rate": settings.learning_rate,
        "seed": seed,
        "nthread": 1,
    }
    model = xgboost.train(
        parameters,
        data,
        settings.trees,
        evals=[(held_out, "validation")],
        early_stopping_rounds=settings.patience,
        verbose_eval=False,
    )
    upto = (0, model.best_iteration + 1)

    def score(inputs: Floats) -> Floats:
        rows = xgboost.DMatrix(inputs, nthread=1)
        margins = model.predict(rows, output_margin=True, iteration_range=upto)
        return np.asarray(margins, dtype=np.float64)

    return score


def _network(
    training: Examples, validation: Examples, settings: NetworkSettings, seed: int
) -> Score:
    environment.prepare(0)
    import keras

    keras.utils.set_random_seed(seed)
    mean, width = training.inputs.mean(axis=0), training.inputs.std(axis=0)
    width = np.where(width > 0.0, width, 1.0)

    def standardised(inputs: Floats) -> npt.NDArray[np.float32]:
        return np.asarray((inputs - mean) / width, dtype=np.float32)

    model = _layers(training.inputs.shape[1], settings)
    # Moments of the original code: few and large steps.
    optimizer = keras.optimizers.Adam(settings.learning_rate, beta_1=0.8, beta_2=0.99)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss, weighted_metrics=[])
    model.fit(
        standardised(training.inputs),
        training.positive.astype(np.float32),
        sample_weight=training.weights.astype(np.float32),
        validation_data=(
            standardised(validation.inputs),
            validation.positive.astype(np.float32),
            validation.weights.astype(np.float32),
        ),
        batch_size=settings.batch_size,
        validation_batch_size=SCORING_BATCH,
        epochs=settings.epochs,
        callbacks=[
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=settings.patience, restore_best_weights=True
            )
        ],
        verbose=0,
    )

    def score(inputs: Floats) -> Floats:
        logits = model.predict(standardised(inputs), batch_size=SCORING_BATCH, verbose=0)
        return np.asarray(logits[:, 0], dtype=np.float64)

    return score


def _layers(inputs: int, settings: NetworkSettings) -> Any:
    import keras

    layers: list[Any] = [keras.layers.Input((inputs,))]
    for number, nodes in enumerate(settings.hidden):
        activation = keras.layers.LeakyReLU(0.1) if number == 0 else keras.layers.ELU()
        layers += [keras.layers.Dense(nodes), activation]
        if number < len(settings.hidden) - 1:
            layers.append(keras.layers.Dropout(settings.dropout))
    return keras.Sequential([*layers, keras.layers.Dense(1)])
