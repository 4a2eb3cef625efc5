"""Cut-flow: weighted yields after each cut, as a figure and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures.style import (
    Floats,
    Look,
    Things,
    nothing,
    panels,
    stamp_figure,
    styled,
    wrapped,
)
from hepchain.figures.tabulate import Table, number
from hepchain.io.structured import read_json


@dataclass(frozen=True)
class CutFlow:
    """Cut-flow of one sample in the signal region of one mass point; shapes (cuts,)."""

    sample: str
    point: str
    """Mass point whose mass window is used; empty for data that are closed before it matters."""
    cuts: tuple[str, ...]
    """What is required."""
    events: tuple[int, ...]
    """Events left, not weighted."""
    weighted: Floats
    error: Floats
    """Expected events at the luminosity, with statistical error."""


def cut_flows(
    signals: Mapping[str, Path],
    backgrounds: Mapping[str, Path],
    luminosity: float,
    data: Mapping[str, Path] | None = None,
) -> list[CutFlow]:
    """Signals in their own region, backgrounds and open data in the region of every signal.

    Parameters
    ----------
    signals, backgrounds, data : sample -> its cut-flow file
    luminosity : by which yields per fb-1 are multiplied [fb-1], those of data not

    Raises
    ------
    InputError : a file lacks a mass point
    """
    flows = [_flow(name, name, path, luminosity) for name, path in signals.items()]
    flows += [
        _flow(name, point, path, luminosity)
        for name, path in backgrounds.items()
        for point in signals
    ]
    full = max((flow.cuts for flow in flows), key=len, default=())
    for name, path in (data or {}).items():
        found = [_flow(name, point, path, 1.0) for point in signals]
        closed = all(len(flow.cuts) < len(full) for flow in found)
        flows += [replace(found[0], point="")] if closed else found
    return flows


def _flow(sample: str, point: str, path: Path, luminosity: float) -> CutFlow:
    content = read_json(path)
    if point not in content:
        raise InputError(f"{path}: no cut-flow of mass point {point}; found {sorted(content)}")
    lines = content[point]
    return CutFlow(
        sample,
        point,
        tuple(str(line.get("title", line["cut"])) for line in lines),
        tuple(int(line["events"]) for line in lines),
        luminosity * np.array([line["weighted"] for line in lines], dtype=np.float64),
        luminosity * np.array([line["error"] for line in lines], dtype=np.float64),
    )


@styled()
def draw(
    flows: Sequence[CutFlow], things: Things, config: FiguresConfig, luminosity: float
) -> Figure:
    """Cuts from top to bottom, expected events to the right, with statistical error bands."""
    cuts = max((flow.cuts for flow in flows), key=len)
    figure, grid = panels(width=6.2, height=1.6 + 0.3 * len(cuts))
    axes = grid[0, 0]
    axes.set_xscale("log")
    _draw_flows(axes, flows, things)
    axes.set_ylim(len(cuts) - 0.5, -0.5)
    titles = [_generic(flows, row, " /\n") for row in range(len(cuts))]
    axes.set_yticks(range(len(cuts)), titles, fontsize=8)
    axes.tick_params(axis="y", which="both", length=0)
    simulated = all(_simulated(flow, things) for flow in flows)
    axes.set_xlabel("Expected events" if simulated else "Events")
    _limits(axes, flows)
    axes.grid(axis="y", which="major", color="0.9", linewidth=0.5)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", ncols=2, fontsize=7.5)
    stamp_figure(figure, config, luminosity)
    return figure


def _generic(flows: Sequence[CutFlow], row: int, between: str = " / ") -> str:
    """Title of a cut if it is the same everywhere, else the titles one after another."""
    titles = dict.fromkeys(flow.cuts[row] for flow in flows if row < len(flow.cuts))
    return between.join(wrapped(title, 35) if "\n" in between else title for title in titles)


def _draw_flows(axes: Axes, flows: Sequence[CutFlow], things: Things) -> None:
    regions = _regions([flow for flow in flows if _simulated(flow, things)])
    for flow in flows:
        if not _simulated(flow, things):
            if flow.point in ("", *regions):
                _draw_data(axes, flow, regions, things)
            continue
        if flow.sample in things.backgrounds:
            if flow.point not in regions:
                continue
            style: Any = dict(zip(regions, ("-", "--", "-.", ":"), strict=False)).get(flow.point)
            title = f"{things.title(flow.sample)}, region of {regions[flow.point]}"
            _draw_flow(axes, flow, Look(things.look(flow.sample).colour, style, "P"), title, things)
        else:
            _draw_flow(axes, flow, things.look(flow.sample), things.title(flow.sample), things)


def _simulated(flow: CutFlow, things: Things) -> bool:
    return flow.sample in things.signals or flow.sample in things.backgrounds


def _draw_data(axes: Axes, flow: CutFlow, regions: Mapping[str, str], things: Things) -> None:
    shown = np.flatnonzero(flow.weighted > 0)
    value, error = flow.weighted[shown], flow.error[shown]
    low = np.minimum(error, 0.999 * value)
    title, marker = things.title(flow.sample), "o"
    if flow.point:
        title += f", region of {regions[flow.point]}"
        marker = "os^D"[list(regions).index(flow.point) % 4]
    style: Any = {"color": "black", "mfc": "none", "markersize": 5, "elinewidth": 1.0}
    axes.errorbar(value, shown, xerr=[low, error], fmt=marker, label=title, **style)


def _regions(flows: Sequence[CutFlow]) -> dict[str, str]:
    """Mass points with cuts of their own -> the cut that sets them apart."""
    regions: dict[tuple[str, ...], str] = {}
    for flow in flows:
        regions.setdefault(flow.cuts, flow.point)
    common = set.intersection(*(set(cuts) for cuts in regions))
    return {
        point: ", ".join(cut for cut in cuts if cut not in common) or "all points"
        for cuts, point in regions.items()
    }


def _draw_flow(axes: Axes, flow: CutFlow, look: Look, title: str, things: Things) -> None:
    edges = np.arange(len(flow.cuts) + 1) - 0.5
    shown = np.where(flow.weighted > 0, flow.weighted, np.nan)
    options: Any = {"orientation": "horizontal", "color": look.colour}
    line: Any = {"linestyle": look.line, "linewidth": 1.4, "label": title}
    axes.stairs(shown, edges, baseline=None, **options, **line)
    low, high = np.maximum(shown - flow.error, 1e-3 * shown), shown + flow.error
    axes.stairs(high, edges, baseline=low, fill=True, alpha=0.25, linewidth=0, **options)


def _limits(axes: Axes, flows: Sequence[CutFlow]) -> None:
    positive = np.concatenate([flow.weighted[flow.weighted > 0] for flow in flows])
    if positive.size:
        axes.set_xlim(0.5 * positive.min(), 3 * positive.max())
    else:
        nothing(axes)


def table(flows: Sequence[CutFlow], things: Things, luminosity: float) -> Table:
    """Cut by cut: expected events ± statistical error (simulated events)."""
    cuts = max((flow.cuts for flow in flows), key=len)
    header = ["Requirement", *(_column(flow, things) for flow in flows)]
    rows = [
        [_generic(flows, row), *(_cell(flow, row) for flow in flows)] for row in range(len(cuts))
    ]
    note = (
        f"Expected events at {luminosity:g} fb-1 ± statistical error of the simulation "
        "[simulated events, not weighted]."
    )
    if not all(_simulated(flow, things) for flow in flows):
        note += " Data: events ± their root, as far as the signal region is open."
    return Table("Cut-flow", pd.DataFrame(rows, columns=header), note)


def _column(flow: CutFlow, things: Things) -> str:
    if flow.point in ("", flow.sample):
        return things.title(flow.sample)
    return f"{things.title(flow.sample)} in the region of {things.title(flow.point)}"


def _cell(flow: CutFlow, row: int) -> str:
    if row >= len(flow.cuts):
        return ""
    return f"{number(flow.weighted[row], flow.error[row])} [{flow.events[row]}]"
