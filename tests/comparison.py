"""Whether two runs have come to the same results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from hepchain.assumptions import Kind
from tests.workspace import Workspace

VARYING = {"seconds", "versions", "model.keras"}
"""Keys of metadata that say how a job ran, not what came out; Keras writes the time of saving."""

COMPARABLE = (".parquet", ".json")


def content(path: Path) -> Any:
    """What a result says, without times of writing."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pandas()
    if path.suffix == ".json":
        document = json.loads(path.read_text())
        return _what_came_out(document)
    raise ValueError(f"{path}: no way to compare such files")


def _what_came_out(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _what_came_out(document[key]) for key in document.keys() - VARYING}
    if isinstance(document, list):
        return [_what_came_out(item) for item in document if not _of_a_gpu(item)]
    return document


def _of_a_gpu(item: Any) -> bool:
    """Whether this is an assumption that says where a job ran: its GPU was not there."""
    return isinstance(item, dict) and item.get("kind") == Kind.NO_GPU


def assert_same(first: Workspace, second: Workspace, names: Iterable[str]) -> None:
    """Same results, bit for bit; absent values (NaN) equal each other."""
    for name in names:
        here, there = (content(workspace.results / name) for workspace in (first, second))
        if isinstance(here, pd.DataFrame):
            pd.testing.assert_frame_equal(here, there, check_exact=True, obj=name)
        else:
            assert here == there, name
