"""The events of a file: its tree, with its friends, as a branch map names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hepchain.config.ntuple import NtupleMap
from hepchain.skimming.files import open_file, tree_named
from hepchain.skimming.friends import FriendTree, open_friend
from hepchain.skimming.rows import Grouped
from hepchain.skimming.trees import Arrays, Table, Tree


@contextmanager
def open_tree(path: str | Path, ntuple_map: NtupleMap) -> Iterator[Table]:
    """Yield what the map names of a file; a tree without entries is one, too.

    Raises
    ------
    InputError : the file is missing, empty, damaged, or has no such tree
    """
    with open_file(path) as file:
        yield tree_of(path, file, ntuple_map)


def tree_of(path: str | Path, file: Any, ntuple_map: NtupleMap) -> Table:
    """The tree of an open file that a map names, with its rows as events and with its friends.

    Raises
    ------
    InputError : a tree is not there, or they do not go together
    """
    name = ntuple_map.tree
    table: Table = Tree(str(path), name, tree_named(path, file, name))
    if ntuple_map.rows is not None:
        table = Grouped(table, ntuple_map.rows)
    if not ntuple_map.friends:
        return table
    friends = {
        key: open_friend(
            key,
            friend,
            table,
            Tree(table.path, friend.tree, tree_named(path, file, friend.tree, f"friends.{key}")),
        )
        for key, friend in ntuple_map.friends.items()
    }
    return Joined(table, friends)


class Joined:
    """A tree with its friends as one: a name is the first tree's that has such a branch.

    ``friend.branch`` is the branch of one friend.
    """

    def __init__(self, first: Table, friends: Mapping[str, FriendTree]) -> None:
        self.path, self.name = first.path, first.name
        self._first, self._friends = first, friends
        own = [f"{key}.{name}" for key, friend in friends.items() for name in friend.table.names]
        self.names = [*first.names, *own]

    @property
    def entries(self) -> int:
        """Number of entries of the first tree."""
        return self._first.entries

    def _place(self, name: str) -> tuple[str, str] | None:
        """Friend (empty for the first tree) and name there; None if the branch is nowhere."""
        if name in self._first:
            return "", name
        key, _, own = name.partition(".")
        if key in self._friends and own in self._friends[key].table:
            return key, own
        having = [key for key, friend in self._friends.items() if name in friend.table]
        return (having[0], name) if len(having) == 1 else None

    def _table(self, key: str) -> Table:
        return self._friends[key].table if key else self._first

    def __contains__(self, name: str) -> bool:
        return self._place(name) is not None

    def type_of(self, name: str) -> Any:
        """Awkward type of one entry of a branch; None if it cannot be read."""
        place = self._place(name)
        return None if place is None else self._table(place[0]).type_of(place[1])

    def typename(self, name: str) -> str:
        """Type of a branch in C++."""
        key, own = self._place(name) or ("", name)
        return self._table(key).typename(own)

    def size_of(self, names: Sequence[str]) -> int:
        """Bytes of all entries of branches, uncompressed; 0 if it is not known."""
        places = [self._place(name) or ("", name) for name in names]
        return sum(self._table(key).size_of([own]) for key, own in places)

    def chunks(self, names: Sequence[str], size: int, stop: int | None = None) -> Iterator[Arrays]:
        """Branches of all trees, in the entries of the first; see :class:`Table`.

        Raises
        ------
        InputError : a branch cannot be read, or a friend lacks an entry
        """
        places = {name: self._place(name) or ("", name) for name in names}
        wanted: dict[str, list[str]] = {"": []}
        for key, own in places.values():
            wanted.setdefault(key, []).append(own)
        of_first = [*wanted.pop(""), *(k for key in wanted for k in self._friends[key].keys)]
        any_branch = [name for name in self._first.names if self._first.type_of(name) is not None]
        of_first = list(dict.fromkeys(of_first)) or any_branch[:1]
        readers = {
            key: self._friends[key].reader(list(dict.fromkeys(own)), size, stop)
            for key, own in wanted.items()
        }
        for arrays in self._first.chunks(of_first, size, stop):
            found = {"": arrays} | {key: reader(arrays) for key, reader in readers.items()}
            yield {name: found[key][own] for name, (key, own) in places.items()}
