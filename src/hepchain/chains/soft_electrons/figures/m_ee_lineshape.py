"""Mass of the electron pair of N2 -> N1 e e as generated, against the line shape of higgsinos.

With signed masses of the two neutralinos and to leading order in the mass splitting Δm over the
mass, the virtual Z gives dΓ/dm ∝ m (Δm² - m²)^(3/2) for higgsinos (de Sanctis, Lari, Montesano,
Troncon, Eur. Phys. J. C 52 (2007) 743, arXiv:0704.2515).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import chi2

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    DOUBLE,
    SINGLE,
    Floats,
    Look,
    Things,
    headroom,
    line_at,
    nothing,
    panels,
    stamp,
    stamp_figure,
    styled,
)
from hepchain.io.columns import Columns, pieces

BINS = 20
COLUMNS = ("truth_m_ee", "weight")


@dataclass(frozen=True)
class LineShape:
    """One sample; shapes (bins,)."""

    sample: str
    splitting: float
    """Mass splitting, the end point [GeV]."""
    edges: Floats
    """Shape (bins + 1,) [GeV]."""
    density: Floats
    error: Floats
    """Normalised to unit area [1/GeV]."""
    expected: Floats
    """Mean of the formula in each bin [1/GeV]."""
    events: int
    """Not weighted."""
    probability: float
    """Of a chi-squared as large or larger; NaN without events."""


def cumulative(mass: Floats, splitting: float) -> Floats:
    """Integral of the normalised line shape from 0 to ``mass``: 1 - (1 - m²/Δm²)^(5/2)."""
    scaled = np.clip(np.asarray(mass) / splitting, 0.0, 1.0)
    integral: Floats = 1.0 - (1.0 - scaled**2) ** 2.5
    return integral


def line_shape(sample: str, events: Iterable[Path], splitting: float) -> LineShape:
    """Line shape of one sample from the events of its skim."""
    return count(sample, pieces(events, COLUMNS), splitting)


def count(sample: str, tables: Iterable[Columns], splitting: float) -> LineShape:
    """Line shape from pieces of the columns :data:`COLUMNS`; events without a pair do not count."""
    edges = np.linspace(0.0, splitting, BINS + 1)
    sums, events = np.zeros((2, BINS)), 0
    for table in tables:
        known = np.isfinite(table["truth_m_ee"])
        mass, weight = table["truth_m_ee"][known], table["weight"][known].astype(np.float64)
        sums += [np.histogram(mass, edges, weights=w)[0] for w in (weight, weight**2)]
        events += int(known.sum())
    widths = np.diff(edges)
    share = np.diff(cumulative(edges, splitting))
    total = sums[0].sum()
    scale = 1.0 / (total * widths) if total > 0.0 else np.zeros(BINS)
    probability = _probability(sums, share)
    return LineShape(
        sample,
        splitting,
        edges,
        sums[0] * scale,
        np.sqrt(sums[1]) * scale,
        share / widths,
        events,
        probability,
    )


def _probability(sums: Floats, share: Floats) -> float:
    """Chi-squared probability; variances from the expectation, bins of few entries merged."""
    weights, squares = sums
    if weights.sum() <= 0.0:
        return float("nan")
    expected = share * weights.sum()
    variance = share * squares.sum()
    enough = expected**2 / variance >= 5.0
    if enough.sum() < 2:
        return float("nan")
    pull = (weights - expected)[enough] ** 2 / variance[enough]
    return float(chi2.sf(pull.sum(), int(enough.sum()) - 1))


@styled()
def draw(shapes: Sequence[LineShape], things: Things, config: FiguresConfig) -> Figure:
    """A column a mass splitting: points and formula, and their ratio."""
    splittings = sorted({shape.splitting for shape in shapes})
    width = SINGLE if len(splittings) == 1 else DOUBLE
    figure, grid = panels(
        2, len(splittings), width=width, height=4.0, height_ratios=[2.5, 1], share_y="row"
    )
    for (upper, lower), splitting in zip(grid.T, splittings, strict=True):
        _draw_column(upper, lower, [s for s in shapes if s.splitting == splitting], things)
        lower.set_xlabel("true $m(ee)$ [GeV]")
    grid[0, 0].set_ylabel(r"$1/\Gamma\;\; d\Gamma/dm$ [GeV$^{-1}$]")
    grid[0, 0].set_ylim(bottom=0.0)
    headroom(grid[0, 0], 1.45)
    grid[1, 0].set_ylabel("Ratio to formula", loc="center")
    reach = [np.abs(s.density / s.expected - 1.0)[s.density > 0].max(initial=0.4) for s in shapes]
    grid[1, 0].set_ylim(1.0 - 1.1 * max(reach), 1.0 + 1.1 * max(reach))
    if len(splittings) == 1:
        stamp(grid[0, 0], config)
    else:
        stamp_figure(figure, config)
    return figure


def _draw_column(upper: Axes, lower: Axes, shapes: Sequence[LineShape], things: Things) -> None:
    splitting = shapes[0].splitting
    mass = np.linspace(0.0, splitting, 200)
    formula = mass * (splitting**2 - mass**2) ** 1.5 * 5.0 / splitting**5
    upper.plot(mass, formula, color="0.3", label=r"$m\,(\Delta m^2 - m^2)^{3/2}$")
    line_at(lower, 1.0)
    for row, shape in enumerate(shapes):
        shift = (row - (len(shapes) - 1) / 2) * 0.25 * (shape.edges[1] - shape.edges[0])
        _draw_points(upper, lower, shape, shift, things.look(shape.sample), things)
    upper.set_xlim(0.0, splitting)
    upper.legend(loc="upper right", fontsize=6.5, ncols=1)
    if not any(shape.events for shape in shapes):
        nothing(upper)


def _draw_points(
    upper: Axes, lower: Axes, shape: LineShape, shift: float, look: Look, things: Things
) -> None:
    if not shape.events:
        return
    centres = (shape.edges[1:] + shape.edges[:-1]) / 2 + shift
    label = things.title(shape.sample)
    if np.isfinite(shape.probability):
        label += rf", $p(\chi^2)$ = {shape.probability:.2f}"
    options: Any = {"fmt": look.marker, "color": look.colour, "elinewidth": 0.9, "markersize": 3}
    upper.errorbar(centres, shape.density, shape.error, label=label, **options)
    filled = shape.density > 0
    lower.errorbar(
        centres[filled],
        (shape.density / shape.expected)[filled],
        (shape.error / shape.expected)[filled],
        **options,
    )
