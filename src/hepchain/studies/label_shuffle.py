"""Labels in random order teach nothing: whatever a model still finds has leaked.

The labels of all tracks of a category are permuted, models are trained as ever, and each track is
scored by the model that has not seen its event. Against the *permuted* labels of these tracks the
area under the curve is 0.5, with the error of Mann and Whitney (Ann. Math. Stat. 18 (1947) 50),
unless something of an event reaches a model that must not see it. Against the true labels it is 0.5
only in the mean over permutations: a model of noise is some function of the variables, and tells
true signal from background by chance, for better or worse.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hepchain.roc import area_under_curve, chance_error
from hepchain.seeds import generator
from hepchain.studies.tracks import Table, copy_category
from hepchain.training import train as training
from hepchain.training.model import load_model
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Area:
    """Area under the curve of the tracks of one fold, by a model that has not seen it."""

    shuffle: int
    fold: int
    permuted: float
    """Against the permuted labels."""
    error: float
    """Of a score that knows nothing."""
    true: float
    """Against the true labels."""


@dataclass(frozen=True)
class Shuffled:
    """A category."""

    tagger: str
    category: str
    tracks: int
    areas: tuple[Area, ...]
    mean: float
    """Of the areas against the permuted labels, weighted with their errors."""
    error: float
    true_mean: float
    """Of the areas against the true labels."""
    true_error: float
    """Of that mean, from the spread of the areas."""

    @property
    def deviation(self) -> float:
        """Of the mean from 0.5, in standard errors."""
        return (self.mean - 0.5) / self.error


def label_shuffle(
    task: Task, files: Sequence[FeatureFile], table: Table, shuffles: int, directory: Path
) -> Shuffled:
    """Train on permuted labels, in all folds.

    ``task`` has all variables of the category, and its fold does not matter; ``files`` are of the
    category alone, with true labels, and ``table`` has their tracks.

    Raises
    ------
    InputError, StageError : a training fails
    """
    areas = []
    for shuffle in range(shuffles):
        random = generator(task.seed, "label_shuffle", task.category, shuffle)
        labels = random.permutation(table.labels)
        here = directory / str(shuffle)
        copies = copy_category(files, task.category, list(task.variables), here, len(table), labels)
        for fold in range(task.folds):
            named = replace(task, tagger=f"{task.tagger}/shuffle{shuffle}", fold=fold)
            training.train(named, copies, here / f"fold{fold}")
            areas.append(_area(here / f"fold{fold}", table, labels, (shuffle, fold)))
            logger.info("shuffle %d, fold %d: %.4f", shuffle, fold, areas[-1].permuted)
    return summarise(task.tagger, task.category, len(table), areas)


def _area(directory: Path, table: Table, labels: np.ndarray, where: tuple[int, int]) -> Area:
    model, rows = load_model(directory), table.fold == where[1]
    values = table.inputs[rows]
    score = model.score(values, model.variables, "tracks of the study")
    permuted = labels[rows] == 1
    signal = int(permuted.sum())
    return Area(
        *where,
        permuted=area_under_curve(score, permuted),
        error=chance_error(signal, len(permuted) - signal),
        true=area_under_curve(score, table.signal[rows]),
    )


def summarise(tagger: str, category: str, tracks: int, areas: Sequence[Area]) -> Shuffled:
    """Means over permutations and folds."""
    values, errors = (np.array([getattr(a, name) for a in areas]) for name in ("permuted", "error"))
    weights = errors**-2.0
    true = np.array([area.true for area in areas])
    return Shuffled(
        tagger,
        category,
        tracks,
        tuple(areas),
        mean=float(np.average(values, weights=weights)),
        error=float(weights.sum() ** -0.5),
        true_mean=float(true.mean()),
        true_error=float(true.std(ddof=1) / np.sqrt(len(true))),
    )
