"""The data of a search: background, signal events in it, and further ones to measure with."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from hepchain.chains.dijets.events.table import FEATURES, MASS
from hepchain.errors import InputError, StageError
from hepchain.identity import fold_of, uniform_of
from hepchain.io.parquet import ParquetWriter, read_parquet

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
COLUMNS = ("event_number", "weight", "slice", "label", MASS, *FEATURES)
BACKGROUND, SIGNAL = 0, 1
"""Of the two samples of the data, in their column ``sample``."""


@dataclass(frozen=True)
class Events:
    """Events of the data and beside them, in one order."""

    columns: Mapping[str, Floats]
    """Features [GeV] and mass [GeV], shape (n,) each."""
    sample: Integers
    event_number: Integers
    fold: Integers
    signal: Booleans
    """Truth, to measure with: no training sees it."""
    observed: Booleans
    """Whether an event is in the data; the others are signal to measure with."""

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """As :func:`write_data` has written them."""
        table = read_parquet(path)
        flags = ("sample", "event_number", "fold", "signal", "observed")
        sample, number, fold, signal, observed = (np.asarray(table[name]) for name in flags)
        columns = {name: np.asarray(table[name]) for name in (MASS, *FEATURES)}
        return cls(columns, sample, number, fold, signal == 1, observed == 1)

    def __len__(self) -> int:
        return len(self.sample)

    @property
    def mass(self) -> Floats:
        """Of both jets [GeV], shape (n,)."""
        return self.columns[MASS]

    def inputs(self, features: Sequence[str]) -> Floats:
        """Features side by side, shape (n, features)."""
        return np.stack([self.columns[name] for name in features], axis=1)

    def within(self, low: float, high: float) -> Booleans:
        """Whether the mass is in [low, high) GeV."""
        return (self.mass >= low) & (self.mass < high)


def read_tables(paths: Iterable[str | Path]) -> dict[str, Floats]:
    """Columns of the tables of a sample.

    Raises
    ------
    InputError : a number is not finite, or a mass is negative
    """
    columns: dict[str, list[Floats]] = {name: [] for name in COLUMNS}
    for path in paths:
        table = read_parquet(path, COLUMNS)
        for name in COLUMNS:
            values = np.asarray(table[name])
            if name != "label" and (not np.isfinite(values).all() or (values < 0.0).any()):
                raise InputError(
                    f"{path}: column {name} has numbers that are negative or not finite"
                )
            columns[name].append(values)
    return {name: np.concatenate(values) for name, values in columns.items()}


def unweighted(name: str, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Events of weight one: each is kept with a chance of its weight over the largest one.

    The weight of a slice is the mean over its jobs, each of which has measured the cross-section.
    What is kept depends on the event alone, not on the order or number of jobs.
    """
    slices, index = np.unique(columns["slice"], return_inverse=True)
    weight = np.bincount(index, columns["weight"], len(slices)) / np.bincount(index)
    chance = (weight / weight.max())[index]
    kept = uniform_of(f"{name}/weight", columns["event_number"].astype(np.int64)) < chance
    return {key: values[kept] for key, values in columns.items()}


def write_data(
    background: tuple[str, Sequence[str]],
    signal: tuple[str, Sequence[str]] | None,
    injected: int,
    folds: int,
    mass: tuple[float, float],
    path: str | Path,
) -> None:
    """Write the data with so many signal events, and the other signal events beside them.

    The injected ones are those of the lowest hash of their identity: more of them include fewer.

    Parameters
    ----------
    background, signal : name of the sample and its tables
    mass : range of the mass of both jets [GeV]

    Raises
    ------
    StageError : no event is in the range, or there are too few of the signal
    """
    events = unweighted(background[0], read_tables(background[1]))
    events = _in_range(events, mass)
    logger.info("%d events of %s", len(events[MASS]), background[0])
    parts = [_marked(background[0], events, BACKGROUND, np.ones(len(events[MASS]), dtype=bool))]
    if signal is not None:
        found = _in_range(read_tables(signal[1]), mass)
        total = len(found[MASS])
        if injected > total:
            raise StageError(
                f"{injected} events of {signal[0]} are to be injected, {total} pass: generate more"
            )
        place = uniform_of(f"{signal[0]}/injected", found["event_number"].astype(np.int64))
        taken = np.zeros(total, dtype=bool)
        taken[np.argsort(place, kind="stable")[:injected]] = True
        parts.append(_marked(signal[0], found, SIGNAL, taken))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    names = (background[0], "" if signal is None else signal[0])
    columns["fold"] = np.where(
        columns["sample"] == BACKGROUND,
        *(fold_of(name, columns["event_number"], folds) for name in names),
    ).astype(np.int64)
    if not columns["observed"].any():
        raise StageError(f"no event of {background[0]} is between {mass[0]:g} and {mass[1]:g} GeV")
    with ParquetWriter.open(Path(path)) as writer:
        writer.write(columns)


def _in_range(columns: Mapping[str, Floats], mass: tuple[float, float]) -> dict[str, Floats]:
    kept = (columns[MASS] >= mass[0]) & (columns[MASS] < mass[1])
    return {name: values[kept] for name, values in columns.items()}


def _marked(
    name: str, columns: Mapping[str, Floats], sample: int, observed: Booleans
) -> dict[str, npt.NDArray[np.generic]]:
    is_signal = np.full(len(observed), sample == SIGNAL) | (columns["label"] == 1.0)
    return {
        **{key: columns[key] for key in (MASS, *FEATURES)},
        "event_number": columns["event_number"].astype(np.int64),
        "sample": np.full(len(observed), sample, dtype=np.int64),
        "signal": is_signal.astype(np.int64),
        "observed": observed.astype(np.int64),
    }
