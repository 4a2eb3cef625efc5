"""Scores by models that have learnt from the events beside those by models that have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.combination.seen import SeenTracks
from hepchain.config.figures import FiguresConfig
from hepchain.figures.score_distributions import (
    BINS,
    SCORE_TITLES,
    ClassDistribution,
    Distributions,
    by_category,
    distributions,
    draw_classes,
    finish,
    name_classes,
    score_range,
)
from hepchain.figures.shares import ALL
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
from hepchain.labels import Label
from hepchain.paired import ROUNDS, AreaDifference, Distance, Scored, area_difference, distance
from hepchain.seeds import generator


@dataclass(frozen=True)
class CategoryComparison:
    """Tracks of one category, or all."""

    signal: Distance
    background: Distance
    """Of the two distributions of each class."""
    area: AreaDifference
    """Seen minus unseen."""


@dataclass(frozen=True)
class TrainingComparison:
    """Distributions and differences of one tagger."""

    tagger: str
    edges: Floats
    """Shape (bins + 1,) of the log likelihood ratio."""
    distributions: dict[str, Distributions]
    """``seen`` or ``unseen`` -> distributions."""
    differences: dict[str, CategoryComparison]


def training_comparison(
    tagger: str, tracks: SeenTracks, categories: Sequence[str], seed: int
) -> TrainingComparison:
    """Compare the two scores of the tracks, in all and in each category."""
    tables = {
        name: {
            "category": tracks.category,
            "label": tracks.label,
            "weight": tracks.weight,
            "score": score,
        }
        for name, score in (("seen", tracks.seen), ("unseen", tracks.unseen))
    }
    edges = np.linspace(*score_range([t for t in tables.values() if len(t["score"])]), BINS + 1)
    groups = by_category(categories)
    found = {name: distributions([table], edges, groups) for name, table in tables.items()}
    differences = {}
    for name in [ALL, *categories]:
        mask = np.ones(len(tracks.label), bool) if name == ALL else tracks.category == name
        differences[name] = _difference(tracks, mask, seed, f"{tagger}/{name}")
    return TrainingComparison(tagger, edges, found, differences)


def _difference(
    tracks: SeenTracks, mask: np.ndarray, seed: int, purpose: str
) -> CategoryComparison:
    signal = tracks.label[mask] == Label.SIGNAL
    scored = Scored(tracks.seen, tracks.unseen, tracks.weight, tracks.event).chosen(mask)
    draws = generator(seed, "training_comparison", purpose)
    return CategoryComparison(
        distance(scored.chosen(signal), draws),
        distance(scored.chosen(~signal), draws),
        area_difference(scored, signal),
    )


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
