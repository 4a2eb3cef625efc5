"""JSON files: small results, metadata, calibrations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic_core import to_jsonable_python

from hepchain.errors import InputError
from hepchain.io.atomic import atomic_path
from hepchain.io.targets import Check, require_file

Record = TypeVar("Record")

FORMS = {dict: "keys with values", list: "a list"}
AGAIN = "it was written by another version, or changed since: make it again"


class JsonObject(dict[str, Any]):
    """Keys and values of a JSON file; to ask for a key that it lacks is an error that names it."""

    path = ""

    @classmethod
    def of(cls, values: Mapping[str, Any], path: str) -> JsonObject:
        """An object of this file; copies of it know none."""
        made = cls(values)
        made.path = path
        return made

    def __missing__(self, key: str) -> Any:
        """Say which file lacks which key."""
        raise InputError(f"{self.path or 'a file of results'}: no key '{key}'; {AGAIN}")


def origin_of(content: Mapping[str, Any], otherwise: str) -> str:
    """File that a content was read from, for messages."""
    return (content.path if isinstance(content, JsonObject) else "") or otherwise


def write_json(path: str | Path, content: Any, check: Check = require_file) -> None:
    """Write ``content`` as indented JSON with a stable key order; NaN and infinity are refused.

    Raises
    ------
    OutputError : it must not, or cannot be written
    ValueError : a number is not finite (write ``None`` where a value does not exist)
    """
    text = json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"
    with atomic_path(path, check) as temporary:
        temporary.write_text(text)


def sha256(content: bytes) -> str:
    """Digest of the content of a file."""
    return hashlib.sha256(content).hexdigest()


def read_json(path: str | Path, form: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    """Read a JSON file; of an object in it, a key that is missing is an InputError.

    Raises
    ------
    InputError : the file is missing, unreadable, not JSON, or of another form
    """
    try:
        text = Path(path).read_text()
        content = json.loads(text, object_hook=lambda values: JsonObject.of(values, str(path)))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: not valid JSON (line {error.lineno}: {error.msg}); make it again"
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not a text of JSON ({error}); make it again") from error
    if not isinstance(content, form):
        raise InputError(
            f"{path}: holds {text.strip()[:20]!r}, but {FORMS[form]} should stand there; {AGAIN}"
        )
    return content


def read_records(paths: Iterable[str | Path], parse: Callable[[Any], Record]) -> list[Record]:
    """Read JSON files of one form, each as ``parse`` makes a record of its content.

    Raises
    ------
    InputError : a file is missing, not JSON, lacks a key that ``parse`` asks for, or has a value
        of another form there
    """
    records = []
    for path in paths:
        content = read_json(path)
        try:
            records.append(parse(content))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: a value has another form ({error!r}); {AGAIN}") from error
    return records


def plain(value: Any) -> Any:
    """Value as JSON knows it: records as objects, arrays as lists, not-a-number as null."""
    return to_jsonable_python(value, fallback=lambda array: array.tolist(), inf_nan_mode="null")
