"""The branches of a TTree, and the fields of an RNTuple, by exact name and a chunk at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, Protocol

import awkward as ak
import uproot
from uproot.interpretation.grouped import AsGrouped

from hepchain.skimming.files import readable
from hepchain.skimming.interpretations import for_reading, interpretation_of

Arrays = dict[str, ak.Array]
"""Name of a branch -> its values, one entry an event."""


class Table(Protocol):
    """What has branches: a tree of a file, or several that are read as one."""

    path: str
    name: str

    @property
    def entries(self) -> int:
        """How many there are."""

    @property
    def names(self) -> list[str]:
        """Full names of all branches."""

    def __contains__(self, name: str) -> bool: ...

    def type_of(self, name: str) -> Any:
        """Awkward type of one entry of a branch; None if it cannot be read."""

    def typename(self, name: str) -> str:
        """Type of a branch in C++."""

    def size_of(self, names: Sequence[str]) -> int:
        """Bytes of all entries of branches, uncompressed; 0 if it is not known."""

    def chunks(self, names: Sequence[str], size: int, stop: int | None = None) -> Iterator[Arrays]:
        """Branches of the first ``stop`` entries, ``size`` of them at once.

        Raises
        ------
        InputError : a branch cannot be read
        """


class Tree:
    """A TTree or an RNTuple of an open file.

    Branches have the full names that uproot prints, as ``muons/muons.fP/muons.fP.fX`` and, of an
    RNTuple, ``muons.pt``; the last part alone will do where only one branch has it.
    """

    def __init__(self, path: str, name: str, content: Any) -> None:
        self.path, self.name = str(path), name
        self._content = content
        with readable(path):
            self.entries = int(content.num_entries)
            self._branches: dict[str, Any] = {}
            self._by_name: dict[str, list[str]] = defaultdict(list)
            for full, branch in _branches_of(content):
                self._branches.setdefault(full, branch)
                self._by_name[branch.name].append(full)

    @property
    def names(self) -> list[str]:
        """Full names of all branches."""
        return list(self._branches)

    def full_name(self, name: str) -> str | None:
        """Full name of a branch; None if there is none of this name, or several."""
        if name in self._branches:
            return name
        found = self._by_name.get(name, [])
        return found[0] if len(found) == 1 else None

    def __contains__(self, name: str) -> bool:
        return self.full_name(name) is not None

    def type_of(self, name: str) -> Any:
        """Awkward type of one entry of a branch; None if uproot cannot read it."""
        try:
            return _type(self._content, self._branches[self.full_name(name) or ""])
        except Exception:  # uproot has no common base for what it cannot interpret
            return None

    def typename(self, name: str) -> str:
        """Type of a branch in C++."""
        return str(self._branches[self.full_name(name) or ""].typename)

    def size_of(self, names: Sequence[str]) -> int:
        """Bytes of all entries of branches, uncompressed; 0 if it is not known."""
        branches = [self._branches[self.full_name(name) or ""] for name in names]
        with readable(self.path):
            if is_rntuple(self._content):
                return _size_of_fields(self._content, branches)
            return sum(int(branch.uncompressed_bytes) for branch in branches)

    def first(self, name: str, entries: int) -> ak.Array | None:
        """Values of a branch in the first entries; None if uproot cannot read them."""
        try:
            return self._branches[self.full_name(name) or ""].array(entry_stop=entries)
        except Exception:  # uproot has no common base for what it cannot interpret
            return None

    def chunks(self, names: Sequence[str], size: int, stop: int | None = None) -> Iterator[Arrays]:
        """Branches of the first ``stop`` entries, ``size`` of them at once; see :class:`Table`."""
        full = {name: self.full_name(name) or name for name in names}
        read = _of_rntuple if is_rntuple(self._content) else _of_ttree
        branches = {name: self._branches[name] for name in full.values()}
        pieces = read(self._content, branches, size, stop)
        entry = 0
        while True:
            with readable(self.path, partial(self._culprit, branches, entry, size)):
                arrays = next(pieces, None)
            if arrays is None:
                return
            entry += size
            yield {name: arrays[of] for name, of in full.items()}

    def _culprit(self, branches: Mapping[str, Any], entry: int, size: int) -> str:
        """What cannot be read, in words."""
        for name, branch in branches.items():
            try:
                branch.array(entry_start=entry, entry_stop=entry + size)
            except Exception:  # whatever it is, it is told already
                return f"branch '{name}' of tree '{self.name}'"
        return f"tree '{self.name}'"


def _branches_of(content: Any) -> Iterator[tuple[str, Any]]:
    """Full name and branch; of an RNTuple by its fields, whose own search takes seconds."""
    if not is_rntuple(content):
        return content.iteritems()  # type: ignore[no-any-return]
    return ((field.path, field) for field in content.all_fields if field.path is not None)


def is_rntuple(content: Any) -> bool:
    """Whether an object of a file is an RNTuple."""
    return isinstance(content, uproot.behaviors.RNTuple.RNTuple)


def nearest_branch(name: str, table: Table) -> str:
    """End of a message that names what may be meant; trees have too many branches to list them."""
    endings = [full for full in table.names if full.endswith((f"/{name}", f".{name}"))]
    if endings:
        return f"; there are {', '.join(endings[:5])}: give the full name of one"
    by_end = {full.rpartition("/")[2]: full for full in reversed(table.names)}
    matches = get_close_matches(name, [*table.names, *by_end], n=1, cutoff=0.75)
    return f"; did you mean '{by_end.get(matches[0], matches[0])}'?" if matches else ""


_TYPES: dict[str, Any] = {}
"""Uproot's key of an interpretation -> type: a tree has a hundred branches of a few types."""


