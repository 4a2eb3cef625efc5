"""The two ways to put the categories on one scale: likelihood ratio and raw score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import efficiency_of_sums
from hepchain.figures.roc import ClassSums, auc, collect, no_points
from hepchain.figures.style import Floats, Things, line_at, panels, stamp, styled
from hepchain.io.columns import Columns, pieces
from hepchain.roc import auc_error
from hepchain.shares import ALL, stacked

GRID = np.logspace(-3.0, 0.0, 121)
"""Fake rates at which efficiencies are given."""


def _logit_of_raw(table: Columns) -> Floats:
    """Same order as the raw output, but spread out near 0 and 1."""
    raw = np.clip(table["raw"].astype(np.float64), 1e-12, 1.0 - 1e-12)
    spread: Floats = np.log(raw / (1.0 - raw))
    return spread


SCORES: Mapping[str, Callable[[Columns], Floats]] = {
    "likelihood_ratio": lambda table: table["log_likelihood_ratio"],
    "raw": _logit_of_raw,
}
TOP = 1.4
"""Upper end of the efficiency axis, which leaves room for the legend."""
TITLES = {"likelihood_ratio": "likelihood ratio", "raw": "raw output"}


@dataclass(frozen=True)
class Combination:
    """Efficiency of all categories together; empty arrays and NaN if a class is empty."""

    tagger: str
    score: str
    """``likelihood_ratio`` or ``raw``."""
    fake_rate: Floats = field(default_factory=no_points)
    efficiency: Floats = field(default_factory=no_points)
    low: Floats = field(default_factory=no_points)
    high: Floats = field(default_factory=no_points)
    """Shape (n,), the grid of fake rates and the efficiency with its interval."""
    auc: float = float("nan")
    auc_error: float = float("nan")


def combinations(scores: Mapping[str, Path], categories: Sequence[str]) -> list[Combination]:
    """Both combinations of each tagger (name -> score file)."""
    columns = ("category", "label", "weight", "raw", "log_likelihood_ratio")
    return [
        combination(tagger, score, collect(pieces([path], columns), categories, function)[ALL])
        for tagger, path in scores.items()
        for score, function in SCORES.items()
    ]


def combination(tagger: str, score: str, sums: ClassSums) -> Combination:
    """Efficiency on the grid of fake rates."""
    signal, background = sums.above()
    if signal[-1] <= 0.0 or background[-1] <= 0.0:
        return Combination(tagger, score)
    last = np.concatenate([np.diff(background) > 0, [True]])
    efficiency = np.interp(GRID, background[last] / background[-1], signal[last] / signal[-1])
    entries = sums.effective_entries()
    bounds = stacked(efficiency_of_sums(e * entries[0], entries[0], entries[0]) for e in efficiency)
    area = auc(sums)
    curve: Any = (GRID, efficiency, bounds.low, bounds.high, area, auc_error(area, *entries))
    return Combination(tagger, score, *curve)


@styled()
def draw(
    curves: Sequence[Combination], things: Things, config: FiguresConfig, fake_rate: float
) -> Figure:
    """Thick: likelihood ratio; thin: raw output; below: the first over the second."""
    figure, grid = panels(2, height=4.6, height_ratios=[3, 1])
    upper, lower = grid[:, 0]
    for curve in curves:
        _draw_curve(upper, curve, things)
    largest = 0.05
    for tagger in dict.fromkeys(curve.tagger for curve in curves):
        pair = [curve for curve in curves if curve.tagger == tagger]
        largest = max(largest, _draw_ratio(lower, pair, things))
    for axes, top in ((upper, 1.0 / TOP), (lower, 1.0)):
        axes.axvline(fake_rate, 0.0, top, color="0.5", linewidth=0.8, linestyle=(0, (1, 1)))
    upper.text(fake_rate * 1.05, 0.02, f"working point {100 * fake_rate:g} %", fontsize=7.5)
    upper.set_xscale("log")
    upper.set_xlim(GRID[0], GRID[-1])
    upper.set_ylim(0.0, TOP)
    upper.set_yticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    upper.set_ylabel(things.efficiency)
    upper.legend(loc="upper left", fontsize=7.5)
    line_at(lower, 1.0)
    lower.set_ylim(1.0 - 1.2 * largest, 1.0 + 1.2 * largest)
    lower.set_ylabel("Ratio to raw", loc="center")
    lower.set_xlabel(f"{things.fake_rate}, all categories")
    stamp(upper, config)
    return figure


def _draw_curve(axes: Axes, curve: Combination, things: Things) -> None:
    look, ratio = things.look(curve.tagger), curve.score == "likelihood_ratio"
    area = f"AUC {curve.auc:.3f} ± {curve.auc_error:.3f}" if curve.efficiency.size else "no tracks"
    axes.plot(
        curve.fake_rate,
        curve.efficiency,
        color=look.colour,
        linestyle=look.line,
        linewidth=2.0 if ratio else 1.0,
        marker="" if ratio else look.marker,
        markevery=(5, 12),
        markersize=3.5,
        markerfacecolor="white",
        label=f"{things.title(curve.tagger)}, {TITLES[curve.score]}: {area}",
    )
    if ratio:
        axes.fill_between(
            curve.fake_rate, curve.low, curve.high, color=look.colour, alpha=0.2, linewidth=0
        )


def _draw_ratio(axes: Axes, pair: Sequence[Combination], things: Things) -> float:
    """Draw the ratio; return its largest distance from one, up to a half."""
    by_score = {curve.score: curve for curve in pair if curve.efficiency.size}
    if len(by_score) < 2:
        return 0.0
    raw, ratio = by_score["raw"], by_score["likelihood_ratio"]
    shown = raw.efficiency > 0.0
    look = things.look(raw.tagger)
    value = ratio.efficiency[shown] / raw.efficiency[shown]
    axes.plot(raw.fake_rate[shown], value, color=look.colour, linestyle=look.line)
    return min(float(np.abs(value - 1.0).max(initial=0.0)), 0.5)
