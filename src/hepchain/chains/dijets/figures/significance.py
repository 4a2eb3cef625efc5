"""Local significance of each window and cut, for each number of injected events."""

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
    line_at,
    panels,
    stamp_figure,
    styled,
)


@styled()
def draw(
    findings: Mapping[int, Sequence[Mapping[str, Any]]],
    windows: WindowsConfig,
    config: FiguresConfig,
) -> Any:
    """Draw a column for each number of injected events.

    Parameters
    ----------
    findings : injected events -> findings of all windows and cuts
    """
    figure, grid = panels(1, len(findings), width=DOUBLE, height=3.4, share_y="row")
    efficiencies = sorted({item["efficiency"] for item in next(iter(findings.values()))})[::-1]
    for axes, (injected, found) in zip(grid[0], findings.items(), strict=True):
        for number, (efficiency, look) in enumerate(
            zip(efficiencies, CATEGORY_LOOKS, strict=False)
        ):
            # Beside each other within a window.
            shift = 60.0 * (number - 0.5 * (len(efficiencies) - 1))
            points = [
                (np.mean(windows.windows[item["window"]]) + shift, item["significance"])
                for item in found
                if item["efficiency"] == efficiency and item["significance"] is not None
            ]
            if points:
                masses, values = np.array(points).T
                axes.plot(
                    masses / 1e3,
                    values,
                    look.marker,
                    color=look.colour,
                    label=f"{100 * efficiency:g} %",
                )
        line_at(axes, 0.0)
        axes.set_xlabel("m(JJ) of the window [TeV]")
        inside(axes, "no signal" if injected == 0 else f"{injected} events injected")
    grid[0, -1].legend(title="share of data kept", loc="upper right")
    low, high = grid[0, 0].get_ylim()
    grid[0, 0].set_ylim(min(low, -3.0), max(high * 1.15, 4.0))
    grid[0, 0].set_ylabel("Local significance [σ]")
    stamp_figure(figure, config)
    return figure
