"""Shares of the track categories among what the taggers look for in signal samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.shares import stacked
from hepchain.figures.style import (
    REFERENCE_COLOUR,
    Floats,
    Things,
    headroom,
    line_at,
    panels,
    stamp,
    styled,
    wrapped,
)
from hepchain.figures.tables import Columns, pieces
from hepchain.labels import Label

COLUMNS = ("category", "label", "weight")


@dataclass(frozen=True)
class CategoryShares:
    """Shares of one sample."""

    sample: str
    tracks: int
    """Of the signal, not weighted."""
    shares: Mapping[str, Efficiency]
    """Category -> weighted share among these in all categories, with its interval."""


def category_shares(sample: str, features: Iterable[Path], names: Sequence[str]) -> CategoryShares:
    """Shares of the categories ``names`` in the feature files of a sample."""
    return count(sample, pieces(features, COLUMNS), names)


def count(sample: str, tables: Iterable[Columns], names: Sequence[str]) -> CategoryShares:
    """Shares from pieces of the columns :data:`COLUMNS`."""
    tracks, total, squares = 0, 0.0, 0.0
    sums = dict.fromkeys(names, 0.0)
    for table in tables:
        signal = table["label"] == Label.SIGNAL
        category = table["category"][signal]
        weight = table["weight"][signal].astype(np.float64)
        tracks += len(weight)
        total += float(weight.sum())
        squares += float((weight**2).sum())
        for name in names:
            sums[name] += float(weight[category == name].sum())
    shares = {name: efficiency_of_sums(sums[name], total, squares) for name in names}
    return CategoryShares(sample, tracks, shares)


@styled()
def draw(samples: Sequence[CategoryShares], things: Things, config: FiguresConfig) -> Figure:
    """Bars of each sample beside the shares of another study, if there is one, and the ratio."""
    names = list(things.categories)
    reference = config.reference.category_shares
    expected = np.array([reference.get(name, np.nan) for name in names])
    rows = 2 if reference else 1
    figure, grid = panels(rows, height=1.4 + 1.4 * rows, height_ratios=[3, 1][:rows])
    upper, lower = grid[0, 0], grid[-1, 0]
    for row, sample in enumerate(samples):
        offset = 0.8 * ((row + 0.5) / len(samples) - 0.5)
        _draw_sample(upper, lower, sample, names, expected, offset, 0.8 / len(samples), things)
    if reference:
        _draw_reference(upper, lower, expected)
    _finish(upper, lower, names, things)
    stamp(upper, config)
    return figure


def _draw_sample(
    upper: Axes,
    lower: Axes,
    sample: CategoryShares,
    names: Sequence[str],
    expected: Floats,
    offset: float,
    width: float,
    things: Things,
) -> None:
    look = things.look(sample.sample)
    shares = stacked(sample.shares[name] for name in names)
    value, errors = shares.value, shares.errors
    x = np.arange(len(names)) + offset
    upper.bar(
        x,
        100 * value,
        0.9 * width,
        color=look.colour,
        edgecolor="white",
        hatch=look.hatch,
        linewidth=0,
        label=things.title(sample.sample),
    )
    upper.errorbar(x, 100 * value, 100 * errors, fmt="none", ecolor="black", elinewidth=1.0)
    if lower is not upper:
        style: Any = {"fmt": look.marker, "color": look.colour, "markersize": 3.5}
        lower.errorbar(x, value / expected, errors / expected, **style)


def _draw_reference(upper: Axes, lower: Axes, expected: Floats) -> None:
    lower.set_ylabel("Ratio to ref.", loc="center")
    line_at(lower, 1.0)
    x = np.arange(len(expected))
    label = f"reference study (sum {100 * np.nansum(expected):.1f} %)"
    upper.hlines(
        100 * expected, x - 0.45, x + 0.45, color=REFERENCE_COLOUR, linewidth=2, label=label
    )


def _finish(upper: Axes, lower: Axes, names: Sequence[str], things: Things) -> None:
    upper.set_ylabel(f"Share of {things.title('signal')} [%]")
    upper.set_ylim(bottom=0.0)
    headroom(upper, 1.15)
    upper.legend(loc="upper right")
    lower.set_xticks(np.arange(len(names)), [wrapped(things.title(name)) for name in names])
    for axes in (upper, lower):
        axes.tick_params(axis="x", which="both", length=0)
        axes.set_xlim(-0.55, len(names) - 0.45)
    lower.set_xlabel("Category of tracks")
