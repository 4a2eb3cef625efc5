"""What figures show of the statistics of the mass points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter
from pydantic.dataclasses import dataclass

from hepchain.io.structured import read_records

FILLS = ("0.65", "#0072B2", "#E69F00", "#009E73", "#CC79A7")
"""Fill of the markers of approaches that are neither headline nor baseline, in their order."""


@dataclass(frozen=True)
class Value:
    """A number with its statistical error; None where it does not exist."""

    value: float | None
    error: float | None = None


Known = Annotated[Value, BeforeValidator(lambda content: content or Value(None))]
"""A number whose content may be missing."""
Further = Mapping[str, Any]
"""Numbers that tables show and no figure draws, as ``result.json`` has them."""


@dataclass(frozen=True)
class Observation:
    """What data say; None where there is no limit."""

    events: int
    limit: float | None
    """Upper limit on the signal strength."""
    significance: float | None


@dataclass(frozen=True)
class PointUse:
    """One mass point in one approach."""

    title: str
    status: str
    """``ok``, or what is wrong with the result."""
    signal: Known
    background: Known
    """Expected events."""
    limit: tuple[float, ...] | None
    """Expected limit on the signal strength at -2, -1, 0, 1, 2 standard deviations."""
    limit_error: float | None
    """Statistical error of the median limit."""
    s_over_b: Known
    s_over_sqrt_b: Known
    asimov: Known
    asimov_statistical: Known
    observed: Observation | None
    """None while data are closed, and where there are none."""
    toys: Further | None
    """Limits and p-value from toys, and their ratio to formulas; None where enough events are
    expected."""

    @property
    def good(self) -> bool:
        """Whether limit and significances may be shown."""
        return self.status == "ok"


def reason(status: str) -> str:
    """What stands in the place of a result that may not be shown."""
    if status.startswith("insufficient"):
        return "not enough events"
    return "no limit" if status == "ok" else "fit failed"


MERITS = ("s_over_b", "s_over_sqrt_b", "asimov", "asimov_statistical")
"""Figures of merit beside the limit."""


@dataclass(frozen=True)
class PointGain:
    """What an approach brings over another; above one if it helps."""

    approach: str
    over: str
    s_over_b: Known
    s_over_sqrt_b: Known
    asimov: Known
    asimov_statistical: Known
    limit: Known
    """Limit of the other over that of the approach."""


@dataclass(frozen=True)
class Point:
    """Statistics of one mass point."""

    name: str
    splitting: float
    """Mass splitting [GeV]."""
    luminosity: float
    """Integrated luminosity [fb-1]."""
    confidence_level: float
    uses: Mapping[str, PointUse]
    """Approach -> its numbers, in the order of the config."""
    order: Sequence[str]
    """Approaches in this order, which a JSON file does not keep."""
    headline: str
    """Approach that is compared with each other."""
    baseline: str
    """Approach that each other is compared with."""
    gains: Sequence[PointGain]
    """Of each approach over the baseline, and of the headline over each; of those that are good."""
    alternatives: Sequence[Further]
    """Approaches with other probabilities; the name of an alternative has a dot in it."""
    factors: Mapping[str, Further]
    """Approach -> factor -> value and error, of the gain in s / sqrt(b) over all candidates."""
    control: Further | None
    """The headline with a control region."""

    @property
    def status(self) -> str:
        """``ok`` if all approaches are, else what is wrong with the first that is not."""
        return next((use.status for use in self.uses.values() if not use.good), "ok")

    @property
    def headline_gains(self) -> list[PointGain]:
        """Gains of the headline over each other approach, in their order."""
        found = {gain.over: gain for gain in self.gains if gain.approach == self.headline}
        return [found[over] for over in self.uses if over in found]


def approach_titles(points: Sequence[Point]) -> dict[str, str]:
    """Approach -> its title, of all points."""
    return {name: use.title for point in points for name, use in point.uses.items()}


def fills(points: Sequence[Point]) -> dict[str, str]:
    """Approach -> fill of its markers: black is the headline, white the baseline."""
    named = {point.headline: "black" for point in points}
    named |= {point.baseline: "white" for point in points}
    others = [name for name in approach_titles(points) if name not in named]
    return named | {name: FILLS[place % len(FILLS)] for place, name in enumerate(others)}


def read_points(results: Iterable[str | Path]) -> list[Point]:
    """Mass points from their ``result.json``.

    Raises
    ------
    InputError : a file lacks a key
    """
    return read_records(results, point)


def point(content: Mapping[str, Any]) -> Point:
    """Mass point from the content of its file, without the gains of approaches not good."""
    uses = {
        item["name"]: _use(item, content["estimates"][item["name"]])
        for item in content["approaches"]
    }
    good = {name for name, use in uses.items() if use["status"] == "ok"}
    made = {
        "name": content["point"],
        "luminosity": content["luminosity_fb"],
        "uses": uses,
        "order": list(uses),
        "gains": [item for item in content["gains"] if {item["approach"], item["over"]} <= good],
        "alternatives": [
            item | {"gains": [g for g in item["gains"] if {g["approach"], g["over"]} & good]}
            for item in content["alternatives"]
        ],
        "factors": {item["approach"]: item for item in content["factors"]},
    }
    return TypeAdapter(Point).validate_python({**content, **made})


def _use(content: Mapping[str, Any], estimates: Mapping[str, Any]) -> dict[str, Any]:
    good = content["status"] == "ok"
    found = {name: estimates[name] if good else None for name in (*MERITS, "limit")}
    limit, error = content["limit"] if good else None, found.pop("limit")
    ends = {
        "limit": None if limit is None else limit["expected"],
        "limit_error": None if error is None else error["error"],
    }
    return {**content, **found, **ends}
