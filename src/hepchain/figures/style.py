"""The look of all figures: fonts, the colour of each thing, labels, panels.

A thing (category, tagger, sample, particle) has one colour, line style, marker and hatch in every
figure. Colours are those of Okabe and Ito (Color Universal Design, 2008) and of Tol's *muted*
scheme (SRON/EPS/TN/09-002), both safe for colour-blind readers; line styles, markers and hatches
tell the things apart on a grey printer.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepchain.config.figures import FiguresConfig
from hepchain.config.training import EVERY_CATEGORY

Floats = npt.NDArray[np.float64]

SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "mathtext.fontset": "dejavusans",
    "axes.labelsize": 10,
    "axes.titlesize": 9,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "xaxis.labellocation": "right",
    "yaxis.labellocation": "top",
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.5,
    "hatch.linewidth": 0.6,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
    "svg.hashsalt": "hepchain",
    "svg.fonttype": "none",
}
"""Settings of matplotlib under which figures are drawn and written."""

SINGLE = 4.6
"""Width of a figure for one column of text [inches]."""
DOUBLE = 7.4
"""Width of a figure across the page [inches]."""
PADDING = 0.03
"""Between parts of a figure [inches]."""


@dataclass(frozen=True)
class Look:
    """How one thing is drawn in every figure."""

    colour: str
    line: Any = "-"
    marker: str = "o"
    hatch: str = ""


_LOOSELY_DASHED = (0, (6, 2))
_DASH_DOT_DOT = (0, (5, 1.5, 1, 1.5, 1, 1.5))

CATEGORY_LOOKS = (
    Look("#0072B2", "-", "o", ""),
    Look("#E69F00", _LOOSELY_DASHED, "s", "///"),
    Look("#009E73", "-.", "^", "..."),
    Look("#D55E00", ":", "D", "xxx"),
)
SIGNAL_LOOKS = (
    Look("#CC79A7", ":", "v", "..."),
    Look("#882255", "-.", "^", "\\\\\\"),
    Look("#332288", "-", "o", ""),
    Look("#56B4E9", _LOOSELY_DASHED, "s", "///"),
)
TAGGER_LOOKS = (
    Look("#000000", "-", "o"),
    Look("#7F7F7F", "--", "s"),
    Look("#44AA99", ":", "^"),
    Look("#997700", "-.", "D"),
    Look("#004488", _LOOSELY_DASHED, "v"),
    Look("#DDAA33", _DASH_DOT_DOT, "P"),
    Look("#33BBEE", (0, (1, 3)), "X"),
    Look("#225522", (0, (8, 2, 2, 2)), "<"),
    Look("#0077BB", (0, (3, 4)), "*"),
)
BACKGROUND_LOOKS = (
    Look("#555555", "-", "P"),
    Look("#999933", _DASH_DOT_DOT, "X"),
    Look("#A9A9A9", "--", "p"),
    Look("#661100", ":", "h"),
)
REFERENCE_COLOUR = "#8B5A00"
"""The study that ours is compared with."""
SIGMA_COLOURS = ("#85C0F9", "#F5E9A6")
"""Bands of one and of two standard deviations of an expected limit."""
ALL_LOOK = Look("#000000", "-", "o")
"""The sum of the categories."""
REJECTED_LOOK = Look("#7F7F7F", "-", "s", "////")
"""What a tagger must reject, whatever the category."""

_FAMILIES = {
    "categories": CATEGORY_LOOKS,
    "taggers": TAGGER_LOOKS,
    "signals": SIGNAL_LOOKS,
    "backgrounds": BACKGROUND_LOOKS,
}


@dataclass(frozen=True)
class Things:
    """Name -> title of the things of a run, in the order that fixes their looks; of those kinds
    that a figure shows."""

    categories: Mapping[str, str] = field(default_factory=dict)
    taggers: Mapping[str, str] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)
    backgrounds: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    """Drawn as points; without a colour of its own."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """``signal`` and ``background`` of the taggers -> what these are, in the plural."""

    def title(self, name: str) -> str:
        """Name of a thing in a legend."""
        if name == EVERY_CATEGORY:
            return "all categories"
        families = (getattr(self, family) for family in (*_FAMILIES, "data", "labels"))
        return next((str(family[name]) for family in families if name in family), name)

    @property
    def efficiency(self) -> str:
        """What the share of the signal that passes is called."""
        return f"Efficiency of {self.title('signal')}"

    @property
    def fake_rate(self) -> str:
        """What the share of the background that passes is called."""
        return f"Fake rate of {self.title('background')}"

    def look(self, name: str) -> Look:
        """Look of a thing.

        Raises
        ------
        KeyError : no thing of this name
        """
        if name == EVERY_CATEGORY:
            return ALL_LOOK
        for family, looks in _FAMILIES.items():
            names = list(getattr(self, family))
            if name in names:
                return looks[names.index(name) % len(looks)]
        raise KeyError(name)


@contextmanager
def styled() -> Iterator[None]:
    """Context under which figures are made and written; a user's own matplotlibrc has no say."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def panels(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = SINGLE,
    height: float = 3.6,
    height_ratios: Sequence[float] | None = None,
    share_x: bool | Literal["col"] = "col",
    share_y: bool | Literal["row"] = False,
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """Empty figure and its axes, shape (rows, columns); sizes in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(h_pad=PADDING, w_pad=0.04, hspace=0.02, wspace=0.02)  # type: ignore[call-arg]
    axes = figure.subplots(
        rows,
        columns,
        sharex=share_x,
        sharey=share_y,
        squeeze=False,
        gridspec_kw={"height_ratios": height_ratios},
    )
    return figure, axes


def cells_and_legend(
    count: int, row_height: float = 2.1
) -> tuple[Figure, list[Axes], Axes, list[Axes]]:
    """Empty figure of two columns: cells in rows, beside the first a place for the legend.

    Returns
    -------
    figure, the cells, the axes of the legend, the axes of the lowest row
    """
    rows = count // 2 + 1
    figure, grid = panels(rows, 2, width=DOUBLE, height=row_height * rows)
    axes: list[Axes] = list(grid.ravel())
    legend = axes.pop(1)
    legend.axis("off")
    for unused in axes[count:]:
        unused.axis("off")
    return figure, axes[:count], legend, list(grid[-1])


def cells_in_rows(count: int, row_height: float, further: float) -> tuple[Figure, list[Axes]]:
    """Empty figure of ``count`` cells in two columns, at least one row of them.

    Parameters
    ----------
    row_height, further : height of a row and of what is around them [inches]
    """
    rows = max(-(-count // 2), 1)
    height = further + row_height * rows
    figure, grid = panels(rows, 2, width=DOUBLE, height=height, share_x=False)
    axes: list[Axes] = list(grid.ravel())
    for unused in axes[count:]:
        unused.axis("off")
    return figure, axes[:count]


def stamp(axes: Axes, config: FiguresConfig, luminosity: float | None = None) -> None:
    """Print what the figure shows above ``axes``: label, energy and, with yields, luminosity."""
    axes.set_title(config.label, loc="left", style="italic")
    axes.set_title(conditions(config, luminosity), loc="right")


def stamp_figure(figure: Figure, config: FiguresConfig, luminosity: float | None = None) -> None:
    """As :func:`stamp`, above a figure of several columns."""
    # Left without a height, the title has a layout engine keep free what it needs above the axes.
    options: Any = {"va": "top", "fontsize": SETTINGS["axes.titlesize"]}
    y = 1.0 - PADDING / figure.get_figheight()
    placed: Any = {} if figure.get_layout_engine() else {"y": y}
    figure.suptitle(config.label, x=0.01, ha="left", style="italic", **options, **placed)
    figure.text(0.99, y, conditions(config, luminosity), ha="right", **options)


def wrapped(title: str, width: int = 13) -> str:
    """Title in lines of at most ``width`` characters, for tick labels; brackets stay whole."""
    whole = re.sub(r"\([^)]*\)( \S+)?", lambda match: match[0].replace(" ", "\u00a0"), title)
    return textwrap.fill(whole, width, break_long_words=False)


def conditions(config: FiguresConfig, luminosity: float | None = None) -> str:
    """Energy and, if given, luminosity [fb-1] as printed."""
    text = rf"$\sqrt{{s}}$ = {config.energy:g} TeV"
    return text if luminosity is None else rf"{text}, {luminosity:g} fb$^{{-1}}$"


def inside(axes: Axes, text: str, x: float = 0.04, y: float = 0.95, **options: Any) -> None:
    """Text inside the axes at a position in their coordinates, top left by default."""
    merged: dict[str, Any] = {"ha": "left", "va": "top", "fontsize": 8} | options
    axes.text(x, y, text, transform=axes.transAxes, **merged)


def headroom(axes: Axes, factor: float) -> None:
    """Stretch the upper end of the y axis so that a legend stays clear of the data.

    ``factor`` is the height of the axes over the height the data take.
    """
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        axes.set_ylim(low, low * (high / low) ** factor)
    else:
        axes.set_ylim(low, low + (high - low) * factor)


def nothing(axes: Axes, text: str = "not enough events") -> None:
    """Say in the middle of the axes that there is nothing to draw."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color="0.4")


THIN: Any = {"color": "0.5", "linewidth": 0.8, "linestyle": (0, (1, 1)), "zorder": 0}
"""Options of a thin line, for example at a ratio of one."""


def line_at(axes: Axes, y: float) -> None:
    """Thin horizontal line."""
    axes.axhline(y, **THIN)
