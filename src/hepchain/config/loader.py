"""From the YAML mapping to a checked configuration, with every problem reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hepchain.config.base import Block
from hepchain.config.names import nearest
from hepchain.config.run import RunConfig
from hepchain.errors import ConfigError

BlockType = TypeVar("BlockType", bound=Block)

FILES = ("samples", "variables")
"""Keys of the config that name a file whose content is part of the configuration."""


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file.

    Raises
    ------
    ConfigError : the file is missing or not YAML
    """
    try:
        return yaml.safe_load(Path(path).read_text())
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file (named in the config)") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from error


def load_run(config: Mapping[str, Any]) -> RunConfig:
    """Check the merged configuration of a run and read the files it names.

    Parameters
    ----------
    config : the mapping Snakemake has merged from its config files and the command line

    Raises
    ------
    ConfigError : unknown keys (with the nearest right name), wrong values, unknown samples,
        variables or categories; all in one message
    """
    content = dict(config)
    problems: list[str] = []
    for key in FILES:
        if isinstance(content.get(key), str):
            try:
                content[key] = read_yaml(content[key])
            except ConfigError as error:
                problems.append(str(error))
                content.pop(key)
    try:
        run = RunConfig.model_validate(content)
    except ValidationError as error:
        problems += describe(error, RunConfig)
    if problems:
        plural = "problems" if len(problems) > 1 else "problem"
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise ConfigError(f"the configuration has {len(problems)} {plural}:\n{lines}")
    return run


def load_block(path: str | Path, model: type[BlockType]) -> BlockType:
    """Read a YAML file into a model of its own (branch map, detector parameters).

    Raises
    ------
    ConfigError : as :func:`load_run`, with the file's name
    """
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        lines = "\n".join(f"  {problem}" for problem in describe(error, model))
        raise ConfigError(f"{path}:\n{lines}") from error


def describe(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One line a problem: the dotted key, what is wrong, and for a misspelt key the right one."""
    lines: list[str] = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = _known_keys(model, problem["loc"][:-1])
            lines.append(f"{where}: unknown key{nearest(str(problem['loc'][-1]), known)}")
        else:
            message = problem["msg"].removeprefix("Value error, ")
            prefix = f"{where}: " if where else ""
            got = (
                ""
                if problem["type"] in ("missing", "value_error")
                else (f" (got {problem['input']!r})")
            )
            lines += [f"{prefix}{line}{got}" for line in message.splitlines()]
    return lines


def _known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed at ``location``, found by walking the JSON schema of ``model``."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[-1]])
        options = [*node.get("anyOf", []), *node.get("oneOf", [])]
        return [found for option in options for found in resolve(option)] or [node]

    nodes = resolve(schema)
    for part in location:
        children: list[dict[str, Any]] = []
        for node in nodes:
            if part in node.get("properties", {}):
                children += resolve(node["properties"][part])
            elif isinstance(node.get("additionalProperties"), dict):
                children += resolve(node["additionalProperties"])
            elif isinstance(part, int) and isinstance(node.get("items"), dict):
                children += resolve(node["items"])
        nodes = children or nodes
    return sorted({key for node in nodes for key in node.get("properties", {})})
