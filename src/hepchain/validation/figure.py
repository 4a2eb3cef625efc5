"""A figure of all comparisons of a group: values, and below deviations in units of tolerance."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hepchain.config.figures import FiguresConfig
from hepchain.figures import style
from hepchain.validation.comparison import (
    Comparison,
    FloatArray,
    Verdict,
    counted,
    worst_verdict,
)
from hepchain.validation.segments import GAP, Segment, has_own_scale, segments, stand
from hepchain.validation.sheet import room_below, sheet

REFERENCE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
"""One a source, in the order of the comparisons of a quantity."""
MARKERS = ("o", "s", "^", "D")
BEYOND = "#B00020"
"""Points beyond what is allowed."""
MAX_DEVIATION = 6.0
"""Of the lower panel; arrows mark what lies beyond."""
CLOSEST = 0.07
"""Distance of labels on a logarithmic axis, in parts of its length."""
LONGEST = 36
"""Letters of a source in a legend."""
LABEL = (-0.165, 0.5)
"""Where labels of y axes stand, all in a line, in parts of the axes."""
WIDEST = 30
"""Letters of a line of the title of a quantity."""
VERDICT_COLOURS = dict.fromkeys(Verdict, "black") | {Verdict.NOT_UNDERSTOOD: BEYOND}
SMALL = 7.0
"""Size of the smallest letters."""


def draw(comparisons: Sequence[Comparison], config: FiguresConfig) -> Figure:
    """Two panels a quantity; selections side by side, references in colours."""
    by_quantity: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        by_quantity.setdefault(comparison.quantity, []).append(comparison)
    quantities = list(by_quantity.values())
    with style.styled():
        figure, pairs = sheet([_room(items) for items in quantities])
        for (values, deviation), items in zip(pairs, quantities, strict=True):
            _quantity(values, deviation, items)
        style.stamp_figure(figure, config)
        y = 1.0 - style.PADDING / figure.get_figheight()
        figure.text(0.5, y, counted(comparisons), ha="center", va="top", fontsize=9)
    return figure


def _room(comparisons: Sequence[Comparison]) -> float:
    where = list(segments(comparisons).values())
    own_scale = has_own_scale(comparisons, where)
    labels = [label for segment in where for label in segment.labels]
    return room_below(labels, upright=not own_scale and stand(labels))


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
    _frame_deviation(deviation, comparisons)
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
        options: Any = {"fill": True, "color": colour, "alpha": 0.25, "linewidth": 0}
        axes.stairs(value + error, edges, baseline=value - error, **options)
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
    y, colour = found.in_tolerance, REFERENCE_COLOURS[index % len(REFERENCE_COLOURS)]
    places = {
        MARKERS[index % len(MARKERS)]: np.abs(y) <= MAX_DEVIATION,
        "^": y > MAX_DEVIATION,
        "v": y < -MAX_DEVIATION,
    }
    for marker, there in places.items():
        for shown, chosen in (
            (colour, there & (found.excess <= 1.0)),
            (BEYOND, there & ~(found.excess <= 1.0)),
        ):
            if not chosen.any():
                continue
            is_inside = np.abs(y[chosen]) <= MAX_DEVIATION
            axes.errorbar(
                x[chosen],
                np.where(is_inside, y[chosen], 0.92 * MAX_DEVIATION * np.sign(y[chosen])),
                yerr=np.where(is_inside & np.isfinite(error[chosen]), error[chosen], np.nan),
                fmt=marker,
                color=shown,
                markersize=3.2,
                linewidth=0.9,
            )


def _frame_values(axes: Axes, comparisons: Sequence[Comparison], where: dict[str, Segment]) -> None:
    first = comparisons[0]
    unit = "" if first.unit == "1" else f" [{first.unit}]"
    axes.set_ylabel(textwrap.fill(f"{first.title}{unit}", WIDEST), fontsize=SMALL, loc="center")
    verdict = worst_verdict(comparison.assessment.verdict for comparison in comparisons)
    words = f"{verdict} …" if verdict is Verdict.EXPLAINED else verdict
    axes.set_title(words, loc="left", fontsize=8.5, pad=3, color=VERDICT_COLOURS[verdict])
    axes.minorticks_off()
    axes.tick_params(labelsize=7, top=False)
    axes.yaxis.set_label_coords(*LABEL)
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


def _frame_deviation(axes: Axes, comparisons: Sequence[Comparison]) -> None:
    axes.axhspan(-1.0, 1.0, color="0.88", zorder=0)
    style.line_at(axes, 0.0)
    far = any((np.abs(item.assessment.in_tolerance) > 2.7).any() for item in comparisons)
    half, tick = (MAX_DEVIATION, 5.0) if far else (3.0, 2.0)
    axes.set_ylim(-half, half)
    axes.set_yticks([-tick, 0.0, tick])
    axes.set_ylabel("deviation /\ntolerance", fontsize=SMALL, loc="center")
    axes.yaxis.set_label_coords(*LABEL)
    axes.minorticks_off()
    axes.tick_params(labelsize=7)


def _scale(
    values: Axes, deviation: Axes, comparisons: Sequence[Comparison], where: Sequence[Segment]
) -> None:
    edges = comparisons[0].axis.edges
    own_scale = has_own_scale(comparisons, where)
    for axes in (values, deviation):
        # Several selections stand side by side; their names need room at both ends.
        margin = 0.5 * GAP if len(where) > 1 else 0.0
        axes.set_xlim(float(where[0].edges[0]) - margin, float(where[-1].edges[-1]) + margin)
        if own_scale and edges is not None and edges[0] > 0.0 and edges[-1] / edges[0] > 8.0:
            axes.set_xscale("log")
            axes.set_xticks(edges, _apart(edges))
            axes.minorticks_off()
        if own_scale:
            continue
        for left, right in pairwise(where):
            middle = 0.5 * (left.edges[-1] + right.edges[0])
            axes.axvline(float(middle), color="0.6", linewidth=0.6)
        labels = [label for segment in where for label in segment.labels]
        axes.set_xticks(np.concatenate([segment.centres for segment in where]), labels)
        rotation = 90 if stand(labels) else 0
        axes.tick_params(axis="x", rotation=rotation, labelsize=SMALL)
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
    point: Any = {"color": "black", "linestyle": "", "markersize": 3.2}
    handles: list[Any] = [Line2D([], [], marker=MARKERS[0], **point)]
    labels = ["simulation"]
    for index, source in enumerate(sources):
        comparison = next(item for item in comparisons if item.source == source)
        if comparison.reference is None:
            continue
        band = Patch(color=REFERENCE_COLOURS[index % len(REFERENCE_COLOURS)], alpha=0.5)
        marker = MARKERS[index % len(MARKERS)]
        mark = Line2D([], [], marker=marker, markerfacecolor="white", **point)
        handles.append((band, mark) if index else band)
        labels.append(f"{short(source)} ({comparison.relation})")
    axes.legend(
        handles,
        labels,
        loc="upper right",
        bbox_to_anchor=(1.0, 0.9),
        fontsize=SMALL,
        handlelength=1.2,
        borderaxespad=0.3,
        labelspacing=0.25,
    )


def short(source: str) -> str:
    """Beginning of a source, for a legend."""
    beginning = source.split(": ")[0].split(";")[0]
    return textwrap.shorten(beginning, LONGEST, placeholder=" …")
