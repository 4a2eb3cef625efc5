"""Detector parameters as the variations of a run have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hepchain.config.overrides import override
from hepchain.config.reading import describe, load_block, read_yaml
from hepchain.errors import ConfigError
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.trust import Trust

NOMINAL = ""
"""Stands for no variation where the name of one is expected."""

_ALIKE = {"source": "see the file of parameters", "trust": Trust.CHOICE.value}
"""Last word of keys that say where a number comes from -> what stands for it."""


def load_responses(
    path: str | Path, variations: Mapping[str, Mapping[str, Any]]
) -> dict[str, ResponseParameters]:
    """Detector parameters without variation (:data:`NOMINAL`) and under each.

    Parameters
    ----------
    path : the file of nominal parameters
    variations : name -> dotted key in that file -> varied value

    Raises
    ------
    ConfigError : the file is not in order, a key does not exist, or a varied value is not one that
        the parameter may have; the problems of all variations in one message
    """
    found = {NOMINAL: load_block(path, ResponseParameters)}
    content = read_yaml(path)
    problems: list[str] = []
    for name, changes in variations.items():
        try:
            found[name] = ResponseParameters.model_validate(override(content, changes))
        except ConfigError as error:
            problems += _lines(name, str(error).splitlines())
        except ValidationError as error:
            problems += _lines(name, describe(error, ResponseParameters, content))
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise ConfigError(f"variations of {path}:\n{lines}")
    return found


def without_sources(parameters: ResponseParameters) -> dict[str, Any]:
    """Parameters as plain values, all sources alike: what is written of a source changes no result.

    They are valid parameters still.
    """
    content: dict[str, Any] = _without_sources(parameters.model_dump(mode="json"))
    return content


def _without_sources(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_sources(item) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        key: _ALIKE.get(key.split("_")[-1], _without_sources(value))
        for key, value in content.items()
    }


def _lines(name: str, problems: list[str]) -> list[str]:
    return [f"simulation.variations.{name}.response.{problem}" for problem in problems]
