"""Distributions of the combined score: signal and background, per category or regime of pT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import (
    ALL_LOOK,
    REJECTED_LOOK,
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
from hepchain.shares import ALL
from hepchain.studies.score_distributions import ClassDistribution, ScoreDistributions

SCORE_TITLES = {
    "likelihood_ratio": "Score (logarithm of the likelihood ratio)",
    "raw": "Score (output of the tagger)",
}
OWN_LINE: Any = {"color": "#CC6677", "linewidth": 1.2, "linestyle": ":"}


@styled()
def draw(numbers: ScoreDistributions, things: Things, config: FiguresConfig) -> Figure:
    """A panel a group, filled: signal, hatched: background."""
    names = list(numbers.distributions["signal"])
    figure, cells, legend, lowest = cells_and_legend(len(names))
    _legend(legend, numbers, things)
    for axes, name in zip(cells, names, strict=True):
        look = things.look(name) if name in things.categories else ALL_LOOK
        found = {label: groups[name] for label, groups in numbers.distributions.items()}
        draw_classes(axes, numbers.edges, found, look)
        axes.axvline(numbers.threshold, color="black", linewidth=1.0, linestyle="--")
        if name in numbers.own_thresholds:
            axes.axvline(numbers.own_thresholds[name], **OWN_LINE)
        counts = [f"{own.tracks} {things.title(label)}" for label, own in found.items()]
        inside(axes, f"{_title(name, numbers, things)}\n{', '.join(counts)}")
        finish(axes, 1.3, found)
    for axes in lowest:
        axes.set_xlabel(SCORE_TITLES[numbers.score])
    stamp_figure(figure, config)
    return figure


def _title(name: str, numbers: ScoreDistributions, things: Things) -> str:
    if not numbers.own_thresholds:
        return things.title(name)
    return "all $p_T$" if name == ALL else f"$p_T$ {name}"


def area(look: Look, filled: bool) -> Any:
    """Options of the area of one class."""
    if filled:
        return {"color": look.colour, "alpha": 0.35}
    return {"facecolor": "none", "edgecolor": look.colour, "hatch": look.hatch, "linewidth": 0}


def draw_classes(
    axes: Axes, edges: Floats, found: Mapping[str, ClassDistribution], look: Look
) -> None:
    """Steps with errors: background over hatches, signal with this look over an area."""
    centres = (edges[1:] + edges[:-1]) / 2
    for label, own, filled in (("background", REJECTED_LOOK, False), ("signal", look, True)):
        values = found[label]
        errors: Any = {"fmt": "none", "ecolor": own.colour, "elinewidth": 1}
        axes.stairs(values.share, edges, fill=True, **area(own, filled))
        axes.stairs(values.share, edges, color=own.colour, linewidth=1.2)
        axes.errorbar(centres, values.share, values.error, **errors)


def finish(axes: Axes, room: float, found: Mapping[str, ClassDistribution]) -> None:
    """Label and scale of the y axis of a panel."""
    axes.set_ylabel("Share of tracks / bin")
    axes.set_ylim(bottom=0.0)
    headroom(axes, room)
    if not any(own.tracks for own in found.values()):
        nothing(axes, "no tracks")


def name_classes(axes: Axes, things: Things, further: str = "") -> None:
    """Entries of the classes for a legend."""
    for look, filled, label in ((ALL_LOOK, True, "signal"), (REJECTED_LOOK, False, "background")):
        title = f"{things.title(label)}{further}"
        axes.stairs([], [0], fill=True, label=title, **area(look, filled))


def _legend(axes: Axes, numbers: ScoreDistributions, things: Things) -> None:
    name_classes(axes, things)
    label = f"threshold, fake rate {100 * numbers.fake_rate:g} %"
    axes.plot([], [], color="black", linewidth=1.0, linestyle="--", label=label)
    if numbers.own_thresholds:
        axes.plot([], [], **OWN_LINE, label="threshold of the regime of $p_T$ alone")
    axes.legend(loc="center", title=things.title(numbers.tagger), fontsize=9)
