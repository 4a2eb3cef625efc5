"""Types that several blocks use."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from hepchain.config.order import ORDER
from hepchain.identity import EVENTS_PER_PART

Item = TypeVar("Item")
Element = TypeVar("Element", bound=Hashable)
Numbers = TypeVar("Numbers", bound=Sequence[float])

MAX_ABS_ETA = 10.0
"""Beyond is the beam itself: protons of the LHC end at 9.6."""

BEAM = 7000.0
"""Energy of a beam of the LHC [GeV]; more is in another unit."""

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_]{0,62}[A-Za-z0-9])?")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"{value!r} is no name: a letter, then letters, digits and underscores, no underscore "
            "at the end, 64 characters at most"
        )
    if value == ORDER:
        raise ValueError(f"'{ORDER}' is the key of lists of names; choose another name")
    return value


def _drawable(value: str) -> str:
    if value.count("$") >= 2:
        from matplotlib.mathtext import MathTextParser

        try:
            MathTextParser("agg").parse(value)
        except ValueError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ValueError(f"{value!r} has math that cannot be drawn: {reason}") from error
    return value


def _distinct(values: list[Element]) -> list[Element]:
    twice = sorted({str(value) for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"listed twice: {', '.join(twice)}")
    return values


def _apart(value: dict[str, Item]) -> dict[str, Item]:
    known: dict[str, str] = {}
    for name in value:
        other = known.setdefault(name.lower(), name)
        if other != name:
            raise ValueError(
                f"'{other}' and '{name}' differ in capitals alone: one file on some systems"
            )
    return value


def _ascending(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] < value[1]:
        raise ValueError(f"lower bound {value[0]} must be below upper bound {value[1]}")
    return value


def _increasing(value: list[float]) -> list[float]:
    if len(value) < 2 or any(high <= low for low, high in pairwise(value)):
        raise ValueError(f"bin edges must be at least two and increase: {value}")
    return value


Name = Annotated[str, AfterValidator(_name)]
"""What is part of paths, wildcards, columns and captions: safe in each of them as it is.

The mark between a sample and its variation (hepchain.variations) is in no name.
"""

Title = Annotated[str, AfterValidator(_drawable)]
"""Text of figures and tables; between two dollar signs it is math of Matplotlib."""

Distinct = Annotated[list[Element], AfterValidator(_distinct)]
"""A list of things that are named once each."""

Named = Annotated[dict[Name, Item], AfterValidator(_apart)]
"""Things by name; the names differ in more than capitals."""

Parts = Annotated[int, Field(ge=1, le=10_000)]
"""Number of jobs."""

Events = Annotated[int, Field(ge=1, lt=EVENTS_PER_PART)]
"""Number of events of a job."""

Trees = Annotated[int, Field(ge=1, le=100_000)]
"""Number of trees."""

Depth = Annotated[int, Field(ge=1, le=20)]
"""Depth of a tree, which may have 2 to the power of it leaves."""

Bins = Annotated[int, Field(ge=1, le=1000)]
"""Number of bins of a histogram or of intervals of an input."""

Nodes = Annotated[int, Field(ge=1, le=65_536)]
"""Nodes of a layer of a network."""

Replicas = Annotated[int, Field(ge=0, le=1_000_000)]
"""Number of pseudo-experiments or replicas, all in memory at once."""


def _all_within(low: float, high: float, meaning: str) -> Callable[[Numbers], Numbers]:
    """Validator: every number of a list is in a physical range."""

    def check(value: Numbers) -> Numbers:
        if any(not low <= number <= high for number in value):
            raise ValueError(f"{meaning} must be between {low:g} and {high:g}: {list(value)}")
        return value

    return check


Range = Annotated[tuple[float, float], AfterValidator(_ascending)]
"""Two numbers, the first below the second."""

Edges = Annotated[list[float], AfterValidator(_increasing)]
"""Bin edges: at least two, strictly increasing."""

_MOMENTA = AfterValidator(_all_within(0.0, BEAM, "momenta and masses in GeV"))
_ABS_ETA = AfterValidator(_all_within(0.0, MAX_ABS_ETA, "absolute pseudorapidities"))

MomentumRange = Annotated[Range, _MOMENTA]
MomentumEdges = Annotated[Edges, _MOMENTA]
"""Of momenta and masses [GeV], no larger than a beam has."""

DistanceRange = Annotated[
    Range, AfterValidator(_all_within(0.0, MAX_ABS_ETA, "distances in (eta, phi)"))
]

AbsEtaRange = Annotated[Range, _ABS_ETA]
AbsEtaEdges = Annotated[Edges, _ABS_ETA]

Momentum = Annotated[float, Field(ge=0.0, le=BEAM)]
"""GeV, no larger than a beam has."""

PositiveMomentum = Annotated[float, Field(gt=0.0, le=BEAM)]

AbsEta = Annotated[float, Field(gt=0.0, le=MAX_ABS_ETA)]

Azimuth = Annotated[float, Field(gt=0.0, le=round(math.pi, 6))]
"""Angle between two directions in the transverse plane [rad]."""

Distance = Annotated[float, Field(gt=0.0, le=MAX_ABS_ETA)]
"""In (eta, phi)."""

RelativeUncertainty = Annotated[float, Field(ge=0.0, le=1.0)]
"""Share of the value; in per cent it would be too large."""
