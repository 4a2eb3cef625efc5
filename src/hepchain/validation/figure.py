"""A figure of all comparisons of a group: values, and below deviations in units of tolerance."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hepchain.config.figures import FiguresConfig
from hepchain.figures import style
from hepchain.validation.comparison import Comparison, FloatArray

COLUMNS = 2
PANEL_HEIGHT = 2.9
"""Inches, of values and deviation together."""
HEIGHT_RATIOS = (2.6, 1.0)
REFERENCE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
"""One a source, in the order of the comparisons of a quantity."""
MARKERS = ("o", "s", "^", "D")
BEYOND = "#B00020"
"""Points beyond what is allowed."""
GAP = 1.0
"""Between two selections, in bins."""
MANY = 7
"""Bins from which labels stand upright."""
MAX_DEVIATION = 6.0
"""Of the lower panel; arrows mark what lies beyond."""
CLOSEST = 0.07
"""Distance of labels on a logarithmic axis, in parts of its length."""
LONGEST = 44
"""Letters of a source in a legend."""
SMALL = 7.0
"""Size of the smallest letters."""


@dataclass(frozen=True)
class Segment:
    """Where the bins of one selection are drawn: edges, shape (bins + 1,), and their labels."""

    selection: str
    edges: FloatArray
    labels: tuple[str, ...]

    @property
    def centres(self) -> FloatArray:
        """Middles of the bins."""
        return np.asarray(0.5 * (self.edges[1:] + self.edges[:-1]))


def draw(comparisons: Sequence[Comparison], config: FiguresConfig) -> Figure:
    """Two panels a quantity; selections side by side, references in colours."""
    by_quantity: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        by_quantity.setdefault(comparison.quantity, []).append(comparison)
    with style.styled():
        rows = max(math.ceil(len(by_quantity) / COLUMNS), 1)
        figure, axes = style.panels(
            2 * rows,
            COLUMNS,
            width=style.DOUBLE,
            height=PANEL_HEIGHT * rows + 0.3,
            height_ratios=HEIGHT_RATIOS * rows,
            share_x=False,
        )
        for index in range(rows * COLUMNS):
            row, column = divmod(index, COLUMNS)
            values, deviation = axes[2 * row, column], axes[2 * row + 1, column]
            if index < len(by_quantity):
                _quantity(values, deviation, list(by_quantity.values())[index])
            else:
                values.set_visible(False)
                deviation.set_visible(False)
        style.stamp_figure(figure, config)
    return figure


def segments(comparisons: Sequence[Comparison]) -> dict[str, Segment]:
    """Selection -> where it is drawn: one alone on its own scale, several as equal bins."""
    first = {comparison.selection: comparison.axis for comparison in reversed(comparisons)}
    axes = {comparison.selection: first[comparison.selection] for comparison in comparisons}
    if len(axes) == 1:
        ((selection, axis),) = axes.items()
        if axis.edges is not None:
            return {selection: Segment(selection, np.array(axis.edges), axis.labels)}
    found, start = {}, 0.0
    for selection, axis in axes.items():
        edges = start + np.arange(axis.bins + 1.0)
        found[selection] = Segment(selection, edges, axis.labels)
        start = float(edges[-1]) + GAP
    return found


def _quantity(values: Axes, deviation: Axes, comparisons: Sequence[Comparison]) -> None:
    where = segments(comparisons)
    sources = list(dict.fromkeys(comparison.source for comparison in comparisons))
    for comparison in comparisons:
        index = sources.index(comparison.source)
        segment = where[comparison.selection]
        beside = [other.source for other in comparisons if other.selection == segment.selection]
        x = _shifted(segment, beside.index(comparison.source), len(beside))
        _values(values, comparison, segment, x, index)
        _deviation(deviation, comparison, x, index)
    _frame_values(values, comparisons, where)
    _frame_deviation(deviation)
    if all(comparison.reference is None for comparison in comparisons):
        style.inside(deviation, "no reference", 0.5, 0.5, ha="center", va="center", color="0.4")
    _scale(values, deviation, comparisons, list(where.values()))
    deviation.set_xlabel(_axis_title(comparisons), labelpad=2, fontsize=8)
    _legend(values, comparisons, sources)


def _shifted(segment: Segment, index: int, sources: int) -> FloatArray:
    """Middles of the bins, moved a little so that points of several sources stand apart."""
    share = 0.5 if sources == 1 else 0.25 + 0.5 * index / (sources - 1)
    return np.asarray(segment.edges[:-1] + share * np.diff(segment.edges))


def _values(
    axes: Axes, comparison: Comparison, segment: Segment, x: FloatArray, index: int
) -> None:
    colour = REFERENCE_COLOURS[index % len(REFERENCE_COLOURS)]
    if comparison.reference is not None:
        value, error = comparison.reference, _or_nought(comparison.reference_error, comparison)
        edges = segment.edges
        axes.hlines(value, edges[:-1], edges[1:], color=colour, linewidth=1.2, zorder=2)
        options: Any = {"align": "edge", "color": colour, "alpha": 0.25, "linewidth": 0}
        axes.bar(edges[:-1], 2.0 * error, np.diff(edges), value - error, **options)
    axes.errorbar(
        x,
        comparison.simulated,
        yerr=np.nan_to_num(comparison.simulated_error),
        fmt=MARKERS[index % len(MARKERS)],
        color="black",
        markersize=3.2,
        markerfacecolor="black" if index == 0 else "white",
        linewidth=0.9,
        zorder=3,
    )


def _or_nought(error: FloatArray | None, comparison: Comparison) -> FloatArray:
    """Errors, zero where there are none."""
    return np.zeros(comparison.axis.bins) if error is None else np.nan_to_num(error)


def _deviation(axes: Axes, comparison: Comparison, x: FloatArray, index: int) -> None:
    """Deviation and its error over the tolerance; beyond the panel an arrow."""
    found = comparison.assessment
    with np.errstate(divide="ignore", invalid="ignore"):
        error = found.sigma / found.bar
    colour = REFERENCE_COLOURS[index % len(REFERENCE_COLOURS)]
    for position, y, half, excess in zip(x, found.in_tolerance, error, found.excess, strict=True):
        if np.isnan(y):
            continue
        shown = colour if excess <= 1.0 else BEYOND
        outside = abs(y) > MAX_DEVIATION
        marker = ("^" if y > 0 else "v") if outside else MARKERS[index % len(MARKERS)]
        axes.errorbar(
            [position],
            [np.clip(y, -0.92 * MAX_DEVIATION, 0.92 * MAX_DEVIATION) if outside else y],
            yerr=None if outside or not np.isfinite(half) else [half],
            fmt=marker,
            color=shown,
            markersize=3.2,
            linewidth=0.9,
        )


def _frame_values(axes: Axes, comparisons: Sequence[Comparison], where: dict[str, Segment]) -> None:
    first = comparisons[0]
    unit = "" if first.unit == "1" else f" [{first.unit}]"
    axes.set_title(f"{first.title}{unit}", loc="left", fontsize=8.5, pad=3)
    axes.tick_params(labelbottom=False, labelsize=7)
    low, high = _limits(comparisons)
    axes.set_ylim(low, low + 1.62 * (high - low))
    for segment in where.values():
        middle = 0.5 * (segment.edges[0] + segment.edges[-1])
        axes.text(
            middle,
            0.97,
            style.wrapped(segment.selection, 22),
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=SMALL,
        )


def _limits(comparisons: Sequence[Comparison]) -> tuple[float, float]:
    """Range of all values with their errors."""
    ends = np.concatenate(
        [
            value + sign * _or_nought(error, comparison)
            for comparison in comparisons
            for value, error in (
                (comparison.simulated, comparison.simulated_error),
                (comparison.reference, comparison.reference_error),
            )
            if value is not None
            for sign in (-1.0, 1.0)
        ]
    )
    finite = ends[np.isfinite(ends)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    margin = 0.08 * (high - low) or 0.05 * abs(high) or 0.05
    return low - margin, high + margin


def _frame_deviation(axes: Axes) -> None:
    axes.axhspan(-1.0, 1.0, color="0.88", zorder=0)
    style.line_at(axes, 0.0)
    axes.set_ylim(-3.0, 3.0)
    reach = max((abs(y) for line in axes.lines for y in np.atleast_1d(line.get_ydata())), default=0)
    if reach > 2.7:
        axes.set_ylim(-MAX_DEVIATION, MAX_DEVIATION)
    axes.set_ylabel("deviation /\ntolerance", fontsize=SMALL, loc="center")
    axes.tick_params(labelsize=7)


def _scale(
    values: Axes, deviation: Axes, comparisons: Sequence[Comparison], where: Sequence[Segment]
) -> None:
    edges = comparisons[0].axis.edges
    own_scale = len(where) == 1 and edges is not None
    for axes in (values, deviation):
        # Several selections stand side by side; their names need room at both ends.
        margin = 0.5 * GAP if len(where) > 1 else 0.0
        axes.set_xlim(float(where[0].edges[0]) - margin, float(where[-1].edges[-1]) + margin)
        if own_scale and edges is not None and edges[0] > 0.0 and edges[-1] / edges[0] > 8.0:
            axes.set_xscale("log")
            axes.xaxis.set_minor_formatter("")
            axes.set_xticks(edges, _apart(edges))
        if own_scale:
            continue
        for left, right in pairwise(where):
            middle = 0.5 * (left.edges[-1] + right.edges[0])
            axes.axvline(float(middle), color="0.6", linewidth=0.6)
        labels = [label for segment in where for label in segment.labels]
        axes.set_xticks(np.concatenate([segment.centres for segment in where]), labels)
        axes.tick_params(axis="x", which="minor", bottom=False, top=False)
    if not own_scale:
        count = sum(len(segment.labels) for segment in where)
        long = max(len(label) for segment in where for label in segment.labels) * count > 60
        upright = count > MANY or long
        deviation.tick_params(axis="x", rotation=90 if upright else 0, labelsize=SMALL)
    values.tick_params(labelbottom=False)


def _apart(edges: Sequence[float]) -> list[str]:
    """Labels of edges on a logarithmic axis, empty where the next one would touch them."""
    shown: list[float] = []
    for edge in reversed(edges):
        far = not shown or math.log(shown[-1] / edge) > CLOSEST * math.log(edges[-1] / edges[0])
        shown += [edge] if far else []
    return [f"{edge:g}" if edge in shown else "" for edge in edges]


def _axis_title(comparisons: Sequence[Comparison]) -> str:
    titles = dict.fromkeys(comparison.axis.title for comparison in comparisons)
    return ", ".join(title for title in titles if title)


def _legend(axes: Axes, comparisons: Sequence[Comparison], sources: Sequence[str]) -> None:
    handles: list[Line2D | Patch] = []
    for index, source in enumerate(sources):
        comparison = next(item for item in comparisons if item.source == source)
        if comparison.reference is None:
            continue
        label = f"{short(source)} ({comparison.relation})"
        colour = REFERENCE_COLOURS[index % len(REFERENCE_COLOURS)]
        handles.append(Patch(color=colour, alpha=0.5, label=label))
    axes.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(1.0, 0.88),
        fontsize=SMALL,
        handlelength=1.2,
        borderaxespad=0.3,
        labelspacing=0.25,
    )


def short(source: str) -> str:
    """Beginning of a source, for a legend."""
    beginning = source.split(": ")[0].split(";")[0]
    return textwrap.shorten(beginning, LONGEST, placeholder=" …")
