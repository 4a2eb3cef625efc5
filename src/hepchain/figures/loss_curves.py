"""Loss and accuracy against epoch, training and validation, a panel a category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.errors import InputError
from hepchain.figures.style import (
    DOUBLE,
    Floats,
    Look,
    Things,
    headroom,
    inside,
    panels,
    stamp_figure,
    styled,
)
from hepchain.training.model import read_history, read_metadata

MEASURES = {"loss": "Loss (cross-entropy)", "accuracy": "Accuracy"}
STEPS = {"network": "Epoch", "residual": "Epoch", "trees": "Tree", "cuts": "Cut"}


@dataclass(frozen=True)
class Training:
    """History of one model; arrays of shape (epochs,)."""

    category: str
    fold: int
    measures: Mapping[str, Floats]
    """``loss``, ``val_loss`` and, where recorded, ``accuracy``, ``val_accuracy``."""
    best: int
    """Epoch of the smallest validation loss, from 1: the model that is kept."""


@dataclass(frozen=True)
class Trainings:
    """All models of one tagger."""

    tagger: str
    step: str
    """What the x axis counts."""
    models: list[Training]


def trainings(tagger: str, kind: str, models: Iterable[Path]) -> Trainings:
    """Histories in the directories of the models.

    Raises
    ------
    InputError : a history lacks the losses or has lists of different lengths
    """
    histories = []
    for path in models:
        of = read_metadata(path)
        histories.append(training(of.category, of.fold, read_history(path), str(path)))
    return Trainings(tagger, STEPS.get(kind, "Step"), histories)


def training(
    category: str, fold: int, history: Mapping[str, Sequence[float]], where: str
) -> Training:
    """Check one history; keys that are not drawn are ignored."""
    known = [key for name in MEASURES for key in (name, f"val_{name}")]
    measures = {key: np.asarray(history[key], np.float64) for key in known if key in history}
    lengths = {len(values) for values in measures.values()}
    if not {"loss", "val_loss"} <= set(measures) or len(lengths) != 1 or 0 in lengths:
        raise InputError(
            f"{where}: history.json needs lists loss and val_loss of one length above zero; "
            f"found keys {sorted(history)} of lengths {sorted(lengths)}; train again"
        )
    return Training(category, fold, measures, int(np.nanargmin(measures["val_loss"])) + 1)


@styled()
def draw(numbers: Trainings, things: Things, config: FiguresConfig) -> Figure:
    """Dashed: training, solid: validation, a line a fold, a circle at the epoch that is kept."""
    categories = list(dict.fromkeys(model.category for model in numbers.models))
    measures = [
        name for name in MEASURES if any(name in model.measures for model in numbers.models)
    ]
    width = min(DOUBLE, 1.2 + 2.2 * len(categories))
    figure, grid = panels(
        len(measures), len(categories), width=width, height=0.7 + 1.9 * len(measures), share_y="row"
    )
    for column, category in enumerate(categories):
        models = [model for model in numbers.models if model.category == category]
        for axes, measure in zip(grid[:, column], measures, strict=True):
            _draw_models(axes, models, measure, things.look(category))
        inside(grid[0, column], things.title(category), x=0.95, ha="right")
    for axes, measure in zip(grid[:, 0], measures, strict=True):
        axes.set_ylabel(MEASURES[measure])
        headroom(axes, 1.1)
    grid[-1, -1].set_xlabel(numbers.step)
    headroom(grid[0, 0], 1.25)
    _legend(grid[-1, 0], numbers, things)
    stamp_figure(figure, config)
    return figure


def _draw_models(axes: Axes, models: Sequence[Training], measure: str, look: Look) -> None:
    for model in models:
        if measure not in model.measures:
            continue
        values, validation = model.measures[measure], model.measures[f"val_{measure}"]
        epochs = np.arange(1, len(values) + 1)
        axes.plot(epochs, values, color=look.colour, linestyle="--", linewidth=0.9, alpha=0.7)
        axes.plot(epochs, validation, color=look.colour, linewidth=1.1, alpha=0.9)
        axes.plot(
            model.best,
            validation[model.best - 1],
            color=look.colour,
            marker="o",
            markerfacecolor="white",
            markersize=5,
        )


def _legend(axes: Axes, numbers: Trainings, things: Things) -> None:
    kept: Any = {"marker": "o", "markerfacecolor": "white", "linestyle": ""}
    axes.plot([], [], color="0.3", linestyle="--", linewidth=0.9, label="training")
    axes.plot([], [], color="0.3", linewidth=1.1, label="validation")
    axes.plot([], [], color="0.3", label="kept", **kept)
    axes.legend(title=things.title(numbers.tagger), loc="best", fontsize=7.5, title_fontsize=7.5)
