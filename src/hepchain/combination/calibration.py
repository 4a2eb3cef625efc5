"""From raw scores to log likelihood ratios that mean the same in every category."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from hepchain.config.training import BalanceConfig
from hepchain.errors import InputError, StageError
from hepchain.io import iterate_parquet, read_json, write_json
from hepchain.training.balance import Balance, balance
from hepchain.truth import Label

logger = logging.getLogger(__name__)

Float = npt.NDArray[np.float64]

SMALLEST = 1e-12
"""Raw scores are raised to it ..."""
LARGEST = 1.0 - 2.0**-25
"""... and lowered to it, the middle between 1 and the float32 below: no two scores become equal."""
MIN_SLOPE = 1e-3
"""Smallest slope in ln(raw) and -ln(1 - raw): the ratio always rises with the raw score."""
SLOPES = np.array([True, True, False])
IDENTITY = np.array([1.0, 1.0, 0.0])
"""Parameters (two slopes, offset) of scores that are right as they are."""
PRIOR_WIDTH = 1.0
"""Of the Gaussian prior around the identity: it keeps the slopes of a handful of perfectly
separated tracks finite and has the weight of a single track."""
MAX_STEPS = 100
PRECISION = 1e-9
NEVER = -1000.0
"""Log likelihood ratio of tracks of a category without a calibration: they never pass."""
METHOD = "beta calibration (Kull, Silva Filho, Flach, AISTATS 2017)"


@dataclass(frozen=True)
class CategoryCalibration:
    """Calibration of one category.

    log p(raw | electron) / p(raw | hadron) = ``low`` ln(raw) - ``high`` ln(1 - raw) + ``offset``.
    """

    low: float
    high: float
    offset: float
    log_share_ratio: float
    """log P(category | electron) / P(category | hadron) at equal spectra."""

    def log_likelihood_ratio(self, raw: npt.ArrayLike) -> Float:
        """Log likelihood ratio of score and category, strictly rising in ``raw``."""
        low, high = _logarithms(raw)
        return self.low * low + self.high * high + self.offset + self.log_share_ratio


@dataclass(frozen=True)
class Calibration:
    """Calibration of all categories of one tagger."""

    categories: Mapping[str, CategoryCalibration]

    def log_likelihood_ratio(self, raw: npt.ArrayLike, category: npt.ArrayLike) -> Float:
        """Log likelihood ratio of each track, :data:`NEVER` in categories without calibration.

        Parameters
        ----------
        raw : shape (n,)
        category : shape (n,), names
        """
        raw, category = np.asarray(raw), np.asarray(category)
        result = np.full(len(raw), NEVER)
        for name, calibration in self.categories.items():
            mask = category == name
            result[mask] = calibration.log_likelihood_ratio(raw[mask])
        return result

    @classmethod
    def read(cls, path: str | Path) -> Calibration:
        """Read ``calibration.json``.

        Raises
        ------
        InputError : the file is missing or not a calibration
        """
        content = read_json(path)
        keys = CategoryCalibration.__dataclass_fields__
        try:
            return cls(
                {
                    name: CategoryCalibration(**{key: float(entry[key]) for key in keys})
                    for name, entry in content["categories"].items()
                }
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: not a calibration ({error!r}); remove it and rerun"
            ) from error


@dataclass(frozen=True)
class CategoryResult:
    """Calibration of one category with what tells how good it is."""

    calibration: CategoryCalibration
    electrons: int
    hadrons: int
    electron_share: float
    """Of all electrons, at the balanced spectrum."""
    hadron_share: float
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
class ScoredTracks:
    """Electrons and hadrons of the training samples with their out-of-fold raw scores."""

    raw: npt.NDArray[np.float32]
    category: npt.NDArray[np.str_]
    labels: npt.NDArray[np.int8]
    """1 electron, 0 hadron."""
    fold: npt.NDArray[np.int8]
    pt: npt.NDArray[np.float32]
    """[GeV]"""
    eta: npt.NDArray[np.float32]


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
    balanced: Balance = balance(tracks.labels, tracks.pt, tracks.eta, config)
    weights = balanced.of(tracks.labels, tracks.pt, tracks.eta).astype(np.float64)
    electron = tracks.labels == Label.ELECTRON
    totals = weights[electron].sum(), weights[~electron].sum()
    results = {}
    for name in categories:
        mask = tracks.category == name
        results[name] = _calibrate_category(
            name, tracks.raw[mask], electron[mask], tracks.fold[mask], weights[mask], totals
        )
    return results


def _calibrate_category(
    name: str,
    raw: npt.NDArray[np.float32],
    electron: npt.NDArray[np.bool_],
    fold: npt.NDArray[np.int8],
    weights: Float,
    totals: tuple[float, float],
) -> CategoryResult:
    sums = weights[electron].sum(), weights[~electron].sum()
    if min(sums) <= 0.0:
        raise StageError(
            f"category {name}: {int(electron.sum())} electrons and {int((~electron).sum())} "
            "hadrons of the training samples in bins of pT and |eta| that both classes fill; its "
            "scores cannot be calibrated. Generate more events or take the category out of "
            "training.categories"
        )
    shares = sums[0] / totals[0], sums[1] / totals[1]
    low, high, offset = fit_beta(raw, electron, _equal_classes(electron, weights))
    calibration = CategoryCalibration(low, high, offset, float(np.log(shares[0] / shares[1])))
    squares = (weights[electron] ** 2).sum(), (weights[~electron] ** 2).sum()
    error = np.sqrt(
        squares[0] / sums[0] ** 2 * (1.0 - shares[0])
        + squares[1] / sums[1] ** 2 * (1.0 - shares[1])
    )
    before, after = _log_losses(raw, electron, fold, weights)
    _log(name, calibration, before, after)
    return CategoryResult(
        calibration,
        electrons=int(electron.sum()),
        hadrons=int((~electron).sum()),
        electron_share=float(shares[0]),
        hadron_share=float(shares[1]),
        log_share_ratio_error=float(error),
        log_loss_raw=before,
        log_loss_calibrated=after,
    )


def fit_beta(
    raw: npt.ArrayLike, electron: npt.NDArray[np.bool_], weights: Float
) -> tuple[float, float, float]:
    """Slopes and offset of the beta calibration, by weighted maximum likelihood (Newton steps).

    The family is that of the log ratio of two beta distributions (Kull, Silva Filho, Flach,
    AISTATS 2017); the identity and Platt's logistic calibration (equal slopes) are members.

    Parameters
    ----------
    raw : shape (n,), between 0 and 1
    electron : shape (n,)
    weights : shape (n,), both classes of the same sum

    Returns
    -------
    slope of ln(raw), slope of -ln(1 - raw) (both at least :data:`MIN_SLOPE`), offset
    """
    low, high = _logarithms(raw)
    columns = np.stack([low, high, np.ones_like(low)])
    sign = np.where(electron, 1.0, -1.0)
    share = weights / weights.sum()
    free = np.ones(3, dtype=bool)
    while True:
        result = _newton(columns, sign, share, free)
        outside = (result < MIN_SLOPE) & free & SLOPES
        if not outside.any():
            return float(result[0]), float(result[1]), float(result[2])
        # As in the paper: a slope that wants to be negative is fixed and the others fitted again.
        free &= ~outside


def _newton(columns: Float, sign: Float, share: Float, free: npt.NDArray[np.bool_]) -> Float:
    """Parameters of the smallest log loss, those that are not free at their smallest value."""
    strength = (share**2).sum() / PRIOR_WIDTH**2
    parameters = np.where(free, IDENTITY, MIN_SLOPE)

    def loss(trial: Float) -> float:
        margin = sign * np.einsum("i,in->n", trial, columns)
        prior = 0.5 * strength * ((trial - IDENTITY) ** 2).sum()
        return float((share * np.logaddexp(0.0, -margin)).sum() + prior)

    for _ in range(MAX_STEPS):
        wrong = expit(-sign * np.einsum("i,in->n", parameters, columns))
        gradient = strength * (parameters - IDENTITY) - (columns * (share * sign * wrong)).sum(1)
        curvature = np.einsum("in,jn,n->ij", columns, columns, share * wrong * (1.0 - wrong))
        curvature += strength * np.eye(3)
        step = np.zeros(3)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        before = loss(parameters)
        while loss(parameters - step) > before and np.abs(step).max() > PRECISION:
            step /= 2.0
        parameters = parameters - step
        if np.abs(step).max() <= PRECISION:
            break
    return parameters


def _logarithms(raw: npt.ArrayLike) -> tuple[Float, Float]:
    """ln(raw) and -ln(1 - raw), in double precision."""
    clipped = np.clip(np.asarray(raw, dtype=np.float64), SMALLEST, LARGEST)
    return np.log(clipped), -np.log1p(-clipped)


def _equal_classes(electron: npt.NDArray[np.bool_], weights: Float) -> Float:
    balanced = weights.copy()
    balanced[electron] /= weights[electron].sum()
    balanced[~electron] /= weights[~electron].sum()
    return balanced


def _log_losses(
    raw: npt.NDArray[np.float32],
    electron: npt.NDArray[np.bool_],
    fold: npt.NDArray[np.int8],
    weights: Float,
) -> tuple[float, float]:
    """Mean log loss before and after a calibration that has not seen the track's fold."""
    ratio = np.zeros(len(raw))
    for left_out in np.unique(fold):
        fitted, applied = fold != left_out, fold == left_out
        classes = weights[fitted & electron].sum(), weights[fitted & ~electron].sum()
        if min(classes) <= 0.0:
            fitted = np.ones(len(raw), dtype=bool)
        parameters = fit_beta(
            raw[fitted], electron[fitted], _equal_classes(electron[fitted], weights[fitted])
        )
        calibration = CategoryCalibration(*parameters, log_share_ratio=0.0)
        ratio[applied] = calibration.log_likelihood_ratio(raw[applied])
    identity = CategoryCalibration(1.0, 1.0, 0.0, 0.0)
    balanced = _equal_classes(electron, weights) / 2.0
    sign = np.where(electron, 1.0, -1.0)
    before = balanced @ np.logaddexp(0.0, -sign * identity.log_likelihood_ratio(raw))
    return float(before), float(balanced @ np.logaddexp(0.0, -sign * ratio))


