"""Calibration of the raw scores of a tagger: beta calibration, the same for all categories."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from hepchain.assumptions import Kind, assumed
from hepchain.combination.calibration import CategoryCalibration, Float, logarithms
from hepchain.config.training import BalanceConfig
from hepchain.errors import InputError, StageError
from hepchain.io import iterate_parquet, write_json
from hepchain.labels import CLASSES, Label, in_words
from hepchain.training.balance import Labelled

logger = logging.getLogger(__name__)

MIN_SLOPE = 1e-3
"""Smallest slope in ln(raw) and -ln(1 - raw): the ratio always rises with the raw score."""
IDENTITY = np.array([1.0, 1.0, 0.0])
"""Parameters (two slopes, offset) of scores that are right as they are."""
PRIOR_WIDTH = 1.0
"""Of the Gaussian prior around the identity: it keeps the slopes of a handful of perfectly
separated tracks finite and has the weight of a single track."""
OPTIONS = {"ftol": 0.0, "gtol": 1e-11, "maxiter": 500}
LARGEST_SLOPE_OF_LOSS = 1e-6
"""At its minimum."""
METHOD = "beta calibration (Kull, Silva Filho, Flach, AISTATS 2017)"


@dataclass(frozen=True)
class CategoryResult:
    """Calibration of one category with what tells how good it is."""

    calibration: CategoryCalibration
    signal: int
    background: int
    signal_share: float
    """Of all signal, at the balanced spectrum."""
    background_share: float
    log_share_ratio_error: float
    log_loss_raw: float
    """Of the raw scores taken as probabilities, at equal numbers of both classes."""
    log_loss_calibrated: float
    """The same after a calibration that was fitted in the other folds."""

    def summary(self) -> dict[str, Any]:
        """As it is written to the file."""
        content: dict[str, Any] = asdict(self)
        calibration: dict[str, Any] = content.pop("calibration")
        return calibration | content


@dataclass(frozen=True)
class ScoredTracks(Labelled):
    """Both classes of the training samples with their out-of-fold raw scores."""

    raw: npt.NDArray[np.float32]
    category: npt.NDArray[np.str_]
    fold: npt.NDArray[np.int8]


def calibrate(
    tracks: ScoredTracks, categories: Sequence[str], config: BalanceConfig
) -> dict[str, CategoryResult]:
    """Calibrate all categories at the same spectrum of pT and eta for both classes.

    Without the balance, the ratio would measure how the training sample was made: guns shoot where
    they are told to. With it, the ratio of two densities is that of the particles' signals alone.

    Raises
    ------
    StageError : a category lacks a class, or the spectra do not overlap
    """
    weights = tracks.balanced(config)
    totals = _sums(tracks.signal, weights)
    results = {}
    for name in categories:
        mask = tracks.category == name
        results[name] = _calibrate_category(
            name, tracks.raw[mask], tracks.signal[mask], tracks.fold[mask], weights[mask], totals
        )
    return results


def _sums(signal: npt.NDArray[np.bool_], weights: Float) -> Float:
    """Sums of the weights of signal and background."""
    return np.array([weights[signal].sum(), weights[~signal].sum()])


def _calibrate_category(
    name: str,
    raw: npt.NDArray[np.float32],
    signal: npt.NDArray[np.bool_],
    fold: npt.NDArray[np.int8],
    weights: Float,
    totals: Float,
) -> CategoryResult:
    sums, counts = _sums(signal, weights), np.bincount(signal, minlength=2)
    if sums.min() <= 0.0:
        raise StageError(
            f"category {name}: {in_words(counts)} of the training samples in bins of pT and |eta| "
            "that both classes fill; its scores cannot be calibrated. Generate more events or take "
            "the category out of training.categories"
        )
    shares = sums / totals
    beta = fit_beta(raw, signal, _equal_classes(signal, weights))
    calibration = CategoryCalibration(*beta, float(np.log(shares[0] / shares[1])))
    squares = _sums(signal, weights**2)
    before, after = _log_losses(raw, signal, fold, weights)
    _log(name, calibration, before, after)
    return CategoryResult(
        calibration,
        signal=int(counts[Label.SIGNAL]),
        background=int(counts[Label.BACKGROUND]),
        signal_share=float(shares[0]),
        background_share=float(shares[1]),
        log_share_ratio_error=float(np.sqrt((squares / sums**2 * (1.0 - shares)).sum())),
        log_loss_raw=before,
        log_loss_calibrated=after,
    )


def fit_beta(
    raw: npt.ArrayLike, signal: npt.NDArray[np.bool_], weights: Float
) -> tuple[float, float, float]:
    """Slopes and offset of the beta calibration, by weighted maximum likelihood.

    The family is that of the log ratio of two beta distributions (Kull, Silva Filho, Flach,
    AISTATS 2017); the identity and Platt's logistic calibration (equal slopes) are members.

    Parameters
    ----------
    raw : shape (n,), between 0 and 1
    signal : shape (n,)
    weights : shape (n,), both classes of the same sum

    Returns
    -------
    slope of ln(raw), slope of -ln(1 - raw) (both at least :data:`MIN_SLOPE`), offset

    Raises
    ------
    StageError : negative weights leave no minimum
    """
    columns = np.stack([*logarithms(raw), np.ones(np.shape(raw))])
    sign = np.where(signal, 1.0, -1.0)
    share = weights / weights.sum()
    strength = (share**2).sum() / PRIOR_WIDTH**2

    def loss(parameters: Float) -> tuple[float, Float]:
        """Log loss with the prior, and its gradient."""
        margin = sign * np.einsum("i,in->n", parameters, columns)
        shift = parameters - IDENTITY
        gradient = strength * shift - (columns * (share * sign * expit(-margin))).sum(axis=1)
        value = (share * np.logaddexp(0.0, -margin)).sum() + 0.5 * strength * (shift**2).sum()
        return float(value), gradient

    bounds = [(MIN_SLOPE, None), (MIN_SLOPE, None), (None, None)]
    found = minimize(loss, IDENTITY, jac=True, bounds=bounds, method="L-BFGS-B", options=OPTIONS)
    if (share < 0.0).any():
        _require_minimum(found, columns, share)
    return float(found.x[0]), float(found.x[1]), float(found.x[2])


def _require_minimum(found: Any, columns: Float, share: Float) -> None:
    """Check that a log loss has the one minimum that only negative weights can take from it.

    Raises
    ------
    StageError : the fit ran off, or the log loss does not curve upwards where it began or ended
    """
    free = np.array([*(found.x[:2] > MIN_SLOPE), True])
    curved = True
    for parameters, chosen in ((IDENTITY, np.ones(3, dtype=bool)), (found.x, free)):
        probability = expit(np.einsum("i,in->n", parameters, columns))
        weights = share * probability * (1.0 - probability)
        matrix = np.einsum("in,jn,n->ij", columns[chosen], columns[chosen], weights)
        matrix += (share**2).sum() / PRIOR_WIDTH**2 * np.eye(len(matrix))
        curved &= bool(np.linalg.eigvalsh(matrix).min() > 0.0)
    if not curved or np.abs(found.jac[free]).max() > LARGEST_SLOPE_OF_LOSS:
        raise StageError(
            "the scores of a category cannot be calibrated: negative weights of events prevail in "
            "part of their range. Use more events, or `training.balance.event_weights: ignore`"
        )


def _equal_classes(signal: npt.NDArray[np.bool_], weights: Float) -> Float:
    sums = _sums(signal, weights)
    return weights / np.where(signal, *sums)


def _log_losses(
    raw: npt.NDArray[np.float32],
    signal: npt.NDArray[np.bool_],
    fold: npt.NDArray[np.int8],
    weights: Float,
) -> tuple[float, float]:
    """Mean log loss before and after a calibration that has not seen the track's fold."""
    ratio = np.zeros(len(raw))
    for left_out in np.unique(fold):
        fitted, applied = fold != left_out, fold == left_out
        if _sums(signal[fitted], weights[fitted]).min() <= 0.0:
            assumed(
                logger,
                Kind.NOT_HELD_OUT,
                f"the log loss of fold {left_out} is that of a calibration fitted to it as well, "
                "since the other folds lack a class",
            )
            fitted = np.ones(len(raw), dtype=bool)
        parameters = fit_beta(
            raw[fitted], signal[fitted], _equal_classes(signal[fitted], weights[fitted])
        )
        calibration = CategoryCalibration(*parameters, log_share_ratio=0.0)
        ratio[applied] = calibration.log_likelihood_ratio(raw[applied])
    identity = CategoryCalibration(1.0, 1.0, 0.0, 0.0)
    balanced = _equal_classes(signal, weights) / 2.0
    sign = np.where(signal, 1.0, -1.0)
    before = balanced @ np.logaddexp(0.0, -sign * identity.log_likelihood_ratio(raw))
    return float(before), float(balanced @ np.logaddexp(0.0, -sign * ratio))


