"""Values that must not reach the next stage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.skimming.contract import IN_MEV, OBJECT, Entry, Need
from hepchain.skimming.jagged import numbers_of, sizes_of
from hepchain.skimming.scales import Misscaled


@dataclass(frozen=True)
class Problem:
    """Values of one branch that are wrong in one way.

    ``value``, ``entry`` and ``event`` are the first of them, its entry in the tree and the number
    of its event.
    """

    name: str
    what: str
    count: int
    value: Any
    entry: int
    event: Any

    def told(self, origin: str) -> str:
        """One line, with where the branch comes from."""
        return (
            f"{self.name} ({origin}): {self.count} value{'s' if self.count > 1 else ''} "
            f"{self.what}, the first {self.value} in entry {self.entry} "
            f"(event_number {self.event})"
        )


class Problems:
    """Problems of a file, those of one kind together."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Problem | Misscaled] = {}

    def add(self, problems: Iterable[Problem | Misscaled]) -> None:
        """Add the problems of the next chunk."""
        for problem in problems:
            key = problem.name, problem.what
            first = self._found.get(key)
            if isinstance(first, Problem) and isinstance(problem, Problem):
                problem = replace(first, count=first.count + problem.count)
            self._found[key] = problem

    def __bool__(self) -> bool:
        return bool(self._found)

    def lines(self, origins: Mapping[str, str]) -> list[str]:
        """One line a problem; ``origins`` says where the branches come from.

        Values beyond the energy of a beam are part of an implausible scale.
        """
        scales = {found.name for found in self._found.values() if isinstance(found, Misscaled)}
        return [
            found.told(origins[found.name])
            for found in self._found.values()
            if not (found.name in scales and found.what == IN_MEV)
        ]


def problems_of(
    chunk: Mapping[str, ak.Array],
    wanted: Mapping[str, Entry],
    present: Collection[str],
    first_entry: int,
) -> Iterator[Problem]:
    """What is wrong with the values of one chunk of events.

    Branches of one object that differ in length, needed numbers that are not finite, integers that
    are none, charges that are not +-1, quantities outside their physical range, indices outside
    their list. Those ``present`` come from the file, the others are defaults; ``first_entry`` is
    the entry of the first event of the chunk in the file.
    """
    columns = {
        name: _Column(name, values, chunk["event_number"], first_entry)
        for name, values in chunk.items()
        if name in present
    }
    lengths = list(_lengths(columns, wanted))
    if lengths:
        yield from lengths
        return
    lists = {wanted[name].collection: column for name, column in columns.items()}
    for name, column in columns.items():
        entry = wanted[name]
        yield from _unusable(column, entry)
        for check in entry.checks:
            yield from column.where(check.is_wrong(column.flat), check.what)
        target = entry.points_into
        if target and target in lists:
            beyond = column.flat >= np.repeat(lists[target].counts, column.counts)
            what = f"outside the list of {target}s"
            yield from column.where((column.flat < -1) | beyond, what)


@dataclass(frozen=True)
class _Column:
    """A branch of one chunk, flat."""

    name: str
    values: ak.Array
    event_number: ak.Array
    first_entry: int

    @cached_property
    def flat(self) -> npt.NDArray[Any]:
        return numbers_of(self.values)

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        return sizes_of(self.values)

    def where(self, bad: npt.NDArray[np.bool_], what: str) -> Iterator[Problem]:
        """The values that are bad, if there are any."""
        if not bad.any():
            return
        position = int(np.argmax(bad))
        event = position
        if self.values.ndim > 1:
            event = int(np.searchsorted(np.cumsum(self.counts), position, side="right"))
        yield self.problem(event, int(bad.sum()), self.flat[position], what)

    def problem(self, event: int, count: int, value: Any, what: str) -> Problem:
        """Problem whose first value is in this event of the chunk."""
        number = self.event_number[event]
        return Problem(self.name, what, count, value, self.first_entry + event, number)


def _lengths(columns: Mapping[str, _Column], wanted: Mapping[str, Entry]) -> Iterator[Problem]:
    """Branches of one object of which some events have lists of another length."""
    first: dict[str, _Column] = {}
    for name, column in columns.items():
        collection = wanted[name].collection
        if not collection:
            continue
        reference = first.setdefault(collection, column)
        differs = column.counts != reference.counts
        if differs.any():
            event = int(np.argmax(differs))
            what = f"of another length than {reference.name} (all branches of one object agree)"
            yield column.problem(event, int(differs.sum()), f"{column.counts[event]}", what)


def _unusable(column: _Column, entry: Entry) -> Iterator[Problem]:
    """Infinite values, NaN where it has no meaning, and what is no integer where one is needed.

    Of the variables of a track only those that every skim needs are looked at: which others a
    track may lack follows from its groups, and the features stage decides about them.
    """
    is_variable = column.name.startswith(f"{OBJECT}_") and entry.need is Need.NEVER
    if entry.dtype.startswith("int"):
        if column.flat.dtype != entry.dtype:
            yield from _no_integers(column, np.dtype(entry.dtype))
    elif not is_variable:
        bad = np.isinf(column.flat) if entry.may_be_nan else ~np.isfinite(column.flat)
        yield from column.where(bad, "not finite")


def _no_integers(column: _Column, wanted: np.dtype[Any]) -> Iterator[Problem]:
    """Values of another type that would not be the same in the type that is wanted."""
    values, limits = column.flat, np.iinfo(wanted)
    if values.dtype.kind == "f":
        # From here on a float has lost the last digits of an integer, and neighbours are alike.
        exact = 2.0 ** (np.finfo(values.dtype).nmant + 1)
        yield from column.where(~np.isfinite(values) | (values != np.rint(values)), "no integers")
        if exact < limits.max:
            what = f"beyond {exact:.0f}, where {values.dtype} no longer tells integers apart"
            yield from column.where(np.isfinite(values) & (abs(values) >= exact), what)
            return
        values = np.where(np.isfinite(values), values, 0.0)
    outside = (values < limits.min) | (values > limits.max)
    yield from column.where(outside, f"that do not fit into {wanted}")
