"""Fake rate against efficiency: per category and combined, all taggers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import efficiency_of_sums
from hepchain.figures.style import (
    ALL_LOOK,
    Floats,
    Look,
    Things,
    inside,
    line_at,
    panels,
    stamp,
    styled,
)
from hepchain.figures.tables import Columns, pieces
from hepchain.truth import Label

ALL = "all"
"""Name of the sum of the categories."""

BINS = 20_000
GRID = np.linspace(0.0, 1.0, 201)
"""Efficiencies at which curves are given."""


@dataclass(frozen=True)
class ClassSums:
    """Sums of weights of electrons and hadrons in fine bins of a score, low to high.

    Fine bins in place of a sort keep the memory flat, whatever the number of tracks.
    """

    electrons: Floats = field(default_factory=lambda: np.zeros(BINS))
    hadrons: Floats = field(default_factory=lambda: np.zeros(BINS))
    squares: Floats = field(default_factory=lambda: np.zeros(2))
    """Sums of squared weights of electrons and of hadrons."""

    def fill(self, score: Floats, label: np.ndarray, weight: Floats) -> None:
        """Add tracks, arrays of shape (n,); tracks of other labels do not count."""
        index = _bin_of(score)
        for row, (sums, wanted) in enumerate(
            ((self.electrons, Label.ELECTRON), (self.hadrons, Label.HADRON))
        ):
            chosen = label == wanted
            sums += np.bincount(index[chosen], weight[chosen], BINS)
            self.squares[row] += float((weight[chosen] ** 2).sum())

    def above(self) -> tuple[Floats, Floats]:
        """Sums of electrons and of hadrons above each bin edge, from the highest down."""
        electrons, hadrons = (
            np.concatenate([[0.0], np.cumsum(sums[::-1])])
            for sums in (self.electrons, self.hadrons)
        )
        return electrons, hadrons

    def effective_entries(self) -> tuple[float, float]:
        """Effective numbers of electrons and of hadrons."""
        totals = np.array([self.electrons.sum(), self.hadrons.sum()])
        entries = np.divide(totals**2, self.squares, out=np.zeros(2), where=self.squares > 0)
        return float(entries[0]), float(entries[1])


@dataclass(frozen=True)
class Roc:
    """A curve; empty arrays and NaN if one of the classes is empty."""

    tagger: str
    category: str
    """Category, or :data:`ALL`."""
    efficiency: Floats
    """Shape (n,), the grid."""
    fake_rate: Floats
    """Shape (n,), at each efficiency."""
    low: Floats
    high: Floats
    """Shape (n,), bounds of the fake rate from the number of hadrons, one standard deviation."""
    auc: float
    """Probability that an electron has a higher score than a hadron."""
    auc_error: float
    electrons: float
    hadrons: float
    """Effective entries."""


def _bin_of(score: Floats) -> np.ndarray:
    """Fine bin of any real score; the monotone x / (1 + |x|) maps them to (-1, 1)."""
    squashed = score / (1.0 + np.abs(score))
    return np.clip(((squashed + 1.0) * (BINS / 2)).astype(np.int64), 0, BINS - 1)


def collect(
    tables: Iterable[Columns],
    categories: Sequence[str],
    score: Callable[[Columns], Floats] = lambda table: table["score"],
) -> dict[str, ClassSums]:
    """Sums of each category and of all, from pieces with category, label and weight."""
    sums = {name: ClassSums() for name in (*categories, ALL)}
    for table in tables:
        value = score(table).astype(np.float64)
        label, weight = table["label"], table["weight"].astype(np.float64)
        sums[ALL].fill(value, label, weight)
        for name in categories:
            chosen = table["category"] == name
            sums[name].fill(value[chosen], label[chosen], weight[chosen])
    return sums


def roc(tagger: str, category: str, sums: ClassSums) -> Roc:
    """Curve of one set of tracks."""
    electrons, hadrons = sums.above()
    entries = sums.effective_entries()
    if electrons[-1] <= 0.0 or hadrons[-1] <= 0.0:
        empty = np.empty(0)
        return Roc(
            tagger, category, empty, empty, empty, empty, float("nan"), float("nan"), *entries
        )
    rising = np.concatenate([[True], np.diff(electrons) > 0])
    fake = np.interp(GRID, electrons[rising] / electrons[-1], hadrons[rising] / hadrons[-1])
    bounds = [efficiency_of_sums(f * entries[1], entries[1], entries[1]) for f in fake]
    area = auc(sums)
    return Roc(
        tagger,
        category,
        GRID,
        fake,
        np.array([bound.low for bound in bounds]),
        np.array([bound.high for bound in bounds]),
        area,
        auc_error(area, *entries),
        *entries,
    )


def auc(sums: ClassSums) -> float:
    """Area under the curve; electrons and hadrons of one bin count half."""
    electrons, hadrons = sums.electrons, sums.hadrons
    below = np.concatenate([[0.0], np.cumsum(hadrons)[:-1]])
    area = float((electrons * (below + hadrons / 2)).sum())
    return area / float(electrons.sum() * hadrons.sum())


def auc_error(area: float, electrons: float, hadrons: float) -> float:
    """Standard error of an area, Hanley and McNeil, Radiology 143 (1982) 29.

    ``electrons`` and ``hadrons``: numbers of entries.
    """
    pair_of_electrons = area / (2.0 - area) - area**2
    pair_of_hadrons = 2.0 * area**2 / (1.0 + area) - area**2
    variance = (
        area * (1.0 - area)
        + (electrons - 1.0) * pair_of_electrons
        + (hadrons - 1.0) * pair_of_hadrons
    ) / (electrons * hadrons)
    return float(np.sqrt(max(variance, 0.0)))


def rocs(scores: Mapping[str, Path], categories: Sequence[str]) -> list[Roc]:
    """Curves of each tagger (name -> score file) in each category and in all."""
    columns = ("category", "label", "weight", "score")
    return [
        roc(tagger, category, sums)
        for tagger, path in scores.items()
        for category, sums in collect(pieces([path], columns), categories).items()
    ]


@styled()
def draw(curves: Sequence[Roc], things: Things, config: FiguresConfig, fake_rate: float) -> Figure:
    """Colour and marker: category; line style: tagger; below: second tagger over the first."""
    taggers = list(dict.fromkeys(curve.tagger for curve in curves))
    compare = len(taggers) > 1
    figure, grid = panels(
        2 if compare else 1, height=5.2 if compare else 4.0, height_ratios=[3.2, 1][: 1 + compare]
    )
    upper = grid[0, 0]
    upper.set_yscale("log")
    for curve in curves:
        _draw_curve(upper, curve, things)
    line_at(upper, fake_rate)
    upper.text(0.01, fake_rate * 1.1, f"{100 * fake_rate:g} %", fontsize=8)
    _legend(upper, curves, things)
    if compare:
        _draw_ratio(grid[1, 0], curves, taggers, things)
    grid[-1, 0].set_xlabel("Electron efficiency")
    stamp(upper, config)
    return figure


def _look(curve: Roc, things: Things) -> Look:
    return ALL_LOOK if curve.category == ALL else things.look(curve.category)


def _visible(curve: Roc) -> np.ndarray:
    return (curve.fake_rate > 0.0) & (curve.efficiency > 0.0)


def _draw_curve(axes: Axes, curve: Roc, things: Things) -> None:
    look, visible = _look(curve, things), _visible(curve)
    axes.plot(
        curve.efficiency[visible],
        curve.fake_rate[visible],
        color=look.colour,
        linestyle=things.look(curve.tagger).line,
        linewidth=2.0 if curve.category == ALL else 1.2,
        marker="" if curve.category == ALL else look.marker,
        markevery=(10 + 4 * len(curve.category) % 20, 40),
        markersize=4,
    )
    if curve.category == ALL:
        low = np.maximum(curve.low[visible], 1e-6)
        axes.fill_between(
            curve.efficiency[visible],
            low,
            curve.high[visible],
            color=look.colour,
            alpha=0.15,
            linewidth=0,
        )


def _legend(axes: Axes, curves: Sequence[Roc], things: Things) -> None:
    """Areas of all taggers in one entry a category, then the line styles of the taggers."""
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(1e-4, 1e2)
    axes.set_yticks([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    axes.set_ylabel("Hadron fake rate")
    taggers = list(dict.fromkeys(curve.tagger for curve in curves))
    handles = [_tagger_entry(things, tagger) for tagger in taggers]
    for category in dict.fromkeys(curve.category for curve in curves):
        same = [curve for curve in curves if curve.category == category]
        handles.append(_category_entry(things, same))
    title = "AUC: " + " / ".join(things.title(tagger) for tagger in taggers)
    axes.legend(handles=handles, loc="upper left", title=title, fontsize=7, title_fontsize=7)


def _tagger_entry(things: Things, tagger: str) -> Line2D:
    line = things.look(tagger).line
    return Line2D([], [], color="0.4", linestyle=line, linewidth=1.2, label=things.title(tagger))


def _category_entry(things: Things, curves: Sequence[Roc]) -> Line2D:
    look = _look(curves[0], things)
    name = "all categories" if curves[0].category == ALL else things.title(curves[0].category)
    areas = (
        f"{curve.auc:.3f} ± {curve.auc_error:.3f}" if curve.efficiency.size else "no tracks"
        for curve in curves
    )
    return Line2D(
        [],
        [],
        color=look.colour,
        linewidth=2.0 if curves[0].category == ALL else 1.2,
        marker="" if curves[0].category == ALL else look.marker,
        label=f"{name}: {' / '.join(areas)}",
    )


def _draw_ratio(axes: Axes, curves: Sequence[Roc], taggers: Sequence[str], things: Things) -> None:
    first = {curve.category: curve for curve in curves if curve.tagger == taggers[0]}
    for curve in curves:
        base = first[curve.category]
        if curve.tagger == taggers[0] or not (curve.efficiency.size and base.efficiency.size):
            continue
        shown = (base.fake_rate > 0.0) & (base.hadrons * base.fake_rate > 4)
        look = _look(curve, things)
        axes.plot(
            base.efficiency[shown],
            curve.fake_rate[shown] / base.fake_rate[shown],
            color=look.colour,
            linestyle=things.look(curve.tagger).line,
            linewidth=2.0 if curve.category == ALL else 1.2,
        )
    line_at(axes, 1.0)
    axes.set_yscale("log")
    axes.set_ylim(0.05, 20.0)
    axes.set_yticks([0.1, 1.0, 10.0], ["0.1", "1", "10"])
    axes.set_ylabel("Fake rate ratio", loc="center")
    inside(axes, f"{things.title(taggers[-1])} / {things.title(taggers[0])}", fontsize=7)
