"""Linear correlations of the input variables, of signal and of background."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from hepchain.config.figures import FiguresConfig
from hepchain.figures.importance import short
from hepchain.figures.style import DOUBLE, Floats, Things, nothing, panels, stamp_figure, styled
from hepchain.studies.correlations import Correlations

STRONG = 0.5
"""A variable without a correlation of this size, in either class, is left out of the figure."""
COLOURS = "RdBu_r"


def strong(numbers: Correlations) -> list[int]:
    """Rows of the variables that are drawn: group after group, in each like beside like.

    Left out are those whose correlations with all others are below :data:`STRONG`. The order is
    that of a hierarchical clustering with average linkage at the distance 1 - |r|.
    """
    size = np.stack([np.abs(np.nan_to_num(values)) for values in numbers.values.values()])
    largest = size.max(axis=0)
    np.fill_diagonal(largest, 0.0)
    kept = np.flatnonzero(largest.max(axis=1, initial=0.0) >= STRONG)
    groups = [numbers.groups[row] for row in kept]
    parts = [kept[[one == group for one in groups]] for group in dict.fromkeys(groups)]
    return [int(row) for rows in parts for row in _like_beside_like(largest, rows)]


def _like_beside_like(size: Floats, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    if len(rows) < 3:
        return rows
    distance = 1.0 - np.clip(size[np.ix_(rows, rows)], 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    ordered: npt.NDArray[np.intp] = rows[leaves_list(tree)]
    return ordered


@styled()
def draw(numbers: Correlations, things: Things, config: FiguresConfig) -> Figure:
    """Signal above the diagonal, background below; white: none, grey: a constant."""
    rows = strong(numbers)
    size = len(rows)
    figure, grid = panels(1, 1, width=DOUBLE, height=2.0 + 0.105 * max(size, 8))
    axes: Axes = grid[0, 0]
    if rows:
        upper = np.triu(np.ones((size, size), dtype=bool), k=1)
        values = {name: found[np.ix_(rows, rows)] for name, found in numbers.values.items()}
        shown = np.where(upper, values["signal"], values["background"])
        np.fill_diagonal(shown, np.nan)
        axes.set_facecolor("0.85")
        image = axes.imshow(shown, cmap=COLOURS, vmin=-1.0, vmax=1.0, interpolation="nearest")
        bar = figure.colorbar(image, ax=axes, shrink=0.5, pad=0.06, aspect=30)
        bar.set_label("Correlation")
    else:
        nothing(axes, f"no correlation of {STRONG:g} or more")
    _finish(axes, numbers, rows)
    axes.set_title(
        f"{things.title(numbers.category)}: {size} of {len(numbers.variables)} variables, those "
        f"with |r| of at least {STRONG:g}; above the diagonal:\n"
        f"{numbers.tracks['signal']} {things.title('signal')}, below: "
        f"{numbers.tracks['background']} {things.title('background')}",
        fontsize=8,
    )
    stamp_figure(figure, config)
    return figure


def _finish(axes: Axes, numbers: Correlations, rows: Sequence[int]) -> None:
    size = len(rows)
    names = [short(numbers.variables[row]) for row in rows]
    groups = [numbers.groups[row] for row in rows]
    axes.set_xticks(range(size), names, rotation=90, fontsize=7)
    axes.set_yticks(range(size), names, fontsize=7)
    axes.tick_params(which="both", length=0)
    axes.tick_params(which="minor", bottom=False, left=False, top=False, right=False)
    changes = [row for row, (a, b) in enumerate(pairwise(groups), 1) if a != b]
    for edge in changes:
        axes.axhline(edge - 0.5, color="black", linewidth=1.0)
        axes.axvline(edge - 0.5, color="black", linewidth=1.0)
    axes.plot([-0.5, size - 0.5], [-0.5, size - 0.5], color="black", linewidth=0.6)
    for low, high in pairwise([0, *changes, size] if size else []):
        place = (low + high - 1) / 2
        axes.text(size, place, groups[low], rotation=270, va="center", fontsize=8)
    axes.set_xlim(-0.5, max(size, 1) - 0.5)
    axes.set_ylim(max(size, 1) - 0.5, -0.5)
