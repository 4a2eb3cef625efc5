"""Linear correlations of the input variables, of signal and of background."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from hepchain.assumptions import Kind, assumed
from hepchain.config.figures import FiguresConfig
from hepchain.config.training import BalanceConfig
from hepchain.errors import StageError
from hepchain.figures.importance import short
from hepchain.figures.shares import CLASSES
from hepchain.figures.style import (
    DOUBLE,
    Floats,
    Things,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.io.parquet import iterate_parquet
from hepchain.training.balance import Balance, balance
from hepchain.training.scaling import Scaling

logger = logging.getLogger(__name__)

KINEMATICS = ("category", "label", "pt", "eta", "weight")
STRONG = 0.5
"""A variable without a correlation of this size, in either class, is left out of the figure."""
DIGITS = 4
"""Of the correlations in the file of numbers."""
COLOURS = "RdBu_r"


@dataclass
class Moments:
    """Weighted sums of inputs and of their products, collected piece by piece."""

    weight: float
    sums: Floats
    products: Floats
    tracks: int

    @classmethod
    def empty(cls, variables: int) -> Moments:
        """Of no tracks."""
        return cls(0.0, np.zeros(variables), np.zeros((variables, variables)), 0)

    def add(self, inputs: Floats, weight: Floats) -> None:
        """Add tracks: inputs of shape (n, variables) with means near 0 and widths near 1."""
        weighted = inputs * weight[:, None]
        self.weight += float(weight.sum())
        self.sums += weighted.sum(axis=0)
        # einsum without optimisation sums in a fixed order, whatever BLAS and its threads do.
        self.products += np.einsum("ni,nj->ij", weighted, inputs, optimize=False)
        self.tracks += len(inputs)

    def correlation(self) -> Floats:
        """Matrix of shape (variables, variables); NaN for constants and without tracks."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.sums / self.weight
            covariance = self.products / self.weight - np.outer(mean, mean)
            variance = np.diag(covariance)
            # What is left of a constant is rounding, which correlates with anything.
            width = np.sqrt(np.where(variance > 1e-9, variance, np.nan))
            result: Floats = np.clip(covariance / np.outer(width, width), -1.0, 1.0)
        return result


@dataclass(frozen=True)
class Correlations:
    """Correlations in one category of the training samples."""

    category: str
    variables: list[str]
    groups: list[str]
    """Group of each variable."""
    values: dict[str, Floats]
    """Class -> shape (variables, variables); NaN where a variable is constant."""
    tracks: dict[str, int]
    """Class -> number."""


def correlations(
    paths: Sequence[Path],
    category: str,
    groups: Mapping[str, str],
    scaling: Scaling,
    config: BalanceConfig,
) -> Correlations:
    """Correlations of the inputs as a model gets them: transformed, standardised, cut off.

    Both classes are weighted to the same spectrum of pT and eta, as in training. The files are
    read twice, first for that spectrum; memory does not grow with them but for three small
    columns.

    Parameters
    ----------
    paths : features of the training samples
    groups : variable -> its group, in the order of the figure
    scaling : of a trained model, with all these variables

    Raises
    ------
    InputError : a file is unusable
    """
    names = list(groups)
    moments = _moments(paths, category, scaling.of(names), names, config)
    return Correlations(
        category,
        names,
        list(groups.values()),
        {name: np.round(found.correlation(), DIGITS) for name, found in moments.items()},
        {name: found.tracks for name, found in moments.items()},
    )


def _moments(
    paths: Sequence[Path], category: str, own: Scaling, names: list[str], config: BalanceConfig
) -> dict[str, Moments]:
    weights = _balance(paths, category, config)
    moments = {name: Moments.empty(len(names)) for name in CLASSES}
    for tracks in _tracks(paths, category, [*dict.fromkeys([*KINEMATICS, *names])]):
        label = np.asarray(tracks["label"]).astype(np.int8)
        weight = np.ones(len(label), dtype=np.float32)
        if weights is not None:
            weight = weights.of(label, *(np.asarray(tracks[n]) for n in ("pt", "eta", "weight")))
        values = np.stack([np.asarray(tracks[name]) for name in names], axis=1)
        inputs = own.apply(values.astype(np.float32), names, "training tracks").astype(np.float64)
        for name, wanted in CLASSES.items():
            chosen = label == wanted
            moments[name].add(inputs[chosen], weight[chosen].astype(np.float64))
    return moments


def _tracks(paths: Sequence[Path], category: str, columns: Sequence[str]) -> Iterator[ak.Array]:
    """Signal and background of the category, row group by row group."""
    for path in paths:
        for chunk in iterate_parquet(path, columns):
            label = np.asarray(chunk["label"])
            chosen = np.isin(label, list(CLASSES.values())) & np.asarray(
                chunk["category"] == category
            )
            yield ak.to_packed(chunk[chosen])


def _balance(paths: Sequence[Path], category: str, config: BalanceConfig) -> Balance | None:
    """Weights of both classes, None if they cannot be balanced."""
    found = list(_tracks(paths, category, KINEMATICS))
    label, pt, eta, weight = (
        np.concatenate([np.asarray(tracks[name]) for tracks in found] or [np.empty(0)])
        for name in ("label", "pt", "eta", "weight")
    )
    try:
        return balance(label.astype(np.int8), pt, eta, weight, config)
    except StageError as error:
        # A figure is no reason to end a run.
        assumed(
            logger,
            Kind.NOT_BALANCED,
            f"correlations of unweighted tracks, each counts once: {error}",
        )
        return None


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
