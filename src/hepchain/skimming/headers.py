"""Headers of TTrees, in a tenth of the time that it takes to read one in full.

A header says of each branch its name, its leaves with their types, and where its data lie. Only the
latter differs between the files of a sample. All but that is kept here as it is in the file, to be
compared: where two headers are alike, one of them is read in full. One with something that is not
known here is nobody's like.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Any

from uproot.source.cursor import Cursor

# As ROOT's TBufferFile writes objects.
COUNTED = 0x40000000
"""Set in a number of bytes; an object without one is a reference."""
NEW_CLASS = 0xFFFFFFFF
"""In place of a reference to a class, before its name."""
OF_CLASS = 0x80000000
"""Set in a reference to a class."""
SHIFT = 2
"""Added to positions in references."""
REFERENCED = 0x10
"""Flag of an object that has two more bytes."""
LONG_TEXT = 255
"""Length of a text whose length follows, in four bytes."""

U4 = Struct(">I")
U2 = Struct(">H")
TWO = Struct(">II")
OF_TREE = Struct(">qqqqqdiiiiIqqqqqq")
"""From the number of entries to the estimate of TTree."""
CLUSTER_RANGES = 10
"""Place of their number in it."""
BASKETS = Struct(">iiiiq")
"""Of TBranch: compression, size of a basket, length of its offsets, last basket and entry."""
SIZES = Struct(">iIiqqqq")
"""Of TBranch: offset, room for baskets, level of splitting; entries and bytes."""
OF_LEAF = 14
"""Bytes of TLeaf: length, length of its type, offset, whether it is a counter, and unsigned."""
OF_ELEMENT = 18
"""Bytes of TBranchElement: checksum and version of the class, number of the member, types."""
LARGEST = 4
"""Bytes of TBranchElement: largest number of elements in the file."""

OBJECTS = (1,)
NAMED = (1,)
ARRAYS = (3,)
TREES = (19, 20)
BRANCHES = (12, 13)
ELEMENTS = (10,)
LEAVES = (2,)
NUMBERS = (1,)
"""Versions of TObject, TNamed, TObjArray, TTree, TBranch, TBranchElement, TLeaf and leaves."""

SIZE_OF_KEY = 14
"""Where a key says how long it is."""

RANGES = tuple(f"TLeaf{letter}" for letter in "OBSIGLFDC")
"""Leaves that end with the smallest and the largest value in the file."""


class _UnknownError(Exception):
    """The header has something that is not known here."""


@dataclass(frozen=True)
class Header:
    """What the header of a TTree says.

    ``content``: equal only for trees whose branches have the same names and types, in one order.
    """

    content: tuple[bytes, ...]
    entries: int


def header_of(file: Any, name: str) -> Header | None:
    """The header of a TTree of an open file; None if it is none, or of a kind not known here.

    Whatever is wrong with it is told by who then reads it in full.
    """
    try:
        key = file.key(name)
        if key.fClassName != "TTree":
            return None
        chunk, cursor = key.get_uncompressed_chunk_cursor()
        data = bytes(chunk.get(0, key.fObjlen, cursor, {}))
        walk = _Walk(data, key.fKeylen)
        entries = walk.tree()
        if walk.has_classes:
            walk.content.append(_layouts_of_classes(file.file))
    except Exception:  # uproot has no common base for what it cannot read
        return None
    return Header(tuple(walk.content), entries)


def _layouts_of_classes(file: Any) -> bytes:
    """As they are in the file, without the key in front, which has a time."""
    start, stop = file.fSeekInfo, file.fSeekInfo + file.fNbytesInfo
    data = bytes(file.chunk(start, stop).get(start, stop, Cursor(start), {}))
    (size_of_key,) = U2.unpack_from(data, SIZE_OF_KEY)
    return data[size_of_key:]


class _Walk:
    """A way through the bytes of a tree: ``content`` is what was kept of them."""

    def __init__(self, data: bytes, size_of_key: int) -> None:
        self.content: list[bytes] = []
        self.has_classes = False
        self._data, self._at = data, 0
        self._shift = size_of_key + SHIFT
        self._classes: dict[int, str] = {}
        self._objects: dict[int, bytes] = {}

    def tree(self) -> int:
        """Keep what says which branches there are; returns the number of entries."""
        _, version = self._block(TREES)
        self._named()
        for _ in ("line", "fill", "marker"):
            self._keep_block()
        numbers = self._numbers(OF_TREE)
        for _ in ("ends", "sizes"):
            self._at += 1 + 8 * numbers[CLUSTER_RANGES]
        if version >= 20:
            self._keep_block()
        self._array()
        self._array()
        (aliases,) = self._numbers(U4)
        if aliases:
            raise _UnknownError
        return int(numbers[0])

    def _numbers(self, form: Struct) -> tuple[Any, ...]:
        numbers = form.unpack_from(self._data, self._at)
        self._at += form.size
        return numbers

    def _keep(self, size: int) -> None:
        self.content.append(self._data[self._at : self._at + size])
        self._at += size

    def _block(self, versions: tuple[int, ...] = ()) -> tuple[int, int]:
        """End of what begins here, and its version."""
        (count,), start = self._numbers(U4), self._at
        (version,) = self._numbers(U2)
        if not count & COUNTED or (versions and version not in versions):
            raise _UnknownError
        return start + (count & ~COUNTED), version

    def _end(self, end: int) -> None:
        if self._at != end:
            raise _UnknownError

    def _keep_block(self) -> None:
        start = self._at
        end, _ = self._block()
        self._at = start
        self._keep(end - start)

    def _text(self) -> None:
        size = self._data[self._at]
        long = U4.unpack_from(self._data, self._at + 1)[0] + 4 if size == LONG_TEXT else size
        self._keep(1 + long)

    def _object(self) -> None:
        (version,) = self._numbers(U2)
        _, flags = self._numbers(TWO)
        if version not in OBJECTS:
            raise _UnknownError
        self._at += 2 * bool(flags & REFERENCED)

    def _named(self) -> None:
        end, _ = self._block(NAMED)
        self._object()
        self._text()
        self._text()
        self._end(end)

    def _array(self) -> None:
        """What an array of objects has."""
        end, _ = self._block(ARRAYS)
        self._object()
        self._text()
        size, _ = self._numbers(TWO)
        self.content.append(U4.pack(size))
        for _ in range(size):
            self._any()
        self._end(end)

    def _any(self) -> None:
        """An object of any class, or a reference to one, kept as the number that it has here."""
        begin = self._at + self._shift
        (count,) = self._numbers(U4)
        if not count & COUNTED or count == NEW_CLASS:
            self.content.append(self._objects[count] if count else b"")
            return
        end = self._at + (count & ~COUNTED)
        kind = self._class()
        self.content.append(kind.encode())
        # Before its content: a branch is the counter of those that it is made of.
        self._objects[begin] = U4.pack(len(self._objects))
        if kind.startswith("TLeaf"):
            self._leaf(kind)
        else:
            {"TBranch": self._branch, "TBranchElement": self._element}[kind]()
        self._end(end)

    def _class(self) -> str:
        begin = self._at + self._shift
        (tag,) = self._numbers(U4)
        if tag != NEW_CLASS:
            return self._classes[tag & ~OF_CLASS]
        end = self._data.index(0, self._at)
        kind = self._classes[begin] = self._data[self._at : end].decode()
        self._at = end + 1
        return kind

    def _branch(self) -> None:
        end, version = self._block(BRANCHES)
        self._named()
        self._keep_block()
        self._numbers(BASKETS)
        if version >= 13:
            self._keep_block()
        offset, room, split, *_ = self._numbers(SIZES)
        self.content.append(SIZES.pack(offset, 0, split, 0, 0, 0, 0))
        self._array()
        self._array()
        self._at, _ = self._block()
        for width in (4, 8, 8):
            self._at += 1 + width * room
        self._text()
        self._end(end)

    def _element(self) -> None:
        """A branch of objects of a class."""
        self.has_classes = True
        end, _ = self._block(ELEMENTS)
        self._branch()
        for _ in ("class", "parent", "clones"):
            self._text()
        self._keep(OF_ELEMENT)
        self._at += LARGEST
        self._any()
        self._any()
        self._end(end)

    def _leaf(self, kind: str) -> None:
        end, _ = self._block(NUMBERS)
        end_of_base, _ = self._block(LEAVES)
        self._named()
        self._keep(OF_LEAF)
        self._any()
        self._end(end_of_base)
        if kind in RANGES:
            self._at = end
        self._keep(end - self._at)
