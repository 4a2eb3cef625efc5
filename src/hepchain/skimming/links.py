"""Indices into lists that a branch map has joined."""

from __future__ import annotations

from collections.abc import Mapping

from hepchain.config.ntuple import NtupleMap
from hepchain.skimming.contract import Entry

JOINED = "joined"
LINKS = ("index_in_first", "index_in_second", "position")


def unshifted_link(ntuple_map: NtupleMap, wanted: Mapping[str, Entry], name: str) -> str | None:
    """Why an index into joined lists may be wrong: nothing says into which of them it is."""
    target = wanted[name].points_into
    if not target or name not in ntuple_map.branches:
        return None
    lists = [key for key, entry in wanted.items() if entry.collection == target]
    if not any(JOINED in _derivations(ntuple_map, key) for key in lists):
        return None
    if _derivations(ntuple_map, name) & set(LINKS):
        return None
    return f"an index into joined lists of {target}s: say of which with one of {', '.join(LINKS)}"


def _derivations(ntuple_map: NtupleMap, name: str) -> set[str]:
    """All that a quantity is derived with, from the branches on; of one that is not there none."""
    used, pending = set(), [name] if name in ntuple_map.branches else []
    while pending:
        source = ntuple_map.sources[pending.pop()]
        used.add(source.derive or "")
        pending += source.inputs
    return used
