"""Whether two runs have come to the same results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from workspace import Workspace

VARYING = ("seconds", "versions")
"""Keys of metadata that say how a job ran, not what came out."""


def content(path: Path) -> Any:
    """What a result says, without times of writing."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pandas()
    if path.suffix == ".json":
        document = json.loads(path.read_text())
        if isinstance(document, dict):
            return {key: value for key, value in document.items() if key not in VARYING}
        return document
    raise ValueError(f"{path}: no way to compare such files")


def assert_same(first: Workspace, second: Workspace, names: Iterable[str]) -> None:
    """Same results, bit for bit; absent values (NaN) equal each other."""
    for name in names:
        here, there = (content(workspace.root / "results" / name) for workspace in (first, second))
        if isinstance(here, pd.DataFrame):
            pd.testing.assert_frame_equal(here, there, check_exact=True, obj=name)
        else:
            assert here == there, name
