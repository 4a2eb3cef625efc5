"""Fits of the mass points: pulls and impacts of the nuisance parameters, and correlations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator
from pydantic import TypeAdapter

from hepchain.chains.soft_electrons.figures.points import reason
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things, cells_in_rows, inside, nothing, stamp_figure, styled
from hepchain.io.structured import read_records

SHOWN = 8
"""Largest impacts, and parameters with the largest correlations to another, that are drawn."""
COLOURS = "RdBu_r"
DARK = 0.6
"""Absolute correlation from which numbers are white."""
UP, DOWN = "#0072B2", "#E69F00"
TITLES = {
    "mu": r"$\mu$",
    "background_normalisation": "background",
    "signal_cross_section": "cross-section",
    "luminosity": "luminosity",
    "variation_isr": "ISR",
    "variation_met": "ETmiss scale",
    "variation_noise": "calorimeter noise",
    "variation_occupancy": "TRT occupancy",
    "variation_pileup": "pile-up",
    "staterror_background": "simulated background",
    "staterror_signal": "simulated signal",
}


@dataclass(frozen=True)
class Parameter:
    """A nuisance parameter."""

    title: str
    up: float
    down: float
    prior_up: float
    prior_down: float
    """Impacts with the uncertainty after and before the fit."""
    pull: float
    constraint: float
    """After the fit of the background alone, in units of the uncertainty before it."""


@dataclass(frozen=True)
class PointFit:
    """Fits of one mass point in the headline approach."""

    name: str
    """Of the mass point."""
    title: str
    """Of the approach."""
    status: str
    luminosity: float
    error: float | None
    """Uncertainty of the signal strength."""
    impacts: Sequence[Parameter]
    """From the largest."""
    parameters: Sequence[str]
    """Of the fit of signal and background to the data expected with the signal as predicted."""
    correlations: Sequence[Sequence[float]]
    """Of these, shape (parameters, parameters)."""


def read_fits(paths: Sequence[Path]) -> list[PointFit]:
    """Fits of the mass points.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(paths, _fit)


def _fit(content: Mapping[str, Any]) -> PointFit:
    found = content["diagnostics"]
    expected = found["expected"] if found else {}
    return PointFit(
        name=content["point"],
        title=content["title"],
        status=content["status"],
        luminosity=content["luminosity_fb"],
        error=expected["signal_strength_error"] if found else None,
        impacts=_parameters(found) if found else [],
        parameters=expected["parameters"] if found else [],
        correlations=expected["correlations"] if found else [],
    )


def _parameters(found: Mapping[str, Any]) -> list[Parameter]:
    pulls = {item["name"]: item for item in found["background_only"]["pulls"]}
    items = [
        {**pulls[item["name"]], **item, "title": title(item["name"])} for item in found["impacts"]
    ]
    return TypeAdapter(list[Parameter]).validate_python(items)


def title(name: str) -> str:
    """What a parameter of a workspace is called.

    >>> title("staterror_background[0]")
    'simulated background'
    >>> title("staterror_background[2]")
    'simulated background, bin 3'
    >>> title("variation_isr"), title("variation_argon")
    ('ISR', 'argon')
    >>> title("signal_branching_fraction")
    'branching fraction'
    """
    base, _, number = name.rstrip("]").partition("[")
    text = base.removeprefix("variation_").removeprefix("signal_").replace("_", " ")
    text = TITLES.get(base, text)
    return f"{text}, bin {int(number) + 1}" if number not in ("", "0") else text


def most_correlated(values: Sequence[Sequence[float]], number: int) -> list[int]:
    """Positions of the parameters with the largest correlations to another, in their order."""
    matrix = np.abs(np.asarray(values, dtype=np.float64))
    np.fill_diagonal(matrix, 0.0)
    order = np.argsort(-matrix.max(axis=0, initial=0.0), kind="stable")
    return sorted(order[:number].tolist())


@styled()
def draw_impacts(fits: Sequence[PointFit], things: Things, config: FiguresConfig) -> Figure:
    """A panel a mass point: impacts as bars, pulls as points on the same rows."""
    figure = _drawn(fits, things, config, (2.7, 0.6), r"Impact on $\mu$", _draw_impacts)
    handles = _legend(figure.axes[0])
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7.5)
    return figure


