"""Tables of many row groups, whose footers are written in segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pyarrow.parquet as pq
import pytest

from hepchain.io import ParquetWriter, iterate_parquet, parquet, read_parquet


def _chunk(number: int) -> dict[str, Any]:
    rng = np.random.default_rng(number)
    counts = rng.integers(0, 4, 5)
    return {
        "number": np.arange(5) + 5 * number,
        "value": rng.normal(size=5).astype(np.float32),
        "list": ak.unflatten(rng.integers(0, 9, counts.sum()), counts),
    }


def _write(path: Path, groups: int, made_by: str = "") -> Path:
    with ParquetWriter.open(path, made_by) as writer:
        for number in range(groups):
            writer.write(_chunk(number))
        assert writer.rows == 5 * groups
    return path


@pytest.mark.parametrize("groups", [1, 3, 4, 6, 10])
def test_segments_are_one_table(
    groups: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _write(tmp_path / "whole.parquet", groups)
    monkeypatch.setattr(parquet, "GROUPS_OF_A_SEGMENT", 3)
    parts = _write(tmp_path / "parts.parquet", groups)
    assert pq.ParquetFile(parts).num_row_groups == groups
    assert read_parquet(parts).tolist() == read_parquet(whole).tolist()
    chunks = [chunk.tolist() for chunk in iterate_parquet(parts, ["number", "list"])]
    assert chunks == [chunk.tolist() for chunk in iterate_parquet(whole, ["number", "list"])]
    assert pq.read_schema(parts) == pq.read_schema(whole)
    # One segment is the file that Arrow makes.
    assert (parts.read_bytes() == whole.read_bytes()) == (groups <= 3)


def test_whoever_made_a_table_of_segments_may_replace_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUPS_OF_A_SEGMENT", 2)
    path = _write(tmp_path / "made.parquet", 5, "a command")
    assert len(read_parquet(_write(path, 3, "a command"))) == 15


def test_nothing_is_left_of_a_table_that_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with ParquetWriter.open(tmp_path / "none.parquet") as writer:
            writer.write(_chunk(0))
            raise RuntimeError("in between")

    with pytest.raises(RuntimeError, match="in between"):
        fail()
    assert not list(tmp_path.iterdir())


def test_columns_are_compressed_where_it_saves_something(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    columns: dict[str, Any] = {
        "noise": rng.normal(size=20_000).astype(np.float32),
        "few": rng.integers(0, 3, 20_000).astype(np.float32),
        "nothing": np.zeros(20_000),
        "integer": np.arange(20_000),
    }
    with ParquetWriter.open(tmp_path / "table.parquet") as writer:
        writer.write(columns)
        writer.write({name: values[:7] for name, values in columns.items()})
    group = pq.ParquetFile(tmp_path / "table.parquet").metadata.row_group(0)
    found = {
        group.column(n).path_in_schema: group.column(n).compression
        for n in range(group.num_columns)
    }
    assert found == {"noise": "UNCOMPRESSED", "few": "LZ4", "nothing": "LZ4", "integer": "LZ4"}
    table = read_parquet(tmp_path / "table.parquet")
    for name, values in columns.items():
        assert np.array_equal(ak.to_numpy(table[name]), np.append(values, values[:7]))
