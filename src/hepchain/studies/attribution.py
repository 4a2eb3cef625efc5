"""What each variable adds to the log odds of a track's score: Shapley values.

They are the only shares of a prediction that sum to it, treat variables alike and give nothing to
one that is not used (L. S. Shapley, 1953; Lundberg and Lee, NeurIPS 2017, arXiv:1705.07874).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from hepchain.errors import StageError
from hepchain.studies.explained import Method
from hepchain.training.model import Model
from hepchain.training.tagger import Matrix

Floats = npt.NDArray[np.float64]
Margin = Callable[[npt.NDArray[Any]], Floats]


SMALLEST = 1e-6
"""Scores, and one minus scores, below it are raised to it: single precision knows no more."""


@dataclass(frozen=True)
class Attribution:
    """Shapley values of some tracks; their sum with ``rest`` and ``base`` is the log odds."""

    values: Floats
    """Shape (n, variables)."""
    rest: Floats
    """Shape (n,): of what all tracks of the category have in common (flags of the category, absent
    variables) in a model of several categories."""
    base: Floats
    """Shape (n,): log odds of a track of which nothing is known."""


def method_of(model: Model) -> Method:
    """Whether a model knows its Shapley values or they are estimated."""
    return "exact" if model.explainable else "sampled"


def attribute(model: Model, values: Matrix, background: Matrix, seed: int) -> Attribution:
    """Shapley values of the variables of a model.

    Parameters
    ----------
    values : shape (n, variables), tracks of the model's category in physical units
    background : shape (m, variables), tracks that stand in for unknown variables where the model
        does not know its values
    seed : of the order in which variables become known

    Raises
    ------
    InputError : a value is not finite
    StageError : the values are to be estimated and the package ``shap`` is not there
    """
    if model.explainable:
        return _exact(model, values)
    found, base = sampled(lambda rows: log_odds(model, rows), values, background, seed)
    return Attribution(found, np.zeros(len(values)), base)


def log_odds(model: Model, inputs: npt.NDArray[Any]) -> Floats:
    """Logarithm of score over one minus score, shape (n,), of variables in physical units."""
    rows = np.asarray(inputs, dtype=np.float32)
    score = model.score(rows, model.variables, "tracks of the study").astype(np.float64)
    return np.asarray(logit(np.clip(score, SMALLEST, 1.0 - SMALLEST)))


def _exact(model: Model, values: Matrix) -> Attribution:
    inputs = model.scaling.apply(values, model.variables, "tracks of the study")
    rows = inputs if model.layout is None else model.layout.expand(inputs, model.category)
    found = model.explainer().contributions(rows).astype(np.float64)
    own = range(len(model.variables))
    positions = list(own) if model.layout is None else model.layout.positions(model.category)
    own_values = found[:, positions]
    rest = np.delete(found[:, :-1], positions, axis=1).sum(axis=1)
    return Attribution(own_values, rest, found[:, -1])


def sampled(margin: Margin, inputs: Matrix, background: Matrix, seed: int) -> tuple[Floats, Floats]:
    """Shapley values of any function, from one random order of its variables and its reverse.

    A variable is unknown by having the values of the background tracks in turn, over which the
    function is averaged. Terms up to the second order in the variables are exact, for every order
    and its reverse; higher ones are estimates.

    Parameters
    ----------
    margin : function of shape (n, variables) -> (n,)
    inputs, background : shape (n, variables), (m, variables)

    Returns
    -------
    values of shape (n, variables), and what the function is without any, shape (n,)

    Raises
    ------
    StageError : the package ``shap`` is not there
    """
    try:
        import shap
    except ModuleNotFoundError as error:
        raise StageError(
            "taggers that do not know the contributions of their inputs are explained by the "
            f"package shap, which is not installed ({error}): run "
            "`python3 envs/setup.py --group explain`"
        ) from error
    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.explainers.Permutation(margin, masker, seed=seed)
    found = explainer(inputs, max_evals=2 * inputs.shape[1] + 1, silent=True)
    base = np.broadcast_to(np.asarray(found.base_values, dtype=np.float64), len(inputs))
    return np.asarray(found.values, dtype=np.float64), base
