"""Summaries of really reconstructed tracks: record, model of the file, weights for the simulation.

The file is made by ``benchmarks/track_references.py`` from public ATLAS simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from hepchain.config.base import Block
from hepchain.config.types import Edges, Range
from hepchain.validation.comparison import FloatArray
from hepchain.validation.quantities import ERRORS, HITS, TrackColumns, TrackQuantity, in_bin, select

PT_EDGES = (1.0, 1.5, 2.0, 3.0, 5.0)
"""GeV"""
ABS_ETA = ((0.0, 0.8), (0.8, 1.5), (1.5, 2.5), (0.0, 1.5))
"""Ranges in which tracks are summed up; the last is the barrel as a whole."""
ETA_CELLS = 25
"""Equal cells of abs(eta) up to 2.5, in which the distribution is kept."""
PT_CELLS = 4
"""Cells of each bin of pT, equal in the logarithm."""

Numbers = list[list[float | None]]
Counts = list[list[NonNegativeInt]]


class Summaries(Block):
    """A quantity in ranges of abs(eta) (rows) and bins of pT (columns); null if not known."""

    value: Numbers = Field(description="medians, means or shares")
    error: Numbers = Field(description="standard errors")


class ReferenceFile(Block):
    """The tracks of one file."""

    name: str = Field(description="name of the file at its origin")
    source: str = Field(description="origin and licence")
    title: str = Field(description="name in legends: simulation campaign and file")
    conditions: str = Field(description="process, run number, pile-up")
    fitted: list[str] = Field(description="quantities that parameters were fitted to")
    events: PositiveInt = Field(description="number of events")
    mean_collisions: PositiveFloat = Field(description="mean number of collisions")
    tracks: Counts = Field(description="tracks by range of abs(eta) and bin of pT")
    eta_cells: Counts = Field(description="tracks by bin of pT and cell of abs(eta)")
    pt_cells: list[Counts] = Field(description="tracks by range of abs(eta), bin and cell of pT")
    quantities: dict[str, Summaries] = Field(description="quantity -> summaries")

    @property
    def description(self) -> str:
        """Where the tracks come from, shortest first."""
        return f"{self.title}: {self.name}, {self.conditions}"


class ReconstructedTracks(Block):
    """Tracks of ATLAS simulation, fully reconstructed."""

    pt_edges: Edges = Field(description="bins of pT [GeV]")
    abs_eta: list[Range] = Field(description="ranges of abs(eta)")
    files: list[ReferenceFile] = Field(min_length=1, description="one entry a file")

    @model_validator(mode="after")
    def _shapes(self) -> Self:
        rows, columns = len(self.abs_eta), len(self.pt_edges) - 1
        for file in self.files:
            for name, item in file.quantities.items():
                for part in (item.value, item.error):
                    if [len(row) for row in part] != [columns] * rows:
                        raise ValueError(f"{file.name}: {name} is not {rows} rows of {columns}")
        return self

    def region(self, abs_eta: tuple[float, float]) -> int:
        """Position of a range of abs(eta).

        Raises
        ------
        ValueError : the file has no such range
        """
        return self.abs_eta.index(abs_eta)


def values(numbers: Numbers, region: int) -> FloatArray:
    """Numbers of one range of abs(eta), shape (pt bins,), NaN where there are none."""
    return np.array(numbers[region], dtype=np.float64)


def pt_cells(low: float, high: float) -> FloatArray:
    """Edges of the cells of a bin of pT."""
    return np.geomspace(low, high, PT_CELLS + 1)


def eta_cells() -> FloatArray:
    """Edges of the cells of abs(eta)."""
    return np.linspace(0.0, 2.5, ETA_CELLS + 1)


def summarise(columns: TrackColumns) -> dict[str, Summaries]:
    """Every quantity of unweighted tracks in all bins."""
    return {quantity.name: _summaries(quantity, columns) for quantity in (*ERRORS, *HITS)}


def _summaries(quantity: TrackQuantity, columns: TrackColumns) -> Summaries:
    value: Numbers = []
    error: Numbers = []
    for region in ABS_ETA:
        bins = [select(columns, in_bin(columns, pt, region)) for pt in pairwise(PT_EDGES)]
        estimates = [quantity.estimate(tracks, np.ones(len(tracks["pt"]))) for tracks in bins]
        value.append([_rounded(estimate.value) for estimate in estimates])
        error.append([_rounded(estimate.error) for estimate in estimates])
    return Summaries(value=value, error=error)


def _rounded(number: float) -> float | None:
    return float(f"{number:.4g}") if np.isfinite(number) else None


def distribution_weights(
    columns: TrackColumns, reference: ReferenceFile, region: int, pt_bin: int
) -> npt.NDArray[np.float64]:
    """Weights that give the tracks of one bin the reference's distributions of abs(eta) and pT.

    Product of two one-dimensional ratios: within a bin pT and eta are nearly independent. Cells
    that the simulation has no track in are lost, which matters in very small samples only.
    """
    low, high = PT_EDGES[pt_bin], PT_EDGES[pt_bin + 1]
    by_eta = _ratio(np.abs(columns["eta"]), eta_cells(), reference.eta_cells[pt_bin])
    by_pt = _ratio(columns["pt"], pt_cells(low, high), reference.pt_cells[region][pt_bin])
    return by_eta * by_pt


def _ratio(values: FloatArray, edges: FloatArray, wanted: list[int]) -> FloatArray:
    """For each value, entries wanted in its cell over entries there are."""
    cell = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    present = np.bincount(cell, minlength=len(edges) - 1)
    return np.asarray(wanted, dtype=np.float64)[cell] / np.maximum(present[cell], 1)


def agreement(first: ReferenceFile, second: ReferenceFile) -> Mapping[str, tuple[float, int]]:
    """chi-squared and number of bins between two files, by quantity, in exclusive bins."""
    return {
        name: _chi_squared(first.quantities[name], second.quantities[name])
        for name in first.quantities
    }


def _chi_squared(first: Summaries, second: Summaries) -> tuple[float, int]:
    exclusive = len(ABS_ETA) - 1
    a, b, error_a, error_b = (
        np.array(item[:exclusive], dtype=np.float64)
        for item in (first.value, second.value, first.error, second.error)
    )
    pulls = (a - b) / np.hypot(error_a, error_b)
    known = np.isfinite(pulls)
    return float((pulls[known] ** 2).sum()), int(known.sum())
