"""Values that must not reach the next stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import awkward as ak
import numpy as np

from hepchain.errors import InputError
from hepchain.skimming.contract import Entry, Need

CHARGES = ("track_charge", "electron_charge", "truth_electron_charge")

INDICES = {
    "electron_track_index": "track_charge",
    "truth_electron_track_index": "track_charge",
}
"""Index branch -> a branch of the list it points into."""


def check_values(
    path: str,
    chunk: Mapping[str, ak.Array],
    wanted: Mapping[str, Entry],
    present: Collection[str],
) -> None:
    """Check one chunk of events.

    Parameters
    ----------
    path : of the file, for messages
    chunk : quantities of the contract
    wanted : what the contract says about them
    present : those that come from the file; the others are defaults

    Raises
    ------
    InputError : branches of one object differ in length, a needed number is not finite, a charge
        is not +-1, a polar angle is outside (0, pi), an index points outside its list
    """
    _check_lengths(path, chunk, wanted)
    problems = _not_finite(chunk, wanted, present)
    for name in CHARGES:
        if name in chunk:
            problems += _where(chunk, name, abs(chunk[name]) != 1, "neither +1 nor -1")
    theta = chunk["track_theta"]
    problems += _where(chunk, "track_theta", (theta <= 0) | (theta >= np.pi), "outside (0, pi) rad")
    problems += _where(chunk, "track_pt", chunk["track_pt"] <= 0, "not above zero")
    for name, target in INDICES.items():
        if name in chunk:
            outside = (chunk[name] < -1) | (chunk[name] >= ak.num(chunk[target]))
            problems += _where(chunk, name, outside, "outside the list of tracks")
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise InputError(f"{path}: invalid values\n{lines}\n  correct the file or its branch map")


def _not_finite(
    chunk: Mapping[str, ak.Array], wanted: Mapping[str, Entry], present: Collection[str]
) -> list[str]:
    """Infinite values, and NaN where it has no meaning.

    Of the variables of a track only those that every skim needs are looked at: which others a
    track may lack follows from its groups, and the features stage decides about them.
    """
    problems: list[str] = []
    for name in present:
        entry, values = wanted[name], chunk[name]
        is_variable = name.startswith("track_") and entry.need is Need.NEVER
        if entry.dtype.startswith("float") and not is_variable:
            bad = np.isinf(values) if entry.may_be_nan else ~np.isfinite(values)
            problems += _where(chunk, name, bad, "not finite")
    return problems


def _check_lengths(path: str, chunk: Mapping[str, ak.Array], wanted: Mapping[str, Entry]) -> None:
    first: dict[str, str] = {}
    for name, values in chunk.items():
        collection = wanted[name].collection
        if not collection:
            continue
        reference = first.setdefault(collection, name)
        differs = ak.to_numpy(ak.num(values) != ak.num(chunk[reference]))
        if differs.any():
            event = int(np.argmax(differs))
            raise InputError(
                f"{path}: {name} and {reference} have lists of different length in "
                f"{int(differs.sum())} events, the first with event_number "
                f"{int(chunk['event_number'][event])}; all branches of one object must agree"
            )


def _where(chunk: Mapping[str, ak.Array], name: str, bad: ak.Array, what: str) -> list[str]:
    """One line that counts the bad values and names the first event that has one."""
    count = int(ak.sum(bad, axis=None))
    if not count:
        return []
    per_event = ak.to_numpy(ak.any(bad, axis=1) if bad.ndim > 1 else bad)
    event = int(chunk["event_number"][int(np.argmax(per_event))])
    return [f"{name}: {count} values {what}, the first in event_number {event}"]
