"""The groups of comparisons: a module each, which turns files into comparisons.

A module ``hepchain.validation.<group>`` has the function ``comparisons(inputs, config)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from hepchain.config.validation import ValidationConfig
from hepchain.validation.comparison import Comparison
from hepchain.validation.files import write_comparisons

GROUPS = (
    *("tracks", "hits", "efficiency", "trt", "dedx", "calorimeter"),
    *("events", "composition"),
)
"""In the order of the report."""

Inputs = Mapping[str, Sequence[Path]]
"""Name of an input of the rule (``gun``, a sample, ``reference``, ...) -> its files."""


class Group(Protocol):
    """What the module of a group offers."""

    def comparisons(self, inputs: Inputs, config: ValidationConfig) -> list[Comparison]:
        """All comparisons of the group."""


def write_group(group: str, inputs: Inputs, config: ValidationConfig, path: str | Path) -> None:
    """Compare, and write the comparisons of ``group``.

    Raises
    ------
    InputError : an input is missing or unusable
    """
    module = cast(Group, import_module(f"hepchain.validation.{group}"))
    write_comparisons(path, module.comparisons(inputs, config))
