"""Taggers against TIGHT: working points, rejections, their errors from replicas of the events.

A replica counts each event as often as a Poisson distribution of mean 1 says, all of its muons
alike; the working point is found anew in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

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
    """Background acceptance of TIGHT over that of the tagger at one threshold, of the same bin."""
    rejection_at_equal_efficiency: tuple[Number | None, ...]
    """The same with a threshold for the bin, at which the efficiency is that of TIGHT in it."""


@dataclass(frozen=True)
class Performance:
    """One tagger."""

    threshold: float
    """A muon passes if its score is larger: signal efficiency as TIGHT's."""
    auc: Number
    auc_replicas: tuple[float, ...]
    """Of the same replicas for every tagger, so that differences have errors."""
    rejection_over_tight: Number
    signal_efficiency: Efficiency
    background_acceptance: Efficiency
    against_pt: Sides
    against_abs_eta: Sides
    spread: Number
    """Largest less smallest signal efficiency of the bins of pT."""


def threshold(score: Floats, weight: Floats, signal: Booleans, share: float) -> float:
    """Score above which this share of the signal lies, as near as scores allow; shapes (n,)."""
    return _threshold(score, weight, signal, share, np.argsort(-score[signal]))


def _threshold(
    score: Floats, weight: Floats, signal: Booleans, share: float, order: npt.NDArray[np.int64]
) -> float:
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


def rejections(
    muons: Scored,
    score: Floats,
    tight: Booleans,
    weights: Sequence[Floats],
    places: Sequence[npt.NDArray[np.int64]],
) -> list[Floats]:
    """Background acceptance of TIGHT over the tagger's, at the same efficiency of all signal.

    Parameters
    ----------
    weights : of the muons, shape (n,) each; the working point is found for each of them
    places : bin of each muon, shape (n,) each; below 0 in none

    Returns
    -------
    for each of ``places`` shape (weights, bins); NaN where no background passes
    """
    order = np.argsort(-score[muons.signal])
    found: list[list[Floats]] = [[] for _ in places]
    for weight in weights:
        wanted = share(tight[muons.signal], weight[muons.signal])
        passing = score > _threshold(score, weight, muons.signal, wanted, order)
        for place, results in zip(places, found, strict=True):
            own, other = (
                _sums(place, np.where(~muons.signal & which, weight, 0.0))
                for which in (passing, tight)
            )
            results.append(np.divide(other, own, out=np.full(len(own), np.nan), where=own > 0.0))
    return [np.array(results) for results in found]


def _sums(place: npt.NDArray[np.int64], weight: Floats) -> Floats:
    inside = place >= 0
    return np.bincount(place[inside], weight[inside], minlength=place.max() + 1).astype(np.float64)


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
    places = {
        "pt": bin_of(muons.pt, edges["pt"]),
        "abs_eta": bin_of(np.abs(muons.eta), edges["abs_eta"]),
        "all": np.zeros(len(score), dtype=np.int64),
    }
    found = rejections(muons, score, tight, [muons.weight, *weights], list(places.values()))
    ratios = dict(zip(places, found, strict=True))
    sides = {
        name: Sides(
            tuple(edges[name]),
            *_in_bins(muons, passing, places[name], edges[name]),
            rejection=_numbers(ratios[name], len(edges[name]) - 1),
            rejection_at_equal_efficiency=_at_equal_efficiency(
                muons, score, tight, places[name], len(edges[name]) - 1, weights
            ),
        )
        for name in edges
    }
    return Performance(
        threshold=cut,
        auc=Number.of(area_under_curve(score, muons.signal, muons.weight), areas),
        auc_replicas=tuple(areas),
        rejection_over_tight=Number.of(ratios["all"][0, 0], ratios["all"][1:, 0].tolist()),
        signal_efficiency=efficiency(passing[muons.signal], muons.weight[muons.signal]),
        background_acceptance=efficiency(passing[~muons.signal], muons.weight[~muons.signal]),
        against_pt=sides["pt"],
        against_abs_eta=sides["abs_eta"],
        spread=spread(muons, passing, edges["pt"], flat_pt, weights),
    )


def bin_of(values: Floats, edges: Sequence[float]) -> npt.NDArray[np.int64]:
    """Bin of each value, -1 outside the edges; shape as ``values``."""
    place = np.digitize(values, edges) - 1
    return np.where(place < len(edges) - 1, place, -1)


def _in_bins(
    muons: Scored, passing: Booleans, place: npt.NDArray[np.int64], edges: Sequence[float]
) -> tuple[tuple[Efficiency, ...], tuple[Efficiency, ...]]:
    """Efficiencies of signal and background in each bin."""
    signal, background = (
        tuple(
            efficiency(passing[here], muons.weight[here])
            for here in ((place == number) & chosen for number in range(len(edges) - 1))
        )
        for chosen in (muons.signal, ~muons.signal)
    )
    return signal, background


def _numbers(ratios: Floats, bins: int) -> tuple[Number | None, ...]:
    """Of each bin, the first row the value, the others replicas; None where there is no value."""
    return tuple(
        Number.of(ratios[0, number], ratios[1:, number].tolist())
        if number < ratios.shape[1] and np.isfinite(ratios[0, number])
        else None
        for number in range(bins)
    )


def _at_equal_efficiency(
    muons: Scored,
    score: Floats,
    tight: Booleans,
    place: npt.NDArray[np.int64],
    bins: int,
    weights: Sequence[Floats],
) -> tuple[Number | None, ...]:
    found: list[Number | None] = []
    for number in range(bins):
        here = place == number
        own = muons.take(here)
        if not own.signal.any() or own.signal.all():
            found.append(None)
            continue
        chosen = [weight[here] for weight in (muons.weight, *weights)]
        one = np.zeros(len(own.pt), dtype=np.int64)
        (ratios,) = rejections(own, score[here], tight[here], chosen, [one])
        found += _numbers(ratios, 1)
    return tuple(found)


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
