"""Efficiency and fake rate against pT at a fixed fake rate, of all categories and of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import EfficiencyMark, FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.shares import draw_shares
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
from hepchain.figures.ticks import momentum_axis
from hepchain.io.columns import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.shares import ALL, CLASSES, Shares, shares_of_sums, sums_in_bins

COLUMNS = ("category", "label", "weight", "pt", "score")
Kind = Literal["overall", "per_pt_bin"]
KINDS: Mapping[Kind, tuple[str, Look]] = {
    "overall": ("one threshold for all $p_T$", Look("#000000", "-", "o")),
    "per_pt_bin": ("a threshold for each $p_T$ bin", Look("#CC6677", "--", "s")),
}
PT_TITLE = "$p_T$ of the track [GeV]"


@dataclass(frozen=True)
class PtCurve(Shares):
    """Share of the tracks of one class that pass, in bins of pT."""

    category: str
    """Category or ``all``."""
    label: str
    """``signal`` or ``background``."""
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
def draw(numbers: PtEfficiencies, things: Things, config: FiguresConfig) -> Figure:
    """All categories, both kinds of threshold, beside readings of another study; below: fakes."""
    figure, (upper, lower) = _panels(numbers, things, config)
    for (kind, (title, look)), place in zip(KINDS.items(), (0.42, 0.58), strict=True):
        for axes, label in ((upper, "signal"), (lower, "background")):
            curve = numbers.of(ALL, label, kind)
            draw_shares(axes, numbers.edges, curve, look, title, place=place)
    draw_reference(upper, config.reference.efficiency)
    inside(upper, f"{things.title(numbers.tagger)}, all categories")
    _scale(lower, numbers, list(KINDS), [ALL])
    upper.set_ylim(0.0, 1.12)
    upper.legend(loc="lower right", fontsize=7.5)
    return figure


@styled()
def draw_categories(numbers: PtEfficiencies, things: Things, config: FiguresConfig) -> Figure:
    """One threshold for all pT and all categories, a line for each category."""
    figure, (upper, lower) = _panels(numbers, things, config)
    places = np.linspace(0.2, 0.8, len(things.categories))
    for name, place in ((ALL, 0.5), *zip(things.categories, places, strict=True)):
        title, look = things.title(name), things.look(name)
        for axes, label in ((upper, "signal"), (lower, "background")):
            curve = numbers.of(name, label, "overall")
            draw_shares(axes, numbers.edges, curve, look, title, band=name == ALL, place=place)
    _scale(lower, numbers, ["overall"], [ALL, *things.categories])
    upper.set_ylim(0.0, 1.6)
    upper.set_yticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    inside(upper, things.title(numbers.tagger))
    upper.legend(loc="upper right", fontsize=7.5)
    return figure


def _panels(
    numbers: PtEfficiencies, things: Things, config: FiguresConfig
) -> tuple[Figure, tuple[Axes, Axes]]:
    figure, grid = panels(2, height=5.0, height_ratios=[2.2, 1])
    upper, lower = grid[:, 0]
    momentum_axis(lower, numbers.edges, (0.5, 1, 2, 3, 4, 5))
    upper.set_ylabel(things.efficiency)
    line_at(lower, numbers.fake_rate)
    lower.set_ylabel(things.fake_rate.replace(" of", " of\n"), loc="center")
    lower.set_xlabel(PT_TITLE)
    stamp(upper, config)
    return figure, (upper, lower)


def _scale(
    axes: Axes, numbers: PtEfficiencies, kinds: Sequence[Kind], categories: Sequence[str]
) -> None:
    """Fake rates from zero to above the highest, intervals included."""
    shown = [numbers.of(name, "background", kind) for name in categories for kind in kinds]
    highest = [curve.high[curve.entries > 0].max(initial=0.0) for curve in shown]
    axes.set_ylim(0.0, 1.08 * max(*highest, 2.0 * numbers.fake_rate, 1e-3))


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
    if reference:
        axes.plot([], [], marker="*", markersize=8, label="reference study", **options)
