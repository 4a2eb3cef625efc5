"""Numbers that stand in several results, by what they are of: each reader tells those of one file.

A new result that repeats a number of another one is a new reader here.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig

Fact = tuple[str, ...]
"""What a number is, then what it is of: ("area", tagger, category)."""


@dataclass(frozen=True)
class Told:
    """A number as a file tells it."""

    fact: Fact
    value: float
    file: str
    tolerance: float
    """Absolute; of printed numbers half of the last digit."""


@dataclass(frozen=True)
class Results:
    """A folder of results and the configuration it was made with."""

    folder: Path
    run: SoftElectronsConfig

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())

    @property
    def tagger(self) -> str:
        name: str = self.run.selection.tagger
        return name

    @property
    def test_sample(self) -> str:
        name: str = self.run.combination.working_points.sample
        return name

    def name(self, title: str) -> str:
        """Name of what has this title in legends and tables."""
        titles = dict(self.run.figures.titles)
        titles |= {name: item.title for name, item in self.run.statistics.approaches.items()}
        titles |= {name: item.title for name, item in self.run.variables.categories.items()}
        names = [name for name, found in titles.items() if found == title]
        return names[0] if names else title

    def points(self, file: str) -> Iterator[tuple[str, Any]]:
        """Mass point and its file of the statistics."""
        for path in sorted(self.folder.glob(f"statistics/*/{file}.json")):
            yield path.parent.name, json.loads(path.read_text())


Found = Iterator[tuple[Fact, Any]]
Reader = Callable[[Results], Found]
READERS: dict[str, tuple[Reader, float]] = {}
"""File, or pattern of files -> reader and relative tolerance."""


def reader(file: str, tolerance: float = 1e-6) -> Callable[[Reader], Reader]:
    """Tell that a function reads a file."""

    def register(function: Reader) -> Reader:
        READERS[file] = function, tolerance
        return function

    return register


def told(results: Results) -> Iterator[Told]:
    """All numbers of all files; those that do not exist (None, "–") are left out."""
    for file, (read, tolerance) in READERS.items():
        for fact, value in read(results):
            if isinstance(value, str):
                if printed := _printed(value):
                    yield Told(fact, printed[0], file, printed[1])
            elif value is not None:
                yield Told(fact, float(value), file, tolerance * abs(float(value)) + 1e-9)


def pairs(numbers: Iterable[Told]) -> Iterator[tuple[Told, Told]]:
    """Numbers of the same thing, each with the first that a file tells of it."""
    first: dict[Fact, Told] = {}
    for number in numbers:
        if number.fact in first:
            yield first[number.fact], number
        else:
            first[number.fact] = number


def agree(one: Told, other: Told) -> bool:
    """Whether two numbers are the same within what their files resolve."""
    return abs(one.value - other.value) <= one.tolerance + other.tolerance


def _printed(text: str) -> tuple[float, float] | None:
    """First number of a cell and half a unit of its last digit; shares as such."""
    match = re.match(r"-?\d+(?:\.(\d+))?", text)
    if match is None:
        return None
    scale = 0.01 if text.endswith("%") else 1.0
    half = 0.5 * 10.0 ** -len(match[1] or "")
    return scale * float(match[0]), 1.001 * scale * half


def tables(path: Path) -> dict[str, list[dict[str, str]]]:
    """Title -> rows of the tables of a CSV file."""
    found = {}
    for block in path.read_text().strip().split("\n\n"):
        title, *lines = block.splitlines()
        found[title.strip('"').removeprefix("# ")] = list(csv.DictReader(lines))
    return found
