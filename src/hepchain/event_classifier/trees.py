"""Boosted trees (XGBoost) with a fixed number of trees, for few events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from hepchain.config.event_classifier import EventTreesConfig
from hepchain.io.atomic import atomic_path

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]


class EventTrees:
    """Trained trees; their output is the logarithm of the odds."""

    def __init__(self, booster: Any) -> None:
        self._booster = booster

    @classmethod
    def fit(
        cls,
        inputs: Matrix,
        signal: npt.NDArray[np.bool_],
        weight: Floats,
        config: EventTreesConfig,
        seed: int,
        rising: Sequence[int] = (),
    ) -> Self:
        """Train.

        Parameters
        ----------
        inputs : shape (n, inputs)
        signal, weight : shape (n,)
        rising : columns in which the output must not fall
        """
        import xgboost

        constraints = tuple(int(column in rising) for column in range(inputs.shape[1]))
        data = xgboost.QuantileDMatrix(
            inputs, signal.astype(np.float32), weight=weight.astype(np.float32), nthread=1
        )
        parameters = {
            "objective": "binary:logistic",
            "base_score": 0.5,
            "tree_method": "hist",
            "max_depth": config.depth,
            "eta": config.learning_rate,
            "min_child_weight": config.min_child_weight,
            "subsample": config.subsample,
            "colsample_bytree": config.colsample,
            "lambda": config.l2,
            "monotone_constraints": constraints,
            "nthread": 1,
            "seed": seed,
            "device": "cpu",
        }
        return cls(xgboost.train(parameters, data, num_boost_round=config.trees))

    def score(self, inputs: Matrix) -> Floats:
        """Logarithm of the odds of signal over background of equal weight, shape (n,)."""
        if not len(inputs):
            return np.empty(0)
        margin = self._booster.inplace_predict(inputs, predict_type="margin")
        result: Floats = np.asarray(margin, dtype=np.float64)
        return result

    def gains(self, names: Sequence[str]) -> dict[str, float]:
        """Share of each input in the reduction of the loss by all splits."""
        found: Mapping[str, float] = self._booster.get_score(importance_type="total_gain")
        total = sum(found.values())
        return {
            name: found.get(f"f{row}", 0.0) / total if total > 0.0 else 0.0
            for row, name in enumerate(names)
        }

    def save(self, path: Path) -> None:
        """Write the model, a file that XGBoost reads."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(bytes(self._booster.save_raw("ubj")))
