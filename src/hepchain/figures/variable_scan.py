"""Efficiency of models with ever fewer variables, a line a category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import DOUBLE, Floats, Things, inside, panels, stamp_figure, styled

SAMPLES: Mapping[Literal["held_out", "test"], str] = {
    "held_out": "training samples, fold left out",
    "test": "test sample",
}
TICKS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80)


@dataclass(frozen=True)
class Line:
    """One category on one sample; arrays of shape (numbers,)."""

    category: str
    sample: Literal["held_out", "test"]
    number: list[int]
    """Variables of the models."""
    efficiency: Floats
    low: Floats
    high: Floats
    loss: Floats
    """Against all variables."""
    loss_error: Floats
    sufficient: int
    """Smallest number that loses no more than the error of the loss."""


@dataclass(frozen=True)
class VariableScans:
    """All categories of a tagger."""

    tagger: str
    fake_rate: float
    lines: list[Line]


def scans(contents: Sequence[Mapping[str, Any]]) -> VariableScans:
    """Lines from the content of the files of the categories."""
    lines = [_line(content, sample) for content in contents for sample in SAMPLES]
    return VariableScans(contents[0]["tagger"], contents[0]["fake_rate"], lines)


def _line(content: Mapping[str, Any], sample: Literal["held_out", "test"]) -> Line:
    steps = pd.json_normalize(content["steps"])
    of = ("efficiency.value", "efficiency.low", "efficiency.high", "loss.value", "loss.error")
    numbers = (steps[f"{sample}.{name}"].to_numpy(np.float64) for name in of)
    efficiency, low, high, loss, error = numbers
    number, sufficient = steps["number"].tolist(), content[f"sufficient_{sample}"]
    return Line(content["category"], sample, number, efficiency, low, high, loss, error, sufficient)


@styled()
def draw(numbers: VariableScans, things: Things, config: FiguresConfig) -> Figure:
    """A panel a sample; circles at the smallest number of variables that suffices."""
    figure, grid = panels(1, len(SAMPLES), width=DOUBLE, height=3.5, share_y="row")
    every: list[Any] = list(grid.flat)
    for axes, (sample, title) in zip(every, SAMPLES.items(), strict=True):
        for line in numbers.lines:
            if line.sample == sample:
                _draw_line(axes, line, things)
        axes.set_xscale("log")
        axes.set_xlim(0.85, 100.0)
        axes.set_ylim(0.0, 1.16)
        axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
        axes.set_xticks([], minor=True)
        inside(axes, title, y=0.97)
    first, last = every[0], every[-1]
    first.set_ylabel(f"{things.efficiency} at {100 * numbers.fake_rate:g} % fakes")
    last.set_xlabel("Number of variables")
    ring: Any = {"marker": "o", "linestyle": "", "color": "0.2", "markerfacecolor": "none"}
    rings = last.plot([], [], markersize=10, label="smallest that suffices", **ring)
    # Between the categories with a calorimeter and those without.
    place: Any = {"loc": "center right", "bbox_to_anchor": (1.0, 0.62), "fontsize": 7}
    title = f"{things.title(numbers.tagger)}, by category"
    first.legend(title=title, title_fontsize=7.5, **place)
    last.legend(handles=rings, **place)
    stamp_figure(figure, config)
    return figure


def _draw_line(axes: Axes, line: Line, things: Things) -> None:
    look = things.look(line.category)
    errors = np.clip([line.efficiency - line.low, line.high - line.efficiency], 0.0, None)
    axes.errorbar(
        line.number,
        line.efficiency,
        errors,
        color=look.colour,
        linestyle=look.line,
        marker=look.marker,
        linewidth=1.0,
        markersize=3.5,
        elinewidth=0.8,
        label=things.title(line.category),
    )
    place = line.number.index(line.sufficient)
    axes.plot(
        line.sufficient,
        line.efficiency[place],
        marker="o",
        markersize=10,
        markerfacecolor="none",
        color=look.colour,
    )
