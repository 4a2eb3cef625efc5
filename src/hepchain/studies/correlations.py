"""Linear correlations of the input variables, of signal and of background."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.config.training import BalanceConfig
from hepchain.errors import StageError
from hepchain.io.parquet import iterate_parquet
from hepchain.shares import CLASSES
from hepchain.training.balance import Balance, balance
from hepchain.training.scaling import Scaling

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

KINEMATICS = ("category", "label", "pt", "eta", "weight")
DIGITS = 4
"""Of the correlations in the file of numbers."""


@dataclass
class Moments:
    """Weighted sums of inputs and of their products, collected piece by piece."""

    weight: float
    sums: Floats
    products: Floats
    tracks: int

    @classmethod
    def empty(cls, variables: int) -> Moments:
        """Of no tracks."""
        return cls(0.0, np.zeros(variables), np.zeros((variables, variables)), 0)

    def add(self, inputs: Floats, weight: Floats) -> None:
        """Add tracks: inputs of shape (n, variables) with means near 0 and widths near 1."""
        weighted = inputs * weight[:, None]
        self.weight += float(weight.sum())
        self.sums += weighted.sum(axis=0)
        # einsum without optimisation sums in a fixed order, whatever BLAS and its threads do.
        self.products += np.einsum("ni,nj->ij", weighted, inputs, optimize=False)
        self.tracks += len(inputs)

    def correlation(self) -> Floats:
        """Matrix of shape (variables, variables); NaN for constants and without tracks."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.sums / self.weight
            covariance = self.products / self.weight - np.outer(mean, mean)
            variance = np.diag(covariance)
            # What is left of a constant is rounding, which correlates with anything.
            width = np.sqrt(np.where(variance > 1e-9, variance, np.nan))
            result: Floats = np.clip(covariance / np.outer(width, width), -1.0, 1.0)
        return result


@dataclass(frozen=True)
class Correlations:
    """Correlations in one category of the training samples."""

    category: str
    variables: list[str]
    groups: list[str]
    """Group of each variable."""
    values: dict[str, Floats]
    """Class -> shape (variables, variables); NaN where a variable is constant."""
    tracks: dict[str, int]
    """Class -> number."""


def correlations(
    paths: Sequence[Path],
    category: str,
    groups: Mapping[str, str],
    scaling: Scaling,
    config: BalanceConfig,
) -> Correlations:
    """Correlations of the inputs as a model gets them: transformed, standardised, cut off.

    Both classes are weighted to the same spectrum of pT and eta, as in training. The files are
    read twice, first for that spectrum; memory does not grow with them but for three small
    columns.

    Parameters
    ----------
    paths : features of the training samples
    groups : variable -> its group, in the order of the matrices
    scaling : of a trained model, with all these variables

    Raises
    ------
    InputError : a file is unusable
    """
    names = list(groups)
    moments = _moments(paths, category, scaling.of(names), names, config)
    return Correlations(
        category,
        names,
        list(groups.values()),
        {name: np.round(found.correlation(), DIGITS) for name, found in moments.items()},
        {name: found.tracks for name, found in moments.items()},
    )


def _moments(
    paths: Sequence[Path], category: str, own: Scaling, names: list[str], config: BalanceConfig
) -> dict[str, Moments]:
    weights = _balance(paths, category, config)
    moments = {name: Moments.empty(len(names)) for name in CLASSES}
    for tracks in _tracks(paths, category, [*dict.fromkeys([*KINEMATICS, *names])]):
        label = np.asarray(tracks["label"]).astype(np.int8)
        weight = np.ones(len(label), dtype=np.float32)
        if weights is not None:
            weight = weights.of(label, *(np.asarray(tracks[n]) for n in ("pt", "eta", "weight")))
        values = np.stack([np.asarray(tracks[name]) for name in names], axis=1)
        inputs = own.apply(values.astype(np.float32), names, "training tracks").astype(np.float64)
        for name, wanted in CLASSES.items():
            chosen = label == wanted
            moments[name].add(inputs[chosen], weight[chosen].astype(np.float64))
    return moments


def _tracks(paths: Sequence[Path], category: str, columns: Sequence[str]) -> Iterator[ak.Array]:
    """Signal and background of the category, row group by row group."""
    for path in paths:
        for chunk in iterate_parquet(path, columns):
            label = np.asarray(chunk["label"])
            chosen = np.isin(label, list(CLASSES.values())) & np.asarray(
                chunk["category"] == category
            )
            yield ak.to_packed(chunk[chosen])


def _balance(paths: Sequence[Path], category: str, config: BalanceConfig) -> Balance | None:
    """Weights of both classes, None if they cannot be balanced."""
    found = list(_tracks(paths, category, KINEMATICS))
    label, pt, eta, weight = (
        np.concatenate([np.asarray(tracks[name]) for tracks in found] or [np.empty(0)])
        for name in ("label", "pt", "eta", "weight")
    )
    try:
        return balance(label.astype(np.int8), pt, eta, weight, config)
    except StageError as error:
        # A figure is no reason to end a run.
        assumed(
            logger,
            Kind.NOT_BALANCED,
            f"correlations of unweighted tracks, each counts once: {error}",
        )
        return None
