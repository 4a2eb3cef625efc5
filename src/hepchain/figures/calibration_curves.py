"""Whether a likelihood ratio is one, drawn: observed share of the signal against the predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    REJECTED_LOOK,
    Things,
    cells_and_legend,
    inside,
    nothing,
    stamp_figure,
    styled,
)
from hepchain.shares import ALL
from hepchain.studies.calibration_curves import CalibrationCurve, CalibrationCurves

TITLES = {
    "test": "test sample",
    "pileup": "test sample, {background} of pile-up alone",
    "training": "training samples, by models that\nhave not seen the event",
}


SHIFTS = {"pileup": -0.012, "test": 0.0, "training": 0.012}
"""Of the drawn points to the side, so that they can be told apart."""


@styled()
def draw(numbers: CalibrationCurves, things: Things, config: FiguresConfig) -> Figure:
    """A panel a category; a calibrated ratio is on the diagonal."""
    names = list(dict.fromkeys(found.category for found in numbers.curves))
    figure, cells, legend, lowest = cells_and_legend(len(names), row_height=2.5)
    for axes, name in zip(cells, names, strict=True):
        curves = {found.source: found for found in numbers.curves if found.category == name}
        _draw_panel(axes, curves, name, things)
    for axes in lowest:
        axes.set_xlabel(f"Predicted share of {things.title('signal')}")
    for source, title in TITLES.items():
        label = title.format(background=things.title("background"))
        legend.errorbar([], [], [], label=label, **_options(source, ALL, things))
    legend.legend(loc="center", title=things.title(numbers.tagger), fontsize=8.5)
    stamp_figure(figure, config)
    return figure


def _options(source: str, name: str, things: Things) -> dict[str, Any]:
    look = REJECTED_LOOK if source == "pileup" else things.look(name)
    options: dict[str, Any] = {"color": look.colour, "linestyle": "", "elinewidth": 1.1}
    if source == "training":
        return options | {"marker": "D", "markerfacecolor": "white", "markersize": 4}
    return options | {"marker": look.marker, "markersize": 4}


def _draw_panel(
    axes: Axes, curves: Mapping[str, CalibrationCurve], name: str, things: Things
) -> None:
    axes.plot([0, 1], [0, 1], color="0.5", linewidth=0.8, linestyle=(0, (1, 1)), zorder=0)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel(f"Observed share of {things.title('signal')}", fontsize=9)
    for source, shift in SHIFTS.items():
        found = curves[source]
        filled = np.isfinite(found.observed)
        axes.errorbar(
            (found.predicted + shift)[filled],
            found.observed[filled],
            np.abs([(found.observed - found.low)[filled], (found.high - found.observed)[filled]]),
            **_options(source, name, things),
        )
    inside(axes, _said(curves["test"], things.title(name)))
    if not any(np.isfinite(found.observed).any() for found in curves.values()):
        nothing(axes, "no tracks")


def _said(found: CalibrationCurve, title: str) -> str:
    error, own = found.expected_error, found.fit
    lines = [title]
    if np.isfinite(error.value) and error.error is not None:
        lines += [f"mean distance {error.value:.3f} ± {error.error:.3f}"]
    if np.isfinite(own.slope):
        lines += [f"slope {own.slope:.2f} ± {own.slope_error:.2f}"]
        lines += [f"intercept {own.intercept:.2f} ± {own.intercept_error:.2f}"]
    return "\n".join(lines).replace("-", "−")
