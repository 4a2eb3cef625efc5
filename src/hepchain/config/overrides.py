"""Values of a YAML file replaced by dotted key."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hepchain.config.names import nearest
from hepchain.errors import ConfigError

VALUE = "value"
"""Key of the number of a parameter that also carries its unit and source."""


def override(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Copy of ``content`` with some values replaced.

    ``changes``: dotted key -> value; the key of a mapping with a ``value`` stands for that value.

    Raises
    ------
    ConfigError : keys that do not exist, or hold a block of keys; a line for each, with the nearest
        that do exist
    """
    changed = copy.deepcopy(dict(content))
    problems = [problem for key in changes if (problem := _problem(content, key))]
    if problems:
        raise ConfigError("\n".join(problems))
    for key, value in changes.items():
        *above, last = key.split(".")
        block = changed
        for part in above:
            block = block[part]
        if isinstance(block[last], dict):
            block, last = block[last], VALUE
        block[last] = value
    return changed


def _problem(content: Mapping[str, Any], key: str) -> str | None:
    """Why a key cannot be replaced; None if it can."""
    block: Any = content
    above = ""
    for part in key.split("."):
        if not isinstance(block, Mapping) or part not in block:
            known = [f"{above}{name}" for name in block] if isinstance(block, Mapping) else []
            return f"{key}: unknown key{nearest(key, known)}"
        block, above = block[part], f"{above}{part}."
    if isinstance(block, Mapping) and VALUE not in block:
        return f"{key}: holds a block; give one of its keys: {', '.join(block)}"
    return None
