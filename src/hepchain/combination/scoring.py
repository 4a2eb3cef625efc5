"""Raw scores: every track by the model of its category that has not seen its event."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.io import ParquetWriter, iterate_parquet
from hepchain.training import environment
from hepchain.training.model import Model
from hepchain.training.model import load_models as load_category_models
from hepchain.training.tracks import require_folds

logger = logging.getLogger(__name__)

BLOCK = 50_000
"""Tracks read and scored at once (or one row group if that is larger)."""
KEPT = (
    "event_number",
    "track_index",
    "category",
    "label",
    "fold",
    "weight",
    "pt",
    "eta",
    "truth_pdg_id",
    "truth_origin",
    "truth_is_pileup",
)
"""Columns of the features that go with the scores."""
NOT_SCORED = 0.0
"""Raw score of tracks of a category without a model: they count, and never pass."""


@dataclass(frozen=True)
class ModelSet:
    """Models of one tagger for all its categories and folds."""

    models: Mapping[tuple[str, int], Model]
    """(category, fold left out) -> model."""
    folds: int

    @property
    def columns(self) -> list[str]:
        """Columns of the features that scoring needs."""
        inputs = (name for model in self.models.values() for name in model.variables)
        return list(dict.fromkeys((*KEPT, *inputs)))

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
                values = _matrix(tracks, model.variables, mask)
                scores[mask] = model.score(
                    values, model.variables, f"{where}, category {category}, fold {left_out}"
                )
        return scores


def load_models(
    directories: Sequence[str | Path], gpus: int = 0, gpu_fallback: bool = False
) -> ModelSet:
    """Load the models of one tagger and check that there is one for each category and fold.

    Parameters
    ----------
    directories : of the models
    gpus : that may be used; none are seen if 0
    gpu_fallback : go on where there is none of them

    Raises
    ------
    InputError : a model is unreadable or missing, two are for the same tracks, or they were
        trained with different numbers of folds
    ExecutionError : GPUs are asked for, there is none, and that is not to be gone on with
    """
    environment.prepare(gpus)
    environment.require_gpu(gpus, gpu_fallback, "combination.gpu")
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
    number = folds.pop()
    categories = {category for category, _ in models}
    missing = [(c, f) for c in sorted(categories) for f in range(number) if (c, f) not in models]
    if missing:
        raise InputError(
            "no model for "
            + ", ".join(f"category {category} without fold {fold}" for category, fold in missing)
            + ": rerun the training"
        )
    return ModelSet(models, number)


def score_sample(
    sample: str, files: Sequence[str | Path], models: ModelSet, output: str | Path
) -> None:
    """Score all tracks of a sample and write them with the columns that later stages need.

    Parameters
    ----------
    sample : name of the sample
    files : its features, all parts in order
    models : of one tagger
    output : Parquet file of raw scores

    Raises
    ------
    InputError : a file is unusable, has other folds than the models, or values that are not finite
    """
    rows = unscored = 0
    categories = {category for category, _ in models.models}
    with ParquetWriter.open(output) as writer:
        for path, tracks in _blocks(files, models.columns):
            number, fold = np.asarray(tracks["event_number"]), np.asarray(tracks["fold"])
            require_folds(number, fold, sample, models.folds, path)
            raw = models.raw(tracks, str(path))
            writer.write({name: tracks[name] for name in KEPT} | {"raw": raw})
            rows += len(tracks)
            unscored += len(tracks) - sum(int(ak.sum(tracks["category"] == c)) for c in categories)
    logger.info("%d tracks scored", rows - unscored)
    if unscored:
        logger.warning(
            "%d tracks are of categories that are not in training.categories: they get %g and "
            "never pass",
            unscored,
            NOT_SCORED,
        )


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


def _matrix(
    tracks: ak.Array, variables: Sequence[str], mask: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    values = np.empty((int(mask.sum()), len(variables)), dtype=np.float32)
    for column, name in enumerate(variables):
        values[:, column] = np.asarray(tracks[name])[mask]
    return values
