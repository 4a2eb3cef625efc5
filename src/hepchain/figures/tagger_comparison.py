"""All taggers of a run side by side: figure, tables, and the cost of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency
from hepchain.figures.style import DOUBLE, Floats, Things, inside, line_at, panels, stamp, styled
from hepchain.figures.tabulate import Table, number
from hepchain.figures.ticks import momentum_axis
from hepchain.shares import stacked
from hepchain.statistics.bootstrap import Estimate
from hepchain.studies.tagger_performance import (
    EFFICIENCIES,
    LOW_FAKE_RATE,
    Performance,
    PtBin,
)

RATIOS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Marked on the axis of the lower panel."""
CLOSE_RATIOS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4)
"""The same where all are near one."""


@styled()
def draw(
    numbers: Sequence[Performance], things: Things, config: FiguresConfig, fake_rate: float
) -> Figure:
    """Above: efficiency in bins of pT; below: rejection relative to the first tagger."""
    figure, grid = panels(2, width=DOUBLE, height=5.6, height_ratios=[1.3, 1])
    upper, lower = grid[:, 0]
    edges = np.array([*(b.pt[0] for b in numbers[0].bins[:-1]), numbers[0].bins[-2].pt[1]])
    for index, performance in enumerate(numbers):
        bins, look = performance.bins[:-1], things.look(performance.tagger)
        place = (index + 1.0) / (len(numbers) + 1.0)
        centres = edges[1:] ** place * edges[:-1] ** (1.0 - place)
        options = {"color": look.colour, "fmt": look.marker, "linewidth": 1.2, "markersize": 4}
        shares, title = stacked(b.at_fake_rate for b in bins), things.title(performance.tagger)
        upper.errorbar(centres, shares.value, shares.errors, label=title, **options)
        if index > 0:
            ratio = [b.relative_rejection for b in bins]
            lower.errorbar(centres, [r.value for r in ratio], _errors(ratio), **options)
    upper.set_ylabel(things.efficiency)
    _finish(upper, lower, edges)
    inside(upper, f"fake rate {100 * fake_rate:g} % in each bin", y=0.06, va="bottom")
    lower.set_ylabel(f"Rejection ratio to\n{things.title(numbers[0].tagger)}", loc="center")
    stamp(upper, config)
    return figure


def _errors(estimates: Sequence[Estimate]) -> Floats:
    """Distances to the bounds, shape (2, n)."""
    bounds = [(e.value - (e.low or e.value), (e.high or e.value) - e.value) for e in estimates]
    distances: Floats = np.clip(np.nan_to_num(np.array(bounds).T), 0.0, None)
    return distances


def _finish(upper: Axes, lower: Axes, edges: Floats) -> None:
    momentum_axis(lower, edges, edges.tolist())
    for axes in (upper, lower):
        for edge in edges[1:-1]:
            axes.axvline(edge, color="0.85", linewidth=0.8, zorder=0)
    upper.set_ylim(0.0, 1.05)
    frame = {"frameon": True, "facecolor": "white", "edgecolor": "none", "framealpha": 1.0}
    upper.legend(loc="lower right", ncols=2, fontsize=7.5, **frame)
    line_at(lower, 1.0)
    lower.set_yscale("log")
    low, high = lower.get_ylim()
    ratios = (
        CLOSE_RATIOS if low > CLOSE_RATIOS[0] / 1.2 and high < CLOSE_RATIOS[-1] * 1.2 else RATIOS
    )
    ticks = [tick for tick in ratios if low <= tick <= high]
    lower.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    lower.set_yticks([], minor=True)
    lower.set_xlabel("$p_T$ of the track [GeV]")


def tables(numbers: Sequence[Performance], things: Things, fake_rate: float) -> list[Table]:
    """Tables with a line a tagger; the first is the reference."""
    reference = things.title(numbers[0].tagger)
    percent = f"{100 * fake_rate:g} %"
    rejection = f"Rejection of {things.title('background')}"
    interval = (
        "Thresholds of each bin by itself. Binomial 68 % intervals, or half of them as error."
    )
    paired = "Errors from replicas of the events, common to both taggers: what they share cancels."
    by_pt: list[tuple[str, str, Callable[[PtBin], str]]] = [
        (f"{things.efficiency} at {percent} fakes", interval, lambda b: _percent(b.at_fake_rate)),
        (
            f"{things.efficiency} at {100 * LOW_FAKE_RATE:g} % fakes",
            interval,
            lambda b: _percent(b.at_low_fake_rate),
        ),
        *(
            (f"{rejection} at {100 * efficiency:g} % efficiency", interval, _rejection(index))
            for index, efficiency in enumerate(EFFICIENCIES)
        ),
        (
            f"{rejection} relative to that of {reference}, at its efficiency at {percent} fakes",
            paired,
            _relative,
        ),
    ]
    return [
        _costs(numbers, things),
        *(Table(title, _by_pt(numbers, things, cell), note) for title, note, cell in by_pt),
        _differences(numbers, things, percent, paired),
    ]


def _by_pt(
    numbers: Sequence[Performance], things: Things, cell: Callable[[PtBin], str]
) -> pd.DataFrame:
    """A line a tagger, a column a bin of pT."""
    header = ["Tagger", *(f"{b.pt[0]:g} to {b.pt[1]:g} GeV" for b in numbers[0].bins)]
    rows = [[things.title(n.tagger), *(cell(found) for found in n.bins)] for n in numbers]
    return pd.DataFrame(rows, columns=header)


def _percent(share: Efficiency) -> str:
    return number(100.0 * share.value, 50.0 * (share.high - share.low)) + " %"


def _rejection(index: int) -> Callable[[PtBin], str]:
    def cell(found: PtBin) -> str:
        rejection = found.rejections[index]
        if not math.isfinite(rejection.high):
            return f"> {number(rejection.low, digits=3)}"
        low, value, high = (
            number(bound, digits=3) for bound in (rejection.low, rejection.value, rejection.high)
        )
        return f"{value} [{low}, {high}]"

    return cell


def _relative(found: PtBin) -> str:
    ratio = found.relative_rejection
    # The reference relative to itself has no error.
    return number(ratio.value, ratio.error) if ratio.error else number(ratio.value)


def _differences(numbers: Sequence[Performance], things: Things, percent: str, note: str) -> Table:
    title = (
        f"{things.efficiency} at {percent} fakes minus that of another tagger, in percent points"
    )
    compared = [n for n in numbers if n.tagger != n.baseline]
    frame = _by_pt(
        compared or numbers[:1],
        things,
        lambda found: number(
            100.0 * found.difference.value, 100.0 * (found.difference.error or 0.0)
        ),
    )[: len(compared)]
    frame["Tagger"] += [f" − {things.title(n.baseline)}" for n in compared]
    note = f"A unified tagger is compared with its models by category. {note}"
    return Table(title, frame, note)


def _costs(numbers: Sequence[Performance], things: Things) -> Table:
    rows = [
        {
            "Tagger": things.title(performance.tagger),
            "AUC": number(performance.auc, performance.auc_error),
            "training [s]": number(performance.cost.training_seconds),
            "tracks/s": number(performance.cost.tracks_per_second),
            "size [MB]": number(performance.cost.megabytes),
        }
        for performance in numbers
    ]
    note = (
        "Area under the curve of all categories and pT, with the error of one tagger. Training: "
        "all models one after the other on one thread; scoring on one thread without reading; an "
        "ensemble takes what its members take."
    )
    return Table("Taggers", pd.DataFrame(rows), note)
