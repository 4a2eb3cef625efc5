"""Fake rate at the working point by particle and origin: of all tracks, and of candidates."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.style import THIN, Look, Things, nothing, panels, stamp_figure, styled
from hepchain.figures.tabulate import Table, number
from hepchain.io.columns import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.labels import Label
from hepchain.selection.working_point import WorkingPoint
from hepchain.shares import stacked
from hepchain.simulation.truth import TruthOrigin

COLUMNS = (
    "label",
    "weight",
    "pt",
    "score",
    "truth_pdg_id",
    "truth_origin",
    "truth_is_pileup",
)
_PDG_ID = {"pions": 211, "kaons": 321, "protons": 2212, "muons": 13}
_ORIGINS = {
    "prompt": TruthOrigin.FRAGMENTATION,
    "heavy flavour": TruthOrigin.HEAVY_FLAVOUR,
    "strange decays": TruthOrigin.STRANGE_DECAY,
    "hadronic interactions": TruthOrigin.HADRONIC_INTERACTION,
    "fake tracks": TruthOrigin.FAKE,
}
_ELECTRONS = {
    "e of conversions": TruthOrigin.CONVERSION,
    "e of Dalitz decays": TruthOrigin.DALITZ,
    "e of heavy flavour": TruthOrigin.HEAVY_FLAVOUR,
}


TracksOf = Literal["all", "candidates"]
CANDIDATE_MARKER = "D"
LEAST = 2e-3
"""Smallest share that is drawn."""


@dataclass(frozen=True)
class Row:
    """Tracks of one kind in one sample."""

    sample: str
    tracks: TracksOf
    """All tracks after the track pre-selection, or candidates after all cuts but the tagger."""
    group: str
    """``all``, ``particle``, ``origin`` or ``electron`` (real electrons, no fakes)."""
    kind: str
    rate: Efficiency
    """Share of these tracks that pass."""
    share: float
    """Share of these tracks among the hadron tracks; of electrons: relative to them."""


@dataclass(frozen=True)
class FakeComposition:
    """Rows of all samples."""

    tagger: str
    fake_rate: float
    """Nominal."""
    denominator: str
    """What the nominal fake rate counts."""
    rows: list[Row]


def fake_composition(
    tagger: str,
    scores: Mapping[str, Path],
    candidates: Mapping[str, Path],
    working_points: Path,
    kind: str,
) -> FakeComposition:
    """Rates with the thresholds ``kind``."""
    content = read_json(working_points)
    point = WorkingPoint.from_content(content, "overall" if kind == "overall" else "per_pt_bin")
    sources: tuple[tuple[TracksOf, Mapping[str, Path]], ...] = (
        ("all", scores),
        ("candidates", candidates),
    )
    rows = [
        row
        for tracks, paths in sources
        for sample, path in paths.items()
        for row in count(sample, pieces([path], COLUMNS), point, tracks)
    ]
    return FakeComposition(tagger, content["fake_rate"], content["denominator"], rows)


def kinds(table: Columns) -> dict[tuple[str, str], np.ndarray]:
    """(group, kind) -> which tracks belong to it, shape (n,); every hadron has one particle."""
    hadron = table["label"] == Label.BACKGROUND
    electron = table["label"] == Label.IGNORED
    pileup = hadron & (table["truth_is_pileup"] != 0)
    pdg_id, origin = np.abs(table["truth_pdg_id"]), table["truth_origin"]
    masks = {("all", "all hadron tracks"): hadron}
    masks["all", "hard scatter"] = hadron & ~pileup
    masks["all", "pile-up"] = pileup
    for name, pdg in _PDG_ID.items():
        masks["particle", name] = hadron & (pdg_id == pdg)
    masks["particle", "other"] = hadron & ~np.isin(pdg_id, list(_PDG_ID.values()))
    for name, value in _ORIGINS.items():
        masks["origin", name] = hadron & (origin == value)
    masks["origin", "unknown"] = hadron & ~np.isin(origin, list(_ORIGINS.values()))
    for name, value in _ELECTRONS.items():
        masks["electron", name] = electron & (origin == value)
    return masks


def count(
    sample: str, tables: Iterable[Columns], point: WorkingPoint, tracks: TracksOf = "all"
) -> list[Row]:
    """Rows of one sample from pieces of the columns :data:`COLUMNS`."""
    sums: dict[tuple[str, str], np.ndarray] = {}
    for table in tables:
        passes = point.passes(table["score"], table["pt"])
        for key, mask in kinds(table).items():
            weight = table["weight"][mask].astype(np.float64)
            add = np.array([weight[passes[mask]].sum(), weight.sum(), (weight**2).sum()])
            sums[key] = sums.get(key, np.zeros(3)) + add
    total = sums["all", "all hadron tracks"][1] if sums else 0.0
    return [
        Row(
            sample,
            tracks,
            *key,
            efficiency_of_sums(*values),
            values[1] / total if total else float("nan"),
        )
        for key, values in sums.items()
    ]


ROOM = 0.085
"""Inches of a line's height for each set of tracks."""


