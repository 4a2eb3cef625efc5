"""Boosted trees (XGBoost)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from hepchain.config.training import TreesConfig
from hepchain.errors import InputError
from hepchain.training import environment
from hepchain.training.onnx_graph import DecisionTrees, Graph
from hepchain.training.tagger import Examples, History, Matrix, Vector

logger = logging.getLogger(__name__)

FILE = "model.ubj"
LOG_EVERY = 25
"""Trees between two lines in the log."""


class Trees:
    """Gradient-boosted trees on histograms, stopped by the validation loss."""

    def __init__(self, settings: TreesConfig) -> None:
        self._settings = settings
        self._booster: Any = None

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        import xgboost

        training_set = xgboost.QuantileDMatrix(
            training.inputs, training.labels, weight=training.weights, nthread=1
        )
        validation_set = xgboost.QuantileDMatrix(
            validation.inputs,
            validation.labels,
            weight=validation.weights,
            nthread=1,
            ref=training_set,
        )
        record: dict[str, dict[str, list[float]]] = {}
        booster = xgboost.train(
            self._parameters(seed),
            training_set,
            num_boost_round=self._settings.trees,
            evals=[(training_set, "training"), (validation_set, "validation")],
            early_stopping_rounds=self._settings.patience,
            evals_result=record,
            verbose_eval=False,
        )
        best = booster.best_iteration + 1
        self._booster = booster[:best]
        history = History(_curves(record), best)
        _log(history)
        return history

    def _parameters(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": self._settings.depth,
            "eta": self._settings.learning_rate,
            "min_child_weight": self._settings.min_child_weight,
            "subsample": self._settings.subsample,
            "colsample_bytree": self._settings.colsample,
            "lambda": self._settings.l2,
            # The last metric is the one that stops the fit.
            "eval_metric": ["error", "logloss"],
            "nthread": 1,
            "seed": seed,
            "device": "cpu",
        }

    def score(self, inputs: Matrix) -> Vector:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        if not len(inputs):
            return np.empty(0, dtype=np.float32)
        scores: Vector = self._booster.inplace_predict(inputs)
        return scores

    def contributions(self, inputs: Matrix) -> Matrix:
        """See :class:`~hepchain.training.tagger.Explainable`.

        Exact values of TreeSHAP (Lundberg et al., Nature Mach. Intell. 2 (2020) 56), in which
        inputs are unknown along the paths that the training tracks took.
        """
        import xgboost

        columns = inputs.shape[1]
        if not len(inputs):
            return np.empty((0, columns + 1), dtype=np.float32)
        table = xgboost.DMatrix(inputs, nthread=1)
        values: Matrix = self._booster.predict(table, pred_contribs=True, strict_shape=True)
        return values.reshape(len(inputs), columns + 1)

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        # XGBoost's own writing of files does not say that the disk is full.
        (directory / FILE).write_bytes(self._booster.save_raw("ubj"))

    @classmethod
    def load(cls, directory: Path) -> Self:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        import xgboost

        tagger = cls.__new__(cls)
        path = directory / FILE
        try:
            tagger._booster = xgboost.Booster({"nthread": 1}, model_file=path)
        except (xgboost.core.XGBoostError, OSError, UnicodeDecodeError) as error:
            reason = str(error).strip().splitlines()[-1]
            raise InputError(
                f"{path}: not a readable XGBoost model ({reason}); "
                "remove the directory and rerun the training"
            ) from error
        return tagger

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.onnx_graph.Exportable`."""
        learner = json.loads(self._booster.save_raw("json"))["learner"]
        prior = float(np.ravel(json.loads(learner["learner_model_param"]["base_score"]))[0])
        trees = DecisionTrees()
        for number, tree in enumerate(learner["gradient_booster"]["model"]["trees"]):
            _add_tree(trees, number, tree)
        margin = trees.add_to(graph, inputs, offset=float(np.log(prior / (1.0 - prior))))
        return graph.node("Sigmoid", margin)

    def software(self) -> dict[str, str]:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        return environment.versions("xgboost", "xgboost-cpu") | {"device": "cpu:0"}


def _add_tree(trees: DecisionTrees, number: int, tree: Mapping[str, Any]) -> None:
    """Add a tree of XGBoost's JSON: a leaf has no children (-1) and its value in the cut's place.

    XGBoost goes left where the value is below the cut.
    """
    rows = zip(
        tree["left_children"],
        tree["right_children"],
        tree["split_indices"],
        tree["split_conditions"],
        strict=True,
    )
    for node, (left, right, column, cut) in enumerate(rows):
        if left < 0:
            trees.leaf(number, node, cut)
        else:
            trees.branch(number, node, column, "LT", cut, (left, right))


def _curves(record: dict[str, dict[str, list[float]]]) -> dict[str, list[float]]:
    training, validation = record["training"], record["validation"]
    return {
        "loss": list(training["logloss"]),
        "accuracy": [1.0 - error for error in training["error"]],
        "val_loss": list(validation["logloss"]),
        "val_accuracy": [1.0 - error for error in validation["error"]],
    }


def _log(history: History) -> None:
    losses = list(zip(history.curves["loss"], history.curves["val_loss"], strict=True))
    for tree in range(0, len(losses), LOG_EVERY):
        logger.info("tree %d: loss %.4f, val_loss %.4f", tree + 1, *losses[tree])
    logger.info("kept %d of %d trees", history.best, len(losses))


TAGGER = Trees
