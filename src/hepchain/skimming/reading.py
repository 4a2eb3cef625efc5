"""Ntuples as the contract has them, some events at a time: for the skim, and who else reads.

What is usable is decided here, for all of them alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

import awkward as ak

from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.skimming.contract import Entry
from hepchain.skimming.jagged import as_type
from hepchain.skimming.mapping import apply_map, branches_of, told
from hepchain.skimming.scales import Medians
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.structure import NtupleReport, check_tree
from hepchain.skimming.tables import open_tree
from hepchain.skimming.trees import Table
from hepchain.skimming.validation import Problems, problems_of

EVENTS_AT_ONCE = 1000
"""At least, and their multiples: as many as the simulation has in a basket."""

BYTES_AT_ONCE = 32_000_000
"""Of the branches that are read, uncompressed, about: thin events are read more of at once."""

MOST_AT_ONCE = 100
"""Multiples of ``EVENTS_AT_ONCE``: with more of them nothing gets faster."""

Chunk = Mapping[str, ak.Array]
Groups = Mapping[str, Sequence[str]]
"""Group of variables -> names of the variables."""


@contextmanager
def open_ntuple(
    path: str,
    ntuple_map: NtupleMap,
    settings: SkimSettings,
    entries: int | None = None,
    problems: Problems | None = None,
) -> Iterator[tuple[NtupleReport, Iterator[Chunk]]]:
    """What a ROOT file has of the contract, and its events in chunks, in the contract's names.

    ``entries``: how many are read, all by default. Invalid values are added to ``problems``;
    without it they are an error.

    Raises
    ------
    InputError : the file or its content is unusable for a sample of the role
    """
    wanted = settings.wanted(ntuple_map)
    with open_tree(path, ntuple_map) as tree:
        report = check_tree(path, tree, ntuple_map, wanted).of_role(settings.role, wanted)
        report.require(settings.role)
        events = read_events_of(
            path, tree, ntuple_map, report.present, wanted, settings.groups, entries, problems
        )
        yield report, events


def read_events_of(
    path: str,
    tree: Table,
    ntuple_map: NtupleMap,
    present: Collection[str],
    wanted: Mapping[str, Entry],
    groups: Groups,
    entries: int | None = None,
    problems: Problems | None = None,
) -> Iterator[Chunk]:
    """The events of an open tree in chunks, as in :func:`open_ntuple`.

    Raises
    ------
    InputError : the content is unusable
    """
    flags = ntuple_map.present_where_positive.values()
    raw = _raw(tree, ntuple_map, [*present, *flags], entries)
    return _mapped(path, ntuple_map, raw, present, wanted, groups, problems)


def read_quantities(
    path: str,
    tree: Table,
    ntuple_map: NtupleMap,
    present: Collection[str],
    wanted: Mapping[str, Entry],
) -> Iterator[Chunk]:
    """A few quantities of an open tree in chunks, as valid as in :func:`open_ntuple`.

    Raises
    ------
    InputError : a value is not valid
    """
    raw = _raw(tree, ntuple_map, present)
    return _mapped(path, ntuple_map, raw, present, wanted, {}, None)


def _raw(
    tree: Table, ntuple_map: NtupleMap, names: Iterable[str], entries: int | None = None
) -> Iterator[Chunk]:
    """Chunks of the branches that quantities are made of, as far as the tree has them.

    If it has none, of another one: its length is that of constants.
    """
    known = [name for name in branches_of(ntuple_map, names) if name in tree]
    others = (name for name in tree.names if tree.type_of(name) is not None)
    read = known or list(islice(others, 1))
    return tree.chunks(read, _events_at_once(tree, read), entries)


def _events_at_once(tree: Table, names: Sequence[str]) -> int:
    """So many that their branches take about as much memory in every format."""
    thousands = EVENTS_AT_ONCE * tree.size_of(names)
    times = BYTES_AT_ONCE * tree.entries // thousands if thousands else 1
    return EVENTS_AT_ONCE * max(1, min(times, MOST_AT_ONCE))


def _mapped(
    path: str,
    ntuple_map: NtupleMap,
    raw: Iterator[Chunk],
    present: Collection[str],
    wanted: Mapping[str, Entry],
    groups: Groups,
    collected: Problems | None,
) -> Iterator[Chunk]:
    """Chunks in the contract's names, units and types, looked at value by value."""
    problems = Problems() if collected is None else collected
    scales = {name: scale for name in present if (scale := wanted[name].scale) is not None}
    medians, first = Medians(scales, ntuple_map), 0
    for arrays in raw:
        chunk = apply_map(path, ntuple_map, arrays, present, wanted, groups, first)
        problems.add(problems_of(chunk, wanted, present, first))
        problems.add(medians.problems(chunk))
        if problems and collected is None:
            raise InputError(
                "\n  ".join([f"{path}: invalid values", *described(problems, ntuple_map)])
                + "\n  correct the file or its branch map"
            )
        first += len(chunk["event_number"])
        for name, values in chunk.items():
            if wanted[name].dtype.startswith("int") and not problems:
                chunk[name] = as_type(values, wanted[name].dtype)
        yield chunk


def described(problems: Problems, ntuple_map: NtupleMap) -> list[str]:
    """One line a problem, with where the map takes the branch from."""
    return problems.lines({name: told(source) for name, source in ntuple_map.branches.items()})