def _type(content: Any, branch: Any) -> Any:
    if is_rntuple(content):
        return _type_of_field(content, branch.path)
    interpretation = interpretation_of(branch)
    if isinstance(interpretation, AsGrouped):  # of branches that have names of their own
        return None
    key = interpretation.cache_key
    if key not in _TYPES:
        _TYPES[key] = interpretation.awkward_form(branch.file).type
    return _TYPES[key]


def _type_of_field(ntuple: Any, path: str) -> Any:
    """Type of a field of an RNTuple, within the lists of those that it is a part of."""
    first, *parts = path.split(".")
    found = ntuple[first].to_akform()[0].content(first).type
    for part in parts:
        found = member_type(found, part)
    return found


def member_type(whole: Any, member: str) -> Any:
    """Type of a member of records, which may be in lists; None if there is none of this name."""
    if isinstance(whole, ak.types.ListType):
        content = member_type(whole.content, member)
        return content and ak.types.ListType(content)
    if isinstance(whole, ak.types.RegularType):
        content = member_type(whole.content, member)
        return content and ak.types.RegularType(content, whole.size)
    if isinstance(whole, ak.types.RecordType):
        first, _, rest = member.partition(".")
        if member in whole.fields:
            return whole.content(member)
        if first in whole.fields:
            return member_type(whole.content(first), rest)
    return None


def _of_ttree(
    tree: Any, branches: Mapping[str, Any], size: int, stop: int | None
) -> Iterator[Arrays]:
    # With a slash in front uproot takes a name for no pattern, no expression and no last part.
    exact = {name: f"/{name}" for name in branches}
    options = {
        "expressions": [(exact[name], for_reading(item)) for name, item in branches.items()],
        "entry_stop": stop,
        "library": "ak",
        "how": dict,
    }
    empty = tree.num_entries == 0
    for arrays in [tree.arrays(**options)] if empty else tree.iterate(step_size=size, **options):
        yield {name: arrays[of] for name, of in exact.items()}


def _of_rntuple(
    ntuple: Any, fields: Mapping[str, Any], size: int, stop: int | None
) -> Iterator[Arrays]:
    """Whole clusters at a time: what was compressed together is decompressed once."""
    # Uproot reads the cluster after an exact end, too: kept, it need not be read again.
    cache: dict[str, Any] = {}
    left: Arrays = {}
    for following, first, end in _clusters(ntuple, size, stop):
        whole = {}
        for name, field in fields.items():
            values = field.array(entry_start=first, entry_stop=end, array_cache=cache)
            whole[name] = ak.concatenate([left[name], values]) if left else values
        cache = {key: item for key, item in cache.items() if f":{following}:" in key}
        left = {}
        length = len(next(iter(whole.values())))
        for start in range(0, length, size):
            piece = {name: values[start : start + size] for name, values in whole.items()}
            if length - start < size:
                left = piece
            else:
                yield piece
    if left or ntuple.num_entries == 0:
        yield left or whole


def _size_of_fields(ntuple: Any, fields: Sequence[Any]) -> int:
    """Bytes of fields, uncompressed, as uproot finds them in the list of pages."""
    bytes_at_once = 2**50
    paths = {field.path for field in fields}
    entries = ntuple.num_entries_for(bytes_at_once, filter_field=lambda f: f.path in paths)
    return ntuple.num_entries * bytes_at_once // entries if entries > 1 else 0


def _clusters(ntuple: Any, size: int, stop: int | None) -> Iterator[tuple[int, int, int]]:
    """Parts of at least ``size`` entries: the cluster after it, its first entry and its end.

    Of no entries there is one part with none.
    """
    last = ntuple.num_entries if stop is None else min(stop, ntuple.num_entries)
    first = end = 0
    for number, cluster in enumerate(ntuple.cluster_summaries):
        end = min(end + int(cluster.num_entries), last)
        if end - first >= size or (end == last and end > first):
            yield number + 1, first, end
            first = end
    if last == 0:
        yield 0, 0, 0
