"""From the YAML mapping to a checked configuration, with every problem reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from hepchain.config.consistency import problems as consistency_problems
from hepchain.config.reading import describe, load_block, read_yaml
from hepchain.config.run import RunConfig
from hepchain.errors import ConfigError

__all__ = ["FILES", "load_block", "load_run", "merge", "read_configs", "read_yaml"]

FILES = ("samples", "variables", "mass_plane.cross_sections", "mass_plane.published")
"""Keys of the config that name a file whose content is part of the configuration, dotted."""


def merge(base: Mapping[str, Any], extension: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` extended as Snakemake does it: mappings merge, everything else is replaced."""
    merged = dict(base)
    for key, value in extension.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def read_configs(paths: Iterable[str | Path]) -> dict[str, Any]:
    """Config files merged, later ones over earlier ones.

    Raises
    ------
    ConfigError : a file is missing, not YAML, or not a mapping of keys
    """
    merged: dict[str, Any] = {}
    for path in paths:
        content = read_yaml(path)
        if not isinstance(content, Mapping):
            raise ConfigError(f"{path}: holds no mapping of keys to values")
        merged = merge(merged, content)
    return merged


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
    content, problems = _with_files(config)
    unread = [key for key in config if key not in content]
    try:
        run = RunConfig.model_validate(content)
    except ValidationError as error:
        described = describe(error, RunConfig, content, ignore=unread)
        problems += described
        if any(detail["loc"] for detail in error.errors()):
            problems += consistency_problems(_valid_blocks(content))
    else:
        if not problems:
            return run
    plural = "problems" if len(problems) > 1 else "problem"
    lines = "\n".join(f"  {problem}" for problem in problems)
    raise ConfigError(f"the configuration has {len(problems)} {plural}:\n{lines}")


def _with_files(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The configuration with the content of the files it names, without blocks not readable."""
    content = dict(config)
    problems: list[str] = []
    for key in FILES:
        *above, last = key.split(".")
        block = _copied(content, above)
        if block is None or not isinstance(block.get(last), str):
            continue
        try:
            block[last] = read_yaml(block[last])
        except ConfigError as error:
            problems.append(f"{key}: {error}")
            content.pop(key.split(".")[0])
    return content, problems


def _copied(content: dict[str, Any], keys: Iterable[str]) -> dict[str, Any] | None:
    """The block at ``keys``, copied into ``content`` on the way; None if there is none."""
    for key in keys:
        if not isinstance(content.get(key), Mapping):
            return None
        content[key] = dict(content[key])
        content = content[key]
    return content


def _valid_blocks(content: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks that are in order by themselves, name -> model."""
    blocks: dict[str, Any] = {}
    for name, field in RunConfig.model_fields.items():
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, field.annotation))
            blocks[name] = adapter.validate_python(content.get(name))
        except ValidationError:
            continue
    return blocks
