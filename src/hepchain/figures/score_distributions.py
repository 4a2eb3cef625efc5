"""Distributions of the combined score: electrons and hadrons, per category and in all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    ALL_LOOK,
    DOUBLE,
    HADRON_LOOK,
    Floats,
    Look,
    Things,
    headroom,
    inside,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.figures.tables import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.truth import Label

ALL = "all"
SCORE_TITLES = {
    "likelihood_ratio": "Score (logarithm of the likelihood ratio)",
    "raw": "Score (output of the tagger)",
}
BINS = 50
COLUMNS = ("category", "label", "weight", "score")


@dataclass(frozen=True)
class ClassDistribution:
    """Share of the tracks of one class in each bin, shape (bins,); zeros if there are none."""

    share: Floats
    error: Floats
    tracks: int
    """Not weighted."""


@dataclass(frozen=True)
class ScoreDistributions:
    """Distributions of one tagger."""

    tagger: str
    score: str
    """``likelihood_ratio`` or ``raw``."""
    edges: Floats
    """Shape (bins + 1,)."""
    threshold: float
    """Of the working point for all pT."""
    fake_rate: float
    electrons: dict[str, ClassDistribution]
    hadrons: dict[str, ClassDistribution]
    """Category or ``all`` -> distribution."""


def score_distributions(
    tagger: str, scores: Path, working_points: Path, categories: Sequence[str]
) -> ScoreDistributions:
    """Distributions from a score file; it is read twice, first for the range of the score."""
    points = read_json(working_points)
    low, high = score_range(pieces([scores], COLUMNS))
    edges = np.linspace(low, high, BINS + 1)
    names = [ALL, *categories]
    electrons, hadrons = (
        distributions(pieces([scores], COLUMNS), label, edges, names)
        for label in (Label.ELECTRON, Label.HADRON)
    )
    return ScoreDistributions(
        tagger,
        points["score"],
        edges,
        points["overall"],
        points["fake_rate"],
        electrons,
        hadrons,
    )


def score_range(tables: Iterable[Columns]) -> tuple[float, float]:
    """Smallest and largest score, widened if they are the same; (0, 1) without tracks."""
    low, high = np.inf, -np.inf
    for table in tables:
        low = min(low, float(table["score"].min()))
        high = max(high, float(table["score"].max()))
    if low > high:
        return 0.0, 1.0
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def distributions(
    tables: Iterable[Columns], label: Label, edges: Floats, names: Sequence[str]
) -> dict[str, ClassDistribution]:
    """Distribution of the tracks with one label in each category and in ``all``."""
    sums = {name: np.zeros((2, len(edges) - 1)) for name in names}
    tracks = dict.fromkeys(names, 0)
    for table in tables:
        of_class = table["label"] == label
        for name in names:
            chosen = of_class if name == ALL else of_class & (table["category"] == name)
            score, weight = table["score"][chosen], table["weight"][chosen].astype(np.float64)
            sums[name] += [np.histogram(score, edges, weights=w)[0] for w in (weight, weight**2)]
            tracks[name] += int(chosen.sum())
    return {name: _normalised(sums[name], tracks[name]) for name in names}


def _normalised(sums: Floats, tracks: int) -> ClassDistribution:
    weights, squares = sums
    total = weights.sum()
    if total <= 0.0:
        return ClassDistribution(np.zeros_like(weights), np.zeros_like(weights), tracks)
    return ClassDistribution(weights / total, np.sqrt(squares) / total, tracks)


@styled()
def draw(numbers: ScoreDistributions, things: Things, config: FiguresConfig) -> Figure:
    """A panel a category, filled: electrons, hatched: hadrons."""
    names = list(numbers.electrons)
    rows = len(names) // 2 + 1
    figure, grid = panels(rows, 2, width=DOUBLE, height=2.1 * rows, share_x="col")
    cells: list[Axes] = list(grid.ravel())
    _legend(cells.pop(1), numbers, things)
    for axes, name in zip(cells, names, strict=False):
        _draw_panel(axes, numbers, name, things)
    for axes in cells[len(names) :]:
        axes.axis("off")
    for axes in grid[-1]:
        axes.set_xlabel(SCORE_TITLES[numbers.score])
    stamp_figure(figure, config)
    return figure


def _draw_panel(axes: Axes, numbers: ScoreDistributions, name: str, things: Things) -> None:
    look = ALL_LOOK if name == ALL else things.look(name)
    electrons, hadrons = numbers.electrons[name], numbers.hadrons[name]
    _draw_class(axes, numbers.edges, hadrons, HADRON_LOOK)
    _draw_class(axes, numbers.edges, electrons, look, filled=True)
    axes.axvline(numbers.threshold, color="black", linewidth=1.0, linestyle="--")
    title = "all categories" if name == ALL else things.title(name)
    inside(axes, f"{title}\n{electrons.tracks} e, {hadrons.tracks} hadrons")
    axes.set_ylabel("Share of tracks / bin")
    axes.set_ylim(bottom=0.0)
    headroom(axes, 1.3)
    if not electrons.tracks and not hadrons.tracks:
        nothing(axes, "no tracks")


def _area(look: Look, filled: bool) -> Any:
    if filled:
        return {"color": look.colour, "alpha": 0.35}
    return {"facecolor": "none", "edgecolor": look.colour, "hatch": look.hatch, "linewidth": 0}


def _draw_class(
    axes: Axes, edges: Floats, values: ClassDistribution, look: Look, filled: bool = False
) -> None:
    axes.stairs(values.share, edges, fill=True, **_area(look, filled))
    axes.stairs(values.share, edges, color=look.colour, linewidth=1.2)
    centres = (edges[1:] + edges[:-1]) / 2
    axes.errorbar(centres, values.share, values.error, fmt="none", ecolor=look.colour, elinewidth=1)


def _legend(axes: Axes, numbers: ScoreDistributions, things: Things) -> None:
    axes.axis("off")
    for look, filled, label in ((ALL_LOOK, True, "electrons"), (HADRON_LOOK, False, "hadrons")):
        axes.stairs([], [0], fill=True, label=label, **_area(look, filled))
    axes.plot(
        [],
        [],
        color="black",
        linewidth=1.0,
        linestyle="--",
        label=f"threshold, fake rate {100 * numbers.fake_rate:g} %",
    )
    axes.legend(loc="center", title=things.title(numbers.tagger), fontsize=9)
