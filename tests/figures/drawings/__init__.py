"""Every figure drawn from synthetic files: a module here, or a function in one, for each.

Modules of this folder are found by themselves. A function gives the module that draws a figure, the
numbers, and what else its ``draw`` takes.
"""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things
from tests.figures.figure_chain import Chain

Parts = tuple[Any, ...]
"""Module, numbers, further arguments of ``draw``."""
Make = Callable[[Chain, Things, FiguresConfig], Parts]


@dataclass(frozen=True)
class Drawing:
    """How a figure is made, and what is expected of it."""

    make: Make
    luminosity: bool
    """Whether it shows yields, and so the luminosity."""
    y_label: bool
    empty: str
    """What it says without tracks; empty where it says nothing."""


@dataclass(frozen=True)
class Drawn:
    """A figure and the numbers in it."""

    figure: Figure
    numbers: Any


DRAWINGS: dict[str, Drawing] = {}


def drawing(
    name: str, *, luminosity: bool = False, y_label: bool = True, empty: str = ""
) -> Callable[[Make], Make]:
    """Decorator: what makes the figure of this name."""

    def register(make: Make) -> Make:
        DRAWINGS[name] = Drawing(make, luminosity, y_label, empty)
        return make

    return register


class Figures(dict[str, Drawn]):
    """Figures of a chain, each drawn when it is first asked for, with warnings as errors."""

    def __init__(self, chain: Chain, things: Things, config: FiguresConfig) -> None:
        super().__init__()
        self.arguments = (chain, things, config)

    def __missing__(self, name: str) -> Drawn:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            module, numbers, *more = DRAWINGS[name].make(*self.arguments)
            figure = module.draw(numbers, *self.arguments[1:], *more)
        self[name] = Drawn(figure, numbers)
        return self[name]


for found in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{found.name}")
