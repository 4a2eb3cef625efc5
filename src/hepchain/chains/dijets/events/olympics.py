"""The event format of the LHC Olympics 2020 (arXiv:2101.08320): HDF5 as pandas writes a table.

A row an event: pT, eta, phi of up to 700 particles, zeros behind the last, and in the labelled
files one more column, 1 for signal. It stands in ``df/block0_values``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hepchain.chains.dijets.events.particles import Floats, Integers, Particles
from hepchain.errors import InputError
from hepchain.io.atomic import atomic_path

MOST_PARTICLES = 700
COLUMNS = 3 * MOST_PARTICLES
TABLE = "df/block0_values"
OURS = "hepchain"
"""Group with the identity and the weight of events, in files of this chain alone."""
CHUNK = 500


@dataclass(frozen=True)
class Batch:
    """Some events of a file."""

    particles: Particles
    event_number: Integers
    weight: Floats
    label: Floats
    """1 for signal, 0 for background, NaN where the file does not say."""
    slice: int
    """Of pTHat."""


class OlympicsWriter:
    """Append events to a file; use it through :meth:`open`."""

    def __init__(self, file: Any, labelled: bool = True) -> None:
        self._file = file
        self._width = COLUMNS + labelled
        group = file.create_group("df")
        group.attrs.update(
            {"CLASS": b"GROUP", "pandas_type": b"frame", "pandas_version": b"0.15.2"}
        )
        group.attrs.update({"encoding": b"UTF-8", "errors": b"strict"})
        group.attrs.update({"axis0_variety": b"regular", "axis1_variety": b"regular"})
        group.attrs.update({"block0_items_variety": b"regular"})
        group.attrs.update({"nblocks": np.int64(1), "ndim": np.int64(2)})
        self._table = group.create_dataset(
            "block0_values",
            shape=(0, self._width),
            maxshape=(None, self._width),
            chunks=(50, self._width),
            dtype=np.float32,
            compression="gzip",
            compression_opts=1,
            shuffle=True,
        )
        self._table.attrs["transposed"] = True

    @classmethod
    @contextmanager
    def open(cls, path: str | Path, labelled: bool = True) -> Iterator[OlympicsWriter]:
        """Context manager around an atomic write of ``path``."""
        with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
            yield cls(file, labelled)

    def write(self, particles: Particles, label: Floats | None = None) -> None:
        """Append events; of each the particles of largest pT that there is room for.

        Parameters
        ----------
        label : shape (events,), of a file with labels
        """
        rows = np.zeros((particles.events, self._width), dtype=np.float32)
        counts = particles.counts
        place = np.arange(len(particles)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = place < MOST_PARTICLES
        for column, values in enumerate((particles.pt, particles.eta, particles.phi)):
            rows[particles.event[kept], 3 * place[kept] + column] = values[kept]
        if label is not None:
            rows[:, COLUMNS] = label
        start = len(self._table)
        self._table.resize(start + len(rows), axis=0)
        self._table[start:] = rows

    def finish(self, event_number: Integers, weight: float, slice_number: int) -> None:
        """Write identity and weight of all events, and what pandas asks for."""
        self.finish_table()
        ours = self._file.create_group(OURS)
        ours.create_dataset("event_number", data=event_number)
        ours.attrs["weight"], ours.attrs["slice"] = weight, slice_number

    def finish_table(self) -> None:
        """Write what pandas asks for alone: nothing tells such a file from that of others."""
        group = self._file["df"]
        for name, values in (
            ("axis0", np.arange(self._width)),
            ("block0_items", np.arange(self._width)),
            ("axis1", np.arange(len(self._table))),
        ):
            data = group.create_dataset(name, data=values)
            data.attrs.update({"CLASS": b"ARRAY", "kind": b"integer", "name": b"N."})


def read(path: str | Path, labelled: bool) -> Iterator[Batch]:
    """Events of a file, batch by batch.

    Parameters
    ----------
    labelled : whether the last column is the truth, in files of others

    Raises
    ------
    InputError : the file is missing or no HDF5, has no such table, or one of another shape, or a
        momentum that is negative or not finite
    """
    with _opened(path) as file:
        table = _table(path, file, labelled or OURS in file)
        for start in range(0, len(table), CHUNK):
            rows = _rows(path, table, start)
            yield _batch(path, file, rows, start)


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:
    try:
        file = h5py.File(path, "r")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        raise InputError(f"{path}: not a readable HDF5 file ({error})") from error
    with file:
        yield file


def _table(path: str | Path, file: Any, has_label: bool) -> Any:
    table = file.get(TABLE)
    if not isinstance(table, h5py.Dataset):
        raise InputError(
            f"{path}: no table {TABLE}, as the events of the LHC Olympics have; "
            f"it has {', '.join(file.keys()) or 'nothing'}"
        )
    expected = COLUMNS + has_label
    if table.ndim != 2 or table.shape[1] != expected:
        raise InputError(
            f"{path}: {TABLE} has the shape {table.shape}, expected (events, {expected}): pT, eta, "
            f"phi of {MOST_PARTICLES} particles{' and the label' if has_label else ''}; the key "
            "`labelled` of the sample says whether the last column is the truth"
        )
    if len(table) == 0:
        raise InputError(f"{path}: {TABLE} has no events")
    return table


def _rows(path: str | Path, table: Any, start: int) -> Floats:
    try:
        rows: Floats = table[start : start + CHUNK].astype(np.float64)
    except OSError as error:
        raise InputError(
            f"{path}: {TABLE} cannot be read ({error}); if it is packed by a filter that h5py has "
            "not (blosc), unpack it with `ptrepack --complib zlib`"
        ) from error
    if not np.isfinite(rows).all() or (rows[:, :COLUMNS:3] < 0.0).any():
        where = ~np.isfinite(rows).all(axis=1) | (rows[:, :COLUMNS:3] < 0.0).any(axis=1)
        raise InputError(
            f"{path}: event {start + int(np.flatnonzero(where)[0])} has a momentum that is "
            "negative or not finite"
        )
    return rows


def _batch(path: str | Path, file: Any, rows: Floats, start: int) -> Batch:
    events, width = rows.shape
    momenta = rows[:, :COLUMNS].reshape(events, MOST_PARTICLES, 3)
    event, place = np.nonzero(momenta[:, :, 0] > 0.0)
    pt, eta, phi = momenta[event, place].T
    label = rows[:, -1] if width > COLUMNS else np.full(events, np.nan)
    if not np.isin(label[np.isfinite(label)], (0.0, 1.0)).all():
        raise InputError(f"{path}: the last column has other values than 0 and 1: no label")
    ours = file.get(OURS)
    number = np.arange(start, start + events)
    if ours is not None:
        number = ours["event_number"][start : start + events]
    return Batch(
        Particles(events, event, pt, eta, phi),
        number,
        np.full(events, 1.0 if ours is None else float(ours.attrs["weight"])),
        label,
        0 if ours is None else int(ours.attrs["slice"]),
    )
