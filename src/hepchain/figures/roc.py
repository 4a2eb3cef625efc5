"""Fake rate against efficiency: per category and combined, all taggers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import efficiency_of_sums
from hepchain.figures.style import (
    Floats,
    Things,
    inside,
    line_at,
    panels,
    stamp,
    styled,
)
from hepchain.io.columns import Columns, pieces
from hepchain.roc import auc_error, monotone
from hepchain.shares import ALL, CLASSES, stacked

BINS = 20_000
GRID = np.linspace(0.0, 1.0, 201)
"""Efficiencies at which curves are given."""


@dataclass(frozen=True)
class ClassSums:
    """Sums of weights of signal and background in fine bins of a score, low to high.

    Fine bins in place of a sort keep the memory flat, whatever the number of tracks.
    """

    signal: Floats = field(default_factory=lambda: np.zeros(BINS))
    background: Floats = field(default_factory=lambda: np.zeros(BINS))
    squares: Floats = field(default_factory=lambda: np.zeros(2))
    """Sums of squared weights of both."""

    def fill(self, score: Floats, label: np.ndarray, weight: Floats) -> None:
        """Add tracks, arrays of shape (n,); tracks of other labels do not count."""
        index = _bin_of(score)
        for row, sums in enumerate((self.signal, self.background)):
            chosen = label == list(CLASSES.values())[row]
            sums += np.bincount(index[chosen], weight[chosen], BINS)
            self.squares[row] += float((weight[chosen] ** 2).sum())

    def above(self) -> tuple[Floats, Floats]:
        """Sums of signal and of background above each bin edge, from the highest down."""
        signal, background = (
            np.concatenate([[0.0], monotone(np.cumsum(sums[::-1]))])
            for sums in (self.signal, self.background)
        )
        return signal, background

    def effective_entries(self) -> tuple[float, float]:
        """Effective numbers of signal and of background."""
        totals = np.array([self.signal.sum(), self.background.sum()])
        entries = np.divide(totals**2, self.squares, out=np.zeros(2), where=self.squares > 0)
        return float(entries[0]), float(entries[1])


def no_points() -> Floats:
    """Of a curve of which one class is empty."""
    return np.empty(0)


@dataclass(frozen=True)
class Roc:
    """A curve; empty arrays and NaN if one of the classes is empty."""

    tagger: str
    category: str
    """Category, or :data:`ALL`."""
    signal: float
    background: float
    """Effective entries."""
    efficiency: Floats = field(default_factory=no_points)
    """Shape (n,), the grid."""
    fake_rate: Floats = field(default_factory=no_points)
    """Shape (n,), at each efficiency."""
    low: Floats = field(default_factory=no_points)
    high: Floats = field(default_factory=no_points)
    """Shape (n,), bounds of the fake rate from the number of its tracks, one standard deviation."""
    auc: float = float("nan")
    """Probability that a track of the signal has a higher score than one of the background."""
    auc_error: float = float("nan")


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
    signal, background = sums.above()
    entries = sums.effective_entries()
    if signal[-1] <= 0.0 or background[-1] <= 0.0:
        return Roc(tagger, category, *entries)
    rising = np.concatenate([[True], np.diff(signal) > 0])
    fake = np.interp(GRID, signal[rising] / signal[-1], background[rising] / background[-1])
    bounds = stacked(efficiency_of_sums(f * entries[1], entries[1], entries[1]) for f in fake)
    area = auc(sums)
    numbers: Any = (GRID, fake, bounds.low, bounds.high, area, auc_error(area, *entries))
    return Roc(tagger, category, *entries, *numbers)


def auc(sums: ClassSums) -> float:
    """Area under the curve; tracks of both classes in one bin count half."""
    signal, background = sums.signal, sums.background
    below = np.concatenate([[0.0], np.cumsum(background)[:-1]])
    area = float((signal * (below + background / 2)).sum())
    return area / float(signal.sum() * background.sum())


def rocs(scores: Mapping[str, Path], categories: Sequence[str]) -> list[Roc]:
    """Curves of each tagger (name -> score file) in each category and in all."""
    columns = ("category", "label", "weight", "score")
    return [
        roc(tagger, category, sums)
        for tagger, path in scores.items()
        for category, sums in collect(pieces([path], columns), categories).items()
    ]


@styled()
def draw(
    curves: Sequence[Roc], things: Things, config: FiguresConfig, fake_rate: float, reference: str
) -> Figure:
    """Colour and marker: category; line style: tagger; below: each tagger over the reference."""
    taggers = list(dict.fromkeys(curve.tagger for curve in curves))
    compare = len(taggers) > 1
    figure, grid = panels(
        2 if compare else 1, height=6.0 if compare else 4.8, height_ratios=[3.2, 1][: 1 + compare]
    )
    upper = grid[0, 0]
    upper.set_yscale("log")
    for curve in curves:
        _draw_curve(upper, curve, things)
    line_at(upper, fake_rate)
    upper.text(0.01, fake_rate * 1.1, f"{100 * fake_rate:g} %", fontsize=8)
    _legend(figure, upper, curves, things)
    if compare:
        _draw_ratio(grid[1, 0], curves, reference, things)
    grid[-1, 0].set_xlabel(things.efficiency)
    stamp(upper, config)
    return figure


def _visible(curve: Roc) -> np.ndarray:
    return (curve.fake_rate > 0.0) & (curve.efficiency > 0.0)


def _draw_curve(axes: Axes, curve: Roc, things: Things) -> None:
    look, visible = things.look(curve.category), _visible(curve)
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
        low, high = np.maximum(curve.low[visible], 1e-6), curve.high[visible]
        style: Any = {"color": look.colour, "alpha": 0.15, "linewidth": 0}
        axes.fill_between(curve.efficiency[visible], low, high, **style)


def _legend(figure: Figure, axes: Axes, curves: Sequence[Roc], things: Things) -> None:
    """Areas of all taggers in one entry a category, then the line styles of the taggers."""
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(1e-4, 1.0)
    axes.set_ylabel(things.fake_rate)
    taggers = list(dict.fromkeys(curve.tagger for curve in curves))
    handles = [_tagger_entry(things, tagger) for tagger in taggers]
    for category in dict.fromkeys(curve.category for curve in curves):
        same = [curve for curve in curves if curve.category == category]
        handles.append(_category_entry(things, same))
    title = "AUC: " + " / ".join(things.title(tagger) for tagger in taggers)
    style: Any = {"fontsize": 7, "title_fontsize": 7}
    figure.legend(handles=handles, loc="outside lower center", title=title, **style)


def _tagger_entry(things: Things, tagger: str) -> Line2D:
    line = things.look(tagger).line
    return Line2D([], [], color="0.4", linestyle=line, linewidth=1.2, label=things.title(tagger))


def _category_entry(things: Things, curves: Sequence[Roc]) -> Line2D:
    look = things.look(curves[0].category)
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
        label=f"{things.title(curves[0].category)}: {' / '.join(areas)}",
    )


def _draw_ratio(axes: Axes, curves: Sequence[Roc], reference: str, things: Things) -> None:
    bases = {curve.category: curve for curve in curves if curve.tagger == reference}
    for curve in curves:
        base = bases[curve.category]
        if curve.tagger == reference or not (curve.efficiency.size and base.efficiency.size):
            continue
        shown = (base.fake_rate > 0.0) & (base.background * base.fake_rate > 4)
        look = things.look(curve.category)
        axes.plot(
            base.efficiency[shown],
            curve.fake_rate[shown] / base.fake_rate[shown],
            color=look.colour,
            linestyle=things.look(curve.tagger).line,
            linewidth=2.0 if curve.category == ALL else 1.2,
        )
    line_at(axes, 1.0)
    axes.set_yscale("log")
    shown = np.concatenate([np.ravel(line.get_ydata()) for line in axes.lines])
    shown = shown[shown > 0.0]
    axes.set_ylim(max(0.5 * shown.min(), 1e-3), min(4.0 * shown.max(), 1e3))
    axes.set_ylabel("Fake rate ratio", loc="center")
    others = dict.fromkeys(curve.tagger for curve in curves if curve.tagger != reference)
    above = things.title(next(iter(others))) if len(others) == 1 else "each"
    inside(axes, f"{above} / {things.title(reference)}", fontsize=7)
