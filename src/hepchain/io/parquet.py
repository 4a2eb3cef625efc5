"""Parquet tables, jagged columns included, written and read in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import awkward as ak
import pyarrow as pa
import pyarrow.parquet as pq

from hepchain.errors import InputError
from hepchain.io.atomic import atomic_path


def _to_table(columns: Mapping[str, Any]) -> pa.Table:
    arrays = {
        name: ak.to_arrow(ak.Array(values), extensionarray=False)
        for name, values in columns.items()
    }
    return pa.table(arrays)


class ParquetWriter:
    """Append chunks of columns to one Parquet file; a chunk becomes a row group.

    Use it through :meth:`open`: the file appears under its name only when the block ends well.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    @classmethod
    @contextmanager
    def open(cls, path: str | Path) -> Iterator[ParquetWriter]:
        """Context manager around an atomic write of ``path``.

        Raises
        ------
        ValueError : no chunk was written, so that the columns are unknown
        """
        with atomic_path(path) as temporary:
            writer = cls(temporary)
            try:
                yield writer
            finally:
                if writer._writer is not None:
                    writer._writer.close()
            if writer._writer is None:
                raise ValueError(f"{path}: nothing was written, not even an empty chunk")

    def write(self, columns: Mapping[str, Any]) -> None:
        """Append a chunk.

        Parameters
        ----------
        columns : name -> array-like with one entry a row (NumPy, or jagged Awkward); every chunk
            has the same names and types. A chunk with no rows fixes the columns of an empty file.
        """
        table = _to_table(columns)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table.cast(self._writer.schema))
        self.rows += table.num_rows


def _open(path: str | Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            f"{path}: not a readable Parquet file ({error}); remove it and rerun"
        ) from error


def _check_columns(path: str | Path, present: Sequence[str], wanted: Sequence[str] | None) -> None:
    missing = sorted(set(wanted or ()) - set(present))
    if missing:
        raise InputError(
            f"{path}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"present: {', '.join(present)}"
        )


def _to_awkward(table: pa.Table) -> ak.Array:
    return ak.zip(
        {name: _without_option(ak.from_arrow(table[name])) for name in table.column_names},
        depth_limit=1,
    )


def _without_option(column: ak.Array) -> ak.Array:
    """Column without the option type of Arrow's nullable fields; nothing we write is null."""
    for axis in range(column.ndim):
        column = ak.drop_none(column, axis=axis)
    return column


def column_names(path: str | Path) -> list[str]:
    """Names of the columns of a table.

    Raises
    ------
    InputError : the file is missing or unreadable
    """
    with _open(path) as file:
        return list(file.schema_arrow.names)


def read_parquet(path: str | Path, columns: Sequence[str] | None = None) -> ak.Array:
    """Whole table as an Awkward record array, one entry a row.

    Raises
    ------
    InputError : the file is missing, unreadable, or lacks a column
    """
    with _open(path) as file:
        _check_columns(path, file.schema_arrow.names, columns)
        return _to_awkward(file.read(columns=list(columns) if columns is not None else None))


def iterate_parquet(path: str | Path, columns: Sequence[str] | None = None) -> Iterator[ak.Array]:
    """The table row group by row group, so that memory does not grow with the file.

    Raises
    ------
    InputError : the file is missing, unreadable, or lacks a column
    """
    with _open(path) as file:
        _check_columns(path, file.schema_arrow.names, columns)
        for group in range(file.num_row_groups):
            yield _to_awkward(
                file.read_row_group(group, columns=list(columns) if columns is not None else None)
            )
