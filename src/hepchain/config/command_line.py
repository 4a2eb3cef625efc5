"""The configuration of a run from its config files and `--config`, read as strictly as any file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from hepchain.config.layers import merge_layers, read_layer
from hepchain.config.root import base_files
from hepchain.config.strict_yaml import parse
from hepchain.errors import ConfigError

KINDS = (".yaml", ".yml", ".json")
"""How names of config files end."""


def load_configfile(path: str | Path) -> dict[str, Any]:
    """A file of `--configfile`, for Snakemake.

    Raises
    ------
    WorkflowError : it cannot be read; a target that follows the option is told from a config file
    """
    from snakemake_interface_common.exceptions import WorkflowError

    shown = _short(Path(path).absolute())
    try:
        return read_layer(shown)
    except ConfigError as error:
        if shown.suffix in KINDS:
            raise WorkflowError(str(error)) from None
        raise WorkflowError(
            f"{shown}: Snakemake takes this for a config file, as all that follows --configfile; "
            "write targets in front of that option, or behind `--`"
        ) from None


def configuration(workflow: Any) -> dict[str, Any]:
    """What Snakemake has merged by the time it reads the rules, read once more.

    It takes the last of two equal keys, and values of `--config` below the first level for text.

    Raises
    ------
    ConfigError : a file or an entry cannot be read, or a key is given twice
    """
    settings = workflow.config_settings
    of_command = list(settings.configfiles)
    of_workflow = workflow.configfiles[len(of_command) :]
    files = [*(of_workflow or base_files()), *of_command]
    if settings.replace_workflow_config:
        files = of_command
    layers = [read_layer(_short(Path(file))) for file in files]
    return merge_layers([*layers, read_entries(settings.config_args or ())])


def read_entries(entries: Iterable[str]) -> dict[str, Any]:
    """Entries `key=value` of `--config`; each value is YAML.

    >>> read_entries(["seed=1", "blinding={open: true}"])
    {'seed': 1, 'blinding': {'open': True}}

    Raises
    ------
    ConfigError : an entry has no key of the first level, a value that is no YAML, or the key of
        another entry
    """
    content: dict[str, Any] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not key.isidentifier():
            raise ConfigError(f"--config {entry}: {_right_form(key, value)}")
        if key in content:
            raise ConfigError(f"--config: '{key}' is given twice; write one mapping, {key}={{...}}")
        try:
            content[key] = parse(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"--config {entry}: the value is not valid YAML: {error}") from error
    return content


def _right_form(key: str, value: str) -> str:
    block, _, below = key.partition(".")
    example = f"{block}={{{below}: {value}}}" if below else "key=value"
    return f"write '{example}'; the key is one of the first level of the configuration"


def _short(path: Path) -> Path:
    """As the user knows it, where it lies below the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
