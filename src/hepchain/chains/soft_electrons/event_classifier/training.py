"""Training of a classifier conditioned on the mass splitting, without one mass point.

The splitting is an input like others (Baldi, Cranmer, Faucett, Sadowski, Whiteson, EPJC 76 (2016)
235). The signal of each mass point has its own; an event of the background has none, and gets that
of a mass point drawn at random, so that the splitting alone tells nothing about the class.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.chains.soft_electrons.config.event_classifier import EventClassifierConfig
from hepchain.chains.soft_electrons.statistics.candidates import Scored
from hepchain.errors import StageError
from hepchain.identity import fold_of, uniform_of
from hepchain.seeds import integer_seed
from hepchain.selection.table import Column
from hepchain.training.tagger import Examples
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.taggers.trees import Trees

LOGGER = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Events(Scored):
    """Events as they look at one mass splitting, by rising number."""

    event_number: Column
    inputs: Column
    """Shape (n, inputs)."""


@dataclass(frozen=True)
class TrainingSet:
    """Events of all mass points but one, and backgrounds; each field has n entries."""

    events: Events
    signal: npt.NDArray[np.bool_]
    group: npt.NDArray[np.int64]
    """A mass point of the signal, or a splitting of the background."""
    points: Floats
    """Mass points of each group, shape (groups,)."""
    fold: npt.NDArray[np.int8]
    inner: npt.NDArray[np.int8]
    """Part of the events of a training, independent of the fold."""

    def balanced_weights(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """Weights of these rows, shape (rows,).

        The same sum for each mass point of the signal, and as much for the background at their
        splittings; mass points of one splitting share its events. An event of the class that has
        fewer weighs 1 on average. Trees cannot learn from events of negative weight: they count
        nothing.
        """
        weight, group = self.events.weight[rows], self.group[rows]
        negative = int((weight < 0.0).sum())
        if negative:
            text = "events of negative weight count nothing in the training of the event classifier"
            assumed(LOGGER, Kind.NEGATIVE_EVENTS, text, negative, len(weight))
        weight = np.maximum(weight, 0.0)
        sums = np.bincount(group, weight, len(self.points))
        scale = np.divide(self.points, sums, out=np.zeros_like(sums), where=sums > 0.0)
        balanced = weight * scale[group]
        signal = int(self.signal[rows].sum())
        total = 2.0 * min(signal, len(balanced) - signal)
        result: Floats = balanced * (total / max(balanced.sum(), 1e-300))
        return result


@dataclass(frozen=True)
class FoldModel:
    """The model for the events of one fold, and what it was trained on."""

    trees: Trees
    rows: npt.NDArray[np.bool_]
    """Rows of the training set that it was trained on."""
    inner_score: Floats
    """Their scores by trees that have not seen their inner part, shape (rows,)."""


def drawn_points(
    sample: str, event_number: npt.NDArray[np.int64], points: int, left_out: str
) -> npt.NDArray[np.int64]:
    """Number of the mass point that each event of a background is given, uniform, shape (n,)."""
    uniform = uniform_of(f"{sample}/mass point without {left_out}", event_number)
    return np.minimum((uniform * points).astype(np.int64), points - 1)


View = Callable[[str, str], Events]
"""(sample, mass point) -> events of the sample at the splitting of the point."""


def training_set(
    splittings: Mapping[str, float],
    backgrounds: Sequence[str],
    left_out: str,
    view: View,
    folds: int,
    inner_folds: int,
) -> TrainingSet:
    """Events to train with; the mass point that is left out is never looked at.

    Raises
    ------
    StageError : no mass point is left
    """
    used = sorted(point for point in splittings if point != left_out)
    if not used:
        raise StageError(
            f"event classifier without {left_out}: no mass point to train with; "
            "list more samples of role signal"
        )
    values = sorted({splittings[point] for point in used})
    groups = [len(used) + values.index(splittings[point]) for point in used]
    parts: list[tuple[str, Events, bool, int]] = []
    for number, point in enumerate(used):
        parts.append((point, view(point, point), True, number))
        for sample in sorted(backgrounds):
            events = view(sample, point)
            mine = drawn_points(sample, events.event_number, len(used), left_out) == number
            parts.append((sample, events.take(mine), False, groups[number]))
    return TrainingSet(
        events=Events.concatenate([events for _, events, _, _ in parts]),
        signal=np.concatenate([np.full(len(e), signal) for _, e, signal, _ in parts]),
        group=np.concatenate([np.full(len(e), group) for _, e, _, group in parts]),
        points=np.bincount([*range(len(used)), *groups]).astype(np.float64),
        fold=np.concatenate([fold_of(name, e.event_number, folds) for name, e, _, _ in parts]),
        inner=np.concatenate([inner_part(name, e, inner_folds) for name, e, _, _ in parts]),
    )


def inner_part(sample: str, events: Events, parts: int) -> npt.NDArray[np.int8]:
    """Inner part of each event, shape (n,)."""
    uniform = uniform_of(f"{sample}/inner part", events.event_number)
    return np.minimum(uniform * parts, parts - 1).astype(np.int8)


def fit_fold(
    training: TrainingSet,
    fold: int,
    config: EventClassifierConfig,
    seed: int,
    rising: Sequence[int],
    what: str,
) -> FoldModel:
    """Trees for the events of a fold, from those of all others.

    Parameters
    ----------
    rising : inputs in which the output must not fall
    what : name in messages and of the random numbers

    Raises
    ------
    StageError : too few events
    """
    rows = training.fold != fold
    _check(training, rows, config.min_events, f"{what}, fold {fold}")

    settings = TreesConfig(kind="trees", patience=1, **config.trees.model_dump())
    constraints = tuple(int(column in rising) for column in range(training.events.inputs.shape[1]))

    def fit(part: npt.NDArray[np.bool_], purpose: str) -> Trees:
        weights = training.balanced_weights(part).astype(np.float32)
        labels = training.signal[part].astype(np.int8)
        trees = Trees(settings, base_score=0.5, monotone_constraints=constraints)
        draw = integer_seed(seed, "event_classifier", what, fold, purpose, below=2**31)
        trees.fit(Examples(training.events.inputs[part], labels, weights), None, draw)
        return trees

    inner_score = np.full(len(rows), np.nan)
    for number in range(config.inner_folds):
        part = rows & (training.inner == number)
        trees = fit(rows & ~part, f"without part {number}")
        inner_score[part] = trees.log_odds(training.events.inputs[part])
    return FoldModel(fit(rows, "all"), rows, inner_score[rows])


def _check(training: TrainingSet, rows: npt.NDArray[np.bool_], needed: int, what: str) -> None:
    problems = []
    for name, mask in (("signal", training.signal), ("background", ~training.signal)):
        found = int((rows & mask).sum())
        if found < needed:
            problems.append(f"{found} {name} events of the {needed} of event_classifier.min_events")
    if problems:
        raise StageError(
            f"event classifier of {what}: {'; '.join(problems)}: increase simulation.parts of the "
            "samples"
        )
