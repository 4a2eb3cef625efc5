"""Tracks of one category out of the feature files: those a model may learn from."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.errors import InputError, StageError
from hepchain.identity import fold_of, uniform_of
from hepchain.io import iterate_parquet
from hepchain.labels import CLASSES, in_words
from hepchain.training.balance import Labelled
from hepchain.training.scaling import require_finite

logger = logging.getLogger(__name__)

KINEMATICS = ("pt", "eta")
"""Columns the classes are balanced in, whether they are inputs or not."""
WEIGHT = "weight"
"""Of the event."""


@dataclass(frozen=True)
class FeatureFile:
    """One file of features and the sample it belongs to."""

    sample: str
    path: Path


@dataclass(frozen=True)
class Selection:
    """Which tracks a model learns from."""

    category: str
    variables: tuple[str, ...]
    fold: int
    """Fold whose events are left out."""
    folds: int
    validation_fraction: float
    min_tracks: int
    max_tracks: int


@dataclass(frozen=True)
class Tracks(Labelled):
    """Tracks of both classes, one row each, in the order of the files."""

    inputs: npt.NDArray[np.float32]
    """Shape (n, variables), in physical units."""


@dataclass(frozen=True)
class _Rows:
    """Rows of one chunk that a model may learn from."""

    index: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int8]
    validation: npt.NDArray[np.bool_]
    chance: npt.NDArray[np.float64]
    """Uniform in [0, 1), by event: decides what is kept if there are too many."""

    def thinned(self, kept: npt.NDArray[np.float64]) -> _Rows:
        """Rows that are kept, given the share to keep of each class."""
        keep = self.chance < kept[self.labels]
        return _Rows(self.index[keep], self.labels[keep], self.validation[keep], self.chance[keep])


def require_folds(
    event_number: npt.NDArray[np.int64],
    fold: npt.NDArray[np.int8],
    sample: str,
    folds: int,
    path: Path,
) -> None:
    """Check that the folds of a file are those of this run: a wrong one would leak events.

    Raises
    ------
    InputError : a fold is not the one of its event
    """
    wrong = int((fold_of(sample, event_number, folds) != fold).sum())
    if wrong:
        raise InputError(
            f"{path}: {wrong} of {len(fold)} tracks are not in the fold of their event "
            f"(sample '{sample}', {folds} folds): remove the file and rerun the features"
        )


def read_tracks(files: Sequence[FeatureFile], selection: Selection) -> tuple[Tracks, Tracks]:
    """Training and validation tracks, read row group by row group.

    Labels other than signal and background, other categories and the events of the fold left out do
    not enter. Events go to the validation part by their hash, so that no event is in both parts.

    Raises
    ------
    InputError : a file lacks a column, has values that are not finite, or other folds
    StageError : too few tracks of a class
    """
    kept, sizes = _count(files, selection)
    training = _empty(sizes[0], len(selection.variables))
    validation = _empty(sizes[1], len(selection.variables))
    filled = [0, 0]
    for file, chunk, rows in _chunks(files, selection, [*selection.variables, *KINEMATICS, WEIGHT]):
        rows = rows.thinned(kept)
        for part, (tracks, mask) in enumerate(
            ((training, ~rows.validation), (validation, rows.validation))
        ):
            size = int(mask.sum())
            target = slice(filled[part], filled[part] + size)
            _require_finite_weights(chunk, rows.index[mask], file.path)
            _fill(tracks, target, chunk, rows.index[mask], rows.labels[mask], selection.variables)
            require_finite(
                tracks.inputs[target],
                selection.variables,
                f"{file.path}, category {selection.category}",
            )
            filled[part] += size
    return training, validation


def _require_finite_weights(chunk: ak.Array, index: npt.NDArray[np.int64], path: Path) -> None:
    bad = int((~np.isfinite(np.asarray(chunk[WEIGHT])[index])).sum())
    if bad:
        raise InputError(
            f"{path}: the weights of the events of {bad} tracks are NaN or infinite; correct the "
            "ntuple and rerun its skim and features"
        )


def _empty(size: int, variables: int) -> Tracks:
    return Tracks(
        labels=np.empty(size, dtype=np.int8),
        pt=np.empty(size, dtype=np.float32),
        eta=np.empty(size, dtype=np.float32),
        event_weight=np.empty(size, dtype=np.float64),
        inputs=np.empty((size, variables), dtype=np.float32),
    )


def _fill(
    tracks: Tracks,
    target: slice,
    chunk: ak.Array,
    index: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int8],
    variables: Sequence[str],
) -> None:
    for column, name in enumerate(variables):
        tracks.inputs[target, column] = np.asarray(chunk[name])[index]
    tracks.labels[target] = labels
    tracks.pt[target] = np.asarray(chunk["pt"])[index]
    tracks.eta[target] = np.asarray(chunk["eta"])[index]
    tracks.event_weight[target] = np.asarray(chunk[WEIGHT])[index]


def _chunks(
    files: Sequence[FeatureFile], selection: Selection, columns: Sequence[str] = ()
) -> Iterator[tuple[FeatureFile, ak.Array, _Rows]]:
    wanted = list(dict.fromkeys(("event_number", "category", "label", "fold", *columns)))
    for file in files:
        for chunk in iterate_parquet(file.path, wanted):
            yield file, chunk, _rows(chunk, file, selection)


def _rows(chunk: ak.Array, file: FeatureFile, selection: Selection) -> _Rows:
    event_number = np.asarray(chunk["event_number"])
    fold = np.asarray(chunk["fold"])
    require_folds(event_number, fold, file.sample, selection.folds, file.path)
    index = both_classes(chunk, selection.category)
    index = index[fold[index] != selection.fold]
    events = event_number[index]
    return _Rows(
        index,
        np.asarray(chunk["label"])[index].astype(np.int8),
        uniform_of(f"{file.sample}/validation", events) < selection.validation_fraction,
        uniform_of(f"{file.sample}/thinning", events),
    )


def both_classes(chunk: ak.Array, category: str) -> npt.NDArray[np.int64]:
    """Positions of the tracks of a category that are of one of the classes."""
    own = np.asarray(chunk["category"] == category)
    return np.flatnonzero(own & np.isin(np.asarray(chunk["label"]), CLASSES))


def _count(
    files: Sequence[FeatureFile], selection: Selection
) -> tuple[npt.NDArray[np.float64], tuple[int, int]]:
    """Share to keep of each class, and tracks kept for training and validation."""
    rows = [rows for _, _, rows in _chunks(files, selection)]
    labels = np.concatenate([part.labels for part in rows] or [np.empty(0, dtype=np.int8)])
    counts = np.bincount(labels, minlength=len(CLASSES))
    _require_tracks(counts, selection)
    kept = np.minimum(1.0, selection.max_tracks / counts)
    for label in CLASSES:
        if kept[label] < 1.0:
            assumed(
                logger,
                Kind.THINNED,
                f"category {selection.category}: more {label.name.lower()} than "
                "training.max_tracks allows, events are left out at random",
                int(counts[label] - selection.max_tracks),
                int(counts[label]),
            )
    thinned = [part.thinned(kept) for part in rows]
    sizes = []
    for validation in (False, True):
        parts = [part.labels[part.validation == validation] for part in thinned]
        counts = np.bincount(np.concatenate(parts), minlength=len(CLASSES))
        _require_both(counts, selection, "validation" if validation else "training")
        sizes.append(int(counts.sum()))
    return kept, (sizes[0], sizes[1])


def _require_tracks(counts: npt.NDArray[np.int64], selection: Selection) -> None:
    if (counts < selection.min_tracks).any():
        raise StageError(
            f"category {selection.category}, without fold {selection.fold}: {in_words(counts)}; "
            f"{selection.min_tracks} of each class are needed (training.min_tracks). Generate "
            "more events of the training samples (simulation.events_per_part), or take the "
            "category out of training.categories"
        )


def _require_both(counts: npt.NDArray[np.int64], selection: Selection, part: str) -> None:
    if (counts == 0).any():
        raise StageError(
            f"category {selection.category}, without fold {selection.fold}: {in_words(counts)} in "
            f"the {part} part; raise the number of events or change training.validation_fraction"
        )
