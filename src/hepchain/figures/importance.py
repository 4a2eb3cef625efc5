"""Importance of the input variables, a panel a category, negative controls below the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things, cells_in_rows, stamp_figure, styled
from hepchain.figures.tabulate import Table, number
from hepchain.studies.explained import CategoryImportance, Importances, VariableImportance

ROW = 0.14
"""Height of a bar with the gap below it [inches]."""
DIRECTIONS = "RdYlBu"
"""Colours of correlations from -1 to 1, safe for colour-blind readers; signs stand beside."""
CLEAR = 0.3
"""Correlation from which on a sign is printed."""
SHORTER = (
    ("number_of_next_to_innermost_pixel_layer_", "second_pixel_layer_"),
    ("number_of_innermost_pixel_layer_", "first_pixel_layer_"),
    ("next_to_innermost_pixel_layer", "second_pixel_layer"),
    ("innermost_pixel_layer", "first_pixel_layer"),
    ("number_of_", ""),
    ("high_threshold", "HT"),
    ("standard_deviation_of_chi2_os", "std_of_chi2_of_surfaces"),
    ("significance", "signif."),
    ("_", " "),
)
"""What is replaced in names of variables, in turn, so that they fit beside a bar."""


def short(name: str) -> str:
    """Name of a variable beside its bar.

    >>> short("number_of_next_to_innermost_pixel_layer_hits")
    'second pixel layer hits'
    """
    for old, new in SHORTER:
        name = name.replace(old, new)
    return name


@styled()
def draw(numbers: Importances, things: Things, config: FiguresConfig, shown: int) -> Figure:
    """Bars by falling importance; those of the controls apart, with their rank.

    Parameters
    ----------
    shown : variables of each category, controls apart
    """
    bars = max(len(_chosen(found, shown)) + len(_controls(found)) for found in numbers.categories)
    figure, cells = cells_in_rows(len(numbers.categories), 0.45 + ROW * (bars + 1), 0.9)
    for axes, found in zip(cells, numbers.categories, strict=True):
        _draw_category(axes, found, things, shown)
    cells[-1].set_xlabel("Mean |Shapley value| [log odds]")
    scale = ScalarMappable(Normalize(-1.0, 1.0), mpl.colormaps[DIRECTIONS])
    bar = figure.colorbar(scale, ax=figure.axes, location="bottom", aspect=60, shrink=0.6, pad=0.01)
    bar.set_label(
        f"{things.title(numbers.tagger)}: correlation of the variable with its Shapley value "
        f"(+: larger is more like {things.title('signal')})",
        fontsize=8,
        loc="center",
    )
    bar.ax.tick_params(labelsize=7)
    stamp_figure(figure, config)
    return figure


def _chosen(found: CategoryImportance, shown: int) -> list[tuple[int, VariableImportance]]:
    """Rank and importance of the first variables, controls left out."""
    others = [(i, v) for i, v in enumerate(found.variables, start=1) if not v.control]
    return others[:shown]


def _controls(found: CategoryImportance) -> list[tuple[int, VariableImportance]]:
    return [(i, v) for i, v in enumerate(found.variables, start=1) if v.control]


def _draw_category(axes: Axes, found: CategoryImportance, things: Things, shown: int) -> None:
    chosen, controls = _chosen(found, shown), _controls(found)
    places = [*range(len(chosen)), *(len(chosen) + 1 + i for i in range(len(controls)))]
    entries = [variable for _, variable in (*chosen, *controls)]
    labels = [short(variable.name) for _, variable in chosen]
    labels += [f"{short(variable.name)} ({rank}.)" for rank, variable in controls]
    values = np.array([variable.importance for variable in entries])
    colours = mpl.colormaps[DIRECTIONS]([(1 + v.direction) / 2 for v in entries])
    axes.barh(
        places,
        values,
        xerr=[v.error for v in entries],
        color=colours,
        height=0.8,
        edgecolor="0.3",
        linewidth=0.5,
        error_kw={"elinewidth": 0.8, "ecolor": "0.2"},
    )
    _signs(axes, places, entries)
    if controls:
        axes.axhline(len(chosen), color="0.5", linewidth=0.8, linestyle=(0, (1, 1)))
        place: Any = {"transform": axes.get_yaxis_transform(), "ha": "right", "fontsize": 7}
        axes.text(0.97, places[-1] + 0.1, "negative controls", color="0.3", va="bottom", **place)
    axes.set_yticks(places, labels, fontsize=7)
    for tick in axes.get_yticklabels()[len(chosen) :]:
        tick.set(style="italic", color="0.35")
    axes.tick_params(axis="y", length=0, which="both")
    axes.tick_params(axis="x", labelsize=7)
    axes.set_yticks([], minor=True)
    axes.set_ylim(places[-1] + 0.7, -0.7)
    axes.set_xlim(0.0, 1.08 * max(v.importance + v.error for v in entries) or 1.0)
    text: Any = {"transform": axes.transAxes, "ha": "right", "va": "center", "fontsize": 8}
    axes.text(0.97, 0.5, f"{things.title(found.category)}", weight="bold", **text)
    axes.text(0.97, 0.45, f"{len(found.variables)} variables", **text)


def _signs(axes: Axes, places: Sequence[int], entries: Sequence[VariableImportance]) -> None:
    for place, variable in zip(places, entries, strict=True):
        if abs(variable.direction) > CLEAR:
            end = variable.importance + variable.error
            axes.annotate(
                "+" if variable.direction > 0 else "−",
                (end, place),
                (3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )


def tables(numbers: Importances, things: Things) -> list[Table]:
    """All variables of each category, by falling importance."""
    return [
        Table(
            f"{things.title(numbers.tagger)}, {things.title(found.category)}",
            pd.DataFrame(
                [
                    {
                        "Rank": str(rank),
                        "Variable": variable.name,
                        "Importance": number(variable.importance, digits=4),
                        "Error": number(variable.error),
                        "Direction": f"{variable.direction:.2f}",
                        "Control": "yes" if variable.control else "",
                    }
                    for rank, variable in enumerate(found.variables, start=1)
                ]
            ),
        )
        for found in numbers.categories
    ]
