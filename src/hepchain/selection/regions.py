"""Signal regions in the tables of the selection: made there, for all others a column to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.io.parquet import read_parquet


def region_column(region: str) -> str:
    """Column that tells which candidates are in a region, whatever the tagger says of them.

    >>> region_column("higgsino_153_150")
    'region_higgsino_153_150'
    """
    return f"region_{region}"


def read_region(
    path: Path,
    region: str,
    columns: Sequence[str],
    luminosity: float = 1.0,
    factor: str | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Candidates of a table of the selection that are in a region, column by column, shape (n,).

    Parameters
    ----------
    columns : what is read, ``weight`` among them
    luminosity : by which weights per fb-1 are multiplied [fb-1]; 1 for data, which are counted
    factor : column by which weights are multiplied as well

    Raises
    ------
    InputError : the file is missing, lacks a column, or was not selected for this region; a value
        is not a finite number
    """
    flag = region_column(region)
    table = read_parquet(path, [*columns, flag, *([factor] if factor else [])])
    found = {name: np.asarray(table[name]) for name in columns}
    found["weight"] = luminosity * found["weight"]
    if factor:
        found["weight"] = found["weight"] * np.asarray(table[factor])
    for name, values in found.items():
        if not np.isfinite(values).all():
            raise InputError(f"{path}: column {name} has values that are not finite numbers")
    inside = np.asarray(table[flag])
    return {name: values[inside] for name, values in found.items()}
