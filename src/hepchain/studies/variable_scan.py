"""How few variables suffice: models of ever fewer, found by recursive elimination.

Without each fold by itself: the variables with the smallest importance are dropped, a model is
trained with the rest, its importance is found, and so on (recursive feature elimination: Guyon et
al., Machine Learning 46 (2002) 389). Only events of the other folds have a say in what is dropped,
so that the fold left out measures choice and model at once (Ambroise and McLachlan, PNAS 99 (2002)
6562).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.config.studies import ImportanceConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.roc import Ranking
from hepchain.seeds import generator
from hepchain.statistics.bootstrap import Estimate, estimate
from hepchain.studies.importance import of_model
from hepchain.studies.tracks import Floats, Table
from hepchain.training.model import Model, load_model
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """Models with some number of variables, on one sample."""

    efficiency: Efficiency
    """At the fake rate; interval binomial."""
    loss: Estimate
    """Efficiency of the models with all variables minus it; error from replicas of the events,
    common to both."""


@dataclass(frozen=True)
class Step:
    """Models with some number of variables."""

    number: int
    variables: tuple[tuple[str, ...], ...]
    """Of each fold, the most important first."""
    held_out: Measured
    """On the training samples, each track by the model that has not seen its event."""
    test: Measured
    """On the test sample."""


@dataclass(frozen=True)
class Scan:
    """A category."""

    tagger: str
    category: str
    fake_rate: float
    steps: tuple[Step, ...]
    """By falling number of variables."""
    sufficient_held_out: int
    """Smallest number of variables that loses no more than one standard error of the loss."""
    sufficient_test: int


@dataclass(frozen=True)
class Scored:
    """Scores of the models with some number of variables."""

    variables: tuple[tuple[str, ...], ...]
    held_out: Floats
    """Shape (tracks of the training samples,)."""
    test: Floats


def numbers_of(wanted: Sequence[int], variables: int) -> list[int]:
    """Numbers of variables of a category, falling, all of them first."""
    return sorted({variables, *(number for number in wanted if number < variables)}, reverse=True)


def scan(
    task: Task,
    files: Sequence[FeatureFile],
    tables: tuple[Table, Table],
    numbers: Sequence[int],
    importance: ImportanceConfig,
    directory: Path,
) -> dict[int, Scored]:
    """Train and score the models of all folds and numbers of variables.

    Parameters
    ----------
    task : with all variables of the category; its fold does not matter
    files : features of the training samples
    tables : tracks of the training samples, from the same files, and of the test sample
    numbers : of variables, falling, all of them first
    directory : where models are put

    Raises
    ------
    InputError, StageError : a training fails
    """
    table, test = tables
    weights = table.balanced(task.tracks.balance)
    variables: dict[int, list[tuple[str, ...]]] = {number: [] for number in numbers}
    held_out = {number: np.zeros(len(table)) for number in numbers}
    scores = {number: np.zeros(len(test)) for number in numbers}
    for fold in range(task.folds):
        seen, unseen = np.flatnonzero(table.fold != fold), np.flatnonzero(table.fold == fold)
        tested = np.flatnonzero(test.fold == fold)
        ranked = tuple(task.variables)
        for number in numbers:
            where = directory / f"{number}-fold{fold}"
            model = _train(replace(task, fold=fold), ranked[:number], files, where)
            name = f"{task.category}/{fold}/{number}"
            found = of_model(
                model, table, seen, weights[seen], importance, 1.0, (task.seed, name)
            ).importance
            ranked = tuple(model.variables[i] for i in np.argsort(-found, kind="stable"))
            variables[number].append(ranked)
            held_out[number][unseen] = _score(model, table, unseen)
            scores[number][tested] = _score(model, test, tested)
            logger.info("fold %d, %d variables, first %s", fold, number, ", ".join(ranked[:3]))
    return {
        number: Scored(tuple(variables[number]), held_out[number], scores[number])
        for number in numbers
    }


def _train(
    task: Task, variables: Sequence[str], files: Sequence[FeatureFile], directory: Path
) -> Model:
    """Model with some of the variables, in the order of the task."""
    kept = {name: how for name, how in task.variables.items() if name in variables}
    train(replace(task, variables=kept), files, directory)
    return load_model(directory)


def _score(model: Model, table: Table, rows: npt.NDArray[np.int64]) -> Floats:
    values = table.of(model.variables, rows)
    return model.score(values, model.variables, "tracks of the study").astype(np.float64)


def measure(
    tagger: str,
    category: str,
    scored: Mapping[int, Scored],
    tables: tuple[Table, Table],
    held_out_weights: Floats,
    fake_rate: float,
    replicas: int,
    seed: int,
) -> Scan:
    """Efficiencies at a fake rate and what is lost against all variables.

    Parameters
    ----------
    scored : number of variables, falling -> scores
    tables : tracks of the training samples and of the test sample
    held_out_weights : of the tracks of the training samples; those of the test sample have the
        weights of their events
    fake_rate : of the thresholds, one for each sample and number of variables
    replicas : of the events
    """
    held_out = _measured(
        {number: found.held_out for number, found in scored.items()},
        tables[0],
        held_out_weights,
        fake_rate,
        generator(seed, "variable_scan", category, "held out"),
        replicas,
    )
    test = _measured(
        {number: found.test for number, found in scored.items()},
        tables[1],
        tables[1].weight,
        fake_rate,
        generator(seed, "variable_scan", category, "test"),
        replicas,
    )
    steps = tuple(
        Step(number, found.variables, held_out[number], test[number])
        for number, found in scored.items()
    )
    return Scan(tagger, category, fake_rate, steps, sufficient(held_out), sufficient(test))


def sufficient(measured: Mapping[int, Measured]) -> int:
    """Smallest number of variables whose loss is not larger than its error."""
    return min(
        number
        for number, found in measured.items()
        if found.loss.value <= (found.loss.error or 0.0)
    )


def _measured(
    scores: Mapping[int, Floats],
    table: Table,
    weights: Floats,
    fake_rate: float,
    random: np.random.Generator,
    replicas: int,
) -> dict[int, Measured]:
    rankings = {
        number: Ranking.of(score, table.electron, weights, table.event)
        for number, score in scores.items()
    }
    values = _efficiencies(rankings, fake_rate, None)
    events = int(table.event.max(initial=-1)) + 1
    drawn = np.array(
        [
            _efficiencies(rankings, fake_rate, random.poisson(1.0, events).astype(np.float64))
            for _ in range(replicas)
        ]
    )
    electrons = weights[table.electron]
    total, squares = float(electrons.sum()), float((electrons**2).sum())
    return {
        number: Measured(
            efficiency_of_sums(values[i] * total, total, squares),
            estimate(values[0] - values[i], drawn[:, 0] - drawn[:, i]),
        )
        for i, number in enumerate(rankings)
    }


def _efficiencies(
    rankings: Mapping[int, Ranking], fake_rate: float, multiplicity: Floats | None
) -> list[float]:
    return [ranking.curve(multiplicity).efficiency_at(fake_rate) for ranking in rankings.values()]
