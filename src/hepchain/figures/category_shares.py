"""Shares of the track categories among what the taggers look for in signal samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
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
from hepchain.io.columns import Columns, pieces
from hepchain.labels import Label
from hepchain.shares import stacked

COLUMNS = ("category", "label", "weight")

Places = npt.NDArray[np.floating[Any]]
"""On the axis of the categories."""


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
    """Bars of each sample; the shares of another study, if there is one, and the ratio to them.

    Both are drawn at the sample that these shares are of.
    """
    names = list(things.categories)
    reference = config.reference.category_shares
    expected = np.array([reference.get(name, np.nan) for name in names])
    rows = 2 if reference else 1
    figure, grid = panels(rows, height=1.4 + 1.4 * rows, height_ratios=[3, 1][:rows])
    upper, lower = grid[0, 0], grid[-1, 0]
    centres = np.arange(len(names), dtype=np.float64)
    width, of = 0.8 / max(len(samples), 1), config.reference.category_shares_of
    for row, sample in enumerate(samples):
        places = centres + 0.8 * ((row + 0.5) / len(samples) - 0.5)
        _draw_sample(upper, sample, places, width, things)
        if reference and of == sample.sample:
            _draw_reference(upper, expected, places, 0.5 * width)
        if reference and of in (None, sample.sample):
            _draw_ratio(lower, sample, expected, places, things)
    if reference and of is None:
        _draw_reference(upper, expected, centres, 0.45)
    if reference:
        lower.set_ylabel("Ratio to ref.", loc="center")
        line_at(lower, 1.0)
    _finish(upper, lower, names, things)
    stamp(upper, config)
    return figure


def _draw_sample(
    axes: Axes, sample: CategoryShares, places: Places, width: float, things: Things
) -> None:
    look, shares = (
        things.look(sample.sample),
        stacked(sample.shares[name] for name in things.categories),
    )
    axes.bar(
        places,
        100 * shares.value,
        0.9 * width,
        color=look.colour,
        edgecolor="white",
        hatch=look.hatch,
        linewidth=0,
        label=things.title(sample.sample),
    )
    bars: Any = {"fmt": "none", "ecolor": "black", "elinewidth": 1.0}
    axes.errorbar(places, 100 * shares.value, 100 * shares.errors, **bars)


def _draw_ratio(
    axes: Axes, sample: CategoryShares, expected: Floats, places: Places, things: Things
) -> None:
    look, shares = (
        things.look(sample.sample),
        stacked(sample.shares[name] for name in things.categories),
    )
    style: Any = {"fmt": look.marker, "color": look.colour, "markersize": 3.5}
    axes.errorbar(places, shares.value / expected, shares.errors / expected, **style)


def _draw_reference(axes: Axes, expected: Floats, places: Places, reach: float) -> None:
    label = f"reference study (sum {100 * np.nansum(expected):.1f} %)"
    style: Any = {"color": REFERENCE_COLOUR, "linewidth": 2, "label": label, "zorder": 3}
    axes.hlines(100 * expected, places - reach, places + reach, **style)


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
