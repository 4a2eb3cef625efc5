"""The numbers in jagged arrays, without the cost of a general operation for each of a hundred."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
from awkward.contents import ListOffsetArray, NumpyArray


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


def as_type(values: ak.Array, dtype: str) -> ak.Array:
    """The numbers in another type; the same array if they have it already."""
    return values if numbers_of(values).dtype == dtype else ak.values_astype(values, dtype)


def widened(values: ak.Array) -> ak.Array:
    """Integers and booleans as int64, others as they are.

    Raises
    ------
    ValueError : a value has no place in int64
    """
    kind = kind_of(values)
    if kind not in "biu":
        return values
    if kind == "u" and ak.any(ak.values_astype(values, np.uint64) >> 63, axis=None):
        raise ValueError("a value does not fit into a signed integer of 64 bits")
    return ak.values_astype(values, np.int64)


def kind_of(values: ak.Array) -> str:
    """NumPy's letter for the type of the numbers: b, i, u, f."""
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
