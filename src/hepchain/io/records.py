"""Records (dataclasses) from JSON files, as :func:`hepchain.io.structured.plain` has written them.

What computes writes its numbers, what draws reads them: another style then computes nothing again.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from hepchain.io.structured import read_records

Record = TypeVar("Record")


def read_record(kind: type[Record], path: str | Path) -> Record:
    """Read a record; null is not-a-number where a number or an array stands.

    Parameters
    ----------
    kind : dataclass of numbers, texts, arrays of floats, further dataclasses, and lists, tuples,
        mappings and options (``| None``) of these

    Raises
    ------
    InputError : the file is missing, not JSON, lacks a field, or has a value of another form
    """
    (record,) = read_records([path], lambda content: _parsed(kind, content))
    made: Record = record
    return made


def _parsed(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{f.name: _parsed(hints[f.name], value[f.name]) for f in fields(kind)})  # type: ignore[operator]
    if origin is np.ndarray:
        return np.array(value, dtype=np.float64)
    if origin is dict:
        return {key: _parsed(inner[1], one) for key, one in value.items()}
    if origin is UnionType:
        (present,) = set(inner) - {NoneType}
        return None if value is None else _parsed(present, value)
    if origin in (list, tuple):
        return origin(_parsed(inner[0], one) for one in value)
    if kind is float:
        return float("nan") if value is None else _checked(value, isinstance(value, int | float))
    if origin is Literal:
        return _checked(value, value in inner)
    return _checked(value, isinstance(value, kind))


def _checked(value: Any, is_right: bool) -> Any:
    if not is_right:
        raise TypeError(f"{value!r} cannot stand here")
    return value
