"""Places of the stages of a chain in a drawing: in columns by what they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

Edge = tuple[str, str]

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 112, 50, 24, 26, 6
"""Sizes of boxes and of what is between them, in units of the drawing."""


@dataclass(frozen=True)
class Box:
    """A stage, its upper left corner."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """Boxes, curves (paths of SVG) between them, and the size of it all."""

    boxes: Sequence[Box]
    curves: Sequence[str]
    width: int
    height: int


def drawing(stages: Iterable[str], edges: Iterable[Edge]) -> Drawing:
    """Each stage in the first column after all it needs; needs that follow from others left out."""
    kept = _without_cycles(sorted(stages), sorted(edges))
    needs = {stage: {start for start, end in kept if end == stage} for stage in sorted(stages)}
    column: dict[str, int] = {}
    before: dict[str, set[str]] = {}
    for stage in TopologicalSorter(needs).static_order():
        column[stage] = 1 + max((column[other] for other in needs[stage]), default=-1)
        before[stage] = needs[stage].union(*(before[other] for other in needs[stage]))
    direct = [
        (start, end)
        for start, end in kept
        if not any(start in before[other] for other in needs[end])
    ]
    return _placed(column, direct)


def _without_cycles(stages: list[str], edges: list[Edge]) -> list[Edge]:
    """Two stages that need rules of each other stand in the order of their names."""
    while True:
        needs = {stage: {start for start, end in edges if end == stage} for stage in stages}
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            # Each stage of the cycle is followed by one that needs it.
            cycle: list[str] = error.args[1]
            edges = [edge for edge in edges if edge != (cycle[0], cycle[1])]
        else:
            return edges


def _placed(column: dict[str, int], edges: Iterable[Edge]) -> Drawing:
    rows: dict[int, int] = {}
    boxes: dict[str, Box] = {}
    for stage, place in column.items():
        row = rows.get(place, 0)
        rows[place] = row + 1
        x, y = MARGIN + place * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y)
        boxes[stage] = Box(stage, x, y)
    curves = [_curve(boxes[start], boxes[end]) for start, end in edges]
    columns, tallest = max(column.values(), default=0) + 1, max(rows.values(), default=0)
    width = 2 * MARGIN + columns * (WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + tallest * (HEIGHT + GAP_Y) - GAP_Y
    return Drawing(list(boxes.values()), curves, width, height)


def _curve(start: Box, end: Box) -> str:
    x0, y0 = start.x + WIDTH, start.y + HEIGHT // 2
    x1, y1 = end.x - 3, end.y + HEIGHT // 2
    middle = (x0 + x1) // 2
    return f"M{x0},{y0} C{middle},{y0} {middle},{y1} {x1},{y1}"
