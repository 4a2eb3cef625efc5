"""Distributions of the combined score: electrons and hadrons, per category or regime of pT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    ALL_LOOK,
    HADRON_LOOK,
    Floats,
    Look,
    Things,
    cells_and_legend,
    headroom,
    inside,
    nothing,
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
COLUMNS = ("category", "label", "pt", "weight", "score")
Masks = Mapping[str, np.ndarray]
"""Group of tracks -> which of a piece belong to it, shape (n,)."""
OWN_LINE: Any = {"color": "#CC6677", "linewidth": 1.2, "linestyle": ":"}


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
    """Category or regime of pT, or ``all`` -> distribution."""
    own_thresholds: dict[str, float] = field(default_factory=dict)
    """Regime of pT -> its threshold at the same fake rate; empty for categories."""


@dataclass(frozen=True)
class Categories:
    """Groups of tracks by category."""

    names: Sequence[str]

    def of(self, table: Columns) -> Masks:
        """Which tracks belong to each group."""
        return {name: table["category"] == name for name in self.names}


@dataclass(frozen=True)
class Regimes:
    """Groups of tracks by pT."""

    edges: Sequence[float]
    """[GeV]"""

    @property
    def names(self) -> list[str]:
        """Regimes as printed."""
        return [f"{low:g} to {high:g} GeV" for low, high in pairwise(self.edges)]

    def of(self, table: Columns) -> Masks:
        """Which tracks belong to each group."""
        pt = table["pt"]
        bounds = pairwise(self.edges)
        return {
            name: (pt >= low) & (pt < high)
            for name, (low, high) in zip(self.names, bounds, strict=True)
        }


Groups = Categories | Regimes


def score_distributions(
    tagger: str, scores: Path, working_points: Path, categories: Sequence[str]
) -> ScoreDistributions:
    """Distributions in each category; the file is read twice, first for the range of the score."""
    return _collected(tagger, scores, read_json(working_points), Categories(categories))


def score_by_pt(tagger: str, scores: Path, working_points: Path) -> ScoreDistributions:
    """As :func:`score_distributions`, in the regimes of pT that have thresholds of their own."""
    points = read_json(working_points)
    regimes = Regimes(points["per_pt_bin"]["edges"])
    own = dict(zip(regimes.names, points["per_pt_bin"]["thresholds"], strict=True))
    return _collected(tagger, scores, points, regimes, own)


def _collected(
    tagger: str,
    scores: Path,
    points: Mapping[str, Any],
    groups: Groups,
    own_thresholds: Mapping[str, float] | None = None,
) -> ScoreDistributions:
    low, high = score_range(pieces([scores], COLUMNS))
    edges = np.linspace(low, high, BINS + 1)
    electrons, hadrons = (
        distributions(pieces([scores], COLUMNS), label, edges, groups)
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
        dict(own_thresholds or {}),
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
    tables: Iterable[Columns], label: Label, edges: Floats, groups: Groups
) -> dict[str, ClassDistribution]:
    """Distribution of the tracks with one label in ``all`` and in each group."""
    names = [ALL, *groups.names]
    sums = {name: np.zeros((2, len(edges) - 1)) for name in names}
    tracks = dict.fromkeys(names, 0)
    for table in tables:
        of_class = table["label"] == label
        masks = groups.of(table)
        for name in names:
            chosen = of_class if name == ALL else of_class & masks[name]
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
    """A panel a group, filled: electrons, hatched: hadrons."""
    names = list(numbers.electrons)
    figure, cells, legend, lowest = cells_and_legend(len(names))
    _legend(legend, numbers, things)
    for axes, name in zip(cells, names, strict=True):
        _draw_panel(axes, numbers, name, things)
    for axes in lowest:
        axes.set_xlabel(SCORE_TITLES[numbers.score])
    stamp_figure(figure, config)
    return figure


def _draw_panel(axes: Axes, numbers: ScoreDistributions, name: str, things: Things) -> None:
    look = things.look(name) if name in things.categories else ALL_LOOK
    electrons, hadrons = numbers.electrons[name], numbers.hadrons[name]
    draw_class(axes, numbers.edges, hadrons, HADRON_LOOK)
    draw_class(axes, numbers.edges, electrons, look, filled=True)
    axes.axvline(numbers.threshold, color="black", linewidth=1.0, linestyle="--")
    if name in numbers.own_thresholds:
        axes.axvline(numbers.own_thresholds[name], **OWN_LINE)
    inside(axes, f"{_title(name, numbers, things)}\n{electrons.tracks} e, {hadrons.tracks} hadrons")
    axes.set_ylabel("Share of tracks / bin")
    axes.set_ylim(bottom=0.0)
    headroom(axes, 1.3)
    if not electrons.tracks and not hadrons.tracks:
        nothing(axes, "no tracks")


def _title(name: str, numbers: ScoreDistributions, things: Things) -> str:
    if not numbers.own_thresholds:
        return things.title(name)
    return "all $p_T$" if name == ALL else f"$p_T$ {name}"


def area(look: Look, filled: bool) -> Any:
    """Options of the area of one class."""
    if filled:
        return {"color": look.colour, "alpha": 0.35}
    return {"facecolor": "none", "edgecolor": look.colour, "hatch": look.hatch, "linewidth": 0}


def draw_class(
    axes: Axes, edges: Floats, values: ClassDistribution, look: Look, filled: bool = False
) -> None:
    """Steps with errors over an area, or over hatches if not filled."""
    axes.stairs(values.share, edges, fill=True, **area(look, filled))
    axes.stairs(values.share, edges, color=look.colour, linewidth=1.2)
    centres = (edges[1:] + edges[:-1]) / 2
    axes.errorbar(centres, values.share, values.error, fmt="none", ecolor=look.colour, elinewidth=1)


def _legend(axes: Axes, numbers: ScoreDistributions, things: Things) -> None:
    axes.axis("off")
    for look, filled, label in ((ALL_LOOK, True, "electrons"), (HADRON_LOOK, False, "hadrons")):
        axes.stairs([], [0], fill=True, label=label, **area(look, filled))
    axes.plot(
        [],
        [],
        color="black",
        linewidth=1.0,
        linestyle="--",
        label=f"threshold, fake rate {100 * numbers.fake_rate:g} %",
    )
    if numbers.own_thresholds:
        axes.plot([], [], **OWN_LINE, label="threshold of the regime of $p_T$ alone")
    axes.legend(loc="center", title=things.title(numbers.tagger), fontsize=9)
