"""The page that holds all comparisons of a group: a pair of panels each, placed in inches.

A layout engine measures every text of a page several times; the sizes here are known beforehand,
but for the room of the labels below, which follows from their letters.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

HEAD = 0.28
"""Height of the line above all panels [inches], as all sizes here."""
CELL = 3.6
"""Width of a pair of panels with its labels."""
LEFT, RIGHT = 0.74, 0.08
"""Room beside the panels."""
TITLE = 0.24
VALUES, GAP, DEVIATION = 1.6, 0.05, 0.55
"""Heights of the two panels, and between them."""
LEVEL = 0.42
"""Room of labels that lie, and of the title of the axis."""
LETTER = 0.057
"""Height of a letter of labels that stand, on average."""
COLUMNS = ((4, 2), (9, 3))
"""Up to how many pairs a page has how many columns; four beyond."""


def room_below(labels: Sequence[str], *, upright: bool) -> float:
    """Room below a pair of panels for the labels of its bins and the title of its axis."""
    longest = max(map(len, labels), default=0)
    return LEVEL + (max(LETTER * longest - 0.1, 0.0) if upright else 0.0)


def sheet(below: Sequence[float]) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Empty page and its pairs of panels, upper and lower, row by row.

    Parameters
    ----------
    below : room below each pair [inches]
    """
    columns = next((count for most, count in COLUMNS if len(below) <= most), 4)
    rows = [below[start : start + columns] for start in range(0, len(below), columns)]
    heights = [TITLE + VALUES + GAP + DEVIATION + max(row) for row in rows]
    width, height = columns * CELL, HEAD + sum(heights)
    figure = Figure(figsize=(width, height))
    pairs, top = [], height - HEAD
    for row, row_height in zip(rows, heights, strict=True):
        for column in range(len(row)):
            left, upper = column * CELL + LEFT, top - TITLE - VALUES
            values, deviation = (
                figure.add_axes(
                    (left / width, y / height, (CELL - LEFT - RIGHT) / width, size / height)
                )
                for y, size in ((upper, VALUES), (upper - GAP - DEVIATION, DEVIATION))
            )
            pairs.append((values, deviation))
        top -= row_height
    return figure, pairs
