"""Order of what has names: that of a list, never that in which a file or a command line has it.

Snakemake puts the keys of an override before all others, so the order of a mapping tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hepchain.config.names import nearest

ORDER = "order"
"""Key of a list of names: mappings beside and below it have these first, in this order."""


def canonical(content: Any, first: Collection[str] = ()) -> Any:
    """Copy of nested mappings and lists, keys of each mapping in one order; lists keep theirs.

    Keys that a list ``order`` in the mapping itself, or else the nearest above, names come first,
    in its order, all others after them by name.

    >>> list(canonical({"b": 1, "a": 2, "c": 3, "order": ["c"]}))
    ['c', 'a', 'b', 'order']
    """
    if isinstance(content, list):
        return [canonical(item, first) for item in content]
    if not isinstance(content, Mapping):
        return content
    first = _listed(content) or first
    rank = {name: place for place, name in enumerate(first)}
    keys = sorted(content, key=lambda key: (rank.get(key, len(rank)), str(key)))
    return {key: canonical(content[key], first) for key in keys}


def unknown_names(content: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """A problem for each name in a list ``order`` that no mapping beside or below it has."""
    known = sorted(set(_keys(content)) - {ORDER})
    for name in _listed(content):
        if name not in known:
            yield f"{where}{ORDER}: unknown name '{name}'{nearest(name, known)}"
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from unknown_names(value, f"{where}{key}.")


def _listed(content: Mapping[str, Any]) -> list[str]:
    names = content.get(ORDER)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _keys(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for item in content:
            yield from _keys(item)
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield str(key)
            yield from _keys(value)
