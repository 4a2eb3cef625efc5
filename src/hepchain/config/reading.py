"""YAML files into checked models; every problem is told at once and with its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hepchain.config.base import Block
from hepchain.config.names import nearest
from hepchain.config.order import canonical
from hepchain.config.strict_yaml import parse
from hepchain.errors import ConfigError

BlockType = TypeVar("BlockType", bound=Block)
Location = tuple[int | str, ...]


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file; keys of mappings have the order of :func:`.canonical`, not of the file.

    Raises
    ------
    ConfigError : the file is missing, unreadable or not YAML, or has keys twice
    """
    try:
        return canonical(parse(Path(path).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file (searched from {Path.cwd()})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read: it is no text (byte {error.start})") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from error


def in_place(block: Any) -> Any:
    """What a block says, be it in a file whose name stands there.

    Raises
    ------
    ConfigError : as :func:`read_yaml`
    """
    return read_yaml(block) if isinstance(block, str) else block


def load_block(path: str | Path, model: type[BlockType]) -> BlockType:
    """Read a YAML file into a model of its own (branch map, detector parameters).

    Raises
    ------
    ConfigError : as :func:`load_run`, with the file's name
    """
    content = read_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = "\n".join(f"  {problem}" for problem in describe(error, model, content))
        raise ConfigError(f"{path}:\n{lines}") from error


def describe(
    error: ValidationError, model: type[BaseModel], content: Any, ignore: Iterable[str] = ()
) -> list[str]:
    """One line a problem: the dotted key, what is wrong, and for a misspelt key the right one.

    ``ignore``: top-level keys whose problems are reported elsewhere.
    """
    lines: list[str] = []
    ignored = set(ignore)
    for problem in error.errors():
        location = problem["loc"]
        if location and location[0] in ignored:
            continue
        keys = _keys(location, content)
        where = ".".join(str(part) for part in keys)
        prefix = f"{where}: " if where else ""
        message = _message(problem, model) + _nothing_to_take(keys, content)
        lines += [f"{prefix}{line}" for line in message.splitlines()]
    return lines


def _nothing_to_take(keys: Location, content: Any) -> str:
    """Of a null that is left when all files are merged: what it was for, and the nearest key."""
    beside: Mapping[Any, Any] = {}
    for key in keys:
        beside = content if isinstance(content, Mapping) else {}
        content = beside.get(key, ...)
    if content is not None:
        return ""
    others = [name for name, value in beside.items() if value is not None]
    offer = nearest(str(keys[-1]), others) if others else ""
    return f"; null takes away a key of an earlier file, and none has this one{offer}"


def _message(problem: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong, in the words of the configuration."""
    location, kind = problem["loc"], problem["type"]
    if kind == "extra_forbidden":
        return f"unknown key{nearest(str(location[-1]), _known_keys(model, location[:-1]))}"
    if kind == "missing":
        return "missing"
    if kind == "union_tag_not_found":
        return f"missing key {problem['ctx']['discriminator']}"
    if kind == "union_tag_invalid":
        key, tag, expected = (
            problem["ctx"][name] for name in ("discriminator", "tag", "expected_tags")
        )
        return f"{key} is '{tag}', not one of {expected}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"must be a mapping of keys to values (got {problem['input']!r})"
    if kind == "string_too_short" and problem["input"] == "":
        return "must not be empty"
    message = problem["msg"].removeprefix("Value error, ")
    return message if kind == "value_error" else f"{message} (got {problem['input']!r})"


def _keys(location: Location, content: Any) -> Location:
    """Location without what stands in no file: names of union members, the mark of a wrong key."""
    keys: list[int | str] = []
    location = location[:-1] if location[-1:] == ("[key]",) else location
    for position, part in enumerate(location):
        inside = isinstance(content, Mapping) and part in content
        inside = inside or (isinstance(content, list) and isinstance(part, int))
        if inside or position == len(location) - 1:
            keys.append(part)
            content = content[part] if inside else None
    return tuple(keys)


def _known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """Keys allowed at ``location``, found by walking the JSON schema of ``model``."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    nodes = [schema]
    for part in location:
        nodes = [child for node in nodes for child in _children(node, part, definitions)] or nodes
    return sorted({key for node in nodes for key in node.get("properties", {})})


def _children(
    node: dict[str, Any], part: int | str, definitions: dict[str, Any]
) -> list[dict[str, Any]]:
    """Schemas below ``node`` under the key or index ``part``."""
    if part in node.get("properties", {}):
        return _alternatives(node["properties"][part], definitions)
    if isinstance(part, int) and isinstance(node.get("items"), dict):
        return _alternatives(node["items"], definitions)
    if isinstance(node.get("additionalProperties"), dict):
        return _alternatives(node["additionalProperties"], definitions)
    tags = [child.get("const") for child in node.get("properties", {}).values()]
    return [node] if part in tags else []


def _alternatives(node: dict[str, Any], definitions: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas a node stands for, references and unions resolved."""
    if "$ref" in node:
        return _alternatives(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    options = [*node.get("anyOf", []), *node.get("oneOf", [])]
    return [found for option in options for found in _alternatives(option, definitions)] or [node]
