"""Mass of both jets after cuts on the score of a window, beside the fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hepchain.chains.dijets.config.methods import WindowsConfig
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    CATEGORY_LOOKS,
    DOUBLE,
    inside,
    panels,
    stamp_figure,
    styled,
)

SMALLEST = 0.3
"""Events a bin at the lower end of the axis."""
ROOM = 200.0
"""Upper end over the most events, for the legend."""


def words_about(injected: int) -> str:
    """About data with so many events of a signal."""
    return "no signal" if injected == 0 else f"{injected} events injected"


@styled()
def draw(
    findings: Mapping[str, Sequence[Mapping[str, Any]]],
    windows: WindowsConfig,
    config: FiguresConfig,
) -> Any:
    """Draw a column for each data.

    Parameters
    ----------
    findings : words about the data -> findings of one window, a cut each
    """
    figure, grid = panels(1, len(findings), width=DOUBLE, height=3.8, share_y="row")
    edges = np.linspace(*windows.mass, len(next(iter(findings.values()))[0]["spectrum"]) + 1)
    for axes, (words, found) in zip(grid[0], findings.items(), strict=True):
        low, high = windows.windows[found[0]["window"]]
        axes.axvspan(low / 1e3, high / 1e3, color="0.92", zorder=0)
        for finding, look in zip(found, CATEGORY_LOOKS, strict=False):
            _one(axes, edges / 1e3, finding, look)
        axes.set_yscale("log")
        axes.set_xlim(edges[0] / 1e3, edges[-1] / 1e3)
        axes.set_xlabel("m(JJ) [TeV]")
        inside(axes, words)
        axes.legend(title="share of data kept, fit", loc="upper right")
    tallest = max(max(finding["spectrum"]) for found in findings.values() for finding in found)
    grid[0, 0].set_ylim(SMALLEST, tallest * ROOM)
    grid[0, 0].set_ylabel(f"Events / {windows.bin_width:g} GeV")
    stamp_figure(figure, config)
    return figure


def _one(axes: Any, edges: Any, finding: Mapping[str, Any], look: Any) -> None:
    counts = np.asarray(finding["spectrum"])
    middle = 0.5 * (edges[1:] + edges[:-1])
    seen = counts > 0
    z = finding["significance"]
    title = f"{100 * finding['efficiency']:g} %" + ("" if z is None else f", {z:.1f} σ")
    axes.errorbar(
        middle[seen],
        counts[seen],
        np.sqrt(counts[seen]),
        fmt=look.marker,
        color=look.colour,
        markersize=3,
        linewidth=0.8,
        label=title,
    )
    axes.plot(middle, finding["fit"], color=look.colour, linestyle=look.line, linewidth=1.0)
