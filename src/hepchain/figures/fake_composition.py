"""Fake rate at the working point by particle and origin, in several samples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.style import Things, nothing, panels, stamp_figure, styled
from hepchain.figures.tables import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.selection.working_point import WorkingPoint
from hepchain.truth import Label, TruthOrigin

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


@dataclass(frozen=True)
class Row:
    """Tracks of one kind in one sample."""

    sample: str
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
    tagger: str, scores: Mapping[str, Path], working_points: Path, kind: str
) -> FakeComposition:
    """Rates in each sample (name -> score file) with the thresholds ``kind``."""
    content = read_json(working_points)
    point = WorkingPoint.from_content(content, "overall" if kind == "overall" else "per_pt_bin")
    rows = [
        row
        for sample, path in scores.items()
        for row in count(sample, pieces([path], COLUMNS), point)
    ]
    return FakeComposition(tagger, content["fake_rate"], content["denominator"], rows)


def kinds(table: Columns) -> dict[tuple[str, str], np.ndarray]:
    """(group, kind) -> which tracks belong to it, shape (n,); every hadron has one particle."""
    hadron = table["label"] == Label.HADRON
    electron = table["label"] == Label.OTHER_ELECTRON
    pileup = hadron & (table["truth_is_pileup"] != 0)
    pdg_id, origin = np.abs(table["truth_pdg_id"]), table["truth_origin"]
    masks = {("all", "all hadron tracks"): hadron}
    masks["all", "hard scatter"] = hadron & ~pileup
    masks["all", "pile-up"] = pileup
    for name, number in _PDG_ID.items():
        masks["particle", name] = hadron & (pdg_id == number)
    masks["particle", "other"] = hadron & ~np.isin(pdg_id, list(_PDG_ID.values()))
    for name, value in _ORIGINS.items():
        masks["origin", name] = hadron & (origin == value)
    masks["origin", "unknown"] = hadron & ~np.isin(origin, list(_ORIGINS.values()))
    for name, value in _ELECTRONS.items():
        masks["electron", name] = electron & (origin == value)
    return masks


def count(sample: str, tables: Iterable[Columns], point: WorkingPoint) -> list[Row]:
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
        Row(sample, *key, efficiency_of_sums(*values), values[1] / total if total else float("nan"))
        for key, values in sums.items()
    ]


@styled()
def draw(numbers: FakeComposition, things: Things, config: FiguresConfig) -> Figure:
    """Left: share that passes; right: share among the hadron tracks; a line a kind of track."""
    keys = list(dict.fromkeys((row.group, row.kind) for row in numbers.rows if row.share > 0))
    samples = list(dict.fromkeys(row.sample for row in numbers.rows))
    places = _places(keys)
    figure, grid = panels(
        1, 2, width=6.4, height=1.6 + 0.24 * (len(places) + 3), share_y="row", share_x=False
    )
    left, right = grid[0]
    for index, sample in enumerate(samples):
        rows = [row for row in numbers.rows if row.sample == sample and row.share > 0]
        offset = 0.3 * (index - (len(samples) - 1) / 2)
        y = np.array([places[row.group, row.kind] for row in rows]) + offset
        _draw_rates(left, right, y, rows, things, sample)
    _finish(left, right, numbers, places)
    if places:
        left.legend(loc="lower left", fontsize=7)
    else:
        nothing(left, "no tracks")
    stamp_figure(figure, config)
    note = (
        f"{things.title(numbers.tagger)}; fake rate: share that passes of the {numbers.denominator}"
    )
    figure.supxlabel(textwrap.fill(note, 105), fontsize=7.5, x=0.02, ha="left")
    return figure


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
    left: Axes, right: Axes, y: np.ndarray, rows: Sequence[Row], things: Things, sample: str
) -> None:
    look = things.look(sample)
    value = np.array([row.rate.value for row in rows])
    errors = np.abs([[r.rate.value - r.rate.low, r.rate.high - r.rate.value] for r in rows]).T
    left.errorbar(
        value,
        y,
        xerr=errors.reshape(2, -1),
        fmt=look.marker,
        color=look.colour,
        elinewidth=1.1,
        label=things.title(sample),
    )
    right.plot(
        [row.share for row in rows], y, look.marker, color=look.colour, markerfacecolor="white"
    )


def _finish(
    left: Axes,
    right: Axes,
    numbers: FakeComposition,
    places: Mapping[tuple[str, str], float],
) -> None:
    left.axvline(numbers.fake_rate, color="0.5", linewidth=0.8, linestyle=(0, (1, 1)), zorder=0)
    left.set_xscale("log")
    left.set_xlim(2e-3, 1.5)
    left.set_xlabel("Share that passes the tagger")
    right.set_xscale("log")
    right.set_xlim(1e-4, 2.0)
    right.set_xlabel("Share among hadron tracks")
    left.set_yticks(list(places.values()), [kind for _, kind in places])
    left.set_ylim(max(places.values(), default=0.0) + 0.8, -0.8)
    for axes in (left, right):
        axes.tick_params(axis="y", which="both", length=0)
        axes.grid(axis="y", which="major", color="0.92", linewidth=0.5)
