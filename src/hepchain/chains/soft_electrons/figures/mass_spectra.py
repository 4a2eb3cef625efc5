"""Spectra of the mass of candidates, of data as far as they are open, and shares that pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepchain.efficiency import Efficiency, efficiency_of_sums
from hepchain.figures.style import Floats
from hepchain.io.columns import Columns, pieces
from hepchain.labels import Label

EDGES = np.linspace(0.0, 6.0, 25)
"""Bins of the mass [GeV]."""
WIDE = 4
"""Bins put together where shares are drawn."""
BACKGROUND = "background"
ROWS = ("without tagger", "with tagger", "failing the tagger")
"""What is asked of candidates; the last is shown with data."""
ALL, PASSING, FAILING = range(3)
COLUMNS = ("mass", "weight", "passes_tagger", "label", "truth_pdg_id", "truth_is_pileup")
COMPONENTS = {
    "pileup": "pile-up hadrons",
    "other": "other tracks",
    "muon": "muons",
    "proton": "protons",
    "kaon": "kaons",
    "pion": "pions",
    "electron": "real electrons",
}
"""Components of the background in the order of the stack, with their titles."""
_PDG_ID = {211: "pion", 321: "kaon", 2212: "proton", 13: "muon"}


@dataclass(frozen=True)
class Spectrum:
    """Expected candidates in bins of the mass; shapes (2, bins), row 1 with the tagger."""

    weighted: Floats
    error: Floats

    @property
    def total(self) -> Floats:
        """Sum over the bins, shape (2,)."""
        total: Floats = self.weighted.sum(axis=1)
        return total

    def row(self, row: int) -> tuple[Floats, Floats]:
        """Candidates and their error, shape (bins,) each, of one of ``ROWS``."""
        if row != FAILING:
            return self.weighted[row], self.error[row]
        rest = self.error[ALL] ** 2 - self.error[PASSING] ** 2
        return self.weighted[ALL] - self.weighted[PASSING], np.sqrt(np.maximum(rest, 0.0))


@dataclass(frozen=True)
class DataSpectrum:
    """Candidates of data in bins of the mass."""

    counts: Floats
    """Shape (3, bins), a line for each of ``ROWS``; not a number where data are closed."""
    closed_below: float | None
    """Mass below which only those that fail the tagger are shown [GeV]; None: nothing is closed."""


@dataclass(frozen=True)
class MassSpectra:
    """What the figure shows."""

    edges: Floats
    """Shape (bins + 1,) [GeV]."""
    veto: tuple[float, float]
    """Excluded masses [GeV]."""
    background: dict[str, Spectrum]
    """Component -> spectrum, all backgrounds together."""
    signals: dict[str, Spectrum]
    wide_edges: Floats
    """Shape (wide bins + 1,) [GeV]."""
    passing: dict[str, list[Efficiency]]
    """``background`` or signal -> share that passes the tagger in each wide bin."""
    data: DataSpectrum | None = None
    """All samples of data together."""
    titles: tuple[str, ...] = ROWS
    """Of the lines of spectra, for readers of the file."""

    @property
    def rows(self) -> tuple[str, ...]:
        """Panels of spectra."""
        return ROWS if self.data is not None else ROWS[:FAILING]


def component(table: Columns) -> np.ndarray:
    """Name of the component of each candidate, shape (n,)."""
    pdg_id = np.abs(table["truth_pdg_id"])
    names = np.full(len(pdg_id), "other", dtype="<U8")
    for number, name in _PDG_ID.items():
        names[pdg_id == number] = name
    names[table["truth_is_pileup"] != 0] = "pileup"
    names[np.isin(table["label"], (Label.SIGNAL, Label.IGNORED))] = "electron"
    return names


def mass_spectra(
    signals: Mapping[str, Path],
    backgrounds: Iterable[Path],
    veto: Sequence[float],
    luminosity: float,
    data: Sequence[Path] = (),
    closed_below: float | None = None,
) -> MassSpectra:
    """Spectra from the candidate tables of the samples.

    Parameters
    ----------
    veto : excluded masses [GeV]
    luminosity : by which weights per fb-1 are multiplied [fb-1]
    data : tables of data
    closed_below : largest mass splitting [GeV] if the signal region of data is closed
    """
    background = _components(pieces(backgrounds, COLUMNS), luminosity)
    spectra = {name: _sum(pieces([path], COLUMNS), luminosity) for name, path in signals.items()}
    passing = {
        BACKGROUND: _passing(list(background.values())),
        **{name: _passing([spectrum]) for name, spectrum in spectra.items()},
    }
    wide_edges = EDGES[::WIDE]
    excluded = (veto[0], veto[1])
    measured = data_spectrum(data, excluded, closed_below) if data else None
    return MassSpectra(EDGES, excluded, background, spectra, wide_edges, passing, measured)


def data_spectrum(
    tables: Iterable[Path], veto: tuple[float, float], closed_below: float | None
) -> DataSpectrum:
    """Counts of data; a bin that is closed in part is not shown."""
    counts = np.zeros((len(ROWS), len(EDGES) - 1))
    for table in pieces(tables, ("mass", "passes_tagger")):
        passes = table["passes_tagger"].astype(bool)
        for row, chosen in ((PASSING, passes), (FAILING, ~passes)):
            counts[row] += np.histogram(table["mass"][chosen], EDGES)[0]
    counts[ALL] = counts[PASSING] + counts[FAILING]
    if closed_below is not None:
        vetoed = (EDGES[:-1] >= veto[0]) & (EDGES[1:] <= veto[1])
        counts[:FAILING, (EDGES[:-1] < closed_below) & ~vetoed] = np.nan
    return DataSpectrum(counts, closed_below)


def _passing(spectra: Sequence[Spectrum]) -> list[Efficiency]:
    weighted = np.sum([spectrum.weighted for spectrum in spectra], axis=0)
    squares = np.sum([spectrum.error**2 for spectrum in spectra], axis=0)
    (total, passing), (total_squares, _) = (
        values.reshape(2, -1, WIDE).sum(axis=2) for values in (weighted, squares)
    )
    return [efficiency_of_sums(*sums) for sums in zip(passing, total, total_squares, strict=True)]


def _components(tables: Iterable[Columns], luminosity: float) -> dict[str, Spectrum]:
    sums = {name: np.zeros((2, 2, len(EDGES) - 1)) for name in COMPONENTS}
    for table in tables:
        names = component(table)
        for name, total in sums.items():
            total += _fill(table, names == name)
    return {name: _spectrum(total, luminosity) for name, total in sums.items()}


def _sum(tables: Iterable[Columns], luminosity: float) -> Spectrum:
    total = np.zeros((2, 2, len(EDGES) - 1))
    for table in tables:
        total += _fill(table, np.ones(len(table["mass"]), dtype=bool))
    return _spectrum(total, luminosity)


def _spectrum(sums: Floats, luminosity: float) -> Spectrum:
    """Spectrum of the sums of :func:`_fill`, per fb-1."""
    return Spectrum(luminosity * sums[0], luminosity * np.sqrt(sums[1]))


def _fill(table: Columns, chosen: np.ndarray) -> Floats:
    """Sums of weights and of squared weights, shape (2, 2, bins): (power, tagger, bin)."""
    weight = table["weight"].astype(np.float64)
    both = (chosen, chosen & table["passes_tagger"].astype(bool))
    return np.array(
        [
            [np.histogram(table["mass"][c], EDGES, weights=weight[c] ** power)[0] for c in both]
            for power in (1, 2)
        ]
    )
