"""Flat columns of Parquet tables as NumPy arrays, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.io.parquet import iterate_parquet

Columns = dict[str, npt.NDArray[Any]]


def pieces(paths: Iterable[str | Path], columns: Sequence[str]) -> Iterator[Columns]:
    """The tables in turn, row group by row group; each piece maps a column to an array (n,).

    Raises
    ------
    InputError : a file is missing, unreadable, or lacks a column
    """
    for path in paths:
        for table in iterate_parquet(path, columns):
            if len(table):
                yield {name: np.asarray(ak.to_numpy(table[name])) for name in columns}
