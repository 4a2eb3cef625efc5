"""Tracks of pions against really reconstructed ones, bin by bin.

Real tracks are mostly pions of top-quark decays. Ours are given their distributions of abs(eta) and
pT within each bin.

The error of either side is at least the one that its number of tracks would have with the spread of
the other, since a handful of tracks may all have no hole without being sure to have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from hepchain.trust import Trust
from hepchain.validation.comparison import Comparison, FloatArray, Relation, binned
from hepchain.validation.quantities import TrackColumns, TrackQuantity, in_bin, select
from hepchain.validation.reconstructed import (
    ReconstructedTracks,
    ReferenceFile,
    distribution_weights,
    values,
)
from hepchain.validation.reference import Quantity, Reference, arrays
from hepchain.validation.summaries import NOTHING, Estimate, effective_entries


class PionsBesideReconstruction:
    """Pions of the simulation beside the tracks of one file.

    Parameters
    ----------
    pions : columns of :data:`hepchain.validation.quantities.COLUMNS`
    reference, file : the summaries, and the file to compare with
    min_tracks : effective number of tracks below which a bin stays empty
    """

    def __init__(
        self,
        pions: TrackColumns,
        reference: ReconstructedTracks,
        file: ReferenceFile,
        min_tracks: float,
    ) -> None:
        self._pions = pions
        self._reference = reference
        self._file = file
        self._min_tracks = min_tracks
        self._bins: dict[tuple[float, float], list[tuple[TrackColumns, FloatArray]]] = {}

    def compare(
        self,
        quantity: TrackQuantity,
        group: str,
        abs_eta: tuple[float, float],
        tolerance: float,
        difference: str = "",
    ) -> Comparison:
        """One quantity in one range of abs(eta).

        Parameters
        ----------
        tolerance : relative; the quantity's own, if it has one, is absolute and goes before
        difference : why they differ, if it is known
        """
        region = self._reference.region(abs_eta)
        summaries = self._file.quantities[quantity.name]
        tracks = self._binned(abs_eta)
        estimates = [self._estimate(quantity, *item) for item in tracks]
        # Our tracks over the real ones.
        sizes = np.array([effective_entries(weight) for _, weight in tracks])
        sizes = sizes / np.maximum(self._file.tracks[region], 1)
        ours, theirs = _common_errors(arrays(estimates)[1], values(summaries.error, region), sizes)
        fitted = quantity.name in self._file.fitted
        reference = Reference(
            value=values(summaries.value, region),
            error=theirs,
            source=self._file.description,
            trust=Trust.COMPUTED,
            relation=Relation.FITTED if fitted else Relation.INDEPENDENT,
            tolerance=tolerance if quantity.tolerance is None else quantity.tolerance,
            tolerance_kind="relative" if quantity.tolerance is None else "absolute",
            tolerance_reason="closeness at which a tagger trained on one serves for the other",
            difference=difference,
        )
        axis = binned("pt", "track pT [GeV]", self._reference.pt_edges)
        return Quantity(
            quantity.name, group, quantity.title, axis, quantity.unit, eta_range(abs_eta)
        ).compared(
            [
                Estimate(estimate.value, float(error))
                for estimate, error in zip(estimates, ours, strict=True)
            ],
            reference,
        )

    def _binned(self, abs_eta: tuple[float, float]) -> Sequence[tuple[TrackColumns, FloatArray]]:
        """Tracks and weights of each bin of pT."""
        if abs_eta not in self._bins:
            region = self._reference.region(abs_eta)
            tracks = [
                select(self._pions, in_bin(self._pions, pt, abs_eta))
                for pt in pairwise(self._reference.pt_edges)
            ]
            self._bins[abs_eta] = [
                (item, distribution_weights(item, self._file, region, position))
                for position, item in enumerate(tracks)
            ]
        return self._bins[abs_eta]

    def _estimate(
        self, quantity: TrackQuantity, tracks: TrackColumns, weight: FloatArray
    ) -> Estimate:
        if effective_entries(weight) < self._min_tracks:
            return NOTHING
        return quantity.estimate(tracks, weight)


def _common_errors(
    ours: FloatArray, theirs: FloatArray, sizes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Errors of both sides, each at least that of its size with the spread of the other.

    Parameters
    ----------
    sizes : our number of tracks over theirs, shape (bins,)
    """
    scale = np.sqrt(sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        widened = np.fmax(ours, theirs / scale), np.fmax(theirs, ours * scale)
    return np.where(np.isnan(ours), np.nan, widened[0]), widened[1]


def compare_all(
    pions: TrackColumns,
    reference: ReconstructedTracks,
    quantities: Iterable[TrackQuantity],
    group: str,
    abs_eta: Iterable[tuple[float, float]],
    tolerance: float,
    min_tracks: float,
    differences: Mapping[str, str],
) -> list[Comparison]:
    """Every quantity in every range, with every file."""
    beside = [
        PionsBesideReconstruction(pions, reference, file, min_tracks) for file in reference.files
    ]
    ranges = list(abs_eta)
    return [
        pair.compare(quantity, group, where, tolerance, differences.get(quantity.name, ""))
        for quantity in quantities
        for pair in beside
        for where in ranges
    ]


def eta_range(abs_eta: tuple[float, float]) -> str:
    """Range in words."""
    low, high = abs_eta
    return f"|η| < {high:g}" if low == 0.0 else f"{low:g} < |η| < {high:g}"
