"""Input vector of a model for tracks of several categories, which have different variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepchain.training.tagger import Matrix


@dataclass(frozen=True)
class Layout:
    """All variables in order, then a flag for each category: 1 for a track of it, else 0."""

    variables: tuple[str, ...]
    """Variables that any of the categories has."""
    categories: Mapping[str, tuple[str, ...]]
    """Category -> its variables, in the same order."""

    @property
    def names(self) -> list[str]:
        """Names of the inputs; flags are sorted, as JSON files keep no order of categories."""
        return [*self.variables, *(f"is_{category}" for category in sorted(self.categories))]

    def expand(self, values: Matrix, category: str, out: Matrix | None = None) -> Matrix:
        """Input vectors of the tracks of one category.

        Parameters
        ----------
        values : shape (n, variables of the category), standardised
        out : written to, shape (n, inputs); a new array if not given

        Returns
        -------
        shape (n, inputs): variables that the category lacks are 0, their mean
        """
        result = np.empty((len(values), len(self.names)), dtype=np.float32) if out is None else out
        result[:] = 0.0
        result[:, self.positions(category)] = values
        result[:, len(self.variables) + sorted(self.categories).index(category)] = 1.0
        return result

    def positions(self, category: str) -> list[int]:
        """Where the variables of a category stand in the input vector."""
        return [self.variables.index(name) for name in self.categories[category]]
