"""Thresholds of a given fake rate."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.config.combination import WorkingPointsConfig
from hepchain.efficiency import efficiency
from hepchain.errors import StageError
from hepchain.io import read_parquet, write_json
from hepchain.labels import Label

logger = logging.getLogger(__name__)

Float = npt.NDArray[np.float64]

MIN_PASSING = 2
"""Fewest tracks expected above the threshold of a pT bin for it to have one of its own."""


@dataclass(frozen=True)
class WorkingPoint:
    """A threshold and the fake rate it really has."""

    threshold: float
    """A track passes if its score is larger."""
    fake_rate: float
    """Share of the background that passes."""
    low: float
    """Lower bound of the 68 % interval of the fake rate."""
    high: float
    tracks: int
    """Of the background, that it was made from."""


@dataclass(frozen=True)
class WorkingPoints:
    """Thresholds of one tagger."""

    overall: WorkingPoint
    per_pt_bin: tuple[WorkingPoint, ...]
    overall_taken: tuple[int, ...]
    """pT bins with too few tracks, which have the overall threshold."""
    others: Mapping[str, WorkingPoint] = field(default_factory=dict)
    """Further ones by name, each with one threshold for all pT."""


def threshold_of(score: Float, weight: Float, fake_rate: float) -> float:
    """Smallest of the scores above which at most this weighted share lies.

    Scores and weights have shape (n,).
    """
    values, index = np.unique(score, return_inverse=True)
    per_value = np.bincount(index, weight, minlength=len(values))
    # Weight of all larger scores, summed from the top so that the tail is exact.
    above = np.concatenate([np.cumsum(per_value[::-1])[::-1][1:], [0.0]])
    allowed = above <= fake_rate * per_value.sum()
    # With negative weights the sum above may rise and fall: stay above its last crossing.
    refused = np.flatnonzero(~allowed)
    return float(values[refused[-1] + 1 if len(refused) else 0])


def working_points(
    score: Float, pt: Float, weight: Float, config: WorkingPointsConfig
) -> WorkingPoints:
    """Overall threshold and one for each bin of pT.

    Parameters
    ----------
    score, pt, weight : shape (n,), of the background of the sample; pT in GeV

    Raises
    ------
    StageError : too few tracks for the fake rate
    """
    needed = MIN_PASSING / config.fake_rate
    overall = _overall(score, weight, config.fake_rate, config.sample)
    bins, overall_taken = [], []
    for index, (low, high) in enumerate(pairwise(config.pt_edges)):
        inside = (pt >= low) & (pt < high)
        if inside.sum() < needed or weight[inside].sum() <= 0.0:
            assumed(
                logger,
                Kind.OVERALL_THRESHOLD,
                f"background tracks with pT of {low:g} to {high:g} GeV are too few for a threshold "
                "of their own: the overall one is taken",
                int(inside.sum()),
                len(inside),
            )
            overall_taken.append(index)
            bins.append(_at(overall.threshold, score[inside], weight[inside]))
        else:
            bins.append(_working_point(score[inside], weight[inside], config.fake_rate))
    others = {
        name: _overall(score, weight, rate, config.sample) for name, rate in config.others.items()
    }
    return WorkingPoints(overall, tuple(bins), tuple(overall_taken), others)


def _overall(score: Float, weight: Float, fake_rate: float, sample: str) -> WorkingPoint:
    needed = MIN_PASSING / fake_rate
    if len(score) < needed or weight.sum() <= 0.0:
        raise StageError(
            f"sample {sample}: {len(score)} tracks of the background with weights of sum "
            f"{weight.sum():.3g} are too few for a fake rate of {fake_rate:.1%} (at least "
            f"{needed:.0f} are needed): generate more events of it or choose another "
            "combination.working_points.sample"
        )
    return _working_point(score, weight, fake_rate)


def _working_point(score: Float, weight: Float, fake_rate: float) -> WorkingPoint:
    return _at(threshold_of(score, weight, fake_rate), score, weight)


def _at(threshold: float, score: Float, weight: Float) -> WorkingPoint:
    measured = efficiency(score > threshold, weight)
    value = measured.value if measured.entries > 0.0 else 0.0
    return WorkingPoint(threshold, value, measured.low, measured.high, len(score))


def write_working_points(
    scores: str | Path, config: WorkingPointsConfig, score: str, output: str | Path
) -> None:
    """Thresholds from the background of a scored sample, written as JSON.

    Raises
    ------
    InputError : the scores are missing or unreadable
    StageError : too few tracks
    """
    points = working_points(*read_background(scores), config)
    write_json(output, summary(points, config, score))
    logger.info(
        "threshold %.4f: fake rate %.4f (%.4f to %.4f) of %d background tracks",
        points.overall.threshold,
        points.overall.fake_rate,
        points.overall.low,
        points.overall.high,
        points.overall.tracks,
    )


def summary(points: WorkingPoints, config: WorkingPointsConfig, score: str) -> dict[str, Any]:
    """Content of ``working_points.json``."""
    return {
        "sample": config.sample,
        "fake_rate": config.fake_rate,
        "score": score,
        "denominator": f"{config.denominator}, of sample {config.sample}",
        "overall": points.overall.threshold,
        "per_pt_bin": {
            "edges": list(config.pt_edges),
            "thresholds": [point.threshold for point in points.per_pt_bin],
            "overall_taken": list(points.overall_taken),
        },
        "others": {name: point.threshold for name, point in points.others.items()},
        "measured": {
            "overall": asdict(points.overall),
            "per_pt_bin": [asdict(point) for point in points.per_pt_bin],
            "others": {name: asdict(point) for name, point in points.others.items()},
        },
    }


def read_background(path: str | Path) -> tuple[Float, Float, Float]:
    """Score, pT [GeV] and weight of the background of a scored sample, shape (n,) each."""
    columns = ("score", "pt", "weight")
    tracks = read_parquet(path, (*columns, "label"))
    chosen = np.asarray(tracks["label"]) == Label.BACKGROUND
    score, pt, weight = (np.asarray(tracks[name], dtype=np.float64)[chosen] for name in columns)
    return score, pt, weight
