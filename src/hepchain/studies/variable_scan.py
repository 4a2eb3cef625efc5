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

from hepchain.config.studies import ShapleyConfig
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

    variables: list[tuple[str, ...]]
    """Of each fold, the most important first."""
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
    importance: ShapleyConfig,
    directory: Path,
) -> dict[int, Scored]:
    """Train and score the models of all folds and numbers of variables.

    ``task`` has all variables of the category, and its fold does not matter; ``tables`` are the
    tracks of ``files`` and those of the test sample; ``numbers`` fall, from that of all variables.

    Raises
    ------
    InputError, StageError : a training fails
    """
    weights = tables[0].balanced(task.tracks.balance)
    scored = {number: Scored([], *(np.zeros(len(table)) for table in tables)) for number in numbers}
    for fold in range(task.folds):
        ranked = tuple(task.variables)
        for number, found in scored.items():
            where = directory / f"{number}-fold{fold}"
            model = _train(replace(task, fold=fold), ranked[:number], files, where)
            ranked = _ranked(model, tables[0], weights, importance, task.seed)
            found.variables.append(ranked)
            for table, scores in zip(tables, (found.held_out, found.test), strict=True):
                unseen = np.flatnonzero(table.fold == fold)
                values = table.of(model.variables, unseen)
                scores[unseen] = model.score(values, model.variables, "tracks of the study")
            logger.info("fold %d, %d variables, first %s", fold, number, ", ".join(ranked[:3]))
    return scored


def _train(
    task: Task, variables: Sequence[str], files: Sequence[FeatureFile], directory: Path
) -> Model:
    """Model with some of the variables, in the order of the task."""
    kept = {name: how for name, how in task.variables.items() if name in variables}
    train(replace(task, variables=kept), files, directory)
    return load_model(directory)


def _ranked(
    model: Model, table: Table, weights: Floats, config: ShapleyConfig, seed: int
) -> tuple[str, ...]:
    """Variables of a model, the most important to the tracks that it has seen first."""
    seen = np.flatnonzero(table.fold != model.fold)
    name = f"{model.category}/{model.fold}/{len(model.variables)}"
    found = of_model(model, table, seen, weights[seen], config, 1.0, (seed, name)).importance
    return tuple(model.variables[i] for i in np.argsort(-found, kind="stable"))


def measure(
    task: Task,
    scored: Mapping[int, Scored],
    tables: tuple[Table, Table],
    fake_rate: float,
    replicas: int,
) -> Scan:
    """Efficiencies at a fake rate and what is lost against all variables.

    ``tables`` are the tracks of the training samples and of the test sample, which have the weights
    of their events. Each sample and number of variables has a threshold of its own.
    """
    weights = tables[0].balanced(task.tracks.balance), tables[1].event_weight
    held_out, test = (
        _measured(
            {number: getattr(found, part) for number, found in scored.items()},
            table,
            of_part,
            fake_rate,
            generator(task.seed, "variable_scan", task.category, part.replace("_", " ")),
            replicas,
        )
        for part, table, of_part in zip(("held_out", "test"), tables, weights, strict=True)
    )
    steps = tuple(
        Step(number, tuple(found.variables), held_out[number], test[number])
        for number, found in scored.items()
    )
    return Scan(
        task.tagger, task.category, fake_rate, steps, sufficient(held_out), sufficient(test)
    )


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
        number: Ranking.of(score, table.signal, weights, table.event)
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
    signal = weights[table.signal]
    total, squares = float(signal.sum()), float((signal**2).sum())
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
