"""Raw scores: every track by the model of its category that has not seen its event."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Protocol

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.assumptions import Kind, assumed
from hepchain.errors import InputError
from hepchain.features.table import IDENTITY
from hepchain.io import ParquetWriter, iterate_parquet
from hepchain.training.model import Model, read_metadata
from hepchain.training.model import load_models as load_category_models
from hepchain.training.scaling import matrix
from hepchain.training.tracks import require_folds

logger = logging.getLogger(__name__)

BLOCK = 50_000
"""Tracks read and scored at once (or one row group if that is larger)."""
KEPT = (*IDENTITY, "category", "label", "fold", "pt", "eta")
"""Columns of the features that go with the scores in every chain."""
NOT_SCORED = 0.0
"""Raw score of tracks of a category without a model: they count, and never pass."""


class Scorer(Protocol):
    """What scores tracks: the models that a run has trained, or a tagger that was exported."""

    @property
    def categories(self) -> Collection[str]:
        """Categories that have models."""

    @property
    def columns(self) -> list[str]:
        """Columns of the features that scoring needs."""

    def require_unseen(self, tracks: ak.Array, sample: str, path: Path) -> None:
        """Raise :class:`.InputError` if a model would score an event that it was trained on."""

    def raw(self, tracks: ak.Array, where: str) -> npt.NDArray[np.float32]:
        """Raw score of each track."""


@dataclass(frozen=True)
class ModelSet:
    """Models of one tagger for all its categories and folds."""

    models: Mapping[tuple[str, int], Model]
    """(category, fold left out) -> model."""
    folds: int

    @property
    def categories(self) -> set[str]:
        """Categories that have models."""
        return {category for category, _ in self.models}

    @property
    def columns(self) -> list[str]:
        """Columns of the features that scoring needs."""
        inputs = (name for model in self.models.values() for name in model.variables)
        return list(dict.fromkeys((*KEPT, *inputs)))

    def require_unseen(self, tracks: ak.Array, sample: str, path: Path) -> None:
        """Check that the folds of a file are those of this run, see :func:`.require_folds`."""
        number, fold = np.asarray(tracks["event_number"]), np.asarray(tracks["fold"])
        require_folds(number, fold, sample, self.folds, path)

    def raw(self, tracks: ak.Array, where: str) -> npt.NDArray[np.float32]:
        """Raw score of each track, by the model that was trained without the track's fold.

        Parameters
        ----------
        tracks : the columns of :attr:`columns`, one entry a track
        where : named in error messages, usually the file
        """
        scores = np.full(len(tracks), NOT_SCORED, dtype=np.float32)
        fold = np.asarray(tracks["fold"])
        for (category, left_out), model in self.models.items():
            mask = np.asarray(tracks["category"] == category) & (fold == left_out)
            if mask.any():
                values = matrix(tracks, model.variables, mask)
                scores[mask] = model.score(
                    values, model.variables, f"{where}, category {category}, fold {left_out}"
                )
        return scores


def load_models(directories: Sequence[str | Path]) -> ModelSet:
    """Load the models of one tagger and check that there is one for each category and fold.

    Raises
    ------
    InputError : a model is unreadable or missing, two are for the same tracks, or they are of
        several taggers or were trained with different numbers of folds
    """
    taggers = sorted({read_metadata(directory).tagger for directory in directories})
    if len(taggers) > 1:
        raise InputError(f"models of several taggers: {', '.join(taggers)}: rerun the training")
    models: dict[tuple[str, int], Model] = {}
    for directory in directories:
        for model in load_category_models(directory):
            key = (model.category, model.fold)
            if key in models:
                raise InputError(f"{directory}: a second model of category {key[0]}, fold {key[1]}")
            models[key] = model
    folds = {model.folds for model in models.values()}
    if len(folds) != 1:
        raise InputError(
            f"models trained with different numbers of folds {sorted(folds)}: rerun the training"
        )
    found = ModelSet(models, folds.pop())
    pairs = product(sorted(found.categories), range(found.folds))
    missing = [
        f"category {name} without fold {fold}" for name, fold in pairs if (name, fold) not in models
    ]
    if missing:
        raise InputError(f"no model for {', '.join(missing)}: rerun the training")
    return found


def score_sample(
    sample: str,
    files: Sequence[str | Path],
    models: Scorer,
    output: str | Path,
    kept: Sequence[str] = (),
) -> None:
    """Score all tracks of a sample and write them with the columns that later stages need.

    ``kept``: further columns of the features that go with the scores.

    Raises
    ------
    InputError : a file is unusable, of events that models have seen, or has values that are not
        finite
    """
    rows = unscored = 0
    categories = list(models.categories)
    written = [*KEPT, *kept]
    with ParquetWriter.open(output) as writer:
        for path, tracks in _blocks(files, list(dict.fromkeys((*models.columns, *kept)))):
            models.require_unseen(tracks, sample, path)
            raw = models.raw(tracks, str(path))
            writer.write({name: tracks[name] for name in written} | {"raw": raw})
            rows += len(tracks)
            unscored += int((~np.isin(tracks["category"].to_numpy(), categories)).sum())
    logger.info("%d tracks scored", rows - unscored)
    if unscored:
        text = (
            "tracks of categories that are not in training.categories get a raw score of "
            f"{NOT_SCORED:g} and never pass"
        )
        assumed(logger, Kind.NOT_SCORED, text, unscored, rows)


def _blocks(files: Sequence[str | Path], columns: Sequence[str]) -> Iterator[tuple[Path, ak.Array]]:
    """Row groups of each file joined to blocks of some size."""
    for path in map(Path, files):
        pending: list[ak.Array] = []
        for chunk in iterate_parquet(path, columns):
            pending.append(chunk)
            if sum(map(len, pending)) >= BLOCK:
                yield path, ak.concatenate(pending)
                pending = []
        if pending:
            yield path, ak.concatenate(pending)
