"""Parquet tables, jagged columns included, written and read in parts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hepchain.errors import InputError
from hepchain.io.atomic import atomic_path
from hepchain.io.targets import require_file, require_own_file

if TYPE_CHECKING:  # a quarter of a second of every process of Snakemake, which reads no table
    import awkward as ak

MADE_BY = b"made_by"
"""Key of the metadata of a file: the command that has made it, and may replace it."""

GROUPS_OF_A_SEGMENT = 100
"""After so many row groups a footer is written."""

CODEC = "lz4"

SAMPLE = 5_000
"""Values of a column, compressed to see what it saves."""

WORTH_IT = 0.6
"""Of the size of a column, at most what is left of one that is compressed."""


def _to_table(columns: Mapping[str, Any]) -> pa.Table:
    """Table of columns that are never null: the format then writes their values alone."""
    arrays = {name: _to_arrow(values) for name, values in columns.items()}
    fields = [pa.field(name, array.type, nullable=False) for name, array in arrays.items()]
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))


def _to_arrow(values: Any) -> pa.Array:
    # Not with pa.array, which imports pandas.
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iuf":
        data = pa.py_buffer(np.ascontiguousarray(values))
        return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, data])
    import awkward as ak

    return ak.to_arrow(ak.Array(values), extensionarray=False)


def _options(table: pa.Table) -> dict[str, Any]:
    """How tables like this one are written: fast to write and to read rather than small.

    Dictionaries and statistics of floats, hardly two of which are equal, cost more time than all
    else, and save nothing.
    """
    repeated = [
        path
        for field in table.schema
        for path in (field.name, f"{field.name}.list.element")
        if not pa.types.is_floating(getattr(field.type, "value_type", field.type))
    ]
    codecs = {
        path: codec
        for field in table.schema
        for codec in [_codec(table[field.name])]
        for path in (field.name, f"{field.name}.list.element")
    }
    return {"compression": codecs, "use_dictionary": repeated, "write_statistics": repeated}


def _codec(column: pa.ChunkedArray) -> str:
    """None where it would save little: half of the columns of a skim take most of its time."""
    if not pa.types.is_floating(column.type) or not len(column):
        return CODEC
    sample = column.chunk(0)[:SAMPLE]
    start = sample.offset * sample.type.bit_width // 8
    data = sample.buffers()[1][start : start + sample.nbytes]
    compressed = pa.compress(data, CODEC, asbytes=False).size
    return CODEC if compressed < WORTH_IT * data.size else "none"


class ParquetWriter:
    """Append chunks of columns to one Parquet file; a chunk becomes a row group.

    Use it through :meth:`open`: the file appears under its name only when the block ends well.
    """

    def __init__(self, path: Path, made_by: str = "") -> None:
        self._path = path
        self._made_by = made_by
        self._file: _Segments | None = None
        self.rows = 0

    @classmethod
    @contextmanager
    def open(
        cls, path: str | Path, made_by: str = "", inputs: Iterable[str | Path] = ()
    ) -> Iterator[ParquetWriter]:
        """Context manager around an atomic write of ``path``.

        Parameters
        ----------
        made_by : command that the user has given ``path``; only its own files are replaced then
        inputs : of this command

        Raises
        ------
        OutputError : a file is there that the command has not made
        ValueError : no chunk was written, so that the columns are unknown
        """
        own = partial(_is_made_by, made_by=made_by)
        check = partial(require_own_file, made_by=made_by, is_own=own, inputs=inputs)
        with atomic_path(path, check if made_by else require_file) as temporary:
            writer = cls(temporary, made_by)
            try:
                yield writer
                if writer._file is None:
                    raise ValueError(f"{path}: nothing was written, not even an empty chunk")
                writer._file.finish()
            finally:
                if writer._file is not None:
                    writer._file.close()

    def write(self, columns: Mapping[str, Any]) -> None:
        """Append a chunk.

        Parameters
        ----------
        columns : name -> array-like with one entry a row (NumPy, or jagged Awkward); every chunk
            has the same names and types. A chunk with no rows fixes the columns of an empty file.
        """
        table = _to_table(columns)
        if self._file is None:
            if self._made_by:
                table = table.replace_schema_metadata({MADE_BY: self._made_by})
            self._file = _Segments(self._path, table)
        self._file.write(table)
        self.rows += table.num_rows


class _Segments:
    """A Parquet file in segments of row groups, each with a footer; the last footer has them all.

    Arrow keeps 0.9 kB of each column of each row group until a footer is written, and the footer
    has less than a tenth of it. Readers begin at the last one.
    """

    def __init__(self, path: Path, first: pa.Table) -> None:
        """``first``: the table that is written first."""
        self._schema, self._options = first.schema, _options(first)
        self._sink = pa.OSFile(str(path), "wb")
        self._footers: list[bytes] = []
        self._begin()

    def _begin(self) -> None:
        self._groups = 0
        self._found: list[pq.FileMetaData] = []
        # Arrow begins where a file begins, writes the mark there and goes on wherever it then is.
        os.lseek(self._sink.fileno(), 0, os.SEEK_SET)
        self._writer = pq.ParquetWriter(
            self._sink, self._schema, metadata_collector=self._found, **self._options
        )
        os.lseek(self._sink.fileno(), 0, os.SEEK_END)

    def write(self, table: pa.Table) -> None:
        """Append a row group."""
        if self._groups == GROUPS_OF_A_SEGMENT:
            self._end()
            self._begin()
        self._writer.write_table(table.cast(self._schema))
        self._groups += 1

    def _end(self) -> None:
        self._writer.close()
        footer = BytesIO()
        self._found.pop().write_metadata_file(footer)
        self._footers.append(footer.getvalue())

    def finish(self) -> None:
        """Write the footer of the whole file."""
        self._end()
        if len(self._footers) > 1:
            whole = pq.read_metadata(BytesIO(self._footers[0]))
            for footer in self._footers[1:]:
                whole.append_row_groups(pq.read_metadata(BytesIO(footer)))
            whole.write_metadata_file(self._sink)

    def close(self) -> None:
        """Let go of the file, whole or not."""
        try:
            self._writer.close()
        finally:
            self._sink.close()


def _is_made_by(path: Path, made_by: str) -> bool:
    """Whether a command has made a file; False for what is no Parquet file."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return False
    return bool(metadata.get(MADE_BY) == made_by.encode())


