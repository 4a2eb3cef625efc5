"""JSON files: small results, metadata, calibrations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from hepchain.errors import InputError
from hepchain.io.atomic import atomic_path

Record = TypeVar("Record")


def write_json(path: str | Path, content: Any) -> None:
    """Write ``content`` as indented JSON with a stable key order; NaN and infinity are refused.

    Raises
    ------
    ValueError : a number is not finite (write ``None`` where a value does not exist)
    """
    text = json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text)


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    InputError : the file is missing or not JSON
    """
    try:
        return json.loads(Path(path).read_text())
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: not valid JSON (line {error.lineno}: {error.msg}); remove it and rerun"
        ) from error


def read_records(paths: Iterable[str | Path], parse: Callable[[Any], Record]) -> list[Record]:
    """Read JSON files of one form, each as ``parse`` makes a record of its content.

    Raises
    ------
    InputError : a file is missing, not JSON, or lacks a key that ``parse`` asks for
    """
    records = []
    for path in paths:
        content = read_json(path)
        try:
            records.append(parse(content))
        except KeyError as error:
            raise InputError(
                f"{path}: no key {error}; it was written by another version: make it again"
            ) from error
    return records
