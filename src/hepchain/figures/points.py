"""What figures show of the statistics of the mass points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from hepchain.errors import InputError
from hepchain.io.structured import read_json

Use = Literal["without_tagger", "with_tagger"]
USES: Mapping[Use, str] = {"without_tagger": "without tagger", "with_tagger": "with tagger"}


@dataclass(frozen=True)
class Value:
    """A number with its statistical error; None where it does not exist."""

    value: float | None
    error: float | None = None


@dataclass(frozen=True)
class PointUse:
    """One mass point without, or with, the tagger."""

    sufficient: bool
    """Whether there are enough simulated events for a limit and significances."""
    status: str
    signal: Value
    background: Value
    """Expected events."""
    limit: tuple[float, ...] | None
    """Expected limit on the signal strength at -2, -1, 0, 1, 2 standard deviations."""
    s_over_sqrt_b: float | None
    asimov: float | None


@dataclass(frozen=True)
class Point:
    """Statistics of one mass point."""

    name: str
    splitting: float
    """Mass splitting [GeV]."""
    luminosity: float
    """Integrated luminosity [fb-1]."""
    confidence_level: float
    uses: Mapping[Use, PointUse]
    gain_s_over_sqrt_b: Value
    gain_asimov: Value
    gain_limit: Value
    """With over without tagger (limits: without over with); above one if the tagger helps."""

    @property
    def sufficient(self) -> bool:
        """Whether there are enough events both without and with the tagger."""
        return all(use.sufficient for use in self.uses.values())


def read_points(results: Iterable[str | Path]) -> list[Point]:
    """Mass points from their ``result.json``.

    Raises
    ------
    InputError : a file lacks a key
    """
    points = []
    for path in results:
        try:
            points.append(point(read_json(path)))
        except KeyError as error:
            raise InputError(
                f"{path}: no key {error}; it was written by another version: make it again"
            ) from error
    return points


def point(content: Mapping[str, Any]) -> Point:
    """Mass point from the content of its file; gains from too few events are left out."""
    uses: dict[Use, PointUse] = {use: _use(content[use]) for use in USES}
    gain = content["gain"] if all(use.sufficient for use in uses.values()) else {}
    return Point(
        name=content["point"],
        splitting=content["splitting"],
        luminosity=content["luminosity_fb"],
        confidence_level=content["confidence_level"],
        uses=uses,
        gain_s_over_sqrt_b=_estimate(gain.get("s_over_sqrt_b")),
        gain_asimov=_estimate(gain.get("asimov")),
        gain_limit=Value(gain.get("limit")),
    )


def _use(content: Mapping[str, Any]) -> PointUse:
    sufficient = content["status"] == "ok"
    limit, significances = content["limit"], content["significances"]
    return PointUse(
        sufficient=sufficient,
        status=content["status"],
        signal=_yield(content["signal"]),
        background=_yield(content["background"]),
        limit=tuple(limit["expected"]) if sufficient and limit is not None else None,
        s_over_sqrt_b=significances["s_over_sqrt_b"] if sufficient else None,
        asimov=significances["asimov"] if sufficient else None,
    )


def _yield(content: Mapping[str, Any]) -> Value:
    return Value(content["value"], content["error"])


def _estimate(content: Mapping[str, Any] | None) -> Value:
    return Value(None) if content is None else Value(content["value"], content["error"])
