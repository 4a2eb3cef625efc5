"""Taggers measured on the same tracks: what each keeps and rejects in bins of pT.

Weights are those of the events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.errors import InputError
from hepchain.io.columns import pieces
from hepchain.labels import Label
from hepchain.roc import Curve, Ranking, area_under_curve, auc_error
from hepchain.seeds import generator
from hepchain.shares import CLASSES, Floats
from hepchain.statistics.bootstrap import Estimate, estimate

COLUMNS = ("event_number", "track_index", "label", "pt", "weight", "score")
LOW_FAKE_RATE = 0.01
EFFICIENCIES = (0.5, 0.8)
"""At which the rejection of the background is given."""
REPLICAS = 200
"""Of the paired bootstrap."""


@dataclass(frozen=True)
class Tracks:
    """Signal and background of the test sample, the same for all taggers; shapes (n,)."""

    event: npt.NDArray[np.int64]
    """Position of the event, from 0."""
    signal: npt.NDArray[np.bool_]
    pt: Floats
    """[GeV]"""
    weight: Floats
    scores: Mapping[str, Floats]
    """Tagger -> score."""


@dataclass(frozen=True)
class Rejection:
    """Background over background that passes, with its 68 % interval."""

    efficiency: float
    value: float
    """Infinite if none passes."""
    low: float
    high: float


@dataclass(frozen=True)
class PtBin:
    """One tagger in one bin of pT."""

    pt: tuple[float, float]
    """[GeV]"""
    at_fake_rate: Efficiency
    """Efficiency at the fake rate of the working point in this bin, interval binomial."""
    at_low_fake_rate: Efficiency
    rejections: tuple[Rejection, ...]
    relative_rejection: Estimate
    """Fake rate of the reference at the working point over that of this tagger at the same
    efficiency; error from replicas of the events, common to both."""
    difference: Estimate
    """Efficiency at the working point minus that of the baseline, error as above."""


@dataclass(frozen=True)
class Cost:
    """What a tagger takes."""

    training_seconds: float
    """Sum of the fits of all its models, on one thread."""
    tracks_per_second: float
    """Scored on one thread, reading excluded."""
    megabytes: float
    """Of its models."""


@dataclass(frozen=True)
class Performance:
    """One tagger."""

    tagger: str
    baseline: str
    """What ``difference`` is against."""
    auc: float
    auc_error: float
    bins: tuple[PtBin, ...]
    """The bins of pT, and last all of them."""
    cost: Cost


@dataclass(frozen=True)
class Performances:
    """All taggers that are compared."""

    taggers: tuple[Performance, ...]
    """The reference of the relative rejection first."""


def read_tracks(scores: Mapping[str, Path]) -> Tracks:
    """Signal and background of the same sample as scored by each tagger.

    Raises
    ------
    InputError : a file is missing or unusable, or has other tracks than the first
    """
    tables = {name: _read(path) for name, path in scores.items()}
    reference, first = next(iter(tables.items()))
    for name, table in tables.items():
        keys = ("event_number", "track_index")
        if not all(np.array_equal(table[key], first[key]) for key in keys):
            raise InputError(
                f"{scores[name]}: not the tracks of {scores[reference]}; rerun the scoring"
            )
    return Tracks(
        np.unique(first["event_number"], return_inverse=True)[1],
        first["label"] == Label.SIGNAL,
        first["pt"].astype(np.float64),
        first["weight"].astype(np.float64),
        {name: table["score"].astype(np.float64) for name, table in tables.items()},
    )


def _read(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    found = list(pieces([path], COLUMNS))
    if not found:
        raise InputError(f"{path}: no tracks to compare taggers on")
    table = {name: np.concatenate([piece[name] for piece in found]) for name in COLUMNS}
    chosen = np.isin(table["label"], list(CLASSES.values()))
    return {name: values[chosen] for name, values in table.items()}


def performances(
    tracks: Tracks,
    baselines: Mapping[str, str],
    reference: str,
    costs: Mapping[str, Cost],
    edges: Sequence[float],
    fake_rate: float,
    seed: int,
) -> list[Performance]:
    """All taggers, the reference of the relative rejection first.

    Parameters
    ----------
    baselines : tagger -> what its efficiency is compared with
    edges : bins of pT [GeV]
    fake_rate : of the working point
    """
    baselines = {reference: baselines[reference], **baselines}
    draws = generator(seed, "tagger_comparison").poisson(
        1.0, size=(REPLICAS, int(tracks.event.max(initial=-1)) + 1)
    )
    ranges = [*pairwise(edges), (edges[0], edges[-1])]
    bins = [_pt_bins(tracks, baselines, pt, fake_rate, draws.astype(float)) for pt in ranges]
    counts = [float(mask.sum()) for mask in (tracks.signal, ~tracks.signal)]
    results = []
    for tagger, baseline in baselines.items():
        area = area_under_curve(tracks.scores[tagger], tracks.signal, tracks.weight)
        own = tuple(found[tagger] for found in bins)
        error = auc_error(area, *counts)
        results.append(Performance(tagger, baseline, area, error, own, costs[tagger]))
    return results


def _pt_bins(
    tracks: Tracks,
    baselines: Mapping[str, str],
    pt: tuple[float, float],
    fake_rate: float,
    draws: Floats,
) -> dict[str, PtBin]:
    chosen = (tracks.pt >= pt[0]) & (tracks.pt < pt[1])
    signal, weight, event = tracks.signal[chosen], tracks.weight[chosen], tracks.event[chosen]
    rankings = {
        tagger: Ranking.of(tracks.scores[tagger][chosen], signal, weight, event)
        for tagger in baselines
    }
    curves = {tagger: ranking.curve() for tagger, ranking in rankings.items()}
    values = _comparisons(curves, baselines, fake_rate)
    replicas = [
        _comparisons({t: r.curve(draw) for t, r in rankings.items()}, baselines, fake_rate)
        for draw in draws
    ]
    first = next(iter(rankings.values()))
    sums = [(float(w.sum()), float((w**2).sum())) for w in (first.electrons, first.hadrons)]
    found = {}
    for tagger, curve in curves.items():
        spread = np.array([replica[tagger] for replica in replicas])
        ratio, difference = (estimate(values[tagger][i], spread[:, i]) for i in (0, 1))
        found[tagger] = PtBin(
            pt,
            _share(curve.efficiency_at(fake_rate), *sums[0]),
            _share(curve.efficiency_at(LOW_FAKE_RATE), *sums[0]),
            tuple(_rejection(curve, efficiency, *sums[1]) for efficiency in EFFICIENCIES),
            ratio,
            difference,
        )
    return found


def _comparisons(
    curves: Mapping[str, Curve], baselines: Mapping[str, str], fake_rate: float
) -> dict[str, tuple[float, float]]:
    """Relative rejection to the first tagger, and difference of efficiencies to the baseline."""
    efficiencies = {tagger: curve.efficiency_at(fake_rate) for tagger, curve in curves.items()}
    reference = next(iter(curves))
    result = {}
    for tagger, curve in curves.items():
        other = curve.fake_rate_at(efficiencies[reference])
        own = curves[reference].fake_rate_at(efficiencies[reference])
        ratio = own / other if other > 0.0 else float("inf")
        result[tagger] = ratio, efficiencies[tagger] - efficiencies[baselines[tagger]]
    return result


def _share(value: float, total: float, squares: float) -> Efficiency:
    return efficiency_of_sums(value * total, total, squares)


def _rejection(curve: Curve, efficiency: float, total: float, squares: float) -> Rejection:
    fakes = _share(curve.fake_rate_at(efficiency), total, squares)
    low, value, high = (
        1.0 / share if share > 0.0 else float("inf")
        for share in (fakes.high, fakes.value, fakes.low)
    )
    return Rejection(efficiency, value, low, high)
