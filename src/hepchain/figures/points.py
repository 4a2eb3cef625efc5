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

    status: str
    """``ok``, or what is wrong with the result."""
    signal: Value
    background: Value
    """Expected events."""
    limit: tuple[float, ...] | None
    """Expected limit on the signal strength at -2, -1, 0, 1, 2 standard deviations."""
    s_over_sqrt_b: float | None
    asimov: float | None

    @property
    def good(self) -> bool:
        """Whether limit and significances may be shown."""
        return self.status == "ok"


def reason(status: str) -> str:
    """What stands in the place of a result that may not be shown."""
    if status.startswith("insufficient"):
        return "not enough events"
    return "no limit" if status == "ok" else "fit failed"


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
    def status(self) -> str:
        """``ok`` if both uses are, else what is wrong with the first that is not."""
        return next((use.status for use in self.uses.values() if not use.good), "ok")


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
    """Mass point from the content of its file, without the gains if one use is not good."""
    uses: dict[Use, PointUse] = {use: _use(content[use]) for use in USES}
    gain = content["gain"] if all(use.good for use in uses.values()) else {}
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
    good = content["status"] == "ok"
    limit, significances = content["limit"], content["significances"]
    return PointUse(
        status=content["status"],
        signal=_yield(content["signal"]),
        background=_yield(content["background"]),
        limit=tuple(limit["expected"]) if good and limit is not None else None,
        s_over_sqrt_b=significances["s_over_sqrt_b"] if good else None,
        asimov=significances["asimov"] if good else None,
    )


def _yield(content: Mapping[str, Any]) -> Value:
    return Value(content["value"], content["error"])


def _estimate(content: Mapping[str, Any] | None) -> Value:
    return Value(None) if content is None else Value(content["value"], content["error"])
