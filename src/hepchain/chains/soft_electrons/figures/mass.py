"""Mass of the candidates before and after the tagger, by the truth of the candidate track.

With data, those that fail it as well: the control region that is open whatever else is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from scipy.stats import chi2, norm

from hepchain.chains.soft_electrons.figures.mass_spectra import (
    BACKGROUND,
    COMPONENTS,
    FAILING,
    DataSpectrum,
    MassSpectra,
)
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    BACKGROUND_LOOKS,
    Floats,
    Look,
    Things,
    inside,
    nothing,
    panels,
    stamp,
    styled,
)
from hepchain.shares import stacked

PARTICLE_LOOKS = {
    "pion": Look("#E3DCCB", hatch=""),
    "kaon": Look("#C9BB9A", hatch="///"),
    "proton": Look("#A4936C", hatch="\\\\\\"),
    "muon": Look("#6E5F3E", hatch="..."),
    "other": Look("#A0A0A0", hatch="xx"),
    "pileup": Look("#EFEFEF", hatch=""),
    "electron": Look("#F0E442", hatch="--"),
}
"""Truth of a track, in pale tones that no signal has; ``pileup``: hadrons of other collisions."""
HALO = [withStroke(linewidth=3.4, foreground="white")]
"""Around the lines of signals, which cross the hatches of the background."""


def poisson_interval(counts: Floats) -> tuple[Floats, Floats]:
    """Ends of the central 68.3 % interval for the mean (Garwood, Biometrika 28 (1936) 437)."""
    tail = norm.sf(1.0)
    low: Floats = np.where(counts > 0, chi2.ppf(tail, 2 * np.maximum(counts, 0.5)) / 2, 0.0)
    high: Floats = chi2.isf(tail, 2 * counts + 2) / 2
    return low, high


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
        f"excluded\n{low:g}–{high:g} GeV",
        ((low + high) / 2, 0.97),
        xycoords=("data", "axes fraction"),
        xytext=(6, 0),
        textcoords="offset points",
        fontsize=7,
        va="top",
    )
    _legend(grid[0, 0])
    _below_legend(figure, grid[0, 0], _highest(numbers))
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
            path_effects=HALO,
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


def _highest(numbers: MassSpectra) -> float:
    """Upper end of the highest error bar, or highest line of a signal, without the tagger."""
    found = [spectrum.row(0) for spectrum in numbers.background.values()]
    total = sum((weighted for weighted, _ in found), np.zeros(len(numbers.edges) - 1))
    error = np.sqrt(sum((error**2 for _, error in found), np.zeros_like(total)))
    lines = [float(spectrum.row(0)[0].max()) for spectrum in numbers.signals.values()]
    highest = max(float((total + error).max()), *lines, 0.0)
    if numbers.data is not None and np.isfinite(numbers.data.counts[0]).any():
        highest = max(highest, float(poisson_interval(np.nanmax(numbers.data.counts[0]))[1]))
    return highest


def _below_legend(figure: Figure, axes: Axes, highest: float) -> None:
    """Make room, so that the legend stands above everything that is drawn."""
    legend = axes.get_legend()
    if legend is None or highest <= 0.0:
        return
    figure.draw_without_rendering()
    free = legend.get_window_extent().transformed(axes.transAxes.inverted()).y0 - 0.03
    low, high = axes.get_ylim()
    if free > 0.0:
        axes.set_ylim(low, max(high, low * (highest / low) ** (1.0 / free)))


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
        handles[::-1],
        labels[::-1],
        loc="upper right",
        ncols=2,
        fontsize=7,
        columnspacing=1.0,
        frameon=True,
        framealpha=1.0,
        edgecolor="none",
        borderpad=0.2,
    )


def _draw_shares(axes: Axes, numbers: MassSpectra, things: Things) -> None:
    centres = (numbers.wide_edges[1:] + numbers.wide_edges[:-1]) / 2
    for row, (name, shares) in enumerate(numbers.passing.items()):
        look = BACKGROUND_LOOKS[0] if name == BACKGROUND else things.look(name)
        rates = stacked(shares)
        known = rates.entries > 0
        shift = 0.08 * (row - (len(numbers.passing) - 1) / 2)
        style: Any = {"color": look.colour, "fmt": look.marker, "linewidth": 1.0, "markersize": 4}
        axes.errorbar(centres[known] + shift, rates.value[known], rates.errors[:, known], **style)
    axes.set_ylim(0.0, 1.35)
    axes.set_yticks([0.0, 0.5, 1.0])
    axes.set_ylabel("Share passing", loc="center")
    handles = [axes.plot([], [], "P", color=BACKGROUND_LOOKS[0].colour, label="background")[0]]
    axes.legend(handles=handles, loc="upper right", fontsize=7)