@styled()
def draw_correlations(fits: Sequence[PointFit], things: Things, config: FiguresConfig) -> Figure:
    """A panel a mass point; numbers in percent."""
    return _drawn(fits, things, config, (3.6, 0.4), "Correlation [%]", _draw_matrix)


def _drawn(
    fits: Sequence[PointFit],
    things: Things,
    config: FiguresConfig,
    heights: tuple[float, float],
    label: str,
    panel: Callable[[Axes, PointFit], None],
) -> Figure:
    figure, cells = cells_in_rows(len(fits), *heights)
    for axes, fit in zip(cells, fits, strict=True):
        axes.set_title(f"{things.title(fit.name)}\n{fit.title}", fontsize=9)
        axes.set_xlabel(label)
        axes.yaxis.set_minor_locator(NullLocator())
        axes.tick_params(axis="y", which="both", length=0)
        if fit.parameters:
            panel(axes, fit)
        else:
            nothing(axes, reason(fit.status))
            axes.set_xticks([])
            axes.set_yticks([])
    stamp_figure(figure, config, fits[0].luminosity if fits else None)
    return figure


def _draw_impacts(axes: Axes, fit: PointFit) -> None:
    shown = list(fit.impacts[:SHOWN])
    for row, item in enumerate(shown):
        _draw_bars(axes, row, item)
    reach = 1.15 * max(abs(x) for item in shown for x in (item.up, item.down, item.prior_up, 1e-9))
    axes.set_xlim(-reach, reach)
    axes.set_yticks(range(len(shown)), [item.title for item in shown])
    axes.set_ylim(len(shown) + 0.6, -0.7)
    if fit.error is not None:
        left_out = len(fit.impacts) - len(shown)
        more = f", {left_out} smaller left out" if left_out else ""
        text = rf"$\sigma(\mu)$ = {fit.error:.3g}{more}"
        inside(axes, text, 0.5, 0.04, ha="center", va="bottom")
    _draw_pulls(axes, shown)


def _draw_matrix(axes: Axes, fit: PointFit) -> None:
    chosen = most_correlated(fit.correlations, SHOWN)
    values = np.asarray(fit.correlations)[np.ix_(chosen, chosen)]
    axes.imshow(values, cmap=COLOURS, vmin=-1.0, vmax=1.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if abs(value) > DARK else "black"
        text = f"{100 * value:.0f}".replace("-0", "0").replace("-", "−")
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
    titles = [title(fit.parameters[place]) for place in chosen]
    axes.tick_params(which="both", length=0)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(range(len(titles)), titles, rotation=60, ha="right", fontsize=7.5)
    axes.set_yticks(range(len(titles)), titles, fontsize=7.5)


def _draw_bars(axes: Axes, row: int, item: Parameter) -> None:
    for value, colour in ((item.up, UP), (item.down, DOWN)):
        axes.barh(row, value, 0.6, color=colour, alpha=0.8, linewidth=0)
    for value, colour in ((item.prior_up, UP), (item.prior_down, DOWN)):
        axes.barh(row, value, 0.75, fill=False, edgecolor=colour, linewidth=0.8)


def _draw_pulls(axes: Axes, shown: Sequence[Parameter]) -> None:
    upper = axes.twiny()
    rows = np.arange(len(shown))
    pulls, errors = ([getattr(item, name) for item in shown] for name in ("pull", "constraint"))
    upper.errorbar(pulls, rows, xerr=errors, fmt="o", color="black", markersize=3, linewidth=1)
    for x in (-1.0, 1.0):
        upper.axvline(x, color="0.5", linewidth=0.6, linestyle=(0, (2, 2)), zorder=0)
    upper.set_xlim(-2.2, 2.2)
    upper.set_xticks([-2, -1, 0, 1, 2])
    upper.xaxis.set_minor_locator(NullLocator())
    upper.tick_params(axis="x", labelsize=7.5)
    axes.tick_params(axis="x", which="both", top=False)


def _legend(axes: Axes) -> list[Any]:
    return [
        Patch(color=UP, alpha=0.8, label="+1 σ after the fit"),
        Patch(color=DOWN, alpha=0.8, label="−1 σ after the fit"),
        Patch(fill=False, edgecolor="0.3", label="before the fit"),
        axes.errorbar(
            [], [], xerr=[], fmt="o", color="black", markersize=3, label="pull (upper axis)"
        ),
    ]
