"""Sums of weights that files keep in trees and histograms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

from hepchain.config.ntuple import SumOfWeights
from hepchain.errors import InputError
from hepchain.skimming.files import object_named, readable, tree_named
from hepchain.skimming.trees import Arrays, Tree, nearest_branch

ENTRIES_AT_ONCE = 100_000


def sum_of_weights(path: str | Path, file: Any, place: SumOfWeights) -> tuple[float | None, str]:
    """The sum that an open file has in this place, or None and why it has none there.

    Raises
    ------
    InputError : the tree lacks the branch, or the histogram the bin, or it is no number
    """
    name = place.tree if place.tree is not None else str(place.histogram)
    found = object_named(path, file, name)
    if found is None:
        kind = "tree" if place.tree is not None else "histogram"
        return None, f"no {kind} '{name}', which `sum_of_weights` of the branch map names"
    if place.tree is not None:
        tree = Tree(str(path), name, tree_named(path, file, name, "sum_of_weights.tree"))
        value = (
            float(tree.entries)
            if place.branch is None
            else _of_branch(tree, place.branch, place.where)
        )
    else:
        value = _of_histogram(path, found, place)
    if not math.isfinite(value):
        raise _error(path, f"the sum is {value}")
    return value, ""


def _of_branch(tree: Tree, name: str, where: Mapping[str, str]) -> float:
    for branch in (name, *where):
        if branch not in tree:
            raise _error(
                tree.path,
                f"no branch '{branch}' in tree '{tree.name}'{nearest_branch(branch, tree)}",
            )
    found = tree.type_of(name)
    number = found.content if where and isinstance(found, ak.types.ListType) else found
    if not isinstance(number, ak.types.NumpyType):
        raise _error(
            tree.path,
            f"branch '{name}' of tree '{tree.name}' is of type {tree.typename(name)}, not one "
            "number an entry (`where` takes one of a list)",
        )
    chunks = tree.chunks([name, *where], ENTRIES_AT_ONCE)
    return math.fsum(
        value for chunk in chunks for value in _numbers(tree, chunk[name], chunk, where)
    )


def _numbers(tree: Tree, values: ak.Array, chunk: Arrays, where: Mapping[str, str]) -> Any:
    """The numbers of one chunk for which the branches of ``where`` have these values."""
    for name, text in where.items():
        chosen = chunk[name] == text
        chunk = {key: of[chosen] for key, of in chunk.items()}
        values = values[chosen]
    if values.ndim > 1 and ak.any(ak.num(values) != 1):
        told = ", ".join(f"{name} is {text}" for name, text in where.items())
        raise _error(
            tree.path,
            f"in tree '{tree.name}' not one but {ak.max(ak.num(values))} elements have: {told}",
        )
    return np.asarray(ak.flatten(values, axis=None), dtype=float)


def _of_histogram(path: str | Path, histogram: Any, place: SumOfWeights) -> float:
    name = place.histogram
    if not str(histogram.classname).startswith(("TH1", "TProfile")):
        raise _error(path, f"'{name}' is a {histogram.classname}, not a one-dimensional histogram")
    with readable(path, lambda: f"histogram '{name}'"):
        labels = list(histogram.axis().labels() or [])
        values = np.asarray(histogram.values(), dtype=float)
        entries = float(histogram.member("fEntries"))
    if place.bin is None:
        return entries
    if isinstance(place.bin, str):
        if place.bin not in labels:
            raise _error(
                path,
                f"histogram '{name}' has no bin '{place.bin}'; its labels are "
                f"{', '.join(labels) or '(none: give the number of the bin)'}",
            )
        return float(values[labels.index(place.bin)])
    if not 1 <= place.bin <= len(values):
        raise _error(path, f"histogram '{name}' has bins 1 to {len(values)}, no {place.bin}")
    return float(values[place.bin - 1])


def _error(path: str | Path, what: str) -> InputError:
    return InputError(f"{path}: sum_of_weights of the branch map: {what}")
