"""Taggers against TIGHT: working points, rejections, their errors from replicas of the events.

A replica counts each event as often as a Poisson distribution of mean 1 says, all of its muons
alike; the working point is found anew in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hepchain.chains.soft_muons.results.table import Booleans, Floats, Scored
from hepchain.efficiency import Efficiency, efficiency
from hepchain.roc import area_under_curve


@dataclass(frozen=True)
class Number:
    """A number and its statistical error."""

    value: float
    error: float

    @classmethod
    def of(cls, value: float, replicas: Sequence[float]) -> Number:
        """Value, and the spread of what replicas give for it."""
        return cls(float(value), float(np.nanstd(replicas)))


@dataclass(frozen=True)
class Sides:
    """Efficiencies of both classes in some bins."""

    edges: tuple[float, ...]
    signal: tuple[Efficiency, ...]
    background: tuple[Efficiency, ...]
    rejection: tuple[Number | None, ...]
    """Background acceptance of TIGHT over that of the tagger, of the same bin."""


@dataclass(frozen=True)
class Performance:
    """One tagger."""

    threshold: float
    """A muon passes if its score is larger: signal efficiency as TIGHT's."""
    auc: Number
    rejection_over_tight: Number
    signal_efficiency: Efficiency
    background_acceptance: Efficiency
    against_pt: Sides
    against_abs_eta: Sides
    spread: Number
    """Largest less smallest signal efficiency of the bins of pT."""


def threshold(score: Floats, weight: Floats, signal: Booleans, share: float) -> float:
    """Score above which this share of the signal lies, as near as scores allow; shapes (n,)."""
    order = np.argsort(-score[signal])
    cumulated = np.cumsum(weight[signal][order])
    position = int(np.searchsorted(cumulated, share * cumulated[-1]))
    values = score[signal][order]
    return float(values[min(position + 1, len(values) - 1)])


def share(passing: Booleans, weight: Floats) -> float:
    """Weighted share that passes; NaN of none."""
    total = weight.sum()
    return float(weight[passing].sum() / total) if total > 0.0 else float("nan")


def replicas(muons: Scored, number: int, seed: np.random.Generator) -> Iterator[Floats]:
    """Weights of the muons in each replica of the events, shape (n,)."""
    _, event = np.unique(muons.event, return_inverse=True)
    for _ in range(number):
        yield muons.weight * seed.poisson(1.0, event.max() + 1)[event]


def rejection(
    muons: Scored, score: Floats, tight: Booleans, weight: Floats, within: Booleans | None = None
) -> float:
    """Background acceptance of TIGHT over the tagger's, at the same efficiency of all signal.

    ``within``: muons whose background counts; all if not given.
    """
    wanted = share(tight[muons.signal], weight[muons.signal])
    passing = score > threshold(score, weight, muons.signal, wanted)
    counted = ~muons.signal if within is None else ~muons.signal & within
    own, other = (share(which[counted], weight[counted]) for which in (passing, tight))
    return other / own if own > 0.0 else float("nan")


def assess(
    muons: Scored,
    score: Floats,
    tight: Booleans,
    edges: Mapping[str, Sequence[float]],
    flat_pt: tuple[float, float],
    weights: Sequence[Floats],
) -> Performance:
    """Performance of a tagger.

    Parameters
    ----------
    score, tight : of each muon, shapes (n,)
    edges : ``pt`` and ``abs_eta`` -> edges of the bins
    flat_pt : range of pT in which the spread of the signal efficiency is taken
    weights : of the replicas
    """
    wanted = share(tight[muons.signal], muons.weight[muons.signal])
    cut = threshold(score, muons.weight, muons.signal, wanted)
    passing = score > cut
    areas = [area_under_curve(score, muons.signal, weight) for weight in weights]
    values = [rejection(muons, score, tight, weight) for weight in weights]
    coordinates = {"pt": muons.pt, "abs_eta": np.abs(muons.eta)}
    sides = {
        name: _sides(muons, score, tight, passing, coordinates[name], edges[name], weights)
        for name in coordinates
    }
    return Performance(
        threshold=cut,
        auc=Number.of(area_under_curve(score, muons.signal, muons.weight), areas),
        rejection_over_tight=Number.of(rejection(muons, score, tight, muons.weight), values),
        signal_efficiency=efficiency(passing[muons.signal], muons.weight[muons.signal]),
        background_acceptance=efficiency(passing[~muons.signal], muons.weight[~muons.signal]),
        against_pt=sides["pt"],
        against_abs_eta=sides["abs_eta"],
        spread=spread(muons, passing, edges["pt"], flat_pt, weights),
    )


def _sides(
    muons: Scored,
    score: Floats,
    tight: Booleans,
    passing: Booleans,
    coordinate: Floats,
    edges: Sequence[float],
    weights: Sequence[Floats],
) -> Sides:
    places = [(coordinate >= low) & (coordinate < high) for low, high in pairwise(edges)]
    found = []
    for place in places:
        value = rejection(muons, score, tight, muons.weight, place)
        varied = [rejection(muons, score, tight, weight, place) for weight in weights]
        found.append(Number.of(value, varied) if np.isfinite(value) else None)
    signal, background = (
        tuple(efficiency(passing[p & chosen], muons.weight[p & chosen]) for p in places)
        for chosen in (muons.signal, ~muons.signal)
    )
    return Sides(tuple(edges), signal, background, tuple(found))


def spread(
    muons: Scored,
    passing: Booleans,
    edges: Sequence[float],
    within: tuple[float, float],
    weights: Sequence[Floats],
) -> Number:
    """Largest less smallest signal efficiency of the bins of pT that lie within a range."""
    places = [
        muons.signal & (muons.pt >= low) & (muons.pt < high)
        for low, high in pairwise(edges)
        if within[0] <= low and high <= within[1]
    ]

    def of(weight: Floats) -> float:
        shares = [share(passing[place], weight[place]) for place in places]
        return float(np.nanmax(shares) - np.nanmin(shares))

    return Number.of(of(muons.weight), [of(weight) for weight in weights])


def conditional(
    muons: Scored, score: Floats, edges: Sequence[float], wanted: float
) -> Booleans:
    """Muons that pass a threshold of their bin of pT, where this share of the signal passes.

    The threshold for a muon is found without its fold, as its score was. Shape (n,).
    """
    place = np.clip(np.digitize(muons.pt, edges) - 1, 0, len(edges) - 2)
    result = np.zeros(len(score), dtype=bool)
    for fold in np.unique(muons.fold):
        for number in np.unique(place):
            here = place == number
            others = here & (muons.fold != fold)
            if (others & muons.signal).any():
                cut = threshold(score[others], muons.weight[others], muons.signal[others], wanted)
                own = here & (muons.fold == fold)
                result[own] = score[own] > cut
    return result