@styled()
def draw(numbers: FakeComposition, things: Things, config: FiguresConfig) -> Figure:
    """Left: share that passes; right: share among the hadron tracks; a line a kind of track."""
    keys = list(dict.fromkeys((row.group, row.kind) for row in numbers.rows if row.share > 0))
    sources = list(dict.fromkeys((row.sample, row.tracks) for row in numbers.rows))
    places = _places(keys)
    line = max(0.24, ROOM * len(sources))
    height = 1.6 + line * (len(places) + 3)
    figure, grid = panels(1, 2, width=6.4, height=height, share_y="row", share_x=False)
    left, right = grid[0]
    for index, source in enumerate(sources):
        rows = [r for r in numbers.rows if (r.sample, r.tracks) == source and r.share > 0]
        offset = min(0.25, 0.9 / len(sources)) * (index - (len(sources) - 1) / 2)
        y = np.array([places[row.group, row.kind] for row in rows]) + offset
        _draw_rates(left, right, y, rows, _look(*source, things), title_of(*source, things))
    _finish(left, right, numbers, places)
    if places:
        handles, labels = left.get_legend_handles_labels()
        # Above the few kinds that are common: nothing is drawn there.
        right.legend(handles, labels, loc="upper left", fontsize=7)
    else:
        nothing(left, "no tracks")
    stamp_figure(figure, config)
    note = f"{things.title(numbers.tagger)}; fake rate: share that passes of the "
    note += _denominator(numbers, things)
    figure.supxlabel(textwrap.fill(note, 105), fontsize=7.5, x=0.02, ha="left")
    return figure


def title_of(sample: str, tracks: TracksOf, things: Things) -> str:
    """Name of a set of tracks in legends and tables."""
    title = things.title(sample)
    return title if tracks == "all" else f"candidates of {title}"


def _denominator(numbers: FakeComposition, things: Things) -> str:
    """What the nominal fake rate counts, with the title of the sample."""
    text = numbers.denominator
    for name in {row.sample for row in numbers.rows}:
        text = text.replace(name, things.title(name))
    return text


def _look(sample: str, tracks: TracksOf, things: Things) -> Look:
    look = things.look(sample)
    return look if tracks == "all" else Look(look.colour, look.line, CANDIDATE_MARKER, look.hatch)


def _places(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Heights of the lines, with a gap between groups."""
    places: dict[tuple[str, str], float] = {}
    y, last = 0.0, ""
    for group, kind in keys:
        y += 0.5 if last and group != last else 0.0
        places[group, kind] = y
        y, last = y + 1.0, group
    return places


def _draw_rates(
    left: Axes, right: Axes, y: np.ndarray, rows: Sequence[Row], look: Look, title: str
) -> None:
    rates = stacked(row.rate for row in rows)
    style: Any = {"fmt": look.marker, "color": look.colour, "elinewidth": 1.1, "label": title}
    left.errorbar(rates.value, y, xerr=rates.errors, **style)
    # An arrow where none passes, which a logarithmic axis cannot show.
    none = rates.value < LEAST
    left.plot(np.full(none.sum(), 1.15 * LEAST), y[none], "<", color=look.colour, markersize=4)
    right.plot(
        [row.share for row in rows], y, look.marker, color=look.colour, markerfacecolor="white"
    )


def _finish(
    left: Axes,
    right: Axes,
    numbers: FakeComposition,
    places: Mapping[tuple[str, str], float],
) -> None:
    left.axvline(numbers.fake_rate, **THIN)
    left.set_xscale("log")
    left.set_xlim(LEAST, 1.5)
    left.set_xlabel("Share that passes the tagger")
    right.set_xscale("log")
    right.set_xlim(1e-4, 2.0)
    right.set_xlabel("Share among hadron tracks")
    left.set_yticks(list(places.values()), [kind for _, kind in places])
    left.set_ylim(max(places.values(), default=0.0) + 0.8, -0.8)
    for axes in (left, right):
        axes.tick_params(axis="y", which="both", length=0)
        axes.grid(axis="y", which="major", color="0.92", linewidth=0.5)


def table(numbers: FakeComposition, things: Things) -> Table:
    """A line a kind of track; share and rate of each set of tracks."""
    sources = list(dict.fromkeys((row.sample, row.tracks) for row in numbers.rows))
    found = {(r.sample, r.tracks, r.group, r.kind): r for r in numbers.rows}
    header = ["", *(f"{title_of(*s, things)}: {x}" for s in sources for x in ("share", "passes"))]
    lines = [
        [
            kind if group == "all" else f"{group}: {kind}",
            *(cell for source in sources for cell in _cells(found[*source, group, kind])),
        ]
        for group, kind in dict.fromkeys((row.group, row.kind) for row in numbers.rows)
    ]
    note = (
        f"{things.title(numbers.tagger)}. Share: of the hadron tracks, by weight; passes: share of "
        "these that the tagger lets pass, with its 68 % binomial interval (effective entries). "
        f"Nominal fake rate: {100 * numbers.fake_rate:g} % of the {_denominator(numbers, things)}. "
        "Candidates: those of the selection after all cuts but those on the mass and the tagger. "
        "Lines of electrons are real electrons that are not of the hard process; they are in no "
        "other line, and their shares are relative to the hadron tracks."
    )
    return Table("Fake rates", pd.DataFrame(lines, columns=header), note)


def _cells(row: Row) -> tuple[str, str]:
    share = number(100 * row.share, digits=3) + " %" if row.share > 0 else "–"
    rate = row.rate
    if not rate.entries:
        return share, "–"
    error = 50 * (rate.high - rate.low)
    low, high = (number(100 * bound, error).split(" ")[0] for bound in (rate.low, rate.high))
    return share, f"{number(100 * rate.value, error).split(' ')[0]} [{low}, {high}] %"
