"""Scores by models that have learnt from the events beside those by models that have not, drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.score_distributions import (
    SCORE_TITLES,
    draw_classes,
    finish,
    name_classes,
)
from hepchain.figures.style import (
    ALL_LOOK,
    REJECTED_LOOK,
    Floats,
    Look,
    Things,
    cells_and_legend,
    inside,
    stamp_figure,
    styled,
)
from hepchain.paired import ROUNDS
from hepchain.studies.score_distributions import ClassDistribution
from hepchain.studies.training_comparison import CategoryComparison, TrainingComparison


@styled()
def draw(numbers: TrainingComparison, things: Things, config: FiguresConfig) -> Figure:
    """A panel a category; areas: models that have not seen the event, points: models that have."""
    names = list(numbers.differences)
    figure, cells, legend, lowest = cells_and_legend(len(names), row_height=2.3)
    for axes, name in zip(cells, names, strict=True):
        _draw_panel(axes, numbers, name, things)
    for axes in lowest:
        axes.set_xlabel(SCORE_TITLES["likelihood_ratio"])
    _legend(legend, numbers.tagger, things)
    stamp_figure(figure, config)
    return figure


def _draw_panel(axes: Axes, numbers: TrainingComparison, name: str, things: Things) -> None:
    look = things.look(name)
    unseen, seen = (
        {label: groups[name] for label, groups in numbers.distributions[kind].items()}
        for kind in ("unseen", "seen")
    )
    draw_classes(axes, numbers.edges, unseen, look)
    _draw_points(axes, numbers.edges, seen["background"], REJECTED_LOOK)
    _draw_points(axes, numbers.edges, seen["signal"], look)
    finish(axes, 1.55, unseen)
    inside(axes, _said(numbers.differences[name], name, things), fontsize=7)


def _draw_points(axes: Axes, edges: Floats, values: ClassDistribution, look: Look) -> None:
    filled = values.share > 0
    centres = (edges[1:] + edges[:-1]) / 2
    axes.errorbar(centres[filled], values.share[filled], values.error[filled], **_point(look))


def _point(look: Look) -> Any:
    return {"fmt": look.marker, "color": look.colour, "markersize": 2.5, "elinewidth": 0.8}


def _said(found: CategoryComparison, name: str, things: Things) -> str:
    lines = [things.title(name)]
    for label, own in (("signal", found.signal), ("background", found.background)):
        if np.isfinite(own.value):
            # None of the random exchanges was as far apart: a bound.
            sign = "<" if own.probability * ROUNDS < 1.5 else "="
            probability = f"p {sign} {own.probability:.2g}"
            title = things.title(label)
            lines += [f"{title}: KS {own.value:.3f} ± {own.error:.3f}, {probability}"]
    if np.isfinite(found.area.difference):
        lines += [f"AUC {found.area.difference:+.4f} ± {found.area.error:.4f}"]
    return "\n".join(lines).replace("-", "−")


def _legend(axes: Axes, tagger: str, things: Things) -> None:
    name_classes(axes, things, ", event not seen")
    for look, label in ((ALL_LOOK, "signal"), (REJECTED_LOOK, "background")):
        title = f"{things.title(label)}, event seen in training"
        axes.errorbar([], [], [], label=title, **_point(look))
    axes.legend(loc="center", title=things.title(tagger), fontsize=8.5)
