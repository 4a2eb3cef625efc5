"""How uproot reads the branches of a TTree, found once for all of a kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import awkward as ak
import numpy as np
from awkward.contents import ListOffsetArray, NumpyArray
from awkward.index import Index64
from uproot.interpretation.jagged import AsJagged
from uproot.interpretation.numerical import AsDtype
from uproot.interpretation.objects import AsStridedObjects


class _StridedObjects(AsStridedObjects):  # type: ignore[misc]
    """As uproot has it, but for chunks that end where a basket begins: they need none of it."""

    def final_array(
        self, basket_arrays: Mapping[int, Any], start: int, stop: int, offsets: Any, *rest: Any
    ) -> Any:
        """Values of the entries from ``start`` to ``stop``."""
        nothing = next(iter(basket_arrays.values()))[:0]
        baskets = {number: basket_arrays.get(number, nothing) for number in range(len(offsets) - 1)}
        return super().final_array(baskets, start, stop, offsets, *rest)


class _Lists(AsJagged):  # type: ignore[misc]
    """Lists of numbers: as uproot has them, put together with less work for each branch."""

    def final_array(
        self, basket_arrays: Mapping[int, Any], start: int, stop: int, offsets: Any, *rest: Any
    ) -> Any:
        """Values of the entries from ``start`` to ``stop``."""
        edges, contents, size = [np.zeros(1, dtype=np.int64)], [], 0
        for number, (first, last) in enumerate(pairwise(offsets)):
            low, high = max(first, start), min(last, stop)
            if low < high:
                basket = basket_arrays[number]
                own = basket.offsets[low - first : high - first + 1]
                edges.append(own[1:] + (size - own[0]))
                contents.append(basket.content[own[0] : own[-1]])
                size += int(own[-1] - own[0])
        dtype = self.content.to_dtype
        whole = np.concatenate([np.empty(0, dtype), *contents], dtype=dtype)
        return ak.Array(ListOffsetArray(Index64(np.concatenate(edges)), NumpyArray(whole)))


_INTERPRETATIONS: dict[tuple[Any, ...], Any] = {}
"""What uproot derives from a branch -> its interpretation, see :func:`_derived_from`."""

DIMENSION = re.compile(r"\[(\d+)\]")
NUMBERS = ("TLeafO", "TLeafB", "TLeafS", "TLeafI", "TLeafL", "TLeafF", "TLeafD")
"""Leaves whose branches are interpreted by what the leaf says, and by nothing else of the file."""


def _derived_from(branch: Any) -> tuple[Any, ...] | None:
    """All that the interpretation of a plain branch of numbers follows from; None of any other."""
    leaves = branch.member("fLeaves")
    if branch.classname != "TBranch" or len(branch.branches) or len(leaves) != 1:
        return None
    leaf, counter = leaves[0], branch.count_leaf
    if leaf.classname not in NUMBERS:
        return None
    counted = counter if counter is None else counter.member("fName")
    flags = (leaf.member("fLen"), leaf.member("fIsUnsigned"))
    name, title = leaf.member("fName"), leaf.member("fTitle")
    bracketed = (name if "[" in name else "", title.partition("[")[1:])
    return (leaf.classname, *bracketed, counted, *flags)


def interpretation_of(branch: Any) -> Any:
    """How uproot reads a branch, found once for each kind: a tree has a hundred of a few kinds."""
    key = _derived_from(branch)
    if key is None:
        return branch.interpretation
    if key not in _INTERPRETATIONS:
        _INTERPRETATIONS[key] = _without_name(branch.member("fLeaves")[0], branch.interpretation)
    return _INTERPRETATIONS[key]


def _without_name(leaf: Any, found: Any) -> Any:
    """The interpretation, with no brackets of a name such as `met[2]` taken for dimensions."""
    name = leaf.member("fName")
    if "[" not in name or not isinstance(found, AsDtype):
        return found
    title = leaf.member("fTitle").removeprefix(name)
    dimensions = tuple(int(number) for number in DIMENSION.findall(title))
    types = (np.dtype((of.base, dimensions)) for of in (found.from_dtype, found.to_dtype))
    return AsDtype(*types)


def for_reading(branch: Any) -> Any:
    """The same, as it reads a tree chunk by chunk."""
    found = interpretation_of(branch)
    if type(found) is AsStridedObjects:
        return _StridedObjects(found.model, found.members, found.original)
    if type(found) is AsJagged and type(found.content) is AsDtype and not found.content.inner_shape:
        return _Lists(found.content, found.header_bytes, found.typename, found.original)
    return found
