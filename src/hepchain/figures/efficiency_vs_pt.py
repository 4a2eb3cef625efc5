"""Efficiency and fake rate against pT at a fixed fake rate, all categories together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.marks import EfficiencyMark
from hepchain.figures.shares import Shares, draw_shares, shares_of_sums, sums_in_bins
from hepchain.figures.style import (
    REFERENCE_COLOUR,
    Floats,
    Look,
    Things,
    inside,
    line_at,
    panels,
    stamp,
    styled,
)
from hepchain.figures.tables import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.truth import Label

ALL = "all"
COLUMNS = ("category", "label", "weight", "pt", "score")
Kind = Literal["overall", "per_pt_bin"]
KINDS: Mapping[Kind, tuple[str, Look]] = {
    "overall": ("one threshold for all $p_T$", Look("#000000", "-", "o")),
    "per_pt_bin": ("a threshold for each $p_T$ bin", Look("#CC6677", "--", "s")),
}
CLASSES: Mapping[str, Label] = {"electron": Label.ELECTRON, "hadron": Label.HADRON}


@dataclass(frozen=True)
class PtCurve(Shares):
    """Share of the tracks of one class that pass, in bins of pT."""

    category: str
    """Category or ``all``."""
    label: str
    """``electron`` or ``hadron``."""
    kind: Kind
    inclusive: Efficiency
    """All bins together."""


@dataclass(frozen=True)
class PtEfficiencies:
    """Curves of one tagger."""

    tagger: str
    edges: Floats
    """Shape (bins + 1,) [GeV]."""
    fake_rate: float
    """Nominal."""
    curves: list[PtCurve]

    def of(self, category: str, label: str, kind: Kind) -> PtCurve:
        """One curve."""
        wanted = (category, label, kind)
        return next(c for c in self.curves if (c.category, c.label, c.kind) == wanted)


def pt_efficiencies(
    tagger: str,
    scores: Path,
    working_points: Path,
    categories: Sequence[str],
    edges: Sequence[float],
) -> PtEfficiencies:
    """Curves of both kinds of threshold in all categories together and in each."""
    content = read_json(working_points)
    points = {kind: WorkingPoint.from_content(content, kind) for kind in KINDS}
    curves = count(pieces([scores], COLUMNS), points, categories, np.asarray(edges))
    return PtEfficiencies(tagger, np.asarray(edges), content["fake_rate"], curves)


def count(
    tables: Iterable[Columns],
    points: Mapping[Kind, WorkingPoint],
    categories: Sequence[str],
    edges: Floats,
) -> list[PtCurve]:
    """Curves from pieces of the columns :data:`COLUMNS`; tracks outside the edges do not count."""
    keys = [(c, label, kind) for c in (ALL, *categories) for label in CLASSES for kind in points]
    sums = {key: np.zeros((3, len(edges) - 1)) for key in keys}
    for table in tables:
        score, track_pt = table["score"], table["pt"]
        passing = {kind: point.passes(score, track_pt) for kind, point in points.items()}
        for category, label, kind in keys:
            chosen = table["label"] == CLASSES[label]
            if category != ALL:
                chosen &= table["category"] == category
            weight = table["weight"][chosen].astype(np.float64)
            pt, passes = track_pt[chosen], passing[kind][chosen]
            sums[category, label, kind] += sums_in_bins(pt, passes, weight, edges)
    return [_curve(*key, sums[key]) for key in keys]


def _curve(category: str, label: str, kind: Kind, sums: Floats) -> PtCurve:
    inclusive = efficiency_of_sums(*sums.sum(axis=1))
    return PtCurve(
        **vars(shares_of_sums(sums)), category=category, label=label, kind=kind, inclusive=inclusive
    )


@styled()
def draw(
    numbers: PtEfficiencies,
    things: Things,
    config: FiguresConfig,
    reference: Sequence[EfficiencyMark],
) -> Figure:
    """Above: efficiency beside readings of the reference; below: fake rate of hadrons."""
    figure, grid = panels(2, height=4.8, height_ratios=[2.6, 1])
    upper, lower = grid[:, 0]
    for (kind, (title, look)), place in zip(KINDS.items(), (0.42, 0.58), strict=True):
        for axes, label in ((upper, "electron"), (lower, "hadron")):
            curve = numbers.of(ALL, label, kind)
            draw_shares(axes, numbers.edges, curve, look, title, place=place)
    draw_reference(upper, reference)
    inside(upper, f"{things.title(numbers.tagger)}, all categories")
    finish(upper, lower, numbers)
    upper.legend(loc="lower right", fontsize=7.5)
    stamp(upper, config)
    return figure


def draw_reference(axes: Axes, reference: Sequence[EfficiencyMark]) -> None:
    """A star for a value, a bar for a range, arrows up for a lower bound."""
    options: Any = {"color": REFERENCE_COLOUR, "linewidth": 2.5, "zorder": 4}
    for mark in reference:
        if mark.high is None:
            axes.plot(mark.pt, [mark.low, mark.low], **options)
            for pt in np.geomspace(*mark.pt, 7)[1:-1:2]:
                arrow = {"arrowstyle": "-|>", "color": REFERENCE_COLOUR, "linewidth": 1.5}
                axes.annotate("", (pt, mark.low + 0.09), (pt, mark.low), arrowprops=arrow)
        elif mark.high > mark.low:
            axes.plot(mark.pt, [mark.low, mark.high], marker="_", markersize=9, **options)
        else:
            axes.plot(mark.pt, [mark.low] * 2, marker="*", markersize=10, linestyle="", **options)
    axes.plot([], [], marker="*", markersize=8, label="reference study", **options)


def finish(upper: Axes, lower: Axes, numbers: PtEfficiencies) -> None:
    """Scales and labels of the two panels."""
    upper.set_xscale("log")
    upper.set_xlim(numbers.edges[0], numbers.edges[-1])
    ticks = [tick for tick in (0.5, 1, 2, 3, 4, 5) if numbers.edges[0] <= tick <= numbers.edges[-1]]
    lower.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    lower.set_xticks([], minor=True)
    upper.set_ylim(0.0, 1.12)
    upper.set_ylabel("Electron efficiency")
    line_at(lower, numbers.fake_rate)
    lower.set_ylim(0.0, max(3 * numbers.fake_rate, 1e-3))
    lower.set_ylabel("Hadron fake rate", loc="center")
    lower.set_xlabel("$p_T$ of the track [GeV]")
