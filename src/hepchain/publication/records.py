"""Tables as HEPData knows them, before any library writes them."""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

Number = float | int

MISSING = "-"
"""In the place of a value that does not exist."""


def or_missing(value: Number | None) -> Number | str:
    """Value, or what stands in the place of none."""
    return MISSING if value is None else value


def unused(name: str, used: Container[str], numbered: str) -> str:
    """The name, or the first of ``numbered`` (with ``{name}`` and ``{n}`` from 2) not in use."""
    names = itertools.chain([name], (numbered.format(name=name, n=n) for n in itertools.count(2)))
    return next(item for item in names if item not in used)


@dataclass(frozen=True)
class Uncertainty:
    """Of each value of a variable: one number, or the changes of the value downwards and upwards;
    None for a value that has none of this kind."""

    label: str
    values: Sequence[Number | tuple[Number, Number] | None]

    @property
    def symmetric(self) -> bool:
        """Whether one number stands for both sides."""
        return not any(isinstance(value, tuple) for value in self.values)


@dataclass(frozen=True)
class Variable:
    """A column: numbers, texts, or bins (both edges)."""

    name: str
    values: Sequence[Number | str | tuple[Number, Number]]
    units: str = ""
    uncertainties: Sequence[Uncertainty] = ()
    qualifiers: Mapping[str, str | Number] = field(default_factory=dict)

    @property
    def binned(self) -> bool:
        """Whether values are bins."""
        return any(isinstance(value, tuple) for value in self.values)


@dataclass(frozen=True)
class Table:
    """A table with the figure that shows it."""

    name: str
    """Unique, at most 64 characters."""
    description: str
    independent: Sequence[Variable]
    dependent: Sequence[Variable]
    observables: Sequence[str]
    """Keywords: what is measured."""
    figure: str = ""
    """Name of a figure, without suffix; empty if there is none."""
    luminosity: bool = True
    """Whether the numbers are those of a luminosity."""
