"""Where the bins of the comparisons of a quantity are drawn, and how their labels stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.validation.comparison import Comparison, FloatArray

GAP = 1.0
"""Between two selections, in bins."""
MANY = 7
"""Bins from which labels stand upright."""
MOST_LETTERS = 60
"""Of labels that lie beside each other, all as long as the longest."""


@dataclass(frozen=True)
class Segment:
    """Where the bins of one selection are drawn: edges, shape (bins + 1,), and their labels."""

    selection: str
    edges: FloatArray
    labels: tuple[str, ...]

    @property
    def centres(self) -> FloatArray:
        """Middles of the bins."""
        return np.asarray(0.5 * (self.edges[1:] + self.edges[:-1]))


def segments(comparisons: Sequence[Comparison]) -> dict[str, Segment]:
    """Selection -> where it is drawn: one alone on its own scale, several as equal bins."""
    first = {comparison.selection: comparison.axis for comparison in reversed(comparisons)}
    axes = {comparison.selection: first[comparison.selection] for comparison in comparisons}
    if len(axes) == 1:
        ((selection, axis),) = axes.items()
        if axis.edges is not None:
            return {selection: Segment(selection, np.array(axis.edges), axis.labels)}
    found, start = {}, 0.0
    for selection, axis in axes.items():
        edges = start + np.arange(axis.bins + 1.0)
        found[selection] = Segment(selection, edges, axis.labels)
        start = float(edges[-1]) + GAP
    return found


def has_own_scale(comparisons: Sequence[Comparison], where: Sequence[Segment]) -> bool:
    """Whether bins are drawn by the numbers of their edges."""
    return len(where) == 1 and comparisons[0].axis.edges is not None


def stand(labels: Sequence[str]) -> bool:
    """Whether labels stand upright, for want of room beside each other."""
    return len(labels) > MANY or max(map(len, labels)) * len(labels) > MOST_LETTERS
