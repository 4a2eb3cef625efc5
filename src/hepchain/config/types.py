"""Types that several blocks use."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator


def _ascending(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] < value[1]:
        raise ValueError(f"lower bound {value[0]} must be below upper bound {value[1]}")
    return value


def _increasing(value: list[float]) -> list[float]:
    if len(value) < 2 or any(high <= low for low, high in pairwise(value)):
        raise ValueError(f"bin edges must be at least two and increase: {value}")
    return value


Range = Annotated[tuple[float, float], AfterValidator(_ascending)]
"""Two numbers, the first below the second."""

Edges = Annotated[list[float], AfterValidator(_increasing)]
"""Bin edges: at least two, strictly increasing."""
