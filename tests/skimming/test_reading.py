"""How many events are read at once: as much memory, whatever their size."""

from typing import Any, cast

import pytest

from hepchain.skimming import reading
from hepchain.skimming.trees import Table


class _Tree:
    """A tree of so many entries, of so many bytes each."""

    def __init__(self, entries: int, size: int) -> None:
        self.entries, self._size = entries, size

    def size_of(self, names: list[str]) -> int:
        return self.entries * self._size


@pytest.mark.parametrize(
    ("size", "expected"),
    [(36_000, 1000), (1_000_000, 1000), (16_000, 2000), (350, 91_000), (4, 100_000), (0, 1000)],
)
def test_events_at_once(size: int, expected: int) -> None:
    tree: Any = _Tree(1_000_000, size)
    assert reading._events_at_once(cast(Table, tree), ["x"]) == expected


def test_no_events() -> None:
    tree: Any = _Tree(0, 100)
    assert reading._events_at_once(cast(Table, tree), ["x"]) == 1000
