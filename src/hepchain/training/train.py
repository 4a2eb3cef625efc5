"""Train one model and write its directory."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.config.taggers import TaggerSettings, tagger_settings
from hepchain.config.training import TrainingTracksConfig
from hepchain.errors import StageError
from hepchain.io import atomic_directory, write_json
from hepchain.io.targets import require_own_folder
from hepchain.roc import area_under_curve
from hepchain.seeds import integer_seed
from hepchain.training import environment
from hepchain.training.balance import Balance, Labelled, balance
from hepchain.training.layout import Layout
from hepchain.training.model import (
    HISTORY,
    METADATA,
    Model,
    digests_of,
    load_models,
    onnx_file,
)
from hepchain.training.onnx_model import model_to_onnx
from hepchain.training.regimes import make_tagger
from hepchain.training.scaling import Scaling, fit_scaling
from hepchain.training.tagger import Examples, History, Matrix, Tagger
from hepchain.training.tracks import FeatureFile, Selection, Tracks, read_tracks

logger = logging.getLogger(__name__)

CHECKED_TRACKS = 1000
"""Of each category, of those that stop the fit."""
TOLERANCE = 1e-5
"""Largest difference between scores of the library that trained a model and of its ONNX file."""


@dataclass(frozen=True)
class Task:
    """One model to train."""

    tagger: str
    """Name in the config, part of the seed."""
    category: str
    """Category of tracks, or the name of all for a model of several."""
    fold: int
    """Fold whose events the model must not see."""
    folds: int
    seed: int
    """Of the run."""
    settings: TaggerSettings
    tracks: TrainingTracksConfig
    variables: Mapping[str, tuple[str, float]]
    """Name -> (transformation, scale), in the order of the input vector."""
    gpus: int = 0
    gpu_fallback: bool = False
    """Whether to go on without a GPU that was asked for and is not there."""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a model for several categories: category -> its variables, in order."""

    @classmethod
    def of(
        cls, params: Mapping[str, Any], tagger: str, category: str, fold: int = 0, **gpu: Any
    ) -> Task:
        """Task of a job.

        Parameters
        ----------
        params : of the rule: ``settings`` of the tagger, ``tracks``, ``variables``, ``folds``,
            ``seed``, and for a model of several categories ``categories``
        gpu : ``gpus`` and ``gpu_fallback``
        """
        return cls(
            tagger=tagger,
            category=category,
            fold=fold,
            folds=params["folds"],
            seed=params["seed"],
            settings=tagger_settings(params["settings"]),
            tracks=TrainingTracksConfig.model_validate(params["tracks"]),
            variables={name: (how, scale) for name, (how, scale) in params["variables"].items()},
            categories={name: tuple(has) for name, has in params.get("categories", {}).items()},
            **gpu,
        )

    @property
    def layout(self) -> Layout | None:
        """Input vector of a model for several categories."""
        return Layout(tuple(self.variables), self.categories) if self.categories else None

    @property
    def selections(self) -> list[Selection]:
        """Tracks it learns from, by category."""
        categories = self.categories or {self.category: tuple(self.variables)}
        return [
            Selection(
                category=category,
                variables=tuple(variables),
                fold=self.fold,
                folds=self.folds,
                validation_fraction=self.tracks.validation_fraction,
                min_tracks=self.tracks.min_tracks,
                max_tracks=self.tracks.max_tracks // len(categories),
            )
            for category, variables in categories.items()
        ]


@dataclass(frozen=True)
class _Fit:
    """What came out of a fit, for the metadata."""

    scaling: Scaling
    balance: Balance
    history: History
    validation: Examples
    checked: Mapping[str, Matrix]
    """Category -> some tracks in physical units, shape (n, variables)."""
    counts: dict[str, dict[str, int]]
    seed: int
    seconds: float


def train(task: Task, files: Sequence[FeatureFile], directory: str | Path) -> None:
    """Train a model without the events of one fold and write its directory.

    The directory holds an ONNX file for each category, the model as its library writes it,
    ``scaling.json``, ``history.json`` and ``metadata.json``. It
    appears only after the ONNX files in it gave the scores that the model gave in memory.

    Raises
    ------
    InputError : a feature file is unusable
    OutputError : the directory is there and holds something else
    ExecutionError : a GPU was asked for and none is there
    StageError : too few tracks, classes that cannot be balanced, a fit that ended in NaN, or a
        model whose ONNX file scores differently
    """
    require_own_folder(Path(directory))
    environment.prepare(task.gpus)
    environment.require_gpu(task.gpus, task.gpu_fallback)
    tagger, fit = _fit(task, files)
    scores = tagger.score(fit.validation.inputs)
    _require_finite_scores(scores, task)
    auc = area_under_curve(scores, fit.validation.labels == 1, fit.validation.weights)
    logger.info("validation AUC %.4f, best epoch %d", auc, fit.history.best)
    with atomic_directory(directory) as temporary:
        tagger.save(temporary)
        for category, scaling in _scalings(task, fit.scaling).items():
            content = model_to_onnx(tagger, scaling, category, task.fold, task.layout)
            (temporary / onnx_file(category)).write_bytes(content)
        fit.scaling.write(temporary)
        write_json(temporary / HISTORY, dict(fit.history.curves))
        metadata = _metadata(task, tagger, fit, auc) | {"files": digests_of(temporary)}
        write_json(temporary / METADATA, metadata)
        for model in load_models(temporary):
            _check_scores(model, tagger, fit.checked[model.category], task)


