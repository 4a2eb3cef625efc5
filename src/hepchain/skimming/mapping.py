"""From the branches of a file to the quantities of the contract, by a branch map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import awkward as ak
import numpy as np

from hepchain.config.ntuple import NtupleMap, Source
from hepchain.skimming.contract import Entry
from hepchain.skimming.derivations import FUNCTIONS


def branches_of(ntuple_map: NtupleMap, names: Iterable[str]) -> list[str]:
    """Branches that must be read to have these quantities, each once."""
    branches: dict[str, None] = {}
    pending = list(names)
    while pending:
        source = ntuple_map.sources[pending.pop()]
        pending += source.inputs
        if source.branch is not None:
            branches[source.branch] = None
    return list(branches)


class Quantities:
    """Quantities of one chunk of events, computed when first asked for.

    Parameters
    ----------
    ntuple_map : the branch map
    arrays : record array of the branches read, one entry an event
    """

    def __init__(self, ntuple_map: NtupleMap, arrays: ak.Array) -> None:
        self._sources = ntuple_map.sources
        self._arrays = arrays
        self._known: dict[str, ak.Array] = {}

    def __getitem__(self, name: str) -> ak.Array:
        if name not in self._known:
            self._known[name] = self._evaluate(self._sources[name])
        return self._known[name]

    def _evaluate(self, source: Source) -> ak.Array:
        if source.derive is not None:
            with np.errstate(all="ignore"):  # invalid results are NaN and found by the checks
                value = FUNCTIONS[source.derive](*(self[name] for name in source.inputs))
        else:
            value = _from_branch(self._arrays[source.branch], source)
        return value if source.factor == 1.0 else value * source.factor


def _from_branch(value: ak.Array, source: Source) -> ak.Array:
    if source.member is not None:
        value = value[source.member]
    if source.element is not None:
        value = _element(value, source.element)
    if source.bit is not None:
        value = (value >> source.bit) & 1
    return value


def _element(value: ak.Array, position: int) -> ak.Array:
    """Element of the innermost lists; NaN (0 for integers) in lists that are too short."""
    floating = "float" in str(ak.type(ak.flatten(value, axis=None)))
    padded = ak.pad_none(value, position + 1, axis=-1, clip=False)
    return ak.fill_none(padded[..., position], np.nan if floating else 0)


def apply_map(
    ntuple_map: NtupleMap,
    arrays: ak.Array,
    present: Iterable[str],
    wanted: Mapping[str, Entry],
    groups: Mapping[str, list[str]],
) -> dict[str, ak.Array]:
    """All quantities of the contract for one chunk of events, in its types and units.

    Parameters
    ----------
    ntuple_map : the branch map
    arrays : record array of the branches read, one entry an event
    present : quantities that the file provides
    wanted : branches of the contract; absent ones get their default, or are left out
    groups : group of variables -> names, for formats that fill absent groups with zeros
    """
    quantities = Quantities(ntuple_map, arrays)
    result = {name: _cast(quantities[name], wanted[name].dtype) for name in present}
    for name, entry in wanted.items():
        if name not in result and entry.default is not None:
            result[name] = _filled(entry, result)
    for group, flag in ntuple_map.present_where_positive.items():
        has_group = quantities[flag] > 0
        for variable in groups.get(group, ()):
            name = f"track_{variable}"
            result[name] = _cast(ak.where(has_group, result[name], np.nan), wanted[name].dtype)
    return result


def _cast(value: ak.Array, dtype: str) -> Any:
    return ak.values_astype(value, dtype)


def _filled(entry: Entry, others: Mapping[str, ak.Array]) -> ak.Array:
    """The default of an absent branch, in the shape of its collection."""
    like = others["event_number" if not entry.collection else "track_charge"]
    return _cast(ak.full_like(like, entry.default, dtype=entry.dtype), entry.dtype)
