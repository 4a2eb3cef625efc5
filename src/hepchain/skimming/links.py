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
    lists = [key for key, entry in wanted.items() if entry.collection == target and target]
    made = [ntuple_map.branches[key].derive for key in lists if key in ntuple_map.branches]
    if JOINED not in made or name not in ntuple_map.branches:
        return None
    used, pending = set(), [name]
    while pending:
        source = ntuple_map.sources[pending.pop()]
        used.add(source.derive)
        pending += source.inputs
    if used & set(LINKS):
        return None
    return f"an index into joined lists of {target}s: say of which with one of {', '.join(LINKS)}"
