"""Mass of the candidates before and after the tagger, by the truth of the candidate track.

With data, those that fail it as well: the control region that is open whatever else is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import chi2, norm

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
ROWS = ("without tagger", "with tagger", "failing the tagger")
"""What is asked of candidates; the last is shown with data."""
ALL, PASSING, FAILING = range(3)
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

    def row(self, row: int) -> tuple[Floats, Floats]:
        """Candidates and their error, shape (bins,) each, of one of ``ROWS``."""
        if row != FAILING:
            return self.weighted[row], self.error[row]
        rest = self.error[ALL] ** 2 - self.error[PASSING] ** 2
        return self.weighted[ALL] - self.weighted[PASSING], np.sqrt(np.maximum(rest, 0.0))


@dataclass(frozen=True)
class DataSpectrum:
    """Candidates of data in bins of the mass."""

    counts: Floats
    """Shape (3, bins), a line for each of ``ROWS``; not a number where data are closed."""
    closed_below: float | None
    """Mass below which only those that fail the tagger are shown [GeV]; None: nothing is closed."""


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
    data: DataSpectrum | None = None
    """All samples of data together."""

    @property
    def rows(self) -> tuple[str, ...]:
        """Panels of spectra."""
        return ROWS if self.data is not None else ROWS[:FAILING]


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
    signals: Mapping[str, Path],
    backgrounds: Iterable[Path],
    veto: Sequence[float],
    data: Sequence[Path] = (),
    closed_below: float | None = None,
) -> MassSpectra:
    """Spectra from the candidate tables of the samples.

    Parameters
    ----------
    veto : excluded masses [GeV]
    data : tables of data
    closed_below : largest mass splitting [GeV] if the signal region of data is closed
    """
    background = _components(pieces(backgrounds, COLUMNS))
    spectra = {name: _sum(pieces([path], COLUMNS)) for name, path in signals.items()}
    passing = {
        BACKGROUND: _passing(list(background.values())),
        **{name: _passing([spectrum]) for name, spectrum in spectra.items()},
    }
    wide_edges = EDGES[::WIDE]
    excluded = (veto[0], veto[1])
    measured = data_spectrum(data, excluded, closed_below) if data else None
    return MassSpectra(EDGES, excluded, background, spectra, wide_edges, passing, measured)


def data_spectrum(
    tables: Iterable[Path], veto: tuple[float, float], closed_below: float | None
) -> DataSpectrum:
    """Counts of data; a bin that is closed in part is not shown."""
    counts = np.zeros((len(ROWS), len(EDGES) - 1))
    for table in pieces(tables, ("mass", "passes_tagger")):
        passes = table["passes_tagger"].astype(bool)
        for row, chosen in ((PASSING, passes), (FAILING, ~passes)):
            counts[row] += np.histogram(table["mass"][chosen], EDGES)[0]
    counts[ALL] = counts[PASSING] + counts[FAILING]
    if closed_below is not None:
        vetoed = (EDGES[:-1] >= veto[0]) & (EDGES[1:] <= veto[1])
        counts[:FAILING, (EDGES[:-1] < closed_below) & ~vetoed] = np.nan
    return DataSpectrum(counts, closed_below)


def poisson_interval(counts: Floats) -> tuple[Floats, Floats]:
    """Ends of the central 68.3 % interval for the mean (Garwood, Biometrika 28 (1936) 437)."""
    tail = norm.sf(1.0)
    low: Floats = np.where(counts > 0, chi2.ppf(tail, 2 * np.maximum(counts, 0.5)) / 2, 0.0)
    high: Floats = chi2.isf(tail, 2 * counts + 2) / 2
    return low, high


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
    """Panels of spectra, without and with the tagger first; below: share that passes it."""
    further = len(numbers.rows) - 2
    ratios = [2.4, 1.7, *[1.7] * further, 1]
    figure, grid = panels(len(ratios), width=5.0, height=7.4 + 2.4 * further, height_ratios=ratios)
    *spectra, shares = grid[:, 0]
    _scales(spectra, numbers)
    for row, title in enumerate(numbers.rows):
        _draw_stack(spectra[row], numbers, row, things)
        if numbers.data is not None:
            _draw_data(spectra[row], numbers.edges, numbers.data, row)
        inside(spectra[row], title, fontsize=9, weight="bold")
    _draw_shares(shares, numbers, things)
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
    shares.set_xlabel(r"$m$(track, e) [GeV]")
    stamp(grid[0, 0], config, luminosity)
    return figure


def _draw_stack(axes: Axes, numbers: MassSpectra, row: int, things: Things) -> None:
    base = np.zeros(len(numbers.edges) - 1)
    variance = np.zeros_like(base)
    for name, spectrum in numbers.background.items():
        look = PARTICLE_LOOKS[name]
        weighted, error = spectrum.row(row)
        top = base + weighted
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
        base, variance = top, variance + error**2
    _draw_errors(axes, numbers.edges, base, np.sqrt(variance), numbers.data is not None)
    for name, spectrum in numbers.signals.items():
        look = things.look(name)
        axes.stairs(
            spectrum.row(row)[0],
            numbers.edges,
            color=look.colour,
            linestyle=look.line,
            linewidth=1.8,
            label=things.title(name),
        )


def _draw_data(axes: Axes, edges: Floats, data: DataSpectrum, row: int) -> None:
    counts = data.counts[row]
    shown = counts > 0
    low, high = poisson_interval(counts[shown])
    axes.errorbar(
        ((edges[1:] + edges[:-1]) / 2)[shown],
        counts[shown],
        [counts[shown] - low, high - counts[shown]],
        fmt="o",
        color="black",
        markersize=4,
        elinewidth=1.0,
        label="data",
    )
    if data.closed_below is not None and row != FAILING:
        axes.axvspan(0.0, data.closed_below, facecolor="white", alpha=0.55, zorder=2.5)
        axes.text(
            data.closed_below / 2,
            0.06,
            "data closed here",
            transform=axes.get_xaxis_transform(),
            ha="center",
            fontsize=8,
            style="italic",
        )


def _draw_errors(axes: Axes, edges: Floats, total: Floats, error: Floats, behind: bool) -> None:
    """Errors of the sum, broad and pale if they are ``behind`` data."""
    filled = total > 0.0
    if not filled.any():
        return
    axes.errorbar(
        ((edges[1:] + edges[:-1]) / 2)[filled],
        total[filled],
        # Down to zero at most, which a logarithmic axis cannot show.
        [np.minimum(error, 0.999 * total)[filled], error[filled]],
        fmt="none",
        ecolor="0.35" if behind else "black",
        elinewidth=4.0 if behind else 1.0,
        alpha=0.5 if behind else None,
        label="error of the simulation" if behind else "statistical error",
    )


def _scales(grid: Sequence[Axes], numbers: MassSpectra) -> None:
    """The same logarithmic scale in all panels, with room for the legend in the uppermost."""
    everything = [*numbers.background.values(), *numbers.signals.values()]
    values = np.concatenate([spectrum.weighted.ravel() for spectrum in everything])
    total = sum((s.weighted for s in numbers.background.values()), np.zeros((2, 1)))
    width = numbers.edges[1] - numbers.edges[0]
    positive = values[values > 0]
    low = max(positive.min() / 2, 1e-4 * positive.max()) if positive.size else 0.1
    high = max(float(total.max()), float(values.max(initial=0.0)), 10 * low)
    if numbers.data is not None:
        high = max(high, float(np.nanmax(numbers.data.counts)))
    for row, axes in enumerate(grid):
        room = 1.6 if row == 0 else 1.25
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
