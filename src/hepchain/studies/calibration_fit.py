"""Slope and intercept of the logit of an observed share against a log likelihood ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from hepchain.shares import Floats

BLOCKS = 200
"""Of events, resampled for errors: whole events, so that tracks of one stay together."""
MAX_STEPS = 50
PRECISION = 1e-9


@dataclass(frozen=True)
class Tracks:
    """Electrons and hadrons with weights that sum to the same for both; shapes (n,)."""

    ratio: Floats
    """Logarithm of the likelihood ratio."""
    electron: npt.NDArray[np.bool_]
    weight: Floats
    block: npt.NDArray[np.int64]
    """Block of the event, 0 to :data:`BLOCKS` - 1."""

    def chosen(self, mask: npt.NDArray[np.bool_]) -> Tracks:
        """Some of the tracks."""
        return Tracks(self.ratio[mask], self.electron[mask], self.weight[mask], self.block[mask])


@dataclass(frozen=True)
class Fit:
    """logit of the observed share = ``intercept`` + ``slope`` x log likelihood ratio.

    1 and 0 for a likelihood ratio that is one (Cox, Biometrika 45 (1958) 562). Not a number where
    the classes are separated or absent.
    """

    slope: float
    slope_error: float
    intercept: float
    intercept_error: float


def fit(tracks: Tracks) -> Fit:
    """Slope and intercept by weighted maximum likelihood (Newton steps).

    Errors allow for weights and for several tracks in an event (sandwich of blocks of events:
    Liang, Zeger, Biometrika 73 (1986) 13).
    """
    missing = Fit(*[float("nan")] * 4)
    totals = [tracks.weight[mask].sum() for mask in (tracks.electron, ~tracks.electron)]
    if min(totals) <= 0.0:
        return missing
    columns = np.stack([tracks.ratio, np.ones_like(tracks.ratio)])
    parameters = np.array([1.0, 0.0])
    for _ in range(MAX_STEPS):
        wrong, curvature = _derivatives(parameters, columns, tracks)
        try:
            step = np.linalg.solve(curvature, np.einsum("in,n->i", columns, wrong))
        except np.linalg.LinAlgError:
            return missing
        parameters += np.clip(step, -1.0, 1.0)
        if np.abs(step).max() <= PRECISION:
            break
    else:
        return missing
    wrong, curvature = _derivatives(parameters, columns, tracks)
    blocks = np.array([np.bincount(tracks.block, wrong * column, BLOCKS) for column in columns])
    inverse = np.linalg.inv(curvature)
    errors = np.sqrt(np.diag(inverse @ np.einsum("ib,jb->ij", blocks, blocks) @ inverse))
    return Fit(float(parameters[0]), float(errors[0]), float(parameters[1]), float(errors[1]))


def _derivatives(parameters: Floats, columns: Floats, tracks: Tracks) -> tuple[Floats, Floats]:
    """Residuals, shape (n,), and curvature, shape (2, 2), of the log likelihood."""
    probability = expit(np.einsum("i,in->n", parameters, columns))
    wrong: Floats = tracks.weight * (tracks.electron - probability)
    spread = tracks.weight * probability * (1.0 - probability)
    curvature: Floats = np.einsum("in,jn,n->ij", columns, columns, spread)
    return wrong, curvature
