"""Separate models for ranges of transverse momentum, behind the protocol of one tagger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt

from hepchain.config.training import PT, TaggerSettings
from hepchain.errors import InputError, StageError
from hepchain.io import read_json, write_json
from hepchain.training.onnx_graph import Exportable, Graph
from hepchain.training.scaling import Scaling
from hepchain.training.tagger import Examples, History, Matrix, Tagger, Vector, tagger_class

FILE = "regimes.json"


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
        self._kind = settings.kind
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
                f"pT range {number + 1} of {len(self._taggers)}: {int((labels == 1).sum())} "
                f"electrons, {int((labels == 0).sum())} hadrons that have a weight; choose wider "
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
        content = {"kind": self._kind, "column": self._column, "cuts": self._cuts.tolist()}
        write_json(directory / FILE, content)
        for number, tagger in enumerate(self._taggers):
            folder = _folder(directory, number)
            folder.mkdir()
            tagger.save(folder)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        content = read_json(directory / FILE)
        tagger = cls.__new__(cls)
        try:
            tagger._kind = content["kind"]
            tagger._column = int(content["column"])
            tagger._cuts = np.asarray(content["cuts"], dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{directory / FILE}: not the ranges of a tagger ({error!r}); remove the "
                "directory and rerun the training"
            ) from error
        kind = tagger_class(tagger._kind)
        tagger._taggers = [
            kind.load(_folder(directory, number)) for number in range(len(tagger._cuts) + 1)
        ]
        return tagger

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.onnx_graph.Exportable`."""
        scores = [cast(Exportable, tagger).to_onnx(graph, inputs) for tagger in self._taggers]
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


def load_tagger(directory: Path, settings: Mapping[str, Any]) -> Tagger:
    """Tagger that was saved.

    Parameters
    ----------
    settings : of the tagger, as in the metadata

    Raises
    ------
    InputError : a file is missing or unreadable
    """
    if settings.get("pt_boundaries"):
        return RegimeTagger.load(directory)
    return tagger_class(settings["kind"]).load(directory)


def _folder(directory: Path, number: int) -> Path:
    return directory / f"regime{number}"


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
