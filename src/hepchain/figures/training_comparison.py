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
    ALL,
    BINS,
    SCORE_TITLES,
    Categories,
    ClassDistribution,
    area,
    distributions,
    draw_class,
    score_range,
)
from hepchain.figures.style import (
    ALL_LOOK,
    HADRON_LOOK,
    Floats,
    Look,
    Things,
    cells_and_legend,
    headroom,
    inside,
    nothing,
    stamp_figure,
    styled,
)
from hepchain.paired import ROUNDS, AreaDifference, Distance, Scored, area_difference, distance
from hepchain.seeds import generator
from hepchain.truth import Label


@dataclass(frozen=True)
class CategoryComparison:
    """Tracks of one category, or all."""

    electrons: Distance
    """Of the two distributions of the electrons."""
    hadrons: Distance
    area: AreaDifference
    """Seen minus unseen."""


@dataclass(frozen=True)
class TrainingComparison:
    """Distributions and differences of one tagger."""

    tagger: str
    edges: Floats
    """Shape (bins + 1,) of the log likelihood ratio."""
    distributions: dict[str, dict[str, dict[str, ClassDistribution]]]
    """``seen`` or ``unseen`` -> ``electrons`` or ``hadrons`` -> category -> distribution."""
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
    groups = Categories(categories)
    found = {
        name: {
            "electrons": distributions([table], Label.ELECTRON, edges, groups),
            "hadrons": distributions([table], Label.HADRON, edges, groups),
        }
        for name, table in tables.items()
    }
    differences = {}
    for name in [ALL, *categories]:
        mask = np.ones(len(tracks.label), bool) if name == ALL else tracks.category == name
        differences[name] = _difference(tracks, mask, seed, f"{tagger}/{name}")
    return TrainingComparison(tagger, edges, found, differences)


def _difference(
    tracks: SeenTracks, mask: np.ndarray, seed: int, purpose: str
) -> CategoryComparison:
    electron = tracks.label[mask] == Label.ELECTRON
    scored = Scored(tracks.seen, tracks.unseen, tracks.weight, tracks.event).chosen(mask)
    draws = generator(seed, "training_comparison", purpose)
    return CategoryComparison(
        distance(scored.chosen(electron), draws),
        distance(scored.chosen(~electron), draws),
        area_difference(scored, electron),
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
    _legend(legend, things.title(numbers.tagger))
    stamp_figure(figure, config)
    return figure


def _draw_panel(axes: Axes, numbers: TrainingComparison, name: str, things: Things) -> None:
    look = ALL_LOOK if name == ALL else things.look(name)
    unseen, seen = numbers.distributions["unseen"], numbers.distributions["seen"]
    draw_class(axes, numbers.edges, unseen["hadrons"][name], HADRON_LOOK)
    draw_class(axes, numbers.edges, unseen["electrons"][name], look, filled=True)
    for kind, own in (("hadrons", HADRON_LOOK), ("electrons", look)):
        _draw_points(axes, numbers.edges, seen[kind][name], own)
    axes.set_ylabel("Share of tracks / bin")
    axes.set_ylim(bottom=0.0)
    headroom(axes, 1.55)
    inside(axes, _said(numbers.differences[name], things.title(name)), fontsize=7)
    if not unseen["electrons"][name].tracks and not unseen["hadrons"][name].tracks:
        nothing(axes, "no tracks")


def _draw_points(axes: Axes, edges: Floats, values: ClassDistribution, look: Look) -> None:
    filled = values.share > 0
    centres = (edges[1:] + edges[:-1]) / 2
    axes.errorbar(
        centres[filled],
        values.share[filled],
        values.error[filled],
        **_point(look),
    )


def _point(look: Look) -> Any:
    return {"fmt": look.marker, "color": look.colour, "markersize": 2.5, "elinewidth": 0.8}


def _said(found: CategoryComparison, title: str) -> str:
    lines = [title]
    for name, own in (("e", found.electrons), ("hadrons", found.hadrons)):
        if np.isfinite(own.value):
            # None of the random exchanges was as far apart: a bound.
            sign = "<" if own.probability * ROUNDS < 1.5 else "="
            probability = f"p {sign} {own.probability:.2g}"
            lines += [f"{name}: KS {own.value:.3f} ± {own.error:.3f}, {probability}"]
    if np.isfinite(found.area.difference):
        lines += [f"AUC {found.area.difference:+.4f} ± {found.area.error:.4f}"]
    return "\n".join(lines).replace("-", "−")


def _legend(axes: Axes, title: str) -> None:
    axes.axis("off")
    for look, filled, kind in ((ALL_LOOK, True, "electrons"), (HADRON_LOOK, False, "hadrons")):
        axes.stairs([], [0], fill=True, label=f"{kind}, event not seen", **area(look, filled))
    for look, kind in ((ALL_LOOK, "electrons"), (HADRON_LOOK, "hadrons")):
        axes.errorbar([], [], [], label=f"{kind}, event seen in training", **_point(look))
    axes.legend(loc="center", title=title, fontsize=8.5)