def _log(name: str, calibration: CategoryCalibration, before: float, after: float) -> None:
    logger.info(
        "%s: slopes %.3f and %.3f, offset %.3f, log share ratio %.3f; log loss %.4f, calibrated "
        "%.4f",
        name,
        calibration.low,
        calibration.high,
        calibration.offset,
        calibration.log_share_ratio,
        before,
        after,
    )
    if MIN_SLOPE in (calibration.low, calibration.high):
        logger.warning("%s: the scores of this category hardly separate the classes", name)


def read_scored(files: Sequence[str | Path]) -> ScoredTracks:
    """Electrons and hadrons of files of raw scores.

    Raises
    ------
    InputError : a file is missing or unreadable, or there is no electron or hadron in them
    """
    columns = ("raw", "label", "fold", "pt", "eta")
    pieces: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in (*columns, "category")}
    for path in files:
        for chunk in iterate_parquet(path, (*columns, "category")):
            label = np.asarray(chunk["label"])
            mask = (label == Label.HADRON) | (label == Label.ELECTRON)
            for name in columns:
                pieces[name].append(np.asarray(chunk[name])[mask])
            pieces["category"].append(_names(chunk["category"])[mask])
    joined = {name: np.concatenate(values) for name, values in pieces.items() if values}
    if not joined or not len(joined["raw"]):
        raise InputError(f"no electron or hadron tracks in {', '.join(map(str, files))}")
    return ScoredTracks(
        raw=joined["raw"],
        category=joined["category"],
        labels=joined["label"].astype(np.int8),
        fold=joined["fold"],
        pt=joined["pt"],
        eta=joined["eta"],
    )


def _names(column: Any) -> npt.NDArray[np.str_]:
    return np.asarray(column.to_numpy(), dtype=np.str_)


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
