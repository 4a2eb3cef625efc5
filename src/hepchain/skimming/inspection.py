"""What is in a file, for somebody who writes a branch map for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

from hepchain.config.names import nearest
from hepchain.errors import InputError
from hepchain.skimming.files import TREES, open_file, readable
from hepchain.skimming.jagged import member_of
from hepchain.skimming.trees import Tree, is_rntuple

ENTRIES = 1000
"""Entries that are looked at."""

WIDTH = 100
"""Columns of a terminal."""

SHOWN = 3
"""Events of a branch, and numbers of an event, that are printed."""


@dataclass(frozen=True)
class Container:
    """A tree of a file."""

    name: str
    kind: str
    entries: int
    branches: int

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}, {self.entries} entries, {self.branches} branches"


@dataclass(frozen=True)
class Column:
    """A branch, or a member of one that has records.

    ``lists``: how many lists deep the numbers of an entry are, None if it has none; ``values``: of
    the first entries, None if they cannot be read.
    """

    branch: str
    member: str | None
    kind: str
    lists: int | None
    values: ak.Array | None

    @property
    def name(self) -> str:
        """As it is printed."""
        return self.branch if self.member is None else f"{self.branch} member {self.member}"


@dataclass(frozen=True)
class Inspection:
    """A file: its trees, the other objects with their class, and the columns of one tree."""

    path: str
    trees: tuple[Container, ...]
    others: Mapping[str, str]
    tree: str
    columns: tuple[Column, ...]

    def __str__(self) -> str:
        lines = [f"{self.path}", *(f"  {tree}" for tree in self.trees)]
        lines += [f"  {name}: {kind}" for name, kind in self.others.items()]
        more = " (`--tree NAME` shows another)" if len(self.trees) > 1 else ""
        lines += ["", f"tree '{self.tree}': branch, type, first values{more}"]
        names = min(max((len(column.name) for column in self.columns), default=0), 48)
        for column in self.columns:
            name, kind = column.name, column.kind if column.lists is not None else "-"
            if len(name) > names:
                lines.append(f"  {name}")
                name = ""
            start = f"  {name:{names}}  {kind:9}  "
            lines.append((start + _shown(column, WIDTH - len(start))).rstrip())
        return "\n".join(lines)


def inspect(path: str | Path, tree: str | None = None) -> Inspection:
    """Look into a ROOT file.

    Parameters
    ----------
    tree : the one whose columns are wanted; by default that with the most entries times branches

    Raises
    ------
    InputError : the file is unusable, has no tree, or not this one
    """
    with open_file(path) as file:
        with readable(path):
            classes = dict(sorted(file.classnames(cycle=False).items()))
            found = {name: file[name] for name, kind in classes.items() if kind in TREES}
            trees = tuple(_container(name, of) for name, of in found.items())
        if not trees:
            raise InputError(f"{path}: has no tree, only {', '.join(classes) or 'nothing at all'}")
        if tree is not None and tree not in found:
            raise InputError(f"{path}: no tree '{tree}'{nearest(tree, found)}")
        chosen = tree or max(trees, key=lambda item: item.entries * item.branches).name
        others = {name: kind for name, kind in classes.items() if kind not in TREES}
        columns = tuple(_columns(Tree(str(path), chosen, found[chosen])))
    return Inspection(str(path), trees, others, chosen, columns)


def _container(name: str, tree: Any) -> Container:
    kind = tree.classname.removeprefix("ROOT::")
    branches = tree.fields if is_rntuple(tree) else tree.branches
    return Container(name, kind, int(tree.num_entries), len(branches))


def _columns(tree: Tree) -> Iterator[Column]:
    """All branches with what is in them; those that only hold others are left out."""
    names = tree.names
    parents = {name.rpartition(separator)[0] for name in names for separator in "/."}
    for full in names:
        found = tree.type_of(full)
        leaves = _leaves(found)
        if full in parents and (not leaves or leaves[0][0] is not None):
            continue
        last = full.rpartition("/")[2]
        name = last if tree.full_name(last) == full else full
        of_branch = None if found is None else tree.first(full, ENTRIES)
        if not leaves:
            yield Column(name, None, tree.typename(full), None, None)
        for member, kind, lists in leaves:
            numbers = of_branch
            if member is not None and of_branch is not None:
                numbers = member_of(of_branch, member)
            yield Column(name, member, kind, lists, numbers)


def _leaves(found: Any, lists: str = "") -> list[tuple[str | None, str, int | None]]:
    """Member (none of what is no record), type in words and depth of each part of a type."""
    if isinstance(found, ak.types.ListType | ak.types.RegularType):
        if found.parameters.get("__array__") in ("string", "bytestring"):
            return [(None, f"text{lists}", 0)]
        size = found.size if isinstance(found, ak.types.RegularType) else ""
        return _leaves(found.content, f"{lists}[{size}]")
    if isinstance(found, ak.types.RecordType) and found.fields:
        return [
            (f"{name}.{member}" if member else name, kind, depth)
            for name in found.fields
            for member, kind, depth in _leaves(found.content(name), lists)
        ]
    if isinstance(found, ak.types.NumpyType):
        return [(None, f"{found.primitive}{lists}", lists.count("["))]
    return []


def _shown(column: Column, width: int) -> str:
    """The first values, of lists the first that are not empty, as far as there is room."""
    values = column.values
    if column.lists is None or values is None:
        return _cut(f"({column.kind}, cannot be read)", width)
    if column.lists and len(values):
        values = values[np.asarray(ak.num(values)) > 0]
        if not len(values):
            return "(empty lists)"
    text = ", ".join(_word(value) for value in values[:SHOWN].tolist())
    return _cut(text, width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."


def _word(value: Any) -> str:
    if isinstance(value, list):
        more = ", ..." if len(value) > SHOWN else ""
        return f"[{', '.join(map(_word, value[:SHOWN]))}{more}]"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def medians(columns: Iterable[Column]) -> Iterator[float]:
    """Median of the finite, positive values of each column that has some."""
    for column in columns:
        if column.values is not None and not column.kind.startswith("text"):
            flat = np.asarray(ak.flatten(column.values, axis=None), dtype=np.float64)
            flat = flat[np.isfinite(flat) & (flat > 0)]
            if len(flat):
                yield float(np.median(flat))
