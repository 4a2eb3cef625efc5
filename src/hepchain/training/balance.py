"""Weights that give signal and background the same spectrum in pT and pseudorapidity.

Signal of a particle gun and background of pile-up collisions differ in their spectra by
construction of the sample. A tagger must not learn them: they say how the sample was made. Tracks
count with the weights of their events, which may be negative.

In a bin with so few tracks of a class that one of them would weigh more than ``max_weight_ratio``
times the mean of its class, the spectrum of *both* classes is lowered: the classes stay equal, and
the spectrum gives way. In a bin that only one class fills, all weights are zero. (Spectra that
overlap by less than 1 / ``max_weight_ratio`` cannot keep that bound.) Spectra are sums of the
weights of events; a bin in which negative weights prevail counts as not filled.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.config.taggers import Spectrum
from hepchain.config.training import BalanceConfig
from hepchain.errors import InputError, StageError
from hepchain.labels import CLASSES, Label, in_words

logger = logging.getLogger(__name__)

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
    """Shape (2, pT bins, eta bins), by label. Both classes have the same sum over their
    tracks, and the mean over all tracks is 1."""
    spectrum: Float
    """Shape (pT bins, eta bins): common weighted spectrum of both classes, sum 1."""
    target: Float
    """Shape as ``spectrum``: what it was to be."""
    counts: npt.NDArray[np.int64]
    """Shape as ``weights``: tracks it was made from."""
    sums: Float
    """Shape as ``weights``: of the weights of their events."""
    squares: Float
    uses_event_weights: bool

    def of(
        self, labels: npt.NDArray[np.int8], pt: FloatLike, eta: FloatLike, event_weight: FloatLike
    ) -> npt.NDArray[np.float32]:
        """Weight of each track, shape (n,): that of its event times that of its class and bin.

        Tracks beyond the edges take that of the last bin.
        """
        row = _bin(pt, self.pt_edges)
        column = _bin(np.abs(eta), self.abs_eta_edges)
        weights = self.weights[labels, row, column]
        if self.uses_event_weights:
            weights = weights * event_weight
        return weights.astype(np.float32)

    def report(self) -> dict[str, Any]:
        """What the weights do, for the metadata of a model."""
        sums = (self.sums * self.weights).sum(axis=(1, 2))
        squares = (self.squares * self.weights**2).sum(axis=(1, 2))
        return {
            "largest_weight": float(self.weights[self.counts > 0].max()),
            "effective_background": float(sums[0] ** 2 / squares[0]),
            "effective_signal": float(sums[1] ** 2 / squares[1]),
            "bins_below_target": int((self.spectrum < self.target * (1.0 - 1e-9)).sum()),
            "bins": int(self.target.size),
            "share_moved_from_target": float(0.5 * np.abs(self.spectrum - self.target).sum()),
            "tracks_with_weight_zero": int(self.counts[self.weights == 0.0].sum()),
            "event_weights": "use" if self.uses_event_weights else "ignore",
        }


@dataclass(frozen=True)
class Labelled:
    """Tracks of both classes with what they are balanced in; shapes (n,)."""

    labels: npt.NDArray[np.int8]
    """:data:`.CLASSES`"""
    pt: FloatLike
    """[GeV]"""
    eta: FloatLike
    event_weight: Float

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def signal(self) -> npt.NDArray[np.bool_]:
        """Whether a track is signal, shape (n,)."""
        return np.asarray(self.labels == Label.SIGNAL)

    @classmethod
    def joined(cls, tables: Sequence[Labelled]) -> Labelled:
        """Tracks of all tables, one after the other."""
        columns = zip(*(table.balanced_in for table in tables), strict=True)
        return Labelled(*map(np.concatenate, columns))

    @property
    def balanced_in(self) -> tuple[npt.NDArray[np.int8], FloatLike, FloatLike, FloatLike]:
        """First arguments of :func:`balance` and :meth:`Balance.of`."""
        return self.labels, self.pt, self.eta, self.event_weight

    def balanced(self, config: BalanceConfig) -> Float:
        """Weights that give both classes the same spectrum, as in the training; shape (n,).

        Raises
        ------
        StageError : the classes cannot be balanced
        """
        return balance(*self.balanced_in, config).of(*self.balanced_in).astype(np.float64)


def balance(
    labels: npt.NDArray[np.int8],
    pt: FloatLike,
    eta: FloatLike,
    event_weight: FloatLike,
    config: BalanceConfig,
    spectrum: Spectrum = "flat",
) -> Balance:
    """Weights that give both classes one spectrum, as near to the one wanted as they allow.

    Parameters
    ----------
    labels : shape (n,), :data:`.CLASSES`
    pt, eta : shape (n,), pT in GeV
    event_weight : shape (n,), of the event of each track
    config : bin edges, largest weight, and whether weights of events count
    spectrum : flat in ln(pT) and abs(eta), or that of one of the classes; none: each class keeps
        its own, and both have the same sum

    Raises
    ------
    InputError, StageError : a weight is not finite; a class is absent, or spectra hardly overlap
    """
    edges = np.asarray(config.pt_edges), np.asarray(config.abs_eta_edges)
    if spectrum == "none":
        edges = edges[0][[0, -1]], edges[1][[0, -1]]
    used = config.event_weights == "use"
    weight = _usable(event_weight) if used else _ignored(event_weight)
    index = (labels, _bin(pt, edges[0]), _bin(np.abs(eta), edges[1]))
    counts, sums, squares = _histograms(index, edges, weight)
    filled = _filled(sums, counts)
    spectra = _spectra(filled, counts)
    shares = spectra.min(axis=0)
    if shares.sum() < MIN_OVERLAP:
        raise StageError(
            f"the classes hardly share a bin of pT and |eta| (overlap {shares.sum():.1%}): widen "
            "training.balance.pt_edges or abs_eta_edges, or generate signal where background is"
        )
    one_of_them = spectrum in ("background", "signal")
    target = spectra[Label[spectrum.upper()]] if one_of_them else flat_spectrum(*edges)
    common = _as_near_as_allowed(target, config.max_weight_ratio * shares)
    half = 0.5 * len(labels)
    weights = np.divide(common * half, filled, out=np.zeros(filled.shape), where=filled > 0)
    return Balance(*edges, weights, common, target, counts, sums, squares, used)


def _histograms(
    index: tuple[npt.NDArray[Any], ...], edges: tuple[Float, Float], weight: Float
) -> tuple[npt.NDArray[np.int64], Float, Float]:
    """Tracks by class and bin, the sum of their weights and that of the squares of these."""
    shape = (len(CLASSES), *(len(of) - 1 for of in edges))
    flat, bins = np.ravel_multi_index(index, shape), int(np.prod(shape))
    counts = np.bincount(flat, minlength=bins).reshape(shape)
    sums, squares = (
        np.bincount(flat, values, minlength=bins).astype(np.float64).reshape(shape)
        for values in (weight, weight**2)
    )
    return counts, sums, squares


def _spectra(filled: Float, counts: npt.NDArray[np.int64]) -> Float:
    """Share of each bin in its class, shape as ``filled``."""
    totals = filled.sum(axis=(1, 2), keepdims=True)
    if (totals == 0).any():
        raise StageError(
            f"both classes are needed to balance them: {in_words(counts.sum(axis=(1, 2)))}, "
            f"with weights of sum {' and '.join(f'{total:g}' for total in totals.flat)}"
        )
    shares: Float = filled / totals
    return shares


def _usable(event_weight: FloatLike) -> Float:
    weight = np.asarray(event_weight, dtype=np.float64)
    bad = int((~np.isfinite(weight)).sum())
    if bad:
        raise InputError(
            f"the weights of the events of {bad} of {len(weight)} tracks are NaN or infinite: "
            "correct the ntuples of the sample and rerun them"
        )
    negative = int((weight < 0.0).sum())
    if negative:
        assumed(
            logger,
            Kind.NEGATIVE_WEIGHTS,
            "tracks of events with negative weight count with its sign",
            negative,
            len(weight),
        )
    return weight


def _ignored(event_weight: FloatLike) -> Float:
    different = int((np.asarray(event_weight) != 1.0).sum())
    if different:
        assumed(
            logger,
            Kind.WEIGHTS_IGNORED,
            "tracks count once, whatever the weight of their event "
            "(training.balance.event_weights: ignore)",
            different,
            len(event_weight),
        )
    return np.ones(len(event_weight))


def _filled(sums: Float, counts: npt.NDArray[np.int64]) -> Float:
    """Weights by class and bin, none where negative ones prevail."""
    lost = (sums <= 0.0) & (counts > 0)
    if lost.any():
        assumed(
            logger,
            Kind.NEGATIVE_BINS,
            f"weights of events sum to nothing or less in {int(lost.sum())} bins of a class in pT "
            "and |eta|: its tracks there are left out",
            int(counts[lost].sum()),
            int(counts.sum()),
        )
    return np.maximum(sums, 0.0)


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
