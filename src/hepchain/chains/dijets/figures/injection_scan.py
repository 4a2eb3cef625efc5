"""Local significance in the window of the signal against the number of injected events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import CATEGORY_LOOKS, line_at, panels, stamp_figure, styled


@dataclass(frozen=True)
class Curve:
    """One cut."""

    efficiency: float
    signal: tuple[float, ...]
    """Events of the signal in the window before any cut, by the truth."""
    significance: tuple[float | None, ...]
    """None where a fit has not converged or is flagged."""


def curves(found: Mapping[int, Sequence[Mapping[str, Any]]]) -> list[Curve]:
    """A curve a cut.

    Parameters
    ----------
    found : injected events -> findings of the window of the signal, one of all data among them
    """
    numbers = sorted(found)
    efficiencies = sorted({item["efficiency"] for item in found[numbers[0]]}, reverse=True)
    by_cut = {(number, item["efficiency"]): item for number in numbers for item in found[number]}
    signal = tuple(by_cut[number, efficiencies[0]]["signal"] for number in numbers)
    return [
        Curve(
            efficiency,
            signal,
            tuple(
                None if item["flags"] else item["significance"]
                for number in numbers
                for item in [by_cut[number, efficiency]]
            ),
        )
        for efficiency in efficiencies
    ]


@styled()
def draw(found: Sequence[Curve], config: FiguresConfig) -> Any:
    """Draw a curve a cut, with errors of one standard deviation."""
    figure, grid = panels(1, 1)
    axes = grid[0, 0]
    for curve, look in zip(found, CATEGORY_LOOKS, strict=False):
        points = [
            (signal, value)
            for signal, value in zip(curve.signal, curve.significance, strict=True)
            if value is not None
        ]
        if points:
            signal, values = zip(*points, strict=True)
            axes.errorbar(
                signal,
                values,
                1.0,
                fmt=look.marker,
                color=look.colour,
                linestyle=look.line,
                linewidth=1.0,
                label=f"{100 * curve.efficiency:g} %",
            )
    line_at(axes, 0.0)
    axes.set_xlabel("Events of the signal in the window before any cut")
    axes.set_ylabel("Local significance [σ]")
    axes.legend(title="share of data kept", loc="upper left")
    stamp_figure(figure, config)
    return figure
