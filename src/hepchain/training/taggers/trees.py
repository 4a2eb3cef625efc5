"""Boosted trees (XGBoost)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from hepchain.errors import InputError
from hepchain.training import environment
from hepchain.training.onnx_graph import DecisionTrees, Graph
from hepchain.training.tagger import Examples, History, Matrix, Vector, model_file
from hepchain.training.taggers.settings.trees import TreesConfig

logger = logging.getLogger(__name__)

Float = npt.NDArray[np.float64]

FILE = "model.ubj"
LOG_EVERY = 25
"""Trees between two lines in the log."""
SMALLEST = 1e-16
"""Of second derivatives, as in XGBoost."""


class Trees:
    """Gradient-boosted trees on histograms, stopped by the validation loss if there is one."""

    def __init__(self, settings: TreesConfig, **parameters: Any) -> None:
        """Take the settings, and parameters of XGBoost beyond them."""
        self._settings = settings
        self._more = parameters
        self._booster: Any = None

    def fit(self, training: Examples, validation: Examples | None, seed: int) -> History:
        """See :class:`~hepchain.training.tagger.Tagger`; without validation all trees are kept."""
        import xgboost

        parts = {"training": training} | ({"validation": validation} if validation else {})
        signed = any(bool((part.weights < 0.0).any()) for part in parts.values())
        tables: dict[str, Any] = {}
        for name, part in parts.items():
            tables[name] = xgboost.QuantileDMatrix(
                part.inputs,
                part.labels,
                weight=np.abs(part.weights) if signed else part.weights,
                nthread=1,
                ref=tables.get("training"),
            )
        record: dict[str, dict[str, list[float]]] = {}
        of_signed = _signed({id(tables[name]): part for name, part in parts.items()})
        booster = xgboost.train(
            self._parameters(seed) | (SIGNED if signed else {}) | self._more,
            tables["training"],
            num_boost_round=self._settings.trees,
            evals=[(table, name) for name, table in tables.items()] if validation else None,
            early_stopping_rounds=self._settings.patience if validation else None,
            evals_result=record,
            verbose_eval=False,
            **(of_signed if signed else {}),
        )
        if validation is None:
            self._booster = booster
            return History({}, booster.num_boosted_rounds())
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
        scores: Vector = self._booster.inplace_predict(inputs)
        return scores

    def log_odds(self, inputs: Matrix) -> Float:
        """Logarithm of the odds of the score, shape (n,), of any number of inputs."""
        if not len(inputs):
            return np.empty(0)
        margin: Float = self._booster.inplace_predict(inputs, predict_type="margin")
        return margin.astype(np.float64)

    def gains(self, names: Sequence[str]) -> dict[str, float]:
        """Share of each input in the reduction of the loss by all splits."""
        found: Mapping[str, float] = self._booster.get_score(importance_type="total_gain")
        total = sum(found.values())
        return {
            name: found.get(f"f{row}", 0.0) / total if total > 0.0 else 0.0
            for row, name in enumerate(names)
        }

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

    def content(self) -> bytes:
        """The model as a file that XGBoost reads."""
        return bytes(self._booster.save_raw("ubj"))

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        # XGBoost's own writing of files does not say that the disk is full.
        (directory / FILE).write_bytes(self.content())

    @classmethod
    def load(cls, directory: Path) -> Self:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        import xgboost

        tagger = cls.__new__(cls)
        path = model_file(directory / FILE)
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
        """See :class:`~hepchain.training.tagger.Tagger`."""
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


SIGNED: dict[str, Any] = {"base_score": 0.5, "disable_default_eval_metric": True}
"""Parameters of a fit with negative weights, which XGBoost itself refuses."""


def _signed(parts: Mapping[int, Examples]) -> dict[str, Any]:
    """Loss and metrics of signed weights, for the tables of these identities.

    The gradient has the sign of the weight. The second derivative, which sets the size of a step
    and what a leaf must hold, has not: the loss is smallest in the same place, and no leaf gets a
    step without bound.
    """

    def objective(margin: Vector, table: Any) -> tuple[Vector, Vector]:
        part = parts[id(table)]
        probability = expit(margin)
        slope = part.weights * (probability - part.labels)
        curvature = np.abs(part.weights) * np.maximum(probability * (1.0 - probability), SMALLEST)
        return slope, curvature

    def metric(margin: Vector, table: Any) -> list[tuple[str, float]]:
        part = parts[id(table)]
        weights = part.weights.astype(np.float64)
        sign = np.where(part.labels == 1, 1.0, -1.0)
        wrong, loss = sign * margin <= 0.0, np.logaddexp(0.0, -sign * margin)
        return [
            ("error", float(np.average(wrong, weights=weights))),
            ("logloss", float(np.average(loss, weights=weights))),
        ]

    return {"obj": objective, "custom_metric": metric}


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
