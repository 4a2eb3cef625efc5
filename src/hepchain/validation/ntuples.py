"""Tracks of simulated ntuples as flat columns, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.errors import InputError
from hepchain.skimming.files import open_file, readable
from hepchain.validation.comparison import FloatArray

TREE = "events"
STEP = 2000
"""Events of a piece."""

Columns = dict[str, FloatArray]


def pieces(paths: Iterable[str | Path], branches: Sequence[str]) -> Iterator[Columns]:
    """Branches of the ntuples, flat: branch -> values (n,), with ``event`` the row's event number.

    All jagged branches asked for must belong to one object; branches of the event are repeated for
    each of its entries.

    Raises
    ------
    InputError : a file is missing, unreadable, or lacks a branch
    """
    for path in paths:
        with open_file(path) as file, readable(path):
            tree = file[TREE]
            missing = sorted(set(branches) - set(tree.keys()))
            if missing:
                raise InputError(
                    f"{path}: no branch {', '.join(missing)}: made by another version; make it "
                    "again with `snakemake --forcerun response`"
                )
            for chunk in tree.iterate(["event_number", *branches], step_size=STEP):
                yield _flat(chunk, branches)


def columns(paths: Iterable[str | Path], branches: Sequence[str]) -> Columns:
    """All pieces together; for a few branches of a sample of single particles."""
    found = list(pieces(paths, branches))
    return {
        name: np.concatenate([piece[name] for piece in found] or [np.zeros(0)])
        for name in ("event", *branches)
    }


def _flat(chunk: ak.Array, branches: Sequence[str]) -> Columns:
    jagged = [name for name in branches if chunk[name].ndim > 1]
    template = chunk[jagged[0]] if jagged else chunk["event_number"]
    names = {"event": "event_number"} | {name: name for name in branches}
    return {name: _column(chunk[branch], template) for name, branch in names.items()}


def _column(values: ak.Array, template: ak.Array) -> FloatArray:
    if values.ndim < template.ndim:
        values = ak.broadcast_arrays(values, template)[0]
    return np.asarray(ak.to_numpy(ak.flatten(values, axis=None)).astype(np.float64))
