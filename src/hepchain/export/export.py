"""Write the folder of an exported tagger and prove that it scores as the tagger does."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import ModelSet, load_models
from hepchain.combination.working_points import summary, working_points
from hepchain.config.combination import WorkingPointsConfig
from hepchain.config.skimming import TrackSelection
from hepchain.errors import InputError, StageError
from hepchain.export.card import Card, render
from hepchain.export.manifest import Category, Manifest, Models
from hepchain.export.model import model_to_onnx, require_exportable
from hepchain.export.performance import Tracks, performance
from hepchain.export.scorer import ExportedTagger
from hepchain.io import atomic_directory, iterate_parquet, read_json, read_parquet, write_json
from hepchain.training.model import METADATA
from hepchain.truth import Label

logger = logging.getLogger(__name__)

CARD, NUMBERS = "MODEL_CARD.md", "model_card.json"
TOLERANCE = 1e-5
"""Largest difference between raw scores of the exported tagger and of the tagger itself."""
SCORE_COLUMNS = ("event_number", "track_index", "raw", "label", "weight", "pt", "category")
MODELS: tuple[Models, ...] = ("mean", "fold")


@dataclass(frozen=True)
class Task:
    """A tagger to export."""

    tagger: str
    kind: str
    score: Literal["likelihood_ratio", "raw"]
    samples: Sequence[str]
    """Of the run, without varied ones."""
    groups: Mapping[str, Sequence[str]]
    """Group -> names of its variables."""
    categories: Mapping[str, Sequence[str]]
    """Category -> its groups; those that were not trained included."""
    tracks: TrackSelection
    working_points: WorkingPointsConfig
    card: Mapping[str, Any]
    """What the card says of the run: variables, samples, seed, response."""


@dataclass(frozen=True)
class Files:
    """What the tagger consists of, and the sample of the working points to try it on."""

    models: Sequence[str]
    calibration: str
    features: Sequence[str]
    scores: str


def export(task: Task, files: Files, directory: str | Path) -> None:
    """Write ONNX files, ``tagger.json``, ``MODEL_CARD.md`` and ``model_card.json``.

    The folder appears only after its files gave the scores of the run for every track of the
    sample of the working points. The thresholds are found again in that sample, which no model has
    seen: the mean of the models of all folds is another score than that of a single model, and many
    tracks may share the very score that is the threshold, which has to be that of these files.

    Raises
    ------
    InputError : an input is missing or unusable
    StageError : the kind of tagger cannot be exported, or scores differ by more than
        :data:`TOLERANCE`
    """
    require_exportable(task.tagger, task.kind)
    models = load_models(files.models)
    calibration = Calibration.read(files.calibration)
    with atomic_directory(directory) as temporary:
        manifest = _manifest(task, models, calibration)
        for (category, fold), model in models.models.items():
            path = temporary / _file(category, fold)
            path.write_bytes(model_to_onnx(model))
        manifest.write(temporary)
        tagger = ExportedTagger.load(temporary)
        tried, difference = _try(tagger, task, files)
        points = {name: _working_points(tracks, task) for name, tracks in tried.items()}
        manifest = replace(manifest, working_points=points)
        manifest.write(temporary)
        card = Card(
            manifest,
            task.card,
            {str(path): read_json(Path(path) / METADATA) for path in files.models},
            {name: performance(tried[name], manifest, name) for name in MODELS},
            difference,
        )
        write_json(temporary / NUMBERS, card.numbers())
        (temporary / CARD).write_text(render(card.numbers()))
    logger.info(
        "%d models; raw scores of %d tracks within %.1e of those of the run",
        len(models.models),
        len(tried["fold"].raw),
        difference,
    )


def _file(category: str, fold: int) -> str:
    return f"{category}-fold{fold}.onnx"


def _manifest(task: Task, models: ModelSet, calibration: Calibration) -> Manifest:
    categories = {}
    for name, members in task.categories.items():
        folds = [fold for category, fold in models.models if category == name]
        if folds:
            variables = models.models[name, 0].variables
        else:
            variables = [variable for group in members for variable in task.groups[group]]
        categories[name] = Category(
            tuple(members),
            tuple(variables),
            tuple(_file(name, fold) for fold in sorted(folds)),
            calibration.categories.get(name) if folds else None,
        )
    groups = {name: tuple(variables) for name, variables in task.groups.items()}
    return Manifest(
        task.tagger,
        task.kind,
        task.score,
        models.folds,
        tuple(task.samples),
        groups,
        categories,
        task.tracks,
        {},
    )


def _try(tagger: ExportedTagger, task: Task, files: Files) -> tuple[dict[Models, Tracks], float]:
    """Tracks of the sample as both ways of scoring see them, and the largest difference."""
    raw: dict[Models, list[Any]] = {name: [] for name in MODELS}
    numbers = []
    names = list(tagger.manifest.categories)
    variables = [name for group in task.groups.values() for name in group]
    columns = ["event_number", "track_index", "category", "fold", *variables]
    for path in files.features:
        for chunk in iterate_parquet(path, list(dict.fromkeys(columns))):
            flat = {name: np.asarray(chunk[name]) for name in chunk.fields if name != "category"}
            codes = _codes(chunk["category"].to_numpy(), names)
            raw["mean"].append(tagger.raw(flat, codes, None, path))
            raw["fold"].append(tagger.raw(flat, codes, flat["fold"], path))
            numbers.append(flat["event_number"])
    scores = read_parquet(files.scores, SCORE_COLUMNS)
    if not np.array_equal(np.concatenate(numbers), np.asarray(scores["event_number"])):
        raise InputError(
            f"{files.scores}: not the tracks of {', '.join(files.features)}; remove it and rerun"
        )
    codes = _codes(scores["category"].to_numpy(), names)
    label = np.asarray(scores["label"])
    tried: dict[Models, Tracks] = {}
    for name in MODELS:
        values = np.concatenate(raw[name])
        tried[name] = Tracks(
            raw=values,
            score=tagger.score(values, codes),
            category=codes,
            electron=label == Label.ELECTRON,
            hadron=label == Label.HADRON,
            other_electron=label == Label.OTHER_ELECTRON,
            pt=np.asarray(scores["pt"], dtype=np.float64),
            weight=np.asarray(scores["weight"], dtype=np.float64),
        )
    return tried, _difference(tried["fold"].raw, np.asarray(scores["raw"]), task)


def _codes(category: Any, names: Sequence[str]) -> Any:
    position = {name: code for code, name in enumerate(names)}
    return np.array([position[name] for name in category], dtype=np.int64)


def _difference(exported: Any, framework: Any, task: Task) -> float:
    largest = float(np.abs(exported - framework).max(initial=0.0))
    if not largest <= TOLERANCE:
        row = int(np.argmax(np.abs(exported - framework)))
        raise StageError(
            f"tagger {task.tagger}: raw scores of the exported models differ by up to "
            f"{largest:.2g} from those of the run (allowed {TOLERANCE:g}), first in row {row} of "
            f"sample {task.working_points.sample}; to_onnx of kind '{task.kind}' is not right"
        )
    return largest


def _working_points(tracks: Tracks, task: Task) -> dict[str, Any]:
    chosen = tracks.hadron
    points = working_points(
        tracks.score[chosen], tracks.pt[chosen], tracks.weight[chosen], task.working_points
    )
    return summary(points, task.working_points, task.score)
