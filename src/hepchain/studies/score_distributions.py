"""Distributions of the combined score: signal and background, per category or regime of pT."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.io.columns import Columns, pieces
from hepchain.io.structured import read_json
from hepchain.shares import ALL, CLASSES, Floats

BINS = 50
COLUMNS = ("category", "label", "pt", "weight", "score")
Groups = Mapping[str, Callable[[Columns], np.ndarray]]
"""Group of tracks -> which of a piece belong to it, shape (n,)."""


@dataclass(frozen=True)
class ClassDistribution:
    """Share of the tracks of one class in each bin, shape (bins,); zeros if there are none."""

    share: Floats
    error: Floats
    tracks: int
    """Not weighted."""


Distributions = dict[str, dict[str, ClassDistribution]]
"""``signal`` or ``background`` -> group, or ``all`` -> distribution."""


@dataclass(frozen=True)
class ScoreDistributions:
    """Distributions of one tagger."""

    tagger: str
    score: str
    """``likelihood_ratio`` or ``raw``."""
    edges: Floats
    """Shape (bins + 1,)."""
    threshold: float
    """Of the working point for all pT."""
    fake_rate: float
    distributions: Distributions
    own_thresholds: dict[str, float] = field(default_factory=dict)
    """Regime of pT -> its threshold at the same fake rate; empty for categories."""


def by_category(names: Iterable[str]) -> Groups:
    """Groups of tracks by category."""
    return {name: lambda table, name=name: table["category"] == name for name in names}  # type: ignore[misc]


def by_pt(edges: Sequence[float]) -> Groups:
    """Groups of tracks by pT [GeV], called as printed."""
    return {
        f"{low:g} to {high:g} GeV": lambda table, low=low, high=high: (  # type: ignore[misc]
            (table["pt"] >= low) & (table["pt"] < high)
        )
        for low, high in pairwise(edges)
    }


def score_distributions(
    tagger: str, scores: Path, working_points: Path, categories: Sequence[str]
) -> ScoreDistributions:
    """Distributions in each category; the file is read twice, first for the range of the score."""
    return _collected(tagger, scores, read_json(working_points), by_category(categories), {})


def score_by_pt(tagger: str, scores: Path, working_points: Path) -> ScoreDistributions:
    """As :func:`score_distributions`, in the regimes of pT that have thresholds of their own."""
    points = read_json(working_points)
    groups = by_pt(points["per_pt_bin"]["edges"])
    own = dict(zip(groups, points["per_pt_bin"]["thresholds"], strict=True))
    return _collected(tagger, scores, points, groups, own)


def _collected(
    tagger: str,
    scores: Path,
    points: Mapping[str, Any],
    groups: Groups,
    own_thresholds: dict[str, float],
) -> ScoreDistributions:
    edges = np.linspace(*score_range(pieces([scores], COLUMNS)), BINS + 1)
    found = distributions(pieces([scores], COLUMNS), edges, groups)
    threshold, fake_rate = points["overall"], points["fake_rate"]
    return ScoreDistributions(
        tagger, points["score"], edges, threshold, fake_rate, found, own_thresholds
    )


def score_range(tables: Iterable[Columns]) -> tuple[float, float]:
    """Smallest and largest score, widened if they are the same; (0, 1) without tracks."""
    low, high = np.inf, -np.inf
    for table in tables:
        low = min(low, float(table["score"].min()))
        high = max(high, float(table["score"].max()))
    if low > high:
        return 0.0, 1.0
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def distributions(tables: Iterable[Columns], edges: Floats, groups: Groups) -> Distributions:
    """Distributions of each class in ``all`` and in each group."""
    keys = [(label, name) for label in CLASSES for name in (ALL, *groups)]
    sums = {key: np.zeros((2, len(edges) - 1)) for key in keys}
    tracks = dict.fromkeys(keys, 0)
    for table in tables:
        masks = {name: mask(table) for name, mask in groups.items()}
        for label, name in keys:
            chosen = table["label"] == CLASSES[label]
            if name != ALL:
                chosen &= masks[name]
            score, weight = table["score"][chosen], table["weight"][chosen].astype(np.float64)
            sums[label, name] += [
                np.histogram(score, edges, weights=w)[0] for w in (weight, weight**2)
            ]
            tracks[label, name] += int(chosen.sum())
    found = {key: _normalised(sums[key], tracks[key]) for key in keys}
    return {label: {name: found[label, name] for name in (ALL, *groups)} for label in CLASSES}


def _normalised(sums: Floats, tracks: int) -> ClassDistribution:
    weights, squares = sums
    total = weights.sum()
    if total <= 0.0:
        return ClassDistribution(np.zeros_like(weights), np.zeros_like(weights), tracks)
    return ClassDistribution(weights / total, np.sqrt(squares) / total, tracks)
