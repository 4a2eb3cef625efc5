"""Train one model and write its directory."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.config.training import TaggerSettings, TrainingTracksConfig
from hepchain.config.variables import Transformation
from hepchain.errors import StageError
from hepchain.io import atomic_directory, write_json
from hepchain.roc import area_under_curve
from hepchain.seeds import integer_seed
from hepchain.training import environment
from hepchain.training.balance import Balance, balance
from hepchain.training.model import HISTORY, METADATA, Model, load_model
from hepchain.training.scaling import Scaling, fit_scaling
from hepchain.training.tagger import Examples, History, Tagger, tagger_class
from hepchain.training.tracks import FeatureFile, Selection, Tracks, read_tracks

logger = logging.getLogger(__name__)

CHECKED_TRACKS = 1000
TOLERANCE = 1e-6
"""Largest change of a score by saving and loading the model."""


@dataclass(frozen=True)
class Task:
    """One model to train."""

    tagger: str
    """Name in the config, part of the seed."""
    category: str
    fold: int
    """Fold whose events the model must not see."""
    folds: int
    seed: int
    """Of the run."""
    settings: TaggerSettings
    tracks: TrainingTracksConfig
    variables: Mapping[str, tuple[Transformation, float]]
    """Name -> (transformation, scale), in the order of the input vector."""
    gpus: int = 0

    @property
    def selection(self) -> Selection:
        """Tracks it learns from."""
        return Selection(
            category=self.category,
            variables=tuple(self.variables),
            fold=self.fold,
            folds=self.folds,
            validation_fraction=self.tracks.validation_fraction,
            min_tracks=self.tracks.min_tracks,
            max_tracks=self.tracks.max_tracks,
        )


@dataclass(frozen=True)
class _Fit:
    """What came out of a fit, for the metadata."""

    scaling: Scaling
    balance: Balance
    history: History
    validation: Examples
    counts: dict[str, dict[str, int]]
    seed: int
    seconds: float


def train(task: Task, files: Sequence[FeatureFile], directory: str | Path) -> None:
    """Train a model without the events of one fold and write its directory.

    The directory holds the model, ``scaling.json``, ``history.json`` and ``metadata.json``. It
    appears only after the model was loaded from it and gave the scores it gave in memory.

    Raises
    ------
    InputError : a feature file is unusable
    StageError : too few tracks, classes that cannot be balanced, a fit that ended in NaN, or a
        model that scores differently after loading
    """
    environment.prepare(task.gpus)
    tagger = tagger_class(task.settings.kind)(task.settings)
    fit = _fit(task, tagger, files)
    scores = tagger.score(fit.validation.inputs)
    _require_finite_scores(scores, task)
    auc = area_under_curve(scores, fit.validation.labels == 1, fit.validation.weights)
    logger.info("validation AUC %.4f, best epoch %d", auc, fit.history.best)
    with atomic_directory(directory) as temporary:
        tagger.save(temporary)
        fit.scaling.write(temporary)
        write_json(temporary / HISTORY, dict(fit.history.curves))
        write_json(temporary / METADATA, _metadata(task, tagger, fit, auc))
        _check_reloaded(load_model(temporary), fit.validation, scores, task)


def _fit(task: Task, tagger: Tagger, files: Sequence[FeatureFile]) -> _Fit:
    training, validation = read_tracks(files, task.selection)
    logger.info("%d tracks for training, %d for validation", len(training), len(validation))
    balanced = balance(training.labels, training.pt, training.eta, task.tracks.balance)
    weights = balanced.of(training.labels, training.pt, training.eta)
    scaling = fit_scaling(training.inputs, weights, task.variables)
    examples = _examples(training, balanced, scaling)
    stopping = _examples(validation, balanced, scaling)
    counts = {"training": _counts(training), "validation": _counts(validation)}
    del training, validation
    seed = integer_seed(task.seed, "training", task.tagger, task.category, task.fold)
    start = time.perf_counter()
    history = tagger.fit(examples, stopping, seed)
    seconds = time.perf_counter() - start
    logger.info("fitted in %.1f s", seconds)
    return _Fit(scaling, balanced, history, stopping, counts, seed, seconds)


def _examples(tracks: Tracks, balanced: Balance, scaling: Scaling) -> Examples:
    # In place: the inputs are most of the memory of a job.
    inputs = scaling.apply(tracks.inputs, scaling.names, "training tracks", out=tracks.inputs)
    weights = balanced.of(tracks.labels, tracks.pt, tracks.eta)
    return Examples(inputs, tracks.labels, weights, scaling.names)


def _counts(tracks: Tracks) -> dict[str, int]:
    electrons = int((tracks.labels == 1).sum())
    return {"electrons": electrons, "hadrons": len(tracks) - electrons}


def _require_finite_scores(scores: Any, task: Task) -> None:
    if not np.isfinite(scores).all():
        raise StageError(
            f"tagger {task.tagger}, category {task.category}, fold {task.fold}: the fit ended in "
            f"NaN; lower training.taggers.{task.tagger}.learning_rate"
        )


def _check_reloaded(model: Model, validation: Examples, scores: Any, task: Task) -> None:
    again = model.tagger.score(validation.inputs[:CHECKED_TRACKS])
    change = float(np.abs(again - scores[:CHECKED_TRACKS]).max())
    if not change <= TOLERANCE:
        raise StageError(
            f"tagger {task.tagger}, category {task.category}, fold {task.fold}: scores change by "
            f"{change:.2g} when the model is loaded from its file (allowed {TOLERANCE:g}); the "
            f"save and load of kind '{task.settings.kind}' are not complete"
        )


def _metadata(task: Task, tagger: Tagger, fit: _Fit, auc: float) -> dict[str, Any]:
    software = tagger.software()
    device = software.pop("device")
    logger.info("ran on %s", device)
    environment.warn_without_gpu(task.gpus, device)
    return {
        "tagger": task.tagger,
        "category": task.category,
        "fold": task.fold,
        "folds": task.folds,
        "settings": task.settings.model_dump(mode="json"),
        "tracks": task.tracks.model_dump(mode="json"),
        "variables": fit.scaling.names,
        "counts": fit.counts,
        "balance": fit.balance.report(),
        "seed": fit.seed,
        "best_epoch": fit.history.best,
        "epochs": len(fit.history.curves["loss"]),
        "validation_loss": fit.history.curves["val_loss"][fit.history.best - 1],
        "validation_auc": auc,
        "seconds": round(fit.seconds, 2),
        "device": device,
        "versions": software | environment.versions("hepchain", "numpy"),
    }
