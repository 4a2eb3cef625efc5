"""Writing a figure in all its formats, with the numbers drawn beside it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hepchain.figures.style import styled
from hepchain.io.atomic import atomic_path
from hepchain.io.structured import write_json

METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "hepchain", "Producer": "matplotlib"},
    "png": {"Software": "hepchain"},
    "svg": {"Date": None, "Creator": "hepchain"},
}
"""Fixed, so that drawing the same numbers again gives the same file."""


def save(figure: Figure, numbers: Any, paths: Iterable[str | Path]) -> None:
    """Write ``figure``, or the ``numbers`` in it, to each path according to its suffix.

    Parameters
    ----------
    numbers : record (dataclass) or mapping of what is drawn, for the path that ends in ``.json``
    paths : ``.pdf``, ``.png``, ``.svg`` or ``.json``
    """
    for path in map(Path, paths):
        if path.suffix == ".json":
            write_json(path, plain(numbers))
            continue
        kind = path.suffix.removeprefix(".")
        with styled(), atomic_path(path) as temporary:
            figure.savefig(temporary, format=kind, metadata=METADATA[kind])


def plain(value: Any) -> Any:
    """Value as JSON knows it: records as objects, arrays as lists, not-a-number as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
