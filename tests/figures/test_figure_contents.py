"""Numbers of the other figures, counted by hand on tiny inputs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from hepchain.errors import InputError
from hepchain.figures import loss_curves
from hepchain.studies import score_distributions

HISTORY = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 1.5, 2.0]}


class TestScoreDistributions:
    EDGES = np.array([0.0, 1.0, 2.0])
    TABLE: ClassVar = {
        "category": np.array(["trt", "trt", "silicon", "trt"]),
        "pt": np.array([0.7, 1.5, 1.0, 0.7]),
        "label": np.array([1, 1, 1, 0]),
        "weight": np.array([1.0, 3.0, 4.0, 1.0]),
        "score": np.array([0.5, 1.5, 1.5, 0.5]),
    }

    def test_normalised_to_one(self) -> None:
        groups = score_distributions.by_category(["trt"])
        found = score_distributions.distributions([self.TABLE], self.EDGES, groups)["signal"]
        assert found["all"].share == pytest.approx([1 / 8, 7 / 8])
        assert found["all"].error == pytest.approx([1 / 8, 5 / 8])
        assert found["trt"].share == pytest.approx([0.25, 0.75])
        assert (found["all"].tracks, found["trt"].tracks) == (3, 2)

    def test_regimes_of_pt_share_no_track(self) -> None:
        regimes = score_distributions.by_pt([0.5, 1.0, 2.0])
        found = score_distributions.distributions([self.TABLE], self.EDGES, regimes)["signal"]
        assert [values.tracks for values in found.values()] == [3, 1, 2]
        assert found["1 to 2 GeV"].share == pytest.approx([0.0, 1.0])

    def test_each_regime_shows_both_thresholds(self, drawn: dict[str, Any]) -> None:
        figure, numbers = drawn["score_by_pt"].figure, drawn["score_by_pt"].numbers
        shown = [
            [line.get_xdata()[0] for line in axes.lines] for axes in figure.axes if axes.axison
        ]
        own = list(numbers.own_thresholds.values())
        assert shown == [[numbers.threshold], *([numbers.threshold, value] for value in own)]

    def test_range_of_no_and_of_one_score(self) -> None:
        assert score_distributions.score_range([]) == (0.0, 1.0)
        assert score_distributions.score_range([{"score": np.array([2.0])}]) == (1.5, 2.5)


class TestLossCurves:
    def test_best_epoch_has_the_smallest_validation_loss(self) -> None:
        assert loss_curves.training("trt", 0, HISTORY, "here").best == 2

    @pytest.mark.parametrize(
        "history",
        [{"loss": [1.0]}, HISTORY | {"loss": [1.0]}, {"loss": [], "val_loss": []}],
    )
    def test_unusable_history(self, history: dict[str, list[float]]) -> None:
        with pytest.raises(InputError, match=r"here: history\.json needs lists loss and val_loss"):
            loss_curves.training("trt", 0, history, "here")

    def test_trees_have_a_row_for_the_loss_alone(self, drawn: dict[str, Any]) -> None:
        assert len(drawn["loss_curves_xgboost"].figure.axes) == 4
        assert len(drawn["loss_curves_keras"].figure.axes) == 8

    def test_best_epochs_are_marked(self, drawn: dict[str, Any]) -> None:
        axes = drawn["loss_curves_keras"].figure.axes[0]
        circles = [line for line in axes.lines if line.get_marker() == "o"]
        assert len(circles) == 2
        bests = {model.best for model in drawn["loss_curves_keras"].numbers.models}
        assert {int(circle.get_xdata()[0]) for circle in circles} <= bests