def _log(name: str, calibration: CategoryCalibration, before: float, after: float) -> None:
    logger.info("%s: %s; log loss %.4f, calibrated %.4f", name, calibration, before, after)
    if MIN_SLOPE in (calibration.low, calibration.high):
        assumed(
            logger,
            Kind.NO_SEPARATION,
            f"{name}: the scores of this category hardly separate the classes; a slope of its "
            f"calibration is held at {MIN_SLOPE:g}",
        )


def read_scored(files: Sequence[str | Path]) -> ScoredTracks:
    """Both classes of files of raw scores.

    Raises
    ------
    InputError : a file is missing or unreadable, or there is none of them in any
    """
    columns = ("raw", "label", "fold", "pt", "eta", "weight", "category")
    pieces: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in columns}
    for path in files:
        for chunk in iterate_parquet(path, columns):
            mask = np.isin(chunk["label"], CLASSES)
            for name in columns:
                pieces[name].append(chunk[name].to_numpy()[mask])
    joined = {name: np.concatenate(values) for name, values in pieces.items() if values}
    if not joined or not len(joined["raw"]):
        raise InputError(f"neither signal nor background in {', '.join(map(str, files))}")
    return ScoredTracks(
        raw=joined["raw"],
        category=joined["category"].astype(np.str_),
        labels=joined["label"].astype(np.int8),
        fold=joined["fold"],
        pt=joined["pt"],
        eta=joined["eta"],
        event_weight=joined["weight"].astype(np.float64),
    )


def write_calibration(
    path: str | Path, results: Mapping[str, CategoryResult], samples: Sequence[str]
) -> None:
    """Write ``calibration.json``."""
    content = {
        "method": METHOD,
        "samples": list(samples),
        "note": (
            "fitted to raw scores of models that have not seen the tracks' events, and applied to "
            "the same tracks: three parameters a category"
        ),
        "categories": {name: result.summary() for name, result in results.items()},
    }
    write_json(path, content)
