"""Whether a likelihood ratio is one: observed share of the signal against the predicted."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit

from hepchain.assumptions import Kind, assumed
from hepchain.combination.calibration import NEVER, Calibration
from hepchain.config.training import BalanceConfig
from hepchain.efficiency import share_interval
from hepchain.errors import StageError
from hepchain.io.columns import Columns, pieces
from hepchain.labels import Label
from hepchain.seeds import generator
from hepchain.shares import ALL, CLASSES, Floats
from hepchain.statistics.bootstrap import Estimate, estimate, replicate_sums
from hepchain.studies.calibration_fit import BLOCKS, Fit, Tracks, fit
from hepchain.training.balance import balance

logger = logging.getLogger(__name__)

COLUMNS = ("event_number", "category", "label", "pt", "eta", "raw", "weight", "truth_is_pileup")
EDGES = np.linspace(0.0, 1.0, 11)
"""Bins of the predicted probability."""
REPLICAS = 500


@dataclass(frozen=True)
class CalibrationCurve:
    """Observed against predicted; shapes (bins,), NaN in bins without tracks."""

    source: str
    """``test``, ``pileup`` or ``training``."""
    category: str
    """Category or ``all``."""
    predicted: Floats
    """Mean predicted probability of the tracks in the bin."""
    observed: Floats
    """Weighted share of the signal."""
    low: Floats
    high: Floats
    weight: Floats
    """Share of the tracks, by weight."""
    expected_error: Estimate
    """Mean distance of observed and predicted (expected calibration error, Guo, Pleiss, Sun,
    Weinberger, ICML 2017); its error is from replicas of blocks of events."""
    fit: Fit


@dataclass(frozen=True)
class CalibrationCurves:
    """All curves of a tagger."""

    tagger: str
    edges: Floats
    curves: list[CalibrationCurve]


def calibration_curves(
    tagger: str,
    test: Path,
    training: Sequence[Path],
    calibration: Path,
    categories: Sequence[str],
    config: BalanceConfig,
    seed: int,
) -> CalibrationCurves:
    """Curves of the test sample, of it with background of pile-up alone, and of the training
    samples.

    The ratio refers to both classes at one spectrum and in equal number, so in each of the three
    the classes are weighted to one spectrum as in the calibration.

    Parameters
    ----------
    test : scores of the test sample
    training : raw scores of the training samples, by models that have not seen the event
    config : the balance of the classes in training
    """
    ratios = Calibration.read(calibration)
    table = _joined(pieces([test], COLUMNS))
    no_hard = (table["label"] == Label.SIGNAL) | (table["truth_is_pileup"] != 0)
    tables = {
        "test": table,
        "pileup": {name: values[no_hard] for name, values in table.items()},
        "training": _joined(pieces(training, COLUMNS)),
    }
    curves = []
    for source, content in tables.items():
        tracks = balanced(content, ratios, config)
        for name in [ALL, *categories]:
            mask = tracks.ratio != NEVER
            if name != ALL:
                mask &= content["category"] == name
            curves.append(curve(source, name, tracks.chosen(mask), seed))
    return CalibrationCurves(tagger, EDGES, curves)


def _joined(tables: Iterable[Columns]) -> Columns:
    """Signal and background of all pieces."""
    chosen = []
    for table in tables:
        mask = np.isin(table["label"], list(CLASSES.values()))
        chosen.append({name: values[mask] for name, values in table.items()})
    if not chosen:
        return {name: np.empty(0, np.str_ if name == "category" else np.int64) for name in COLUMNS}
    return {name: np.concatenate([piece[name] for piece in chosen]) for name in COLUMNS}


def balanced(table: Columns, ratios: Calibration, config: BalanceConfig) -> Tracks:
    """Tracks with both classes weighted to one spectrum; weights of zero if that cannot be."""
    electron = table["label"] == Label.SIGNAL
    labels = electron.astype(np.int8)
    try:
        where = labels, table["pt"], table["eta"], table["weight"].astype(np.float64)
        weight = balance(*where, config).of(*where)
    except StageError as error:
        assumed(logger, Kind.NOT_BALANCED, f"no calibration curve: {error}")
        weight = np.zeros(len(labels), dtype=np.float32)
    event = np.unique(table["event_number"], return_inverse=True)[1]
    ratio = ratios.log_likelihood_ratio(table["raw"], table["category"])
    return Tracks(ratio, electron, weight.astype(np.float64), event.astype(np.int64) % BLOCKS)


def curve(source: str, category: str, tracks: Tracks, seed: int) -> CalibrationCurve:
    """Curve of one set of tracks."""
    sums = _sums(tracks)
    hadrons, electrons, predicted = sums.sum(axis=1)
    total = electrons + hadrons
    squares = [
        np.histogram(expit(tracks.ratio[mask]), EDGES, weights=tracks.weight[mask] ** 2)[0]
        for mask in (tracks.electron, ~tracks.electron)
    ]
    low, high = share_interval(electrons, squares[0], hadrons, squares[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, observed = predicted / total, electrons / total
    draws = generator(seed, "calibration_curves", source, category)
    replicas = replicate_sums(sums.transpose(1, 0, 2).reshape(BLOCKS, -1), REPLICAS, draws)
    errors = expected_error(replicas.reshape(REPLICAS, 3, -1))
    return CalibrationCurve(
        source,
        category,
        mean,
        observed,
        low,
        high,
        total / total.sum() if total.any() else total,
        estimate(float(expected_error(sums.sum(axis=1))), errors),
        fit(tracks),
    )


def _sums(tracks: Tracks) -> Floats:
    """Hadrons, electrons and predicted electrons by block and bin, shape (3, blocks, bins)."""
    probability = expit(tracks.ratio)
    bins = len(EDGES) - 1
    index = np.minimum((probability * bins).astype(np.int64), bins - 1) + bins * tracks.block
    weights = (
        tracks.weight * ~tracks.electron,
        tracks.weight * tracks.electron,
        tracks.weight * probability,
    )
    flat = [np.bincount(index, weight, BLOCKS * bins) for weight in weights]
    return np.reshape(flat, (3, BLOCKS, bins))


def expected_error(sums: Floats) -> Floats:
    """Weighted mean of abs(observed - predicted) over the bins, of sums of shape (..., 3, bins)."""
    hadrons, electrons, predicted = np.moveaxis(sums, -2, 0)
    with np.errstate(invalid="ignore"):
        result: Floats = np.abs(electrons - predicted).sum(axis=-1) / (
            (electrons + hadrons).sum(axis=-1)
        )
    return result
