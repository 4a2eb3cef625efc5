"""Further trees of a file, in the order of the entries of the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.config.ntuple import Friend, Rows
from hepchain.errors import InputError
from hepchain.skimming.rows import Grouped, Keys, keys_of, repeated, require_branches
from hepchain.skimming.trees import Arrays, Table, Tree

ENTRIES_KEPT = 50_000
"""So many entries apart may those be that belong together, but for those of a chunk."""

Reader = Callable[[Arrays], Arrays]
"""Takes the next chunk of the first tree, gives the branches of the friend for it."""


def open_friend(key: str, friend: Friend, first: Table, tree: Tree) -> FriendTree:
    """A further tree as the map has it under ``friends.{key}``.

    Raises
    ------
    InputError : a key is not there, or the entries cannot go together
    """
    own, where = list(friend.keys.values()), f"friends.{key}.keys"
    require_branches(first, list(friend.keys), where)
    require_branches(tree, own, where)
    if not friend.keys and tree.entries != first.entries:
        raise InputError(
            f"{first.path}: tree '{first.name}' has {first.entries} entries and its friend "
            f"'{tree.name}' {tree.entries}; give friends.{key} of the branch map `keys`, the "
            "branches that tell which entries belong together"
        )
    table = Grouped(tree, Rows(keys=own), where) if friend.rows else tree
    return FriendTree(table, list(friend.keys), own, friend.rows, first)


@dataclass(frozen=True)
class FriendTree:
    """A further tree.

    Attributes
    ----------
    keys, own_keys : what tells its entries apart, in the first tree and in this
    may_lack : whether an entry of the first may have none in this
    """

    table: Table
    keys: list[str]
    own_keys: list[str]
    may_lack: bool
    first: Table

    def reader(self, names: Sequence[str], size: int, stop: int | None) -> Reader:
        """What gives these branches for one chunk of the first tree after the other."""
        if self.keys:
            return _Window(self, names, size).of
        chunks = self.table.chunks(names, size, stop)
        return lambda _: next(chunks)

    @cached_property
    def index(self) -> _Index:
        """Where its entries are.

        Raises
        ------
        InputError : two entries have the same keys
        """
        if isinstance(self.table, Grouped):
            return _Index(self.table.keys)
        pieces = self.table.chunks(self.own_keys, 100_000)
        keys = np.concatenate([keys_of(self.table, piece, self.own_keys) for piece in pieces])
        again = repeated(keys)
        if again is not None:
            raise InputError(
                f"{self.table.path}: two entries of tree '{self.table.name}' have "
                f"{self.told(keys[again])}, the second is entry {again}; a friend has one for each "
                "entry of the first tree, or with `rows: true` one row an object"
            )
        return _Index(keys)

    def told(self, keys: npt.NDArray[np.int64]) -> str:
        """Keys of one entry in words."""
        return ", ".join(f"{n} {k}" for n, k in zip(self.own_keys, keys, strict=True))


class _Index:
    """Entry by keys: 8 bytes an entry for each key, and 16 more."""

    def __init__(self, keys: Keys) -> None:
        self._keys, self._seed = keys, 0
        while True:  # until no two different keys are mixed to the same number
            mixed = _mixed(keys, self._seed)
            self._order = np.argsort(mixed, kind="stable")
            self._sorted = mixed[self._order]
            if (self._sorted[1:] != self._sorted[:-1]).all():
                return
            self._seed += 1

    def entries(self, keys: Keys) -> npt.NDArray[np.int64]:
        """Entry with each of these keys, -1 where there is none."""
        if len(self._keys) == 0:
            return np.full(len(keys), -1)
        place = np.searchsorted(self._sorted, _mixed(keys, self._seed))
        entry = self._order[np.minimum(place, len(self._order) - 1)]
        return np.where((self._keys[entry] == keys).all(axis=1), entry, -1)


def _mixed(keys: Keys, seed: int) -> npt.NDArray[np.uint64]:
    """One number of all keys of an entry; different ones of different single keys."""
    result = np.full(len(keys), seed, dtype=np.uint64)
    for column in keys.T:
        result = (result ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        result ^= result >> np.uint64(32)
    return result


class _Window:
    """The branches of a friend around the entries that are asked for, read in its own order."""

    def __init__(self, friend: FriendTree, names: Sequence[str], size: int) -> None:
        self._friend, self._names, self._most = friend, names, ENTRIES_KEPT + size
        self._chunks = friend.table.chunks(names, size)
        self._first = 0
        self._kept: list[Arrays] = []
        self._sizes: list[int] = []
        self._unused: list[int] = []
        self._read_on()
        self._nothing = {name: _empty_list(values) for name, values in self._kept[0].items()}

    def of(self, arrays: Arrays) -> Arrays:
        """The branches for a chunk of the first tree.

        Raises
        ------
        InputError : there is none for an entry, or too far away
        """
        friend = self._friend
        keys = keys_of(friend.first, arrays, friend.keys)
        entries = friend.index.entries(keys)
        lacking = entries < 0
        single = any(values is None for values in self._nothing.values())
        if lacking.any() and (single or not friend.may_lack):
            raise self._error(f"the friend has none with {friend.told(keys[np.argmax(lacking)])}")
        start, parts = self._parts(entries[~lacking])
        index = np.where(lacking, -1, entries - start)
        return {
            name: _taken([part[name] for part in parts], index, self._nothing[name])
            for name in self._names
        }

    def _parts(self, entries: npt.NDArray[np.int64]) -> tuple[int, list[Arrays]]:
        """First entry of the chunks that hold these entries, and the chunks."""
        while self._unused and self._unused[0] <= 0 and len(self._kept) > 1:
            self._drop()
        if not len(entries):
            return self._first, self._kept[:1]
        while self._first + sum(self._sizes) <= entries.max():
            self._read_on()
            if sum(self._sizes) > self._most:
                self._drop()
        if entries.min() < self._first:
            raise self._error(
                f"entries that belong together more than {self._most} apart; sort one of the trees"
            )
        edges = self._first + np.cumsum([0, *self._sizes])
        of = np.searchsorted(edges, entries, side="right") - 1
        for position, used in enumerate(np.bincount(of, minlength=len(self._kept))):
            self._unused[position] -= int(used)
        return int(edges[of.min()]), self._kept[of.min() : of.max() + 1]

    def _read_on(self) -> None:
        self._kept.append(next(self._chunks))
        size = len(self._kept[-1][self._names[0]])
        self._sizes.append(size)
        self._unused.append(size)

    def _drop(self) -> None:
        self._first += self._sizes[0]
        for kept in (self._kept, self._sizes, self._unused):
            del kept[0]

    def _error(self, what: str) -> InputError:
        friend = self._friend
        return InputError(
            f"{friend.table.path}: of tree '{friend.first.name}' and its friend "
            f"'{friend.table.name}': {what}"
        )


def _taken(parts: list[ak.Array], index: npt.NDArray[np.int64], nothing: Any) -> ak.Array:
    """Entries of the parts put together, ``nothing`` where the index is -1."""
    whole = parts[0] if len(parts) == 1 else ak.concatenate(parts)
    found = index[index >= 0]
    if len(found) and (np.diff(found) == 1).all():  # the order of both trees, as it mostly is
        there = whole[found[0] : found[-1] + 1]
        if len(found) == len(index):
            return there
        counts = np.zeros(len(index), dtype=np.int64)
        counts[index >= 0] = ak.num(there)
        return ak.unflatten(ak.flatten(there, axis=1), counts)
    extended = whole if nothing is None else ak.concatenate([whole, nothing])
    return ak.to_packed(extended[index])


def _empty_list(values: ak.Array) -> ak.Array | None:
    """An entry without objects, of the type of these; None where entries have no lists."""
    return None if values.ndim < 2 else ak.unflatten(ak.flatten(values[:0], axis=1), [0])