def _fit(task: Task, files: Sequence[FeatureFile]) -> tuple[Tagger, _Fit]:
    training, validation = zip(*(read_tracks(files, s) for s in task.selections), strict=True)
    counts = {"training": _counts(training), "validation": _counts(validation)}
    logger.info(
        "%d tracks for training, %d for validation",
        *(sum(map(len, p)) for p in (training, validation)),
    )
    together = Labelled.joined(training).balanced_in
    balanced = balance(*together, task.tracks.balance, task.settings.spectrum)
    scaling = fit_scaling(
        [
            (tracks.inputs, balanced.of(*tracks.balanced_in), selection.variables)
            for tracks, selection in zip(training, task.selections, strict=True)
        ],
        task.variables,
    )
    checked = {
        selection.category: tracks.inputs[:CHECKED_TRACKS].copy()
        for tracks, selection in zip(validation, task.selections, strict=True)
    }
    examples = _examples(training, task, balanced, scaling)
    stopping = _examples(validation, task, balanced, scaling)
    del training, validation
    seed = integer_seed(task.seed, "training", task.tagger, task.category, task.fold)
    tagger = make_tagger(task.settings, scaling)
    start = time.perf_counter()
    history = tagger.fit(examples, stopping, seed)
    seconds = time.perf_counter() - start
    logger.info("fitted in %.1f s", seconds)
    return tagger, _Fit(scaling, balanced, history, stopping, checked, counts, seed, seconds)


def _examples(
    tables: Sequence[Tracks], task: Task, balanced: Balance, scaling: Scaling
) -> Examples:
    together = Labelled.joined(tables)
    weights = balanced.of(*together.balanced_in)
    names = task.layout.names if task.layout else scaling.names
    return Examples(_inputs(tables, task, scaling), together.labels, weights, names)


def _inputs(tables: Sequence[Tracks], task: Task, scaling: Scaling) -> Matrix:
    # In place: the inputs are most of the memory of a job.
    scaled = [
        scaling.of(selection.variables).apply(
            tracks.inputs, selection.variables, "training tracks", out=tracks.inputs
        )
        for tracks, selection in zip(tables, task.selections, strict=True)
    ]
    if task.layout is None:
        return scaled[0]
    result = np.empty((sum(map(len, scaled)), len(task.layout.names)), dtype=np.float32)
    filled = 0
    for values, category in zip(scaled, task.layout.categories, strict=True):
        task.layout.expand(values, category, out=result[filled : filled + len(values)])
        filled += len(values)
    return result


def _counts(tables: Sequence[Tracks]) -> dict[str, int]:
    signal = sum(int(tracks.signal.sum()) for tracks in tables)
    return {"signal": signal, "background": sum(map(len, tables)) - signal}


def _require_finite_scores(scores: Any, task: Task) -> None:
    if not np.isfinite(scores).all():
        raise StageError(
            f"tagger {task.tagger}, category {task.category}, fold {task.fold}: the fit ended in "
            f"NaN; lower training.taggers.{task.tagger}.learning_rate"
        )


def _scalings(task: Task, scaling: Scaling) -> dict[str, Scaling]:
    """Category -> scaling of its variables."""
    return {selection.category: scaling.of(selection.variables) for selection in task.selections}


def _check_scores(model: Model, tagger: Tagger, values: Matrix, task: Task) -> None:
    """Check that the ONNX file gives what the library gives, scaling included."""
    inputs = model.scaling.apply(values, model.variables, "validation tracks")
    if model.layout is not None:
        inputs = model.layout.expand(inputs, model.category)
    expected = tagger.score(inputs)
    change = np.abs(model.score(values, model.variables, "validation tracks") - expected).max()
    if not change <= TOLERANCE:
        raise StageError(
            f"tagger {task.tagger}, category {model.category}, fold {task.fold}: scores of the "
            f"ONNX file differ by up to {change:.2g} from those of the library that trained it "
            f"(allowed {TOLERANCE:g}); to_onnx of kind '{task.settings.kind}' is not right"
        )


def _metadata(task: Task, tagger: Tagger, fit: _Fit, auc: float) -> dict[str, Any]:
    software = tagger.software()
    device = software.pop("device")
    logger.info("ran on %s", device)
    return {
        "tagger": task.tagger,
        "category": task.category,
        "fold": task.fold,
        "folds": task.folds,
        "settings": task.settings.model_dump(mode="json"),
        "tracks": task.tracks.model_dump(mode="json"),
        "variables": fit.scaling.names,
        "categories": {name: list(has) for name, has in task.categories.items()},
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
