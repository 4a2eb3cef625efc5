"""What variations of the simulation do to efficiency and fake rate at the nominal threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    ALL_LOOK,
    DOUBLE,
    THIN,
    Floats,
    Look,
    Things,
    nothing,
    panels,
    stamp_figure,
    styled,
)
from hepchain.io.columns import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.shares import CLASSES

COLUMNS = ("event_number", "label", "weight", "pt", "score")
RANGE_LOOKS = (
    Look("#4EB3D3", marker="v"),
    Look("#2B8CBE", marker="^"),
    Look("#0868AC", marker="s"),
    Look("#084081", marker="D"),
)
"""Ranges of pT, from light to dark with rising pT."""
ROOM = 0.7
"""Share of the height of a row that its points take."""
WIDEST = 0.5
"""Points with larger errors are not drawn; the numbers have them."""


@dataclass(frozen=True)
class EventSums:
    """Weights of tracks by event, from which ratios of correlated efficiencies follow."""

    event_number: npt.NDArray[np.int64]
    """Shape (events,), increasing."""
    sums: Floats
    """Shape (events, 2, bins): sum of weights of the tracks that pass, and of all."""


@dataclass(frozen=True)
class Ratios:
    """Efficiency or fake rate under a variation over the nominal one; first all pT, then bins."""

    variation: str
    label: str
    """``signal`` (efficiency) or ``background`` (fake rate)."""
    value: Floats
    error: Floats
    """Shapes (1 + bins,); NaN where no track passes."""


@dataclass(frozen=True)
class Variations:
    """Ratios of one tagger on one sample."""

    tagger: str
    sample: str
    working_point: str
    edges: Floats
    """Bins of pT [GeV], shape (bins + 1,)."""
    nominal: Mapping[str, Floats]
    """Class -> nominal efficiency or fake rate, shape (1 + bins,)."""
    ratios: list[Ratios]


def variations(
    tagger: str,
    sample: str,
    nominal: Path,
    varied: Mapping[str, Path],
    working_points: Path,
    kind: Literal["overall", "per_pt_bin"],
) -> Variations:
    """Ratios in the bins of pT of the working points.

    Parameters
    ----------
    nominal, varied : combined scores of the sample, and of each of its variations
    kind : threshold that is applied, the same for all
    """
    content = read_json(working_points)
    point = WorkingPoint.from_content(content, kind)
    edges = np.asarray(content["per_pt_bin"]["edges"], dtype=np.float64)
    before = event_sums(pieces([nominal], COLUMNS), point, edges)
    ratios = []
    for name, path in varied.items():
        after = event_sums(pieces([path], COLUMNS), point, edges)
        ratios += [Ratios(name, label, *ratio(before[label], after[label])) for label in CLASSES]
    shares = {label: efficiency(sums) for label, sums in before.items()}
    return Variations(tagger, sample, kind, edges, shares, ratios)


def event_sums(
    tables: Iterable[Columns], point: WorkingPoint, edges: Floats
) -> dict[str, EventSums]:
    """Class -> its tracks in bins of pT, added up by event; memory grows with events only."""
    found: dict[str, list[EventSums]] = {label: [] for label in CLASSES}
    for table in tables:
        passes = point.passes(table["score"], table["pt"])
        bins = np.digitize(table["pt"], edges) - 1
        inside = (bins >= 0) & (bins < len(edges) - 1)
        for label, code in CLASSES.items():
            chosen = inside & (table["label"] == code)
            weight = table["weight"][chosen].astype(np.float64)
            events, row = np.unique(table["event_number"][chosen], return_inverse=True)
            shape = (len(events), len(edges) - 1)
            index = row * shape[1] + bins[chosen]
            sums = [
                np.bincount(index, weights, minlength=shape[0] * shape[1]).reshape(shape)
                for weights in (weight * passes[chosen], weight)
            ]
            found[label].append(EventSums(events, np.stack(sums, axis=1)))
    return {label: _joined(parts, len(edges) - 1) for label, parts in found.items()}


def _joined(parts: Sequence[EventSums], bins: int) -> EventSums:
    """Sums of all pieces; an event may lie in several."""
    numbers = np.concatenate([np.empty(0, dtype=np.int64), *(p.event_number for p in parts)])
    events, row = np.unique(numbers, return_inverse=True)
    sums = np.zeros((len(events), 2, bins))
    np.add.at(sums, row, np.concatenate([np.empty((0, 2, bins)), *(p.sums for p in parts)]))
    return EventSums(events, sums)


def efficiency(events: EventSums) -> Floats:
    """Share that passes, for all pT and in each bin; NaN without tracks."""
    with np.errstate(invalid="ignore", divide="ignore"):
        passing, total = _with_all(events.sums).sum(axis=0)
        result: Floats = passing / total
    return result


def _with_all(sums: Floats) -> Floats:
    """Bins with their sum before them."""
    return np.concatenate([sums.sum(axis=-1, keepdims=True), sums], axis=-1)


def ratio(nominal: EventSums, varied: EventSums) -> tuple[Floats, Floats]:
    """Varied over nominal efficiency with its statistical error, for all pT and in each bin.

    First-order error of a function of sums over events, most of which are the same in both: with
    R = (P'/T') / (P/T) the variance is R^2 sum (p'/P' - t'/T' - p/P + t/T)^2 over the events of
    both, p and t being an event's passing and total weight and P and T their sums. Tracks of an
    event may be correlated in any way.
    """
    union = np.union1d(nominal.event_number, varied.event_number)
    (p, t), (p2, t2) = (_by_event(events, union) for events in (nominal, varied))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (p2.sum(axis=0) / t2.sum(axis=0)) / (p.sum(axis=0) / t.sum(axis=0))
        shares = [column / column.sum(axis=0) for column in (p2, t2, p, t)]
        influence = shares[0] - shares[1] - shares[2] + shares[3]
        error = value * np.sqrt((influence**2).sum(axis=0))
    good = np.isfinite(error)
    return np.where(good, value, np.nan), np.where(good, error, np.nan)


def _by_event(events: EventSums, union: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Passing and total weights of the events of ``union``, shape (events, 1 + bins) each."""
    sums = np.zeros((len(union), *events.sums.shape[1:]))
    sums[np.searchsorted(union, events.event_number)] = events.sums
    full = _with_all(sums)
    return full[:, 0], full[:, 1]