def _open(path: str | Path) -> pq.ParquetFile:
    with _errors_of(path):
        return pq.ParquetFile(path)


@contextmanager
def _errors_of(path: str | Path) -> Iterator[None]:
    """Say which file is missing or damaged."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a readable Parquet file ({error}); make it again") from error


def _check_columns(path: str | Path, present: Sequence[str], wanted: Sequence[str] | None) -> None:
    missing = sorted(set(wanted or ()) - set(present))
    if missing:
        raise InputError(
            f"{path}: missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"present: {', '.join(present)}"
        )


def _to_awkward(table: pa.Table) -> ak.Array:
    import awkward as ak

    return ak.zip(
        {name: _without_option(ak.from_arrow(table[name])) for name in table.column_names},
        depth_limit=1,
    )


def _without_option(column: ak.Array) -> ak.Array:
    """Column without the option type of Arrow's nullable fields; nothing we write is null."""
    import awkward as ak

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
        with _errors_of(path):
            table = file.read(columns=list(columns) if columns is not None else None)
        return _to_awkward(table)


def iterate_parquet(path: str | Path, columns: Sequence[str] | None = None) -> Iterator[ak.Array]:
    """The table row group by row group, so that memory does not grow with the file.

    Raises
    ------
    InputError : the file is missing, unreadable, or lacks a column
    """
    yield from map(_to_awkward, iterate_tables(path, columns))


def iterate_tables(path: str | Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """As :func:`iterate_parquet`, as Arrow's tables."""
    with _open(path) as file:
        _check_columns(path, file.schema_arrow.names, columns)
        for group in range(file.num_row_groups):
            with _errors_of(path):
                table = file.read_row_group(
                    group, columns=list(columns) if columns is not None else None
                )
            yield table
