"""Scores by models that have learnt from the events beside those by models that have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hepchain.labels import Label
from hepchain.paired import AreaDifference, Distance, Scored, area_difference, distance
from hepchain.seeds import generator
from hepchain.shares import ALL, Floats
from hepchain.studies.score_distributions import (
    BINS,
    Distributions,
    by_category,
    distributions,
    score_range,
)

if TYPE_CHECKING:  # with all of the training, which drawing has no use for
    from hepchain.combination.seen import SeenTracks


@dataclass(frozen=True)
class CategoryComparison:
    """Tracks of one category, or all."""

    signal: Distance
    background: Distance
    """Of the two distributions of each class."""
    area: AreaDifference
    """Seen minus unseen."""


@dataclass(frozen=True)
class TrainingComparison:
    """Distributions and differences of one tagger."""

    tagger: str
    edges: Floats
    """Shape (bins + 1,) of the log likelihood ratio."""
    distributions: dict[str, Distributions]
    """``seen`` or ``unseen`` -> distributions."""
    differences: dict[str, CategoryComparison]


def training_comparison(
    tagger: str, tracks: SeenTracks, categories: Sequence[str], seed: int
) -> TrainingComparison:
    """Compare the two scores of the tracks, in all and in each category."""
    tables = {
        name: {
            "category": tracks.category,
            "label": tracks.label,
            "weight": tracks.weight,
            "score": score,
        }
        for name, score in (("seen", tracks.seen), ("unseen", tracks.unseen))
    }
    edges = np.linspace(*score_range([t for t in tables.values() if len(t["score"])]), BINS + 1)
    groups = by_category(categories)
    found = {name: distributions([table], edges, groups) for name, table in tables.items()}
    differences = {}
    for name in [ALL, *categories]:
        mask = np.ones(len(tracks.label), bool) if name == ALL else tracks.category == name
        differences[name] = _difference(tracks, mask, seed, f"{tagger}/{name}")
    return TrainingComparison(tagger, edges, found, differences)


def _difference(
    tracks: SeenTracks, mask: np.ndarray, seed: int, purpose: str
) -> CategoryComparison:
    signal = tracks.label[mask] == Label.SIGNAL
    scored = Scored(tracks.seen, tracks.unseen, tracks.weight, tracks.event).chosen(mask)
    draws = generator(seed, "training_comparison", purpose)
    return CategoryComparison(
        distance(scored.chosen(signal), draws),
        distance(scored.chosen(~signal), draws),
        area_difference(scored, signal),
    )
