"""The numbers in jagged arrays, without the cost of a general operation for each of a hundred."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
from awkward.contents import ListOffsetArray, NumpyArray
from awkward.index import Index64

Offsets = npt.NDArray[np.int64]
"""Where each list begins in the numbers of all, and where the last ends; shape (events + 1,)."""


def numbers_of(values: ak.Array) -> npt.NDArray[Any]:
    """All numbers one after the other; where they lie so in memory, not a copy."""
    layout = values.layout
    if isinstance(layout, NumpyArray) and layout.purelist_depth == 1:
        return np.asarray(layout.data)
    if _is_plain(layout):
        offsets = layout.offsets.data
        return np.asarray(layout.content.data[offsets[0] : offsets[-1]])
    return np.asarray(ak.flatten(values, axis=1 if values.ndim == 2 else None))


def sizes_of(values: ak.Array) -> npt.NDArray[np.int64]:
    """Length of each list."""
    layout = values.layout
    return np.diff(layout.offsets.data) if _is_plain(layout) else np.asarray(ak.num(values))


def _is_plain(layout: Any) -> bool:
    is_list = isinstance(layout, ListOffsetArray) and isinstance(layout.content, NumpyArray)
    return is_list and layout.purelist_depth == 2


def offsets_of(values: ak.Array) -> Offsets | None:
    """Where the lists of numbers are in :func:`numbers_of`; None of one number an event.

    Raises
    ------
    ValueError : the entries are something else
    """
    layout = values.layout
    if isinstance(layout, NumpyArray) and layout.purelist_depth == 1:
        return None
    if not _is_plain(layout):
        raise ValueError("neither numbers nor lists of numbers")
    offsets = np.asarray(layout.offsets.data, dtype=np.int64)
    return offsets - offsets[0] if offsets[0] else offsets


def with_offsets(numbers: npt.NDArray[Any], offsets: Offsets | None) -> ak.Array:
    """The array that has these numbers in lists of these offsets."""
    content = NumpyArray(numbers)
    return ak.Array(content if offsets is None else ListOffsetArray(Index64(offsets), content))


def side_by_side(values: Sequence[ak.Array]) -> tuple[list[npt.NDArray[Any]], Offsets | None]:
    """The numbers of arrays that go together: lists of one length, one number for each list.

    Raises
    ------
    ValueError : they do not, or have something else than numbers
    """
    offsets = [offsets_of(value) for value in values]
    lists = [found for found in offsets if found is not None]
    events = {len(found) - 1 for found in lists}
    events |= {len(value) for value, found in zip(values, offsets, strict=True) if found is None}
    if len(events) != 1 or any(not np.array_equal(found, lists[0]) for found in lists[1:]):
        raise ValueError("lists of different lengths")
    sizes = np.diff(lists[0]) if lists else None
    numbers = [
        numbers_of(value) if sizes is None or found is not None else numbers_of(value).repeat(sizes)
        for value, found in zip(values, offsets, strict=True)
    ]
    return numbers, lists[0] if lists else None


def of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function of arrays, computed with their numbers alone where they go together.

    It must take each number of a list for itself.
    """

    @wraps(function)
    def with_lists(*values: ak.Array) -> ak.Array:
        try:
            numbers, offsets = side_by_side(values)
        except ValueError:
            return function(*values)
        return with_offsets(np.asarray(function(*numbers)), offsets)

    return with_lists


def as_type(values: Any, dtype: npt.DTypeLike) -> Any:
    """The numbers in another type; the same array, of Awkward or NumPy, if they have it already."""
    if isinstance(values, np.ndarray):
        return values.astype(dtype, copy=False)
    numbers = numbers_of(values)
    if numbers.dtype == dtype:
        return values
    try:
        return with_offsets(numbers.astype(dtype), offsets_of(values))
    except ValueError:
        return ak.values_astype(values, dtype)


def widened(values: Any) -> Any:
    """Integers and booleans of an array, of Awkward or NumPy, as int64; others as they are.

    Raises
    ------
    ValueError : a value has no place in int64
    """
    kind = kind_of(values)
    if kind not in "biu":
        return values
    if kind == "u" and ak.any(as_type(values, np.uint64) >> 63, axis=None):
        raise ValueError("a value does not fit into a signed integer of 64 bits")
    return as_type(values, np.int64)


def kind_of(values: Any) -> str:
    """NumPy's letter for the type of the numbers of an array: b, i, u, f."""
    if isinstance(values, np.ndarray):
        return str(values.dtype.kind)
    plain = isinstance(values.layout, NumpyArray) or _is_plain(values.layout)
    numbers = numbers_of(values) if plain else np.asarray(ak.flatten(values, axis=None))
    return str(numbers.dtype.kind)


def member_of(values: ak.Array, member: str) -> ak.Array:
    """A member of records, or with dots one of a member's: ``fP.fX``.

    Raises
    ------
    ValueError : there is none
    """
    parts = [member] if member in values.fields else member.split(".")
    for part in parts:
        if part not in values.fields:
            raise ValueError(f"no member '{part}'; it has {', '.join(values.fields) or 'none'}")
        values = values[part]
    return values
