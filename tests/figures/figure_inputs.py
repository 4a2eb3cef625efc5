"""Synthetic files of the earlier stages, as docs/contracts.md describes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.combination.seen import SeenTracks
from hepchain.figures.tabulate import Table
from hepchain.io.parquet import ParquetWriter

CATEGORIES = ("trt_calorimeter", "calorimeter", "trt", "silicon")
POINTS = {
    "higgsino_103_100": 3.0,
    "higgsino_128_125": 3.0,
    "higgsino_153_150": 3.0,
    "higgsino_155_150": 5.0,
}
POWER = {"trt_calorimeter": 3.2, "calorimeter": 2.2, "trt": 1.8, "silicon": 0.8}


def lines_of(table: Table) -> list[list[str]]:
    """Cells of a table, row by row."""
    lines: list[list[str]] = table.frame.to_numpy().tolist()
    return lines


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


def calibration() -> dict[str, Any]:
    """Content of calibration.json: the ratio is 1.25 logit(raw), as :func:`tracks` makes it."""
    category = {"low": 1.25, "high": 1.25, "offset": 0.0, "log_share_ratio": 0.0}
    return {"categories": dict.fromkeys(CATEGORIES, category)}


def seen_tracks(count: int) -> SeenTracks:
    """Tracks whose scores are a little sharper where their events were learnt from."""
    columns = tracks(count, 0.5, 7)
    kept = columns["label"] < 2
    ratio = columns["log_likelihood_ratio"][kept]
    return SeenTracks(
        seen=1.1 * ratio,
        unseen=ratio,
        category=np.array(columns["category"], dtype=np.str_)[kept],
        label=columns["label"][kept],
        weight=columns["weight"][kept],
        event=columns["event_number"][kept],
    )


def candidates(count: int, yield_: float, end: float, signal: bool, seed: int) -> dict[str, Any]:
    """Columns of a candidate table."""
    random = np.random.default_rng(seed)
    columns = tracks(count, 0.95 if signal else 0.01, seed)
    peak = end * np.sqrt(random.beta(1.0, 2.5, count))
    flat = 0.3 + 1.6 * random.gamma(2.0, 0.8, count)
    return columns | {
        "mass": np.where(columns["label"] == 1, peak, flat) if signal else flat,
        "weight": np.full(count, yield_ / max(count, 1)),
        "passes_tagger": columns["score"] > 1.0,
    }


TITLES = (
    "in the skim",
    "exactly one electron, pT < 10 GeV",
    "ETmiss > 200 GeV",
    "m(track, e) < {:g} GeV",
    "tagger",
)


def cut_flow(point: str, first: float, shares: tuple[float, ...]) -> list[dict[str, Any]]:
    """Lines of a cut-flow: the yield of the first line and the share each cut leaves."""
    yields = first * np.cumprod(shares)
    return [
        {
            "cut": f"cut_{row}",
            "title": title.format(POINTS[point]),
            "events": int(3 * value),
            "candidates": None,
            "weighted": float(value),
            "error": float(np.sqrt(value / 3)),
        }
        for row, (title, value) in enumerate(zip(TITLES, yields, strict=True))
    ]


APPROACHES = {
    "without_tagger": "without tagger",
    "matched_electron": "matched electron",
    "with_tagger": "with tagger",
}
MERITS = ("s_over_b", "s_over_sqrt_b", "asimov", "asimov_statistical")


def result(point: str, signal: float, background: float, status: str = "ok") -> dict[str, Any]:
    """Content of result.json; the tagger keeps 60 % of the signal and 6 % of the background.

    ``status`` is that of the result with the tagger.
    """
    shares = {"without_tagger": (1.0, 1.0), "matched_electron": (0.1, 0.01)}
    shares["with_tagger"] = (0.6, 0.06)
    estimates = {}
    approaches = []
    for name, (s, b) in shares.items():
        item, numbers = _use(s * signal, b * background, status if name == "with_tagger" else "ok")
        approaches.append({"name": name, "title": APPROACHES[name], **item})
        estimates[name] = numbers
    names = list(shares)
    pairs = [(names[1], names[0]), (names[2], names[0]), (names[2], names[1])]
    first = approaches[1]
    return {
        "point": point,
        "splitting": POINTS[point],
        "luminosity_fb": 139.0,
        "confidence_level": 0.95,
        "headline": "with_tagger",
        "baseline": "without_tagger",
        "approaches": approaches,
        "estimates": estimates,
        "gains": [_gain(*pair) for pair in pairs],
        "factors": [{"approach": name, **_factors()} for name in names[1:]],
        "control": {
            "status": "ok",
            "signal": {"value": 0.1 * signal, "error": 1.0},
            "background": {"value": 0.06 * background, "error": 30.0},
            "ratio": 1.0,
            "ratio_error": 0.1,
            "limit": {"expected": [1.0, 2.0, 3.0, 4.0, 5.0]},
            "gain": 1.5,
        },
        "alternatives": [
            {
                "approach": names[1],
                "name": "more",
                "title": "more hadrons",
                "signal": first["signal"],
                "background": first["background"],
                "estimates": estimates[names[1]],
                "gains": [
                    _gain("matched_electron.more", names[0]),
                    _gain(names[2], "matched_electron.more"),
                ],
            }
        ],
    }


def _use(s: float, b: float, status: str) -> tuple[dict[str, Any], dict[str, Any]]:
    good = status == "ok" and s > 0
    limit = 2 * np.sqrt(b + (0.2 * b) ** 2) / s if s > 0 else np.nan
    values = (
        s / b if b > 0 else None,
        s / b**0.5 if b > 0 else None,
        s / np.sqrt(b + (0.2 * b) ** 2) if b > 0 else None,
        s / b**0.5 if b > 0 else None,
    )
    item = {
        "status": status,
        "signal": {"value": s, "error": 0.03 * s},
        "background": {"value": b, "error": 0.05 * b},
        "limit": {"expected": [limit * x for x in (0.53, 0.72, 1, 1.4, 1.9)]} if good else None,
        "observed": None,
        "toys": None,
    }
    numbers: dict[str, Any] = {
        name: None if value is None else {"value": value, "error": 0.05 * value}
        for name, value in zip(MERITS, values, strict=True)
    }
    numbers["limit"] = {"value": limit, "error": 0.1 * limit} if good else None
    return item, numbers


def _gain(approach: str, over: str) -> dict[str, Any]:
    gain = {"value": 0.6 / 0.06**0.5, "error": 0.1}
    return {
        "approach": approach,
        "over": over,
        "s_over_b": {"value": 10.0, "error": 0.5},
        "s_over_sqrt_b": gain,
        "asimov": {"value": 5.0, "error": 0.3},
        "asimov_statistical": gain,
        "limit": {"value": 2.5, "error": 0.2},
    }


def _factors() -> dict[str, Any]:
    values = {
        "efficiency": 0.8,
        "fake_rate": 0.04,
        "one_candidate": 4.0,
        "electron_share": 0.5,
        "several_candidates": 0.8,
        "hadrons_accepted": 1.1,
        "s_over_sqrt_b": 1.76,
    }
    return {name: {"value": value, "error": 0.1 * value} for name, value in values.items()}


def scan(point: str, empty: bool = False) -> dict[str, Any]:
    """Content of working_point_scan.json; the tagger is best at a fake rate of 2 %."""
    points = []
    for rate in (0.5, 0.1, 0.05, 0.02, 0.001):
        number = rate * np.exp(-2 * abs(np.log(rate / 0.02)))
        value = {"value": 1.0 + number, "error": 0.1}
        names = (*MERITS, "limit")
        points.append(
            {"fake_rate": rate, "enough": rate > 0.01 and not empty, **dict.fromkeys(names, value)}
        )
    best: dict[str, Any] = {"fake_rate": 0.02, "low": 0.02, "high": 0.05, "at_edge": False}
    best["gain"] = {"value": 1.5, "error": 0.2}
    limits = {"count": 4.0, "mass": 3.0, "score": None if empty else 2.0}
    return {
        "point": point,
        "luminosity_fb": 139.0,
        "nominal": 0.05,
        "min_effective_events": 5.0,
        "sigmas": [-2, -1, 0, 1, 2],
        "points": points,
        "optima": [] if empty else [{"merit": name, **best} for name in (*MERITS, "limit")],
        "reference": "count",
        "discriminants": [
            {
                "name": title,
                "title": title,
                "result": {
                    "limit": None if limit is None or empty else {"expected": [limit] * 5},
                },
            }
            for title, limit in limits.items()
        ],
    }


def fit(point: str, empty: bool = False) -> dict[str, Any]:
    """Content of fit.json."""
    impacts = {"background_normalisation": 3.0, "staterror_signal[0]": 1.0, "variation_isr": 0.2}
    numbers = [
        {"name": name, "up": -x, "down": 0.9 * x, "prior_up": -1.1 * x, "prior_down": x}
        for name, x in impacts.items()
    ]
    pulls = [{"name": name, "pull": 0.1, "constraint": 0.5} for name in impacts]
    good = {
        "background_only": {"p_value": 0.9, "pulls": pulls},
        "expected": {
            "signal_strength_error": 4.2,
            "parameters": ["mu", "background_normalisation", "variation_isr"],
            "correlations": [[1.0, -0.9, 0.1], [-0.9, 1.0, 0.0], [0.1, 0.0, 1.0]],
        },
        "impacts": numbers,
    }
    return {
        "point": point,
        "title": "with tagger",
        "status": "insufficient: 2 events" if empty else "ok",
        "luminosity_fb": 139.0,
        "diagnostics": None if empty else good,
    }


def metadata(tagger: str, category: str, fold: int) -> dict[str, Any]:
    """What a model's folder says of it, as short as can be."""
    place = {"tagger": tagger, "category": category, "fold": fold, "folds": 2}
    return place | {"settings": {"kind": "trees"}, "files": {}, "seconds": 1.0}
