"""Events with a glass marble on a level table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hepchain.io import read_json, read_parquet


def select(
    events: Sequence[str], scores: str, working_points: str, max_tilt: float, luminosity: float
) -> dict[str, Any]:
    """Expected events, ``total`` and ``passing``, each with statistical error."""
    tables = [read_parquet(path, ["event_number", "weight", "tilt"]) for path in events]
    number, weight, tilt = (
        np.concatenate([np.asarray(table[name]) for table in tables])
        for name in ("event_number", "weight", "tilt")
    )
    marbles = read_parquet(scores, ["event_number", "score"])
    found = np.asarray(marbles["score"]) > read_json(working_points)["overall"]
    passes = np.isin(number, np.asarray(marbles["event_number"])[found]) & (tilt < max_tilt)
    expected = luminosity * weight
    return {
        name: {"value": float(part.sum()), "error": float(np.sqrt((part**2).sum()))}
        for name, part in (("total", expected), ("passing", expected[passes]))
    }
