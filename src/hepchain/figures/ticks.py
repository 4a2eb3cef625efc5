"""Scales and ticks of axes that several figures have."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter

from hepchain.figures.style import Floats, wrapped


def named_places(axes: Axes, titles: Sequence[str], width: int = 13) -> None:
    """A place on the x axis for each of some things, in place of numbers."""
    axes.set_xticks(range(len(titles)), [wrapped(title, width) for title in titles])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", which="both", length=0)
    axes.set_xlim(-0.5, max(len(titles), 1) - 0.5)


def momentum_axis(axes: Axes, edges: Floats, ticks: Sequence[float]) -> None:
    """Logarithmic x axis from the first to the last edge, with these of the ticks [GeV]."""
    axes.set_xscale("log")
    axes.set_xlim(edges[0], edges[-1])
    shown = [tick for tick in ticks if edges[0] <= tick <= edges[-1]]
    axes.set_xticks(shown, [f"{tick:g}" for tick in shown])
    axes.set_xticks([], minor=True)


def few_decades(axes: Axes) -> None:
    """Logarithmic y axis with plain numbers at 1, 2 and 5 of each decade."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_formatter(NullFormatter())
