"""A nested sequence of rectangular cuts on a few named variables: the floor of what to expect.

The sequence is made by peeling (PRIM: Friedman and Fisher, Stat. Comput. 9 (1999) 123): of all
cuts that take a given share of the remaining background away, each step makes the one that loses
the least signal. The number of steps passed is the scan parameter: a threshold on the score is one
set of lower and upper cuts, the same for all pT.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

from hepchain.errors import StageError
from hepchain.io import write_json
from hepchain.training import environment
from hepchain.training.onnx_graph import DecisionTrees, Graph
from hepchain.training.tagger import Examples, History, Matrix, Vector
from hepchain.training.taggers.settings.cuts import CutsConfig

logger = logging.getLogger(__name__)

Float = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FILE = "model.json"
GRID = 256
"""Quantiles of a variable at which a cut may stand."""
PRECISION = 1e-9
"""Of sums of weights: a cut that leaves less of a class leaves nothing."""


@dataclass(frozen=True)
class Cut:
    """One step: tracks on the far side of a bound are taken away."""

    variable: str
    column: int
    """Of the input vector."""
    upper: bool
    """Whether larger values are cut away, else smaller ones."""
    bound: float
    """In the standardised variable; it is itself inside."""

    def keeps(self, inputs: Matrix) -> Mask:
        """Whether each track is inside, shape (n,)."""
        values = inputs[:, self.column]
        return values <= self.bound if self.upper else values >= self.bound


class Cuts:
    """Score: probability of signal by the number of steps that a track passes."""

    def __init__(self, settings: CutsConfig) -> None:
        self._settings = settings
        self._cuts: list[Cut] = []
        self._probabilities = np.full(1, 0.5)

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        """See :class:`~hepchain.training.tagger.Tagger`; nothing is random.

        Raises
        ------
        StageError : the tracks have none of the variables, or negative weights
        """
        if (training.weights < 0.0).any():
            raise StageError(
                "cuts cannot be placed where weights of events are negative: take another kind of "
                "tagger, or `training.balance.event_weights: ignore`"
            )
        columns = [i for i, name in enumerate(training.names) if name in self._settings.variables]
        if not columns:
            raise StageError(
                "tracks of this category have none of the variables to cut on "
                f"({', '.join(self._settings.variables)}): name one that they have"
            )
        cuts = list(self._sequence(training, columns))
        sums, validation_sums = (
            _class_sums(part, steps_passed(cuts, part.inputs), len(cuts) + 1)
            for part in (training, validation)
        )
        smallest = 1.0 / len(training.labels)
        curves = _curves(sums, validation_sums, smallest)
        best = int(np.argmin(curves["val_loss"]))
        self._cuts = cuts[:best]
        self._probabilities = rising_probabilities(_merged(sums, best), smallest)
        self._log()
        return History(curves, best + 1)

    def _sequence(self, training: Examples, columns: list[int]) -> Iterator[Cut]:
        """Cuts until too little background is left or no cut raises the purity."""
        grid = _Grid.of(training, columns)
        while grid.background > self._settings.min_background:
            cut = grid.peel(self._settings.peel)
            if cut is None:
                return
            yield cut

    def _log(self) -> None:
        logger.info("%d steps kept", len(self._cuts))
        tightest = {(cut.variable, cut.upper): cut.bound for cut in self._cuts}
        for (variable, upper), bound in sorted(tightest.items()):
            logger.info("tightest: %s %s %.3f", variable, "<=" if upper else ">=", bound)

    def score(self, inputs: Matrix) -> Vector:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        scores: Vector = self._probabilities[steps_passed(self._cuts, inputs)].astype(np.float32)
        return scores

    def save(self, directory: Path) -> None:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        content = {
            "cuts": [asdict(cut) for cut in self._cuts],
            "probabilities": self._probabilities.tolist(),
        }
        write_json(directory / FILE, content)

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """See :class:`~hepchain.training.tagger.Tagger`: a tree, one branch for a cut."""
        tree = DecisionTrees()
        for step, cut in enumerate(self._cuts):
            comparison: Literal["LEQ", "GTE"] = "LEQ" if cut.upper else "GTE"
            inside, outside = 2 * step + 2, 2 * step + 1
            tree.branch(0, 2 * step, cut.column, comparison, cut.bound, (inside, outside))
            tree.leaf(0, outside, float(self._probabilities[step]))
        tree.leaf(0, 2 * len(self._cuts), float(self._probabilities[-1]))
        return tree.add_to(graph, inputs)

    def software(self) -> dict[str, str]:
        """See :class:`~hepchain.training.tagger.Tagger`."""
        return environment.versions("numpy", "scipy") | {"device": "cpu:0"}


def steps_passed(cuts: Sequence[Cut], inputs: Matrix) -> npt.NDArray[np.int64]:
    """Number of cuts that each track passes before the first that it fails, shape (n,)."""
    steps = np.zeros(len(inputs), dtype=np.int64)
    inside = np.ones(len(inputs), dtype=bool)
    for cut in cuts:
        inside &= cut.keeps(inputs)
        steps += inside
    return steps


def rising_probabilities(sums: Float, smallest: float) -> Float:
    """Probability of signal after each number of steps, rising with it.

    Isotonic regression; within a plateau of it the log-odds go on rising in straight lines between
    the middles of the plateaus, so that every step is a threshold of its own.

    Parameters
    ----------
    sums : shape (2, steps), weights of background and signal, of sum 1 each
    smallest : added to each, so that no probability is 0 or 1
    """
    smooth = sums + smallest
    total = smooth.sum(axis=0)
    level = isotonic_regression(smooth[1] / total, weights=total).x
    values, plateau = np.unique(level, return_inverse=True)
    middles = np.bincount(plateau, np.arange(len(level))) / np.bincount(plateau)
    probabilities: Float = expit(np.interp(np.arange(len(level)), middles, logit(values)))
    return probabilities


def _class_sums(part: Examples, steps: npt.NDArray[np.int64], number: int) -> Float:
    """Weights of background and signal by steps passed, shape (2, number), of sum 1 each."""
    sums = np.stack(
        [
            np.bincount(steps, np.where(part.labels == label, part.weights, 0.0), number)
            for label in (0, 1)
        ]
    )
    normalised: Float = sums / sums.sum(axis=1, keepdims=True)
    return normalised


def _curves(sums: Float, validation_sums: Float, smallest: float) -> dict[str, list[float]]:
    """Loss and accuracy with no cut, one cut, ..."""
    curves: dict[str, list[float]] = {
        "loss": [],
        "accuracy": [],
        "val_loss": [],
        "val_accuracy": [],
    }
    for number in range(sums.shape[1]):
        probabilities = rising_probabilities(_merged(sums, number), smallest)
        for prefix, part in (("", sums), ("val_", validation_sums)):
            loss, accuracy = _quality(_merged(part, number), probabilities)
            curves[f"{prefix}loss"].append(loss)
            curves[f"{prefix}accuracy"].append(accuracy)
    return curves


def _merged(sums: Float, number: int) -> Float:
    """The sums if the sequence had only this number of cuts, shape (2, number + 1)."""
    return np.concatenate([sums[:, :number], sums[:, number:].sum(axis=1, keepdims=True)], axis=1)


def _quality(sums: Float, probabilities: Float) -> tuple[float, float]:
    """Log loss and accuracy at equal weights of the classes."""
    loss = -0.5 * (sums[1] @ np.log(probabilities) + sums[0] @ np.log1p(-probabilities))
    signal_like = probabilities > 0.5
    accuracy = 0.5 * (sums[1][signal_like].sum() + sums[0][~signal_like].sum())
    return float(loss), float(accuracy)


@dataclass
class _Grid:
    """Tracks that are left, their variables in quantile bins."""

    names: list[str]
    columns: list[int]
    bins: npt.NDArray[np.uint8]
    """Shape (variables, n)."""
    floors: list[Float]
    """Smallest value of the tracks in each bin of each variable."""
    ceilings: list[Float]
    """Largest value."""
    weights: Float
    """Shape (2, n): of background and signal, each of sum 1 before the first cut."""
    background: int

    @classmethod
    def of(cls, training: Examples, columns: list[int]) -> _Grid:
        labels, weights = training.labels, training.weights.astype(np.float64)
        classes = np.stack([np.where(labels == label, weights, 0.0) for label in (0, 1)])
        classes /= classes.sum(axis=1, keepdims=True)
        bins, floors, ceilings = [], [], []
        for column in columns:
            values = training.inputs[:, column].astype(np.float64)
            floor = np.unique(np.quantile(values, np.linspace(0, 1, GRID)[:-1], method="lower"))
            index = np.searchsorted(floor, values, side="right") - 1
            ceiling = np.full(len(floor), -np.inf)
            np.maximum.at(ceiling, index, values)
            bins.append(index.astype(np.uint8))
            floors.append(floor)
            ceilings.append(ceiling)
        names = [training.names[column] for column in columns]
        background = int((labels == 0).sum())
        return cls(names, columns, np.stack(bins), floors, ceilings, classes, background)

    def peel(self, share: float) -> Cut | None:
        """Make the best cut; None if none raises the purity."""
        left = self.weights.sum(axis=1)
        found = [
            candidate
            for row in range(len(self.columns))
            for candidate in self._candidates(row, share, left)
        ]
        # Relative loss of signal over that of background: at 1 the purity stays what it was.
        loss, row, upper, kept = min(found, default=(1.0, 0, False, 0))
        return self._apply(row, upper, kept) if loss < 1.0 else None

    def _candidates(
        self, row: int, share: float, left: Float
    ) -> Iterator[tuple[float, int, bool, int]]:
        """Loss of signal over loss of background, row, side, and the last bin that is kept."""
        number = len(self.floors[row])
        sums = np.stack([np.bincount(self.bins[row], w, number) for w in self.weights])
        for upper in (False, True):
            lost = np.cumsum(sums[:, ::-1] if upper else sums, axis=1) / left[:, None]
            gone = int(np.searchsorted(lost[0], share)) + 1
            if gone < number and lost[:, gone - 1].max() < 1.0 - PRECISION:
                loss = float(lost[1, gone - 1] / lost[0, gone - 1])
                yield loss, row, upper, number - gone - 1 if upper else gone

    def _apply(self, row: int, upper: bool, kept: int) -> Cut:
        keep = self.bins[row] <= kept if upper else self.bins[row] >= kept
        self.bins, self.weights = self.bins[:, keep], self.weights[:, keep]
        # Tracks of weight zero are no background that anything is learnt from.
        self.background = int((self.weights[0] > 0.0).sum())
        bound = (self.ceilings if upper else self.floors)[row][kept]
        return Cut(self.names[row], self.columns[row], upper, float(bound))


TAGGER = Cuts
