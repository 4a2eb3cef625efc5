"""Separate models for ranges of transverse momentum, behind the protocol of one tagger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.config.taggers import PT, TaggerSettings
from hepchain.errors import StageError
from hepchain.labels import in_words
from hepchain.training.onnx_graph import Graph
from hepchain.training.scaling import Scaling
from hepchain.training.tagger import Examples, History, Matrix, Tagger, Vector, tagger_class


class RegimeTagger:
    """One model for each range of pT; a track is scored by the model of its range."""

    def __init__(self, settings: TaggerSettings, column: int, cuts: Sequence[float]) -> None:
        """Take the settings of each model.

        Parameters
        ----------
        settings : of all models alike
        column : where pT stands in the input vector
        cuts : rising boundaries of the ranges, standardised as the inputs are
        """
        self._column = column
        self._cuts = np.asarray(cuts, dtype=np.float32)
        self._taggers = [tagger_class(settings.kind)(settings) for _ in range(len(cuts) + 1)]

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        """See :class:`~hepchain.training.tagger.Tagger`.

        Both classes weigh the same in each range. The curves are means over the ranges; one that
        has ended goes on with its best value, and the last point is the best of each.

        Raises
        ------
        StageError : a range without tracks of both classes
        """
        histories, weights = [], []
        for number, tagger in enumerate(self._taggers):
            parts = [self._part(examples, number) for examples in (training, validation)]
            histories.append(tagger.fit(parts[0], parts[1], seed + number))
            weights.append(len(parts[1].labels))
        return _mean(histories, weights)

    def _regime(self, inputs: Matrix) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = np.digitize(inputs[:, self._column], self._cuts)
        return found

    def _part(self, examples: Examples, number: int) -> Examples:
        chosen = self._regime(examples.inputs) == number
        labels, weights = examples.labels[chosen], examples.weights[chosen]
        sums = np.bincount(labels, weights, minlength=2)
        if not (sums > 0.0).all():
            raise StageError(
                f"pT range {number + 1} of {len(self._taggers)}: "
                f"{in_words(np.bincount(labels, minlength=2))} that have a weight; choose wider "
                "ranges (training.taggers.*.pt_boundaries) or generate more events"
            )
        balanced = (weights * (0.5 * len(labels) / sums)[labels]).astype(np.float32)
        return Examples(examples.inputs[chosen], labels, balanced, examples.names)

    def score(self, inputs: Matrix) -> Vector:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        regime = self._regime(inputs)
        scores = np.empty(len(inputs), dtype=np.float32)
        for number, tagger in enumerate(self._taggers):
            chosen = regime == number
            if chosen.any():
                scores[chosen] = tagger.score(inputs[chosen])
        return scores

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        for number, tagger in enumerate(self._taggers):
            folder = directory / f"regime{number}"
            folder.mkdir()
            tagger.save(folder)

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        scores = [tagger.to_onnx(graph, inputs) for tagger in self._taggers]
        pt = graph.node("Gather", inputs, graph.constant(self._column, np.int64), axis=1)
        result = scores[0]
        for cut, score in zip(self._cuts, scores[1:], strict=True):
            above = graph.node("GreaterOrEqual", pt, graph.constant(cut))
            result = graph.node("Where", above, score, result)
        return result

    def software(self) -> dict[str, str]:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        return self._taggers[0].software()


def make_tagger(settings: TaggerSettings, scaling: Scaling) -> Tagger:
    """Tagger to be fitted: one model, or one for each range of pT.

    Parameters
    ----------
    scaling : of the inputs, in order
    """
    if not settings.pt_boundaries:
        return tagger_class(settings.kind)(settings)
    column = scaling.names.index(PT)
    cuts: list[float] = scaling.variables[column].apply(settings.pt_boundaries).tolist()
    return RegimeTagger(settings, column, cuts)


def _mean(histories: Sequence[History], weights: Sequence[int]) -> History:
    """Mean of the curves, and as their last point what is kept of each."""
    length = 1 + max(len(history.curves["loss"]) for history in histories)
    curves = {
        name: np.average(
            [_continued(history, name, length) for history in histories], axis=0, weights=weights
        ).tolist()
        for name in histories[0].curves
    }
    return History(curves, length)


def _continued(history: History, name: str, length: int) -> list[float]:
    values = history.curves[name]
    return [*values, *[values[history.best - 1]] * (length - len(values))]
