"""Importance of the input variables: mean absolute Shapley value of tracks of unseen events.

Values are taken relative to their mean over the tracks of the category: in a model of several
categories the mean tells one category from the others and says nothing of its tracks. What a
variable that does not vary in a category adds goes there too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.combination.scoring import ModelSet
from hepchain.config.studies import ShapleyConfig
from hepchain.config.training import BalanceConfig
from hepchain.errors import StageError
from hepchain.seeds import generator, integer_seed
from hepchain.studies.attribution import Attribution, Floats, attribute, method_of
from hepchain.studies.explained import CategoryImportance, Importances, VariableImportance
from hepchain.studies.tracks import Table
from hepchain.training.model import Model
from hepchain.training.tagger import Matrix

logger = logging.getLogger(__name__)

SMALLEST_FOLD = 10
"""Fewest tracks of a fold that are explained."""


@dataclass(frozen=True)
class Sample:
    """Tracks drawn with their weights, so that each stands for the same."""

    rows: npt.NDArray[np.int64]
    """Of the table, each once."""
    times: Floats
    """How often each was drawn."""


@dataclass(frozen=True)
class FoldImportance:
    """One model; arrays of shape (variables,)."""

    importance: Floats
    direction: Floats
    common: float
    tracks: int


def draw(weights: Floats, number: int, random: np.random.Generator) -> Sample:
    """Tracks at random, with replacement, each with a probability in proportion to its weight.

    A probability is not negative: tracks of negative weight are not drawn.

    Raises
    ------
    StageError : no track has a weight
    """
    negative = int((weights < 0.0).sum())
    if negative:
        assumed(
            logger,
            Kind.NEGATIVE_NOT_DRAWN,
            "the importance of variables is from tracks of positive weight alone",
            negative,
            len(weights),
        )
        weights = np.maximum(weights, 0.0)
    if not weights.sum() > 0.0:
        raise StageError(
            f"none of {len(weights)} tracks of a fold has a weight, so that the importance of its "
            "variables cannot be found: generate more events of the training samples, or take the "
            "category out of training.categories"
        )
    chosen = random.choice(len(weights), size=number, p=weights / weights.sum())
    rows, times = np.unique(chosen, return_counts=True)
    return Sample(rows, times.astype(np.float64))


def summarise(found: Attribution, inputs: Matrix, times: Floats) -> FoldImportance:
    """Mean absolute values about their means, and correlations of the values with the variables.

    Parameters
    ----------
    inputs : shape (n, variables), standardised
    times : shape (n,), how often each track counts
    """
    variables = np.asarray(inputs, dtype=np.float64)
    varies = variables.min(axis=0) < variables.max(axis=0)
    values = np.where(varies, found.values - np.average(found.values, axis=0, weights=times), 0.0)
    return FoldImportance(
        np.average(np.abs(values), axis=0, weights=times),
        _correlation(variables, values, times),
        float(np.average(found.values.sum(axis=1) + found.rest, weights=times)),
        len(inputs),
    )


def _correlation(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Of each column of ``x`` with that of ``y``; 0 where one of them is constant."""
    x, y = (values - np.average(values, axis=0, weights=weights) for values in (x, y))
    norm = np.sqrt((weights @ x**2) * (weights @ y**2))
    result: Floats = np.divide(weights @ (x * y), norm, out=np.zeros_like(norm), where=norm > 1e-12)
    return np.clip(result, -1.0, 1.0)


def of_model(
    model: Model,
    table: Table,
    rows: npt.NDArray[np.int64],
    weights: Floats,
    config: ShapleyConfig,
    share: float,
    seeds: tuple[int, str],
) -> FoldImportance:
    """Importance in one model, of tracks drawn from some rows of a table.

    ``share``: of the tracks of the config that are drawn; ``seeds``: that of the run and the name
    of the draw.
    """
    exact = method_of(model) == "exact"
    number = config.tracks if exact else config.sampled_tracks
    random = generator(seeds[0], "importance", seeds[1])
    sample = draw(weights, max(SMALLEST_FOLD, round(share * number)), random)
    background = draw(weights, config.background, random)
    values = table.of(model.variables, rows[sample.rows])
    found = attribute(
        model,
        values,
        table.of(model.variables, rows[background.rows]),
        integer_seed(seeds[0], "attribution", seeds[1], below=2**31),
    )
    inputs = model.scaling.apply(values, model.variables, "tracks of the study")
    return summarise(found, inputs, sample.times)


def importances(
    tagger: str,
    models: ModelSet,
    tables: Mapping[str, Table],
    controls: Sequence[str],
    config: ShapleyConfig,
    balance: BalanceConfig,
    seed: int,
) -> Importances:
    """Importance of all variables in all categories, each track by the model that has not seen it.

    Tracks are drawn with the balanced weights of the training, the same ones for every tagger whose
    values are found in the same way.
    """
    found = []
    for category, table in tables.items():
        weights = table.balanced(balance)
        folds = []
        for fold in range(models.folds):
            rows = np.flatnonzero(table.fold == fold)
            model = models.models[category, fold]
            seeds = seed, f"{category}/{fold}"
            folds.append(
                of_model(model, table, rows, weights[rows], config, 1.0 / models.folds, seeds)
            )
        found.append(_category(category, model.variables, folds, controls))
        logger.info("%s: %s first", category, found[-1].variables[0].name)
    return Importances(tagger, method_of(next(iter(models.models.values()))), tuple(found))


def _category(
    category: str,
    variables: Sequence[str],
    folds: Sequence[FoldImportance],
    controls: Sequence[str],
) -> CategoryImportance:
    by_fold = np.array([fold.importance for fold in folds])
    error = by_fold.std(axis=0, ddof=1) / np.sqrt(len(folds))
    direction = np.mean([fold.direction for fold in folds], axis=0)
    entries = [
        VariableImportance(
            name,
            name in controls,
            float(by_fold[:, i].mean()),
            float(error[i]),
            float(direction[i]),
            tuple(by_fold[:, i].tolist()),
        )
        for i, name in enumerate(variables)
    ]
    entries.sort(key=lambda entry: -entry.importance)
    common = float(np.mean([fold.common for fold in folds]))
    return CategoryImportance(category, sum(fold.tracks for fold in folds), tuple(entries), common)
