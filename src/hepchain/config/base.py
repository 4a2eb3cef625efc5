"""What all configuration models share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

LARGEST = 2**31 - 1
"""Whole numbers are no larger, unless their field says so: libraries count in 32 bits."""


def _as_written(schema: Any) -> Any:
    """A schema with strict scalars; all of it strict, pydantic would refuse lists as tuples."""
    if isinstance(schema, list):
        return [_as_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = ("metadata", "default")
    schema = {key: value if key in kept else _as_written(value) for key, value in schema.items()}
    match schema.get("type"):
        case "bool" | "float":
            schema["strict"] = True
        case "int":
            bounded = {"le", "lt"} & schema.keys()
            schema |= {"strict": True} | ({} if bounded else {"le": LARGEST})
        case "str" if "pattern" not in schema:
            schema = {"min_length": 1} | schema
    return schema


class Block(BaseModel):
    """A block of the configuration: immutable, unknown keys refused, every field described.

    A value is of its field's type as it is written: text is no number, `true` is not 1, 3.0 no
    whole number; only a whole number may stand for any number. No text is empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> Any:
        return _as_written(handler(source))
