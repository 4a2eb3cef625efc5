"""What figures show of the statistics of the mass points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.io.structured import read_records

FILLS = ("white", "0.65", "black", "#E69F00", "#009E73")
"""Fill of the markers of each approach, in their order."""


@dataclass(frozen=True)
class Value:
    """A number with its statistical error; None where it does not exist."""

    value: float | None
    error: float | None = None


@dataclass(frozen=True)
class Observation:
    """What data say; None where there is no limit."""

    events: int
    limit: float | None
    """Upper limit on the signal strength."""
    significance: float | None


@dataclass(frozen=True)
class PointToys:
    """Limits and p-value of a region with few events, from toys, and their ratio to formulas."""

    status: str
    expected: Sequence[Value]
    """As the expected limit; empty unless the status is ``ok``."""
    ratios: Sequence[Value]
    observed: Value
    observed_ratio: Value
    p_value: Value
    p_value_ratio: Value


@dataclass(frozen=True)
class PointUse:
    """One mass point in one approach."""

    title: str
    status: str
    """``ok``, or what is wrong with the result."""
    signal: Value
    background: Value
    """Expected events."""
    limit: tuple[float, ...] | None
    """Expected limit on the signal strength at -2, -1, 0, 1, 2 standard deviations."""
    limit_error: float | None
    """Statistical error of the median limit."""
    s_over_b: Value
    s_over_sqrt_b: Value
    asimov: Value
    asimov_statistical: Value
    observed: Observation | None
    """None while data are closed, and where there are none."""
    toys: PointToys | None
    """None where enough events are expected."""

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
    s_over_b: Value
    s_over_sqrt_b: Value
    asimov: Value
    asimov_statistical: Value
    limit: Value
    """Limit of the other over that of the approach."""


@dataclass(frozen=True)
class PointAlternative:
    """An approach with other probabilities."""

    approach: str
    title: str
    signal: Value
    background: Value
    s_over_sqrt_b: Value
    asimov: Value
    gains: Sequence[PointGain]
    """Over the approach before, and of the approach after over it; ``over`` or ``approach`` of an
    alternative has a dot in its name."""


FACTORS = (
    "efficiency",
    "fake_rate",
    "one_candidate",
    "electron_share",
    "several_candidates",
    "hadrons_accepted",
    "s_over_sqrt_b",
)
"""Factors of a gain: those of one candidate, their ratio, corrections, the product."""


@dataclass(frozen=True)
class PointControl:
    """The last approach with a control region."""

    status: str
    signal: Value
    background: Value
    """In the control region."""
    ratio: Value
    """Background in the signal region over that in the control region."""
    limit: tuple[float, ...] | None
    gain: float | None


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
    gains: Sequence[PointGain]
    """Of each approach over each before it, of those that are good."""
    alternatives: Sequence[PointAlternative]
    factors: Mapping[str, Mapping[str, Value]]
    """Approach -> factor -> value, of the gain in s / sqrt(b) over all candidates."""
    control: PointControl | None

    @property
    def status(self) -> str:
        """``ok`` if all approaches are, else what is wrong with the first that is not."""
        return next((use.status for use in self.uses.values() if not use.good), "ok")

    @property
    def last_gains(self) -> list[PointGain]:
        """Gains of the last approach over each before it."""
        last = list(self.uses)[-1]
        return [gain for gain in self.gains if gain.approach == last]


def approach_titles(points: Sequence[Point]) -> dict[str, str]:
    """Approach -> its title, of all points."""
    return {name: use.title for point in points for name, use in point.uses.items()}


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
    good = {name for name, use in uses.items() if use.good}
    return Point(
        name=content["point"],
        splitting=content["splitting"],
        luminosity=content["luminosity_fb"],
        confidence_level=content["confidence_level"],
        uses=uses,
        order=list(uses),
        gains=[
            _gain(item) for item in content["gains"] if {item["approach"], item["over"]} <= good
        ],
        alternatives=[_alternative(item, good) for item in content["alternatives"]],
        factors={
            item["approach"]: {name: _estimate(item[name]) for name in FACTORS}
            for item in content["factors"]
        },
        control=_control(content["control"]) if content["control"] else None,
    )


def _use(content: Mapping[str, Any], estimates: Mapping[str, Any]) -> PointUse:
    good = content["status"] == "ok"
    limit = content["limit"] if good else None
    merits = {name: _estimate(estimates[name] if good else None) for name in MERITS}
    return PointUse(
        title=content["title"],
        status=content["status"],
        signal=_yield(content["signal"]),
        background=_yield(content["background"]),
        limit=tuple(limit["expected"]) if limit is not None else None,
        limit_error=_estimate(estimates["limit"] if good else None).error,
        observed=_observation(content["observed"]),
        toys=_toys(content["toys"]) if content["toys"] else None,
        **merits,
    )


def _observation(content: Mapping[str, Any] | None) -> Observation | None:
    if content is None:
        return None
    return Observation(content["events"], content["limit"], content["significance"])


def _toys(content: Mapping[str, Any]) -> PointToys:
    expected = content["expected"] or []
    return PointToys(
        content["status"],
        [_estimate(item) for item in expected],
        [_ratio(item) for item in expected],
        _estimate(content["observed"]),
        _ratio(content["observed"]),
        _estimate(content["p_value"]),
        _ratio(content["p_value"]),
    )


def _ratio(content: Mapping[str, Any] | None) -> Value:
    return Value(None) if content is None else Value(content["ratio"], content["ratio_error"])


def _gain(content: Mapping[str, Any]) -> PointGain:
    numbers = {name: _estimate(content[name]) for name in (*MERITS, "limit")}
    return PointGain(content["approach"], content["over"], **numbers)


def _alternative(content: Mapping[str, Any], good: set[str]) -> PointAlternative:
    return PointAlternative(
        approach=content["approach"],
        title=content["title"],
        signal=_yield(content["signal"]),
        background=_yield(content["background"]),
        s_over_sqrt_b=_estimate(content["estimates"]["s_over_sqrt_b"]),
        asimov=_estimate(content["estimates"]["asimov"]),
        gains=[_gain(item) for item in content["gains"] if {item["approach"], item["over"]} & good],
    )


def _control(content: Mapping[str, Any]) -> PointControl:
    limit = content["limit"]
    return PointControl(
        status=content["status"],
        signal=_yield(content["signal"]),
        background=_yield(content["background"]),
        ratio=Value(content["ratio"], content["ratio_error"]),
        limit=None if limit is None else tuple(limit["expected"]),
        gain=content["gain"],
    )


def _yield(content: Mapping[str, Any]) -> Value:
    return Value(content["value"], content["error"])


def _estimate(content: Mapping[str, Any] | None) -> Value:
    return Value(None) if content is None else Value(content["value"], content["error"])
