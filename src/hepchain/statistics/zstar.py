"""Candidates of the selection stage in the mass window of a mass point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.io.parquet import read_parquet
from hepchain.selection.mass_window import in_window
from hepchain.statistics.approaches import Accepted, Candidates
from hepchain.statistics.variations import Varied, relative_change

COLUMNS = (
    "event_number",
    "track_index",
    "weight",
    "mass",
    "pt",
    "score",
    "passes_tagger",
    "label",
)


def read_candidates(
    path: Path, splitting: float, veto: tuple[float, float], factor: str | None = None
) -> Candidates:
    """Candidates of a table of the selection stage that lie in the mass window.

    Parameters
    ----------
    factor : column by which weights are multiplied

    Raises
    ------
    InputError : the file is missing or lacks a column; a weight or mass is not finite
    """
    table = read_parquet(path, [*COLUMNS, factor] if factor else COLUMNS)
    columns = {name: np.asarray(table[name]) for name in COLUMNS}
    if factor:
        columns["weight"] = columns["weight"] * np.asarray(table[factor])
    for name in ("weight", "mass"):
        if not np.isfinite(columns[name]).all():
            raise InputError(f"{path}: column {name} has values that are not finite numbers")
    below, outside = in_window(columns["mass"], splitting, veto)
    kept = below & outside
    return Candidates(**{name: column[kept] for name, column in columns.items()})


def varied(variation: str, nominal: Accepted, other: Accepted) -> Varied:
    """What a variation makes of the events ``nominal``: ``other``, in the same region."""
    change = relative_change(nominal.event_number, nominal.weight, other.event_number, other.weight)
    return Varied(variation, other.entries, change)


def mass_edges(splitting: float, bins: int) -> npt.NDArray[np.float64]:
    """Edges of equal bins from 0 to the mass splitting; vetoed masses leave their bins empty."""
    return np.linspace(0.0, splitting, bins + 1)
