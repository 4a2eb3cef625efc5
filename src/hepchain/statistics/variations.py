"""Variations of the simulation as systematic uncertainties of yields and templates."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.statistics.templates import Entries, Template, fill
from hepchain.variations import side_of, source_of

LOGGER = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

SMALLEST_FACTOR = 0.01
"""Bound of the factor on a yield, which a log-normal constraint needs above zero."""


@dataclass(frozen=True)
class Change:
    """Relative change of a yield; None where the nominal yield is not positive."""

    value: float | None
    error: float | None
    """Statistical error of the simulation, for two samples with common events; None if unknown."""

    @property
    def significant(self) -> bool:
        """Whether it is larger than its error."""
        return self.value is not None and self.error is not None and abs(self.value) > self.error


@dataclass(frozen=True)
class Varied:
    """A sample under one variation, in a region."""

    variation: str
    entries: Entries
    change: Change


@dataclass(frozen=True)
class Sides:
    """Both sides of one source on one sample, as a fit takes them."""

    source: str
    up: float
    down: float
    """Factors on the yield."""
    up_shape: tuple[float, ...]
    down_shape: tuple[float, ...]
    """Contents of the bins, scaled to the nominal yield."""


@dataclass(frozen=True)
class VariationResult:
    """What a variation does to the yield of a sample in a region."""

    sample: str
    """``signal``, or the name of the background."""
    variation: str
    source: str
    change: float | None
    """Varied yield over nominal yield, minus one."""
    error: float | None
    """Statistical error of ``change``: only what differs between the two samples adds to it. None
    for a single event."""
    applied: bool
    """Whether it is in the workspace."""
    mirrored: bool
    """Whether it stands for the other side of its source as well, which was not simulated."""


def relative_change(
    events: npt.NDArray[np.int64],
    weight: Floats,
    varied_events: npt.NDArray[np.int64],
    varied_weight: Floats,
) -> Change:
    """Relative change of the yield from a sample to the same events under a variation.

    With R = sum w' / sum w over the union of both sets (w or w' 0 where an event is in one only),
    the change is R - 1 and its variance n / (n - 1) sum (w' - R w)^2 / (sum w)^2 for n events in
    the union, the first-order error of a ratio of correlated sums (W. G. Cochran, Sampling
    Techniques, 3rd ed., sec. 6.3): events that a variation leaves alone, or changes all alike, add
    nothing. If no varied event is left, the error is that of one event; of a single event it is not
    known.

    Parameters
    ----------
    events, weight : shape (n,), numbers (each once) and weights of the nominal events
    varied_events, varied_weight : shape (m,), the same for the varied ones
    """
    union = np.union1d(events, varied_events)
    nominal, varied = np.zeros(len(union)), np.zeros(len(union))
    nominal[np.searchsorted(union, events)] = weight
    varied[np.searchsorted(union, varied_events)] = varied_weight
    total = nominal.sum()
    if total <= 0.0:
        return Change(None, None)
    if len(varied_events) == 0:
        return Change(-1.0, float((nominal**2).sum() / total**2))
    ratio = varied.sum() / total
    if len(union) == 1:
        return Change(float(ratio - 1.0), None)
    squares = ((varied - ratio * nominal) ** 2).sum() * len(union) / (len(union) - 1)
    return Change(float(ratio - 1.0), float(np.sqrt(squares) / total))


def model_sides(
    nominal: Template,
    varied: Sequence[Varied],
    edges: npt.ArrayLike,
    only_significant: bool = False,
) -> tuple[Sides, ...]:
    """What the variations of a sample are in the statistical model, a source each.

    Parameters
    ----------
    nominal : template of the sample in the bins ``edges``
    only_significant : leave out sources none of whose sides is larger than its statistical error
    """
    by_source: dict[str, dict[str, Varied]] = {}
    for item in varied:
        by_source.setdefault(source_of(item.variation), {})[side_of(item.variation)] = item
    sides = []
    for source, items in by_source.items():
        if sum(nominal.contents) <= 0.0:
            continue
        if only_significant and not any(item.change.significant for item in items.values()):
            continue
        found = {side: fill(item.entries, edges).contents for side, item in items.items()}
        sides.append(_sides(source, np.array(nominal.contents), found))
    return tuple(sides)


def _sides(source: str, nominal: Floats, found: Mapping[str, tuple[float, ...]]) -> Sides:
    """Both sides; one that was not simulated is the other mirrored (yield: inverse factor)."""
    factors, shapes = {}, {}
    for side, contents in found.items():
        factors[side], shapes[side] = _factor_and_shape(nominal, np.array(contents), source)
    for side, other in (("up", "down"), ("down", "up")):
        if side not in found:
            assumed(
                LOGGER,
                Kind.MIRRORED,
                f"{source}: the side `{side}` was not simulated and is the other one mirrored",
            )
            factors[side] = 1.0 / factors[other]
            mirrored = np.maximum(2.0 * nominal - shapes[other], 0.0)
            shapes[side] = _scaled(mirrored, nominal)
    return Sides(
        source,
        factors["up"],
        factors["down"],
        tuple(shapes["up"].tolist()),
        tuple(shapes["down"].tolist()),
    )


def _factor_and_shape(nominal: Floats, varied: Floats, source: str) -> tuple[float, Floats]:
    factor = float(varied.sum() / nominal.sum())
    if factor < SMALLEST_FACTOR:
        assumed(
            LOGGER,
            Kind.YIELD_VANISHES,
            f"{source}: the varied yield is {factor:.2g} of the nominal one; taken as "
            f"{SMALLEST_FACTOR:g}, a log-normal constraint needs more than none",
        )
    return max(factor, SMALLEST_FACTOR), _scaled(varied, nominal)


def _scaled(contents: Floats, nominal: Floats) -> Floats:
    """Contents scaled to the nominal yield; the nominal ones if their sum is not positive."""
    total = contents.sum()
    return contents * (nominal.sum() / total) if total > 0.0 else nominal


def yield_variation(yields: Mapping[str, float], sides: Mapping[str, Sequence[Sides]]) -> float:
    """Uncertainty of the sum of these samples from all sources, in events.

    Samples change together by a source (the larger of its two sides), sources independently.
    """
    largest = [max(abs(up), abs(down)) for up, down in _changed(0.0, yields, sides).values()]
    return float(np.sqrt(np.square(largest).sum())) if largest else 0.0


def _changed(
    start: float, yields: Mapping[str, float], sides: Mapping[str, Sequence[Sides]]
) -> dict[str, list[float]]:
    """Source -> ``start`` with the changes of all samples upwards, and with those downwards."""
    changed: dict[str, list[float]] = {}
    for name, value in yields.items():
        for item in sides.get(name, ()):
            both = changed.setdefault(item.source, [start, start])
            both[0] += value * (item.up - 1.0)
            both[1] += value * (item.down - 1.0)
    return changed


def summed_sides(
    yields: Mapping[str, float], sides: Mapping[str, Sequence[Sides]]
) -> tuple[Sides, ...]:
    """Variations of the sum of samples in one bin, as :func:`yield_variation`."""
    total = sum(yields.values())
    if total <= 0.0:
        return ()
    return tuple(
        Sides(source, up / total, down / total, (total,), (total,))
        for source, (up, down) in _changed(total, yields, sides).items()
    )


def variation_results(
    sample: str, varied: Iterable[Varied], sides: Sequence[Sides]
) -> list[VariationResult]:
    """Records of the variations of a sample; ``sides`` are those in the statistical model."""
    varied = list(varied)
    applied = {item.source for item in sides}
    sources = [source_of(item.variation) for item in varied]
    return [
        VariationResult(
            sample=sample,
            variation=item.variation,
            source=source,
            change=item.change.value,
            error=item.change.error,
            applied=source in applied,
            mirrored=source in applied and sources.count(source) == 1,
        )
        for item, source in zip(varied, sources, strict=True)
    ]
