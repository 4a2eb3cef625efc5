"""Weights that give electrons and hadrons the same spectrum in pT and pseudorapidity.

Electrons of a particle gun and hadrons of pile-up collisions differ in their spectra by
construction of the sample. A tagger must not learn them: they say how the sample was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.config.training import BalanceConfig, Spectrum
from hepchain.errors import StageError

Float = npt.NDArray[np.float64]
FloatLike = npt.NDArray[np.float32] | Float

MIN_OVERLAP = 0.01
"""Smallest share of the two spectra that may be common to both classes."""


@dataclass(frozen=True)
class Balance:
    """Weight of a track by its class and bin."""

    pt_edges: Float
    """[GeV]"""
    abs_eta_edges: Float
    weights: Float
    """Shape (2, pT bins, eta bins): hadrons, electrons. Both classes have the same sum over their
    tracks, and the mean over all tracks is 1."""
    spectrum: Float
    """Shape (pT bins, eta bins): common weighted spectrum of both classes, sum 1."""
    target: Float
    """Shape as ``spectrum``: what it was to be."""
    counts: npt.NDArray[np.int64]
    """Shape as ``weights``: tracks it was made from."""

    def of(
        self, labels: npt.NDArray[np.int8], pt: FloatLike, eta: FloatLike
    ) -> npt.NDArray[np.float32]:
        """Weight of each track, shape (n,); tracks beyond the edges take that of the last bin."""
        row = _bin(pt, self.pt_edges)
        column = _bin(np.abs(eta), self.abs_eta_edges)
        weights: npt.NDArray[np.float32] = self.weights[labels, row, column].astype(np.float32)
        return weights

    def report(self) -> dict[str, Any]:
        """What the weights do, for the metadata of a model."""
        sums = (self.counts * self.weights).sum(axis=(1, 2))
        squares = (self.counts * self.weights**2).sum(axis=(1, 2))
        return {
            "largest_weight": float(self.weights[self.counts > 0].max()),
            "effective_hadrons": float(sums[0] ** 2 / squares[0]),
            "effective_electrons": float(sums[1] ** 2 / squares[1]),
            "bins_below_target": int((self.spectrum < self.target * (1.0 - 1e-9)).sum()),
            "bins": int(self.target.size),
            "share_moved_from_target": float(0.5 * np.abs(self.spectrum - self.target).sum()),
            "tracks_with_weight_zero": int(self.counts[self.weights == 0.0].sum()),
        }


def balance(
    labels: npt.NDArray[np.int8],
    pt: FloatLike,
    eta: FloatLike,
    config: BalanceConfig,
    spectrum: Spectrum = "flat",
) -> Balance:
    """Weights that give both classes one spectrum, as near to the one wanted as they allow.

    In a bin with so few tracks of a class that one of them would weigh more than
    ``max_weight_ratio`` times the mean of its class, the spectrum of *both* classes is lowered:
    the classes stay equal, and the spectrum gives way. In a bin that only one class fills, all
    weights are zero. (Spectra that overlap by less than 1 / ``max_weight_ratio`` cannot keep that
    bound.)

    Parameters
    ----------
    labels : shape (n,), 0 hadron or 1 electron
    pt : shape (n,) [GeV]
    eta : shape (n,)
    config : bin edges and largest weight
    spectrum : flat in ln(pT) and abs(eta), or that of one of the classes

    Raises
    ------
    StageError : a class is absent, or the two spectra hardly overlap
    """
    pt_edges = np.asarray(config.pt_edges, dtype=np.float64)
    eta_edges = np.asarray(config.abs_eta_edges, dtype=np.float64)
    shape = (2, len(pt_edges) - 1, len(eta_edges) - 1)
    index = (labels, _bin(pt, pt_edges), _bin(np.abs(eta), eta_edges))
    counts = np.bincount(np.ravel_multi_index(index, shape), minlength=np.prod(shape))
    counts = counts.reshape(shape)
    totals = counts.sum(axis=(1, 2), keepdims=True)
    if (totals == 0).any():
        raise StageError(
            f"both classes are needed to balance them: {int(totals[1, 0, 0])} electrons, "
            f"{int(totals[0, 0, 0])} hadrons"
        )
    shares = (counts / totals).min(axis=0)
    if shares.sum() < MIN_OVERLAP:
        raise StageError(
            "electrons and hadrons hardly share a bin of pT and |eta| "
            f"(overlap {shares.sum():.1%}): widen training.balance.pt_edges or abs_eta_edges, or "
            "generate electrons where the hadrons are"
        )
    targets = {
        "flat": flat_spectrum(pt_edges, eta_edges),
        "hadrons": counts[0] / totals[0],
        "electrons": counts[1] / totals[1],
    }
    target = targets[spectrum]
    common = _as_near_as_allowed(target, config.max_weight_ratio * shares)
    half = 0.5 * len(labels)
    weights = np.divide(common * half, counts, out=np.zeros(shape), where=counts > 0)
    return Balance(pt_edges, eta_edges, weights, common, target, counts)


def flat_spectrum(pt_edges: Float, abs_eta_edges: Float) -> Float:
    """Share of each bin in a spectrum flat in ln(pT) and abs(eta), sum 1."""
    area = np.outer(np.diff(np.log(pt_edges)), np.diff(abs_eta_edges))
    share: Float = area / area.sum()
    return share


def _as_near_as_allowed(target: Float, ceiling: Float) -> Float:
    """Spectrum min(c target, ceiling) of sum 1, with c found by raising the bins that are free."""
    spectrum = np.minimum(target, ceiling)
    # Each step caps at least one further bin or ends.
    for _ in range(target.size + 1):
        free = (spectrum < ceiling) & (target > 0.0)
        missing = 1.0 - spectrum.sum()
        if missing <= 1e-12 or not free.any():
            break
        factor = 1.0 + missing / spectrum[free].sum()
        spectrum = np.where(free, np.minimum(spectrum * factor, ceiling), spectrum)
    normalised: Float = spectrum / spectrum.sum()
    return normalised


def _bin(values: FloatLike, edges: Float) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.digitize(values, edges[1:-1]).astype(np.int64)
    return found
