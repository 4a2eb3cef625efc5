"""Tracks that studies look at: both classes of some categories, all folds, events known."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.errors import StageError
from hepchain.identity import uniform_of
from hepchain.io import ParquetWriter, iterate_parquet
from hepchain.labels import CLASSES, in_words
from hepchain.training.balance import Labelled
from hepchain.training.scaling import matrix
from hepchain.training.tracks import KINEMATICS, FeatureFile, both_classes

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

COLUMNS = ("event_number", "category", "label", "fold", "weight")


@dataclass(frozen=True)
class Table(Labelled):
    """Both classes of one category, one row each, in the order of the files."""

    variables: tuple[str, ...]
    inputs: npt.NDArray[np.float32]
    """Shape (n, variables), in physical units."""
    fold: npt.NDArray[np.int8]
    event: npt.NDArray[np.int64]
    """Position of the event, from 0."""

    def of(
        self, variables: Sequence[str], rows: npt.NDArray[Any] | slice = slice(None)
    ) -> npt.NDArray[np.float32]:
        """Values of some variables of some tracks, shape (rows, variables)."""
        columns = [self.variables.index(name) for name in variables]
        return self.inputs[rows][:, columns]


def read_tables(
    files: Sequence[FeatureFile], categories: Mapping[str, Sequence[str]], max_tracks: int
) -> dict[str, Table]:
    """Tracks of each category, read row group by row group.

    Of more than ``max_tracks`` of a class in a category, whole events are left out at random.

    Raises
    ------
    InputError : a file is unusable
    StageError : a category has no track of a class
    """
    kept = _shares(files, list(categories), max_tracks)
    columns = dict.fromkeys(name for names in categories.values() for name in names)
    wanted = list(dict.fromkeys((*COLUMNS, *KINEMATICS, *columns)))
    pieces: dict[str, list[dict[str, npt.NDArray[Any]]]] = {name: [] for name in categories}
    for number, file in enumerate(files):
        for chunk in iterate_parquet(file.path, wanted):
            for category, variables in categories.items():
                rows = _rows(chunk, file.sample, category, kept[category])
                pieces[category].append(_piece(chunk, rows, variables, number))
    samples = list(dict.fromkeys(file.sample for file in files))
    sample_of = np.array([samples.index(file.sample) for file in files])
    return {
        category: _table(tuple(variables), pieces[category], sample_of)
        for category, variables in categories.items()
    }


def copy_category(
    files: Sequence[FeatureFile],
    category: str,
    variables: Sequence[str],
    directory: Path,
    max_tracks: int,
    labels: npt.NDArray[np.int8] | None = None,
) -> list[FeatureFile]:
    """Features of both classes of one category alone, to train on many times.

    ``labels``: of all tracks of the copy in turn, in place of their own; ``max_tracks`` as in
    :func:`read_tables`.

    Raises
    ------
    InputError : a file is unusable
    StageError : the category has no track of a class
    """
    kept = _shares(files, [category], max_tracks)[category]
    wanted = list(dict.fromkeys((*COLUMNS, *KINEMATICS, *variables)))
    directory.mkdir(parents=True, exist_ok=True)
    copies, done = [], 0
    for number, file in enumerate(files):
        path = directory / f"{number}.parquet"
        with ParquetWriter.open(path) as writer:
            for chunk in iterate_parquet(file.path, wanted):
                rows = _rows(chunk, file.sample, category, kept)
                columns = {name: chunk[name][rows] for name in wanted}
                if labels is not None:
                    columns["label"] = labels[done : done + len(rows)]
                writer.write(columns)
                done += len(rows)
        copies.append(FeatureFile(file.sample, path))
    return copies


def _shares(
    files: Sequence[FeatureFile], categories: Sequence[str], max_tracks: int
) -> dict[str, Floats]:
    """Share of the events to keep, by category and class."""
    counts = {category: np.zeros(len(CLASSES), dtype=np.int64) for category in categories}
    for file in files:
        for chunk in iterate_parquet(file.path, ("event_number", "category", "label")):
            for category in categories:
                labels = np.asarray(chunk["label"])[both_classes(chunk, category)]
                counts[category] += np.bincount(labels, minlength=len(CLASSES))
    for category, number in counts.items():
        if (number == 0).any():
            raise StageError(
                f"category {category}: {in_words(number)} in {files[0].path.parent} and others; "
                "both are needed: generate more events, or take it out of training.categories"
            )
        if (number > max_tracks).any():
            assumed(
                logger,
                Kind.THINNED,
                f"category {category}: a study looks at {max_tracks} tracks of a class, events are "
                "left out at random",
                int((number - max_tracks).clip(0).sum()),
                int(number.sum()),
            )
    return {name: np.minimum(1.0, max_tracks / number) for name, number in counts.items()}


def _rows(chunk: ak.Array, sample: str, category: str, kept: Floats) -> npt.NDArray[np.int64]:
    """Positions of both classes of the category, thinned."""
    rows = both_classes(chunk, category)
    if (kept >= 1.0).all():
        return rows
    chance = uniform_of(f"{sample}/studies", np.asarray(chunk["event_number"])[rows])
    return np.asarray(rows[chance < kept[np.asarray(chunk["label"])[rows]]])


def _piece(
    chunk: ak.Array, rows: npt.NDArray[np.int64], variables: Sequence[str], file: int
) -> dict[str, npt.NDArray[Any]]:
    kept = ("event_number", "label", "fold", "weight", *KINEMATICS)
    return {name: np.asarray(chunk[name])[rows] for name in kept} | {
        "inputs": matrix(chunk, variables, rows),
        "file": np.full(len(rows), file),
    }


def _table(
    variables: tuple[str, ...],
    pieces: Sequence[Mapping[str, npt.NDArray[Any]]],
    sample_of: npt.NDArray[np.int64],
) -> Table:
    columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    events = np.stack([sample_of[columns["file"]], columns["event_number"]], axis=1)
    return Table(
        variables=variables,
        inputs=columns["inputs"],
        labels=columns["label"].astype(np.int8),
        fold=columns["fold"],
        pt=columns["pt"],
        eta=columns["eta"],
        event_weight=columns["weight"].astype(np.float64),
        event=np.unique(events, axis=0, return_inverse=True)[1].ravel(),
    )
