"""Importance of the input variables as it is written and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["exact", "sampled"]


@dataclass(frozen=True)
class VariableImportance:
    """One variable in one category."""

    name: str
    control: bool
    """Whether it is a negative control."""
    importance: float
    """Mean absolute Shapley value about its mean, in log odds: mean over the folds."""
    error: float
    """Of that mean, from the spread of the folds."""
    direction: float
    """Correlation of the variable with its Shapley values: 1 if larger values always speak for
    signal, -1 if they speak against it, 0 if the variable does nothing."""
    folds: tuple[float, ...]
    """Importance by fold."""


@dataclass(frozen=True)
class CategoryImportance:
    """All variables of a category."""

    category: str
    tracks: int
    """Different ones."""
    variables: tuple[VariableImportance, ...]
    """By falling importance."""
    common: float
    """Mean log odds of its tracks above those of a track of which nothing is known."""


@dataclass(frozen=True)
class Importances:
    """All categories of a tagger."""

    tagger: str
    method: Method
    categories: tuple[CategoryImportance, ...]
