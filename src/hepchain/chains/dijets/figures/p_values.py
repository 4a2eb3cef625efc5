"""P-values of pseudo-experiments without a signal, which are to be uniform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import kstest

from hepchain.chains.dijets.data import Floats
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    CATEGORY_LOOKS,
    DOUBLE,
    inside,
    line_at,
    panels,
    stamp_figure,
    styled,
)

BINS = 10


@dataclass(frozen=True)
class Uniformity:
    """P-values, and how well they are uniform."""

    values: Floats
    failed: int
    """Fits that have not converged."""
    kolmogorov: float
    """P-value of the test of Kolmogorov and Smirnov."""


def uniformity(values: Sequence[float | None]) -> Uniformity:
    """Of p-values; None of a fit that has not converged."""
    found = np.array([value for value in values if value is not None])
    test = float(kstest(found, "uniform").pvalue) if len(found) else float("nan")
    return Uniformity(found, len(values) - len(found), test)


@styled()
def draw(local: Uniformity, everywhere: Uniformity, config: FiguresConfig) -> Any:
    """Draw the local p-values of all windows, and the global ones."""
    figure, grid = panels(1, 2, width=DOUBLE, height=3.2)
    for axes, one, name, look in zip(
        grid[0], (local, everywhere), ("Local", "Global"), CATEGORY_LOOKS, strict=False
    ):
        counts, edges = np.histogram(one.values, BINS, (0.0, 1.0))
        middle = 0.5 * (edges[1:] + edges[:-1])
        axes.errorbar(
            middle, counts, np.sqrt(counts), 0.5 / BINS, fmt=look.marker, color=look.colour
        )
        line_at(axes, len(one.values) / BINS)
        # Room for the text.
        axes.set_ylim(0.0, 1.5 * (counts + np.sqrt(counts)).max(initial=1.0))
        axes.set_xlim(0.0, 1.0)
        axes.set_xlabel(f"{name} p-value")
        test = f"Kolmogorov test: p = {one.kolmogorov:.2f}"
        inside(axes, f"{len(one.values)} searches without a signal\n{test}")
    grid[0, 0].set_ylabel(f"Searches / {1.0 / BINS:g}")
    stamp_figure(figure, config)
    return figure
