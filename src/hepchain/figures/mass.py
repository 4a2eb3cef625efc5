"""Mass of the candidates before and after the tagger, by the truth of the candidate track."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.style import (
    BACKGROUND_LOOKS,
    PARTICLE_LOOKS,
    Floats,
    Things,
    inside,
    nothing,
    panels,
    stamp,
    styled,
)
from hepchain.figures.tables import Columns, pieces
from hepchain.truth import Label

EDGES = np.linspace(0.0, 6.0, 25)
"""Bins of the mass [GeV]."""
WIDE = 4
"""Bins put together where shares are drawn."""
BACKGROUND = "background"
COLUMNS = ("mass", "weight", "passes_tagger", "label", "truth_pdg_id", "truth_is_pileup")
COMPONENTS = {
    "pileup": "pile-up hadrons",
    "other": "other tracks",
    "muon": "muons",
    "proton": "protons",
    "kaon": "kaons",
    "pion": "pions",
    "electron": "real electrons",
}
"""Components of the background in the order of the stack, with their titles."""
_PDG_ID = {211: "pion", 321: "kaon", 2212: "proton", 13: "muon"}


@dataclass(frozen=True)
class Spectrum:
    """Expected candidates in bins of the mass; shapes (2, bins), row 1 with the tagger."""

    weighted: Floats
    error: Floats

    @property
    def total(self) -> Floats:
        """Sum over the bins, shape (2,)."""
        total: Floats = self.weighted.sum(axis=1)
        return total


@dataclass(frozen=True)
class MassSpectra:
    """What the figure shows."""

    edges: Floats
    """Shape (bins + 1,) [GeV]."""
    veto: tuple[float, float]
    """Excluded masses [GeV]."""
    background: dict[str, Spectrum]
    """Component -> spectrum, all backgrounds together."""
    signals: dict[str, Spectrum]
    wide_edges: Floats
    """Shape (wide bins + 1,) [GeV]."""
    passing: dict[str, list[Efficiency]]
    """``background`` or signal -> share that passes the tagger in each wide bin."""


def component(table: Columns) -> np.ndarray:
    """Name of the component of each candidate, shape (n,)."""
    pdg_id = np.abs(table["truth_pdg_id"])
    names = np.full(len(pdg_id), "other", dtype="<U8")
    for number, name in _PDG_ID.items():
        names[pdg_id == number] = name
    names[table["truth_is_pileup"] != 0] = "pileup"
    names[np.isin(table["label"], (Label.ELECTRON, Label.OTHER_ELECTRON))] = "electron"
    return names


def mass_spectra(
    signals: Mapping[str, Path], backgrounds: Iterable[Path], veto: Sequence[float]
) -> MassSpectra:
    """Spectra from the candidate tables of the samples."""
    background = _components(pieces(backgrounds, COLUMNS))
    spectra = {name: _sum(pieces([path], COLUMNS)) for name, path in signals.items()}
    passing = {
        BACKGROUND: _passing(list(background.values())),
        **{name: _passing([spectrum]) for name, spectrum in spectra.items()},
    }
    wide_edges = EDGES[::WIDE]
    return MassSpectra(EDGES, (veto[0], veto[1]), background, spectra, wide_edges, passing)


def _passing(spectra: Sequence[Spectrum]) -> list[Efficiency]:
    weighted = np.sum([spectrum.weighted for spectrum in spectra], axis=0)
    squares = np.sum([spectrum.error**2 for spectrum in spectra], axis=0)
    (total, passing), (total_squares, _) = (
        values.reshape(2, -1, WIDE).sum(axis=2) for values in (weighted, squares)
    )
    return [efficiency_of_sums(*sums) for sums in zip(passing, total, total_squares, strict=True)]


def _components(tables: Iterable[Columns]) -> dict[str, Spectrum]:
    sums = {name: np.zeros((2, 2, len(EDGES) - 1)) for name in COMPONENTS}
    for table in tables:
        names = component(table)
        for name, total in sums.items():
            total += _fill(table, names == name)
    return {name: Spectrum(total[0], np.sqrt(total[1])) for name, total in sums.items()}


def _sum(tables: Iterable[Columns]) -> Spectrum:
    total = np.zeros((2, 2, len(EDGES) - 1))
    for table in tables:
        total += _fill(table, np.ones(len(table["mass"]), dtype=bool))
    return Spectrum(total[0], np.sqrt(total[1]))


def _fill(table: Columns, chosen: np.ndarray) -> Floats:
    """Sums of weights and of squared weights, shape (2, 2, bins): (power, tagger, bin)."""
    weight = table["weight"].astype(np.float64)
    both = (chosen, chosen & table["passes_tagger"].astype(bool))
    return np.array(
        [
            [np.histogram(table["mass"][c], EDGES, weights=weight[c] ** power)[0] for c in both]
            for power in (1, 2)
        ]
    )


@styled()
def draw(numbers: MassSpectra, things: Things, config: FiguresConfig, luminosity: float) -> Figure:
    """Above and in the middle: without and with the tagger; below: share that passes it."""
    figure, grid = panels(3, width=5.0, height=7.4, height_ratios=[2.4, 1.7, 1])
    _scales(grid[0, 0], grid[1, 0], numbers)
    for row, title in enumerate(("without tagger", "with tagger")):
        _draw_stack(grid[row, 0], numbers, row, things)
        inside(grid[row, 0], title, fontsize=9, weight="bold")
    _draw_shares(grid[2, 0], numbers, things)
    for axes in grid[:, 0]:
        axes.axvspan(*numbers.veto, facecolor="none", edgecolor="0.6", hatch="////", linewidth=0)
        axes.set_xlim(numbers.edges[0], numbers.edges[-1])
    low, high = numbers.veto
    grid[1, 0].annotate(
        f"excluded\n{low:g}-{high:g} GeV",
        ((low + high) / 2, 0.97),
        xycoords=("data", "axes fraction"),
        xytext=(6, 0),
        textcoords="offset points",
        fontsize=7,
        va="top",
    )
    _legend(grid[0, 0])
    grid[2, 0].set_xlabel(r"$m$(track, e) [GeV]")
    stamp(grid[0, 0], config, luminosity)
    return figure


def _draw_stack(axes: Axes, numbers: MassSpectra, row: int, things: Things) -> None:
    base = np.zeros(len(numbers.edges) - 1)
    variance = np.zeros_like(base)
    for name, spectrum in numbers.background.items():
        look = PARTICLE_LOOKS[name]
        top = base + spectrum.weighted[row]
        if spectrum.weighted[0].any():
            axes.stairs(
                top,
                numbers.edges,
                baseline=base,
                fill=True,
                facecolor=look.colour,
                edgecolor="0.35",
                hatch=look.hatch,
                linewidth=0.3,
                label=COMPONENTS[name],
            )
        base, variance = top, variance + spectrum.error[row] ** 2
    _draw_errors(axes, numbers.edges, base, np.sqrt(variance))
    for name, spectrum in numbers.signals.items():
        look = things.look(name)
        axes.stairs(
            spectrum.weighted[row],
            numbers.edges,
            color=look.colour,
            linestyle=look.line,
            linewidth=1.8,
            label=things.title(name),
        )


def _draw_errors(axes: Axes, edges: Floats, total: Floats, error: Floats) -> None:
    filled = total > 0.0
    if not filled.any():
        return
    axes.errorbar(
        ((edges[1:] + edges[:-1]) / 2)[filled],
        total[filled],
        # Down to zero at most, which a logarithmic axis cannot show.
        [np.minimum(error, 0.999 * total)[filled], error[filled]],
        fmt="none",
        ecolor="black",
        elinewidth=1.0,
        label="statistical error",
    )


def _scales(upper: Axes, middle: Axes, numbers: MassSpectra) -> None:
    """The same logarithmic scale in both panels, with room for the legend in the upper."""
    everything = [*numbers.background.values(), *numbers.signals.values()]
    values = np.concatenate([spectrum.weighted.ravel() for spectrum in everything])
    total = sum((s.weighted for s in numbers.background.values()), np.zeros((2, 1)))
    width = numbers.edges[1] - numbers.edges[0]
    positive = values[values > 0]
    low = max(positive.min() / 2, 1e-4 * positive.max()) if positive.size else 0.1
    high = max(float(total.max()), float(values.max(initial=0.0)), 10 * low)
    for axes, room in ((upper, 1.6), (middle, 1.25)):
        axes.set_yscale("log")
        axes.set_ylim(low, low * (high / low) ** room)
        axes.set_ylabel(f"Candidates / {width:g} GeV")
        if not positive.size:
            nothing(axes)


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], loc="upper right", ncols=2, fontsize=7, columnspacing=1.0
    )


def _draw_shares(axes: Axes, numbers: MassSpectra, things: Things) -> None:
    centres = (numbers.wide_edges[1:] + numbers.wide_edges[:-1]) / 2
    for row, (name, shares) in enumerate(numbers.passing.items()):
        look = BACKGROUND_LOOKS[0] if name == BACKGROUND else things.look(name)
        known = np.array([share.entries > 0 for share in shares])
        value, low, high = (
            np.array([getattr(share, bound) for share in shares])[known]
            for bound in ("value", "low", "high")
        )
        shift = 0.08 * (row - (len(numbers.passing) - 1) / 2)
        axes.errorbar(
            centres[known] + shift,
            value,
            np.abs([value - low, high - value]),
            color=look.colour,
            fmt=look.marker,
            linewidth=1.0,
            markersize=4,
        )
    axes.set_ylim(0.0, 1.35)
    axes.set_yticks([0.0, 0.5, 1.0])
    axes.set_ylabel("Share passing", loc="center")
    handles = [axes.plot([], [], "P", color=BACKGROUND_LOOKS[0].colour, label="background")[0]]
    axes.legend(handles=handles, loc="upper right", fontsize=7)
