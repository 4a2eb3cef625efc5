"""Synthetic files of the earlier stages, as docs/contracts.md describes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things
from hepchain.io.parquet import ParquetWriter

CATEGORIES = ("trt_calorimeter", "calorimeter", "trt", "silicon")
POINTS = {
    "higgsino_103_100": 3.0,
    "higgsino_128_125": 3.0,
    "higgsino_153_150": 3.0,
    "higgsino_155_150": 5.0,
}
POWER = {"trt_calorimeter": 3.2, "calorimeter": 2.2, "trt": 1.8, "silicon": 0.8}


@pytest.fixture(scope="session")
def things() -> Things:
    return Things(
        categories={
            "trt_calorimeter": "TRT and calorimeter",
            "calorimeter": "calorimeter only",
            "trt": "TRT only",
            "silicon": "silicon only",
        },
        taggers={"keras": "neural network", "xgboost": "boosted trees"},
        signals={name: f"higgsino ({name[9:12]}, {name[13:16]}) GeV" for name in POINTS},
        backgrounds={"wenu_jets": "W → eν + jets"},
    )


@pytest.fixture(scope="session")
def config() -> FiguresConfig:
    return FiguresConfig(
        formats=["pdf", "png"],
        label="Simulation, open detector response",
        energy=13.0,
        pt_edges=[0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0],
    )


def write(path: Path, columns: Mapping[str, Any], groups: int = 3) -> Path:
    """Write columns in several row groups."""
    rows = len(next(iter(columns.values())))
    with ParquetWriter.open(path) as writer:
        for chunk in np.array_split(np.arange(rows), groups):
            writer.write({name: np.asarray(column)[chunk] for name, column in columns.items()})
    return path


def tracks(tracks: int, electrons: float, seed: int, tagger: float = 1.0) -> dict[str, Any]:
    """Columns of a score file; ``electrons``: their share, ``tagger``: its strength."""
    random = np.random.default_rng(seed)
    electron = random.random(tracks) < electrons
    label = np.where(electron, 1, np.where(random.random(tracks) < 0.03, 2, 0)).astype(np.int8)
    pt = np.clip(0.5 + random.exponential(np.where(electron, 1.4, 0.5)), 0.5, 4.99)
    category = random.choice(CATEGORIES, tracks, p=[0.52, 0.24, 0.16, 0.08])
    power = np.array([POWER[name] for name in category]) * tagger * (0.5 + 0.25 * pt)
    sign = np.where(label >= 1, 1.0, -1.0)
    ratio = sign * power / 2 + random.normal(0.0, np.sqrt(power), tracks)
    pdg_id = random.choice([211, -211, 321, 2212, 13], tracks, p=[0.42, 0.4, 0.1, 0.07, 0.01])
    origin = random.choice([2, 5, 6, 7, 8], tracks, p=[0.8, 0.02, 0.1, 0.06, 0.02])
    other = random.choice([3, 4, 5], tracks, p=[0.6, 0.3, 0.1])
    return {
        "event_number": np.arange(tracks, dtype=np.int64) // 12,
        "track_index": (np.arange(tracks) % 12).astype(np.int32),
        "category": category.tolist(),
        "label": label,
        "fold": (np.arange(tracks) // 12 % 2).astype(np.int8),
        "weight": random.uniform(0.8, 1.2, tracks),
        "pt": pt.astype(np.float32),
        "eta": random.uniform(-2.5, 2.5, tracks).astype(np.float32),
        "truth_pdg_id": np.where(label > 0, 11, pdg_id).astype(np.int32),
        "truth_origin": np.where(label == 1, 1, np.where(label == 2, other, origin)).astype(
            np.int8
        ),
        "truth_is_pileup": ((label == 0) & (random.random(tracks) < 0.6)).astype(np.int8),
        "raw": (1 / (1 + np.exp(-ratio * 0.8))).astype(np.float32),
        "log_likelihood_ratio": ratio,
        "score": ratio,
    }


def working_points(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Content of working_points.json for these tracks."""
    hadron = columns["label"] == 0
    pt, score = columns["pt"][hadron], columns["score"][hadron]
    edges = [0.5, 1.0, 2.0, 3.0, 5.0]
    index = np.digitize(pt, edges) - 1
    return {
        "sample": "higgsino_153_150",
        "fake_rate": 0.05,
        "score": "likelihood_ratio",
        "overall": float(np.quantile(score, 0.95)),
        "per_pt_bin": {
            "edges": edges,
            "thresholds": [float(np.quantile(score[index == i], 0.95)) for i in range(4)],
        },
        "denominator": "tracks that pass the track pre-selection and are not electrons (muons "
        "included), without isolation and event selection, of sample higgsino_153_150",
    }


def candidates(count: int, yield_: float, end: float, signal: bool, seed: int) -> dict[str, Any]:
    """Columns of a candidate table."""
    random = np.random.default_rng(seed)
    columns = tracks(count, 0.95 if signal else 0.01, seed)
    peak = end * np.sqrt(random.beta(1.0, 2.5, count))
    flat = 0.3 + 1.6 * random.gamma(2.0, 0.8, count)
    return columns | {
        "mass": np.where(columns["label"] == 1, peak, flat) if signal else flat,
        "weight": np.full(count, yield_ / count),
        "passes_tagger": columns["score"] > 1.0,
    }
