"""Flat tables, one row an object, as events: the rows of one are its lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.config.ntuple import Rows
from hepchain.errors import InputError
from hepchain.skimming.jagged import kind_of
from hepchain.skimming.trees import Arrays, Table, nearest_branch

ROWS_AT_ONCE = 20_000

Keys = npt.NDArray[np.int64]
"""What tells entries apart, shape (entries, keys)."""


def require_branches(table: Table, names: Sequence[str], where: str) -> None:
    """Refuse a tree that lacks one of these branches, which ``where`` in the map names.

    Raises
    ------
    InputError : names the first that is not there
    """
    for name in names:
        if name not in table:
            raise InputError(
                f"{table.path}: {where} of the branch map: no branch '{name}' in tree "
                f"'{table.name}'{nearest_branch(name, table)}"
            )


def keys_of(table: Table, arrays: Arrays, names: Sequence[str]) -> Keys:
    """Values of the keys, as whole numbers; large unsigned ones wrap, and stay apart.

    Raises
    ------
    InputError : a key is no whole number
    """
    columns = []
    for name in names:
        values = arrays[name]
        if values.ndim != 1 or kind_of(values) not in "biu":
            numbers = np.asarray(values) if values.ndim == 1 else np.array([np.nan])
            if not np.array_equal(numbers, np.rint(numbers)):
                raise InputError(
                    f"{table.path}: branch '{name}' of tree '{table.name}' is a key of the branch "
                    "map, and not one whole number an entry"
                )
        columns.append(np.asarray(values).astype(np.int64))
    return np.stack(columns, axis=1)


class Grouped:
    """A table of rows as one of events; the keys and ``of_event`` have one value each."""

    def __init__(self, table: Table, rows: Rows, where: str = "rows") -> None:
        require_branches(table, [*rows.keys, *rows.of_event], where)
        self.path, self.name, self.names = table.path, table.name, table.names
        self._table, self._keys = table, rows.keys
        self._single = [*rows.keys, *rows.of_event]

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def type_of(self, name: str) -> Any:
        """Awkward type of one event's values; None if they cannot be read."""
        found = self._table.type_of(name)
        return found if found is None or name in self._single else ak.types.ListType(found)

    def typename(self, name: str) -> str:
        """Type of a row's value in C++."""
        return self._table.typename(name)

    def size_of(self, names: Sequence[str]) -> int:
        """Bytes of all rows of branches, uncompressed; 0 if it is not known."""
        return self._table.size_of(names)

    @cached_property
    def entries(self) -> int:
        """Number of events.

        Raises
        ------
        InputError : rows of one event do not follow each other
        """
        return len(self.keys) if self._ascending_events is None else self._ascending_events

    @cached_property
    def _ascending_events(self) -> int | None:
        """Number of events, None if their keys do not rise all along: then none is there twice."""
        count, last = 0, None
        for keys, _ in self._starts():
            known = keys if last is None else np.concatenate([last, keys])
            if not _rise(known):
                return None
            count, last = count + len(keys), keys[-1:] if len(keys) else last
        return count

    @cached_property
    def keys(self) -> Keys:
        """Keys of each event.

        Raises
        ------
        InputError : rows of one event do not follow each other
        """
        pieces = list(self._starts())
        keys = np.concatenate([piece for piece, _ in pieces])
        rows = np.concatenate([piece for _, piece in pieces])
        again = repeated(keys)
        if again is not None:
            event = ", ".join(
                f"{name} {value}" for name, value in zip(self._keys, keys[again], strict=True)
            )
            raise InputError(
                f"{self.path}: tree '{self.name}': the rows of {event} do not follow each other, "
                f"they go on in row {rows[again]}; sort the rows by {', '.join(self._keys)}"
            )
        return keys

    def _starts(self) -> Iterator[tuple[Keys, npt.NDArray[np.int64]]]:
        """Keys and first row of the events that begin in each chunk of rows."""
        row, last = 0, None
        for arrays in self._table.chunks(self._keys, ROWS_AT_ONCE):
            keys = keys_of(self._table, arrays, self._keys)
            begin = _begin(keys, last)
            yield keys[begin], row + begin
            row, last = row + len(keys), keys[-1:] if len(keys) else last

    def chunks(self, names: Sequence[str], size: int, stop: int | None = None) -> Iterator[Arrays]:
        """Events in chunks of at least ``size``, but for the last one; see :class:`Table`.

        Raises
        ------
        InputError : a branch cannot be read, or has several values in an event and should have one
        """
        columns = list(dict.fromkeys([*self._keys, *names]))
        left: Arrays | None = None
        row, events = 0, 0
        for arrays in self._table.chunks(columns, max(size, ROWS_AT_ONCE)):
            if left is not None:
                arrays = {name: ak.concatenate([left[name], arrays[name]]) for name in columns}
            begin = _begin(keys_of(self._table, arrays, self._keys), None)
            if len(begin) > 1:
                end, room = len(begin) - 1, None if stop is None else stop - events
                whole = self._events(arrays, begin[: end + 1], names, row)
                yield {name: values[:room] for name, values in whole.items()}
                events += end
                row += int(begin[-1])
                arrays = {name: values[begin[-1] :] for name, values in arrays.items()}
            if stop is not None and events >= stop:
                return
            left = arrays
        if left is not None:
            count = len(left[self._keys[0]])
            yield self._events(left, np.array([0, count] if count else [0]), names, row)

    def _events(
        self, arrays: Arrays, edges: npt.NDArray[np.int64], names: Sequence[str], row: int
    ) -> Arrays:
        """Rows from edge to edge as the lists of an event, or as its one value."""
        counts = np.diff(edges)
        result = {}
        for name in names:
            values = arrays[name][: edges[-1]]
            if name in self._single:
                result[name] = values[edges[:-1]]
                self._require_one_value(name, values, counts, row)
            else:
                result[name] = ak.unflatten(values, counts)
        return result

    def _require_one_value(
        self, name: str, values: ak.Array, counts: npt.NDArray[np.int64], row: int
    ) -> None:
        numbers = np.asarray(ak.flatten(values, axis=None))
        if len(numbers) != counts.sum():
            raise InputError(
                f"{self.path}: branch '{name}' of tree '{self.name}' is a list; `of_event` of the "
                "branch map is for single numbers"
            )
        first = np.repeat(numbers[np.cumsum(counts) - counts], counts)
        other = (numbers != first) & ~((numbers != numbers) & (first != first))
        if other.any():
            raise InputError(
                f"{self.path}: branch '{name}' of tree '{self.name}' is to have one value an event "
                f"(`of_event` of the branch map), and has another in row "
                f"{row + int(np.argmax(other))} than in the first row of that event"
            )


def _begin(keys: Keys, last: Keys | None) -> npt.NDArray[np.int64]:
    """Rows whose keys are not those of the row before; ``last`` are those before the first."""
    before = keys[:1] - 1 if last is None else last
    changed = np.diff(np.concatenate([before, keys]), axis=0) != 0
    return np.flatnonzero(changed.any(axis=1))


def _rise(keys: Keys) -> bool:
    """Whether each entry's keys are greater than those of the entry before, the first key first."""
    before, after = keys[:-1], keys[1:]
    first = (before != after).argmax(axis=1)[:, np.newaxis]
    steps = np.take_along_axis(after > before, first, axis=1)
    return bool(steps.all())


def repeated(keys: Keys) -> int | None:
    """First entry whose keys an earlier one has; None if all are different."""
    order = np.lexsort(keys.T[::-1])
    same = (np.diff(keys[order], axis=0) == 0).all(axis=1)
    return int(order[1:][same].min()) if same.any() else None
