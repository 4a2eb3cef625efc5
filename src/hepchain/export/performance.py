"""What an exported tagger achieves in a sample it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.efficiency import efficiency
from hepchain.export.manifest import Manifest, Models
from hepchain.roc import area_under_curve

Float = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Tracks:
    """Scored tracks of a simulated sample, each array of shape (n,)."""

    raw: npt.NDArray[np.float32]
    score: Float
    category: npt.NDArray[np.str_]
    """Names."""
    signal: Mask
    background: Mask
    ignored: Mask
    pt: Float
    """[GeV]"""
    weight: Float


def performance(tracks: Tracks, manifest: Manifest, models: Models) -> dict[str, Any]:
    """Areas under ROC curves, efficiencies and fake rates with their 68 % intervals."""
    thresholds = manifest.working_points[models]
    passes = manifest.working_point(models, "overall").passes(tracks.score, tracks.pt)
    edges = thresholds.per_pt_bin.edges
    bins = [(tracks.pt >= low) & (tracks.pt < high) for low, high in pairwise(edges)]
    everything = np.ones(len(tracks.pt), dtype=bool)
    return {
        "area_under_curve": _area(tracks, everything),
        "area_under_curve_by_category": {
            name: _area(tracks, tracks.category == name) for name in manifest.categories
        },
        "threshold": thresholds.overall,
        "efficiency": _share(passes, tracks, tracks.signal),
        "fake_rate": _share(passes, tracks, tracks.background),
        "ignored": _share(passes, tracks, tracks.ignored),
        "pt_bins": [
            {
                "pt": list(pair),
                "efficiency": _share(passes, tracks, tracks.signal & inside),
                "fake_rate": _share(passes, tracks, tracks.background & inside),
            }
            for pair, inside in zip(pairwise(edges), bins, strict=True)
        ],
    }


def _area(tracks: Tracks, mask: Mask) -> float | None:
    chosen = mask & (tracks.signal | tracks.background)
    area = area_under_curve(tracks.score[chosen], tracks.signal[chosen], tracks.weight[chosen])
    return area if np.isfinite(area) else None


def _share(passes: Mask, tracks: Tracks, chosen: Mask) -> dict[str, Any]:
    found = efficiency(passes[chosen], tracks.weight[chosen])
    value = found.value if np.isfinite(found.value) else None
    return {"value": value, "low": found.low, "high": found.high, "tracks": int(chosen.sum())}
