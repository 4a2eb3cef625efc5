"""Data with features that depend on the mass of both jets: what methods make of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hepchain.chains.dijets.events.table import MASS
from hepchain.io.parquet import ParquetWriter, read_parquet

SHIFTED = ("mj1", "dmj")


def write_correlated(data: str | Path, share: float, path: str | Path) -> None:
    """Write data of a search with a share of m(JJ) added to the features of both jet masses.

    Raises
    ------
    InputError : the data are missing or unreadable
    """
    table = read_parquet(data)
    columns = {name: np.asarray(table[name]) for name in table.fields}
    columns |= {name: columns[name] + share * columns[MASS] for name in SHIFTED}
    with ParquetWriter.open(Path(path)) as writer:
        writer.write(columns)