@styled()
def draw(
    numbers: Variations, things: Things, config: FiguresConfig, titles: Mapping[str, str]
) -> Figure:
    """A row a variation: left the efficiency, right the fake rate, relative to the nominal ones."""
    names = list(dict.fromkeys(item.variation for item in numbers.ratios))
    height = 1.35 + 0.5 * max(len(names), 2)
    figure, grid = panels(1, 2, width=DOUBLE, height=height, share_y="row")
    titles_of = {"signal": things.efficiency, "background": things.fake_rate}
    for axes, (label, above) in zip(grid[0], titles_of.items(), strict=True):
        items = {item.variation: item for item in numbers.ratios if item.label == label}
        for row, name in enumerate(names):
            _draw_row(axes, row, items[name])
        _finish(axes, label, above, numbers)
    rows = [titles.get(name, name) for name in names]
    grid[0, 0].set_yticks(range(len(rows)), rows)
    grid[0, 0].set_ylim(len(rows) - 0.5, -0.5)
    handles = _legend(grid[0, 0], numbers.edges)
    title = f"{things.title(numbers.tagger)}, {things.title(numbers.sample)}"
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), title=title, fontsize=7.5
    )
    stamp_figure(figure, config)
    return figure


def _places(points: int) -> Floats:
    """Heights of the points of a row around its middle, downwards."""
    return np.linspace(-ROOM / 2, ROOM / 2, points)


def _look(index: int) -> Look:
    """Look of all pT (index 0) or of a bin."""
    return ALL_LOOK if index == 0 else RANGE_LOOKS[(index - 1) % len(RANGE_LOOKS)]


def _draw_row(axes: Axes, row: int, item: Ratios) -> None:
    shown = np.isfinite(item.value) & (item.error < WIDEST)
    for index in np.flatnonzero(shown):
        look = _look(int(index))
        axes.errorbar(
            item.value[index],
            row + _places(len(item.value))[index],
            xerr=item.error[index],
            fmt=look.marker,
            color=look.colour,
            markersize=5 if index == 0 else 3.5,
            linewidth=1.5 if index == 0 else 1.0,
        )


def _finish(axes: Axes, label: str, title: str, numbers: Variations) -> None:
    axes.axvline(1.0, **THIN)
    if not axes.containers:
        nothing(axes, "no tracks")
    low, high = axes.get_xlim()
    reach = max(0.02, high - 1.0, 1.0 - low)
    axes.set_xlim(1.0 - reach, 1.0 + reach)
    axes.tick_params(axis="y", which="both", length=0)
    axes.yaxis.set_minor_locator(NullLocator())
    for row in range(1, len({item.variation for item in numbers.ratios})):
        axes.axhline(row - 0.5, color="0.9", linewidth=0.6, zorder=0)
    nominal = numbers.nominal[label][0]
    known = f" (nominal: {nominal:.3f})" if np.isfinite(nominal) else ""
    axes.set_title(title + known)
    axes.set_xlabel("Ratio to nominal")


def _legend(axes: Axes, edges: Floats) -> list[Any]:
    texts = ["all $p_T$"] + [f"{low:g}–{high:g} GeV" for low, high in pairwise(edges)]
    return [
        axes.errorbar([], [], xerr=[], fmt=_look(i).marker, color=_look(i).colour, label=text)
        for i, text in enumerate(texts)
    ]
