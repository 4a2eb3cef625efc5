"""Write the folder of an exported tagger and prove that it scores as the tagger does."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from hepchain.export.manifest import (
    MODELS,
    NUMBERS,
    Category,
    Manifest,
    ModelFile,
    Models,
    Thresholds,
)
from hepchain.export.performance import Tracks, performance
from hepchain.export.scorer import ExportedTagger
from hepchain.features.table import IDENTITY
from hepchain.io import (
    atomic_directory,
    iterate_parquet,
    read_json,
    read_parquet,
    sha256,
    write_json,
)
from hepchain.labels import Label
from hepchain.training.model import METADATA

logger = logging.getLogger(__name__)

CARD = "MODEL_CARD.md"
TOLERANCE = 1e-6
"""Largest difference between raw scores of the exported tagger and of the run."""
SCORE_COLUMNS = (*IDENTITY, "raw", "label", "pt", "category")


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
    """What the card says of the run: variables, samples, seed, response, titles of the labels."""


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
    StageError : scores differ by more than :data:`TOLERANCE`
    """
    models = load_models(files.models)
    calibration = Calibration.read(files.calibration)
    with atomic_directory(directory) as temporary:
        contents = _contents(task, models, calibration, _write_models(models, temporary))
        # Thresholds and card are made with the tagger: the manifest is complete behind them.
        tagger = ExportedTagger.open(temporary, Manifest.model_construct(**contents))
        tried, difference = _try(tagger, task, files)
        points = {name: _working_points(tracks, task) for name, tracks in tried.items()}
        manifest = Manifest(**contents, working_points=points, documents={})
        card = Card(
            manifest,
            task.card,
            {str(path): read_json(Path(path) / METADATA) for path in files.models},
            {name: performance(tried[name], manifest, name) for name in MODELS},
            difference,
        )
        write_json(temporary / NUMBERS, card.numbers())
        (temporary / CARD).write_text(render(card.numbers()))
        documents = {name: sha256((temporary / name).read_bytes()) for name in (NUMBERS, CARD)}
        manifest.model_copy(update={"documents": documents}).write(temporary)
        ExportedTagger.load(temporary)
    logger.info(
        "%d models; raw scores of %d tracks within %.1e of those of the run",
        len(models.models),
        len(tried["fold"].raw),
        difference,
    )


def _write_models(models: ModelSet, directory: Path) -> dict[tuple[str, int], ModelFile]:
    """Copy the ONNX files: category and fold -> file."""
    written = {}
    for (category, fold), model in models.models.items():
        content, file = model.onnx.path.read_bytes(), f"{category}-fold{fold}.onnx"
        (directory / file).write_bytes(content)
        written[category, fold] = ModelFile(fold=fold, file=file, sha256=sha256(content))
    return written


def _contents(
    task: Task,
    models: ModelSet,
    calibration: Calibration,
    written: Mapping[tuple[str, int], ModelFile],
) -> dict[str, Any]:
    """The manifest, but for what is made with the tagger."""
    categories = {}
    for name, members in task.categories.items():
        of_category = [written[key] for key in sorted(written) if key[0] == name]
        if of_category:
            variables = models.models[name, of_category[0].fold].variables
        else:
            variables = [variable for group in members for variable in task.groups[group]]
        categories[name] = Category(
            groups=tuple(members),
            variables=tuple(variables),
            models=tuple(of_category),
            calibration=calibration.of(name) if of_category else None,
        )
    return {
        "tagger": task.tagger,
        "kind": task.kind,
        "score": task.score,
        "folds": models.folds,
        "samples": tuple(task.samples),
        "groups": {name: tuple(variables) for name, variables in task.groups.items()},
        "categories": categories,
        "tracks": task.tracks,
    }


def _try(tagger: ExportedTagger, task: Task, files: Files) -> tuple[dict[Models, Tracks], float]:
    """Tracks of the sample as both ways of scoring see them, and the largest difference."""
    raw: dict[Models, list[Any]] = {name: [] for name in MODELS}
    rows: dict[str, list[Any]] = {name: [] for name in IDENTITY}
    variables = [name for group in task.groups.values() for name in group]
    columns = [*IDENTITY, "category", "fold", *variables]
    for path in files.features:
        for chunk in iterate_parquet(path, list(dict.fromkeys(columns))):
            flat = {name: np.asarray(chunk[name]) for name in chunk.fields if name != "category"}
            category = chunk["category"].to_numpy()
            raw["mean"].append(tagger.raw(flat, category, None, path))
            raw["fold"].append(tagger.raw(flat, category, flat["fold"], path))
            for column, found in rows.items():
                found.append(flat[column])
    scores = read_parquet(files.scores, SCORE_COLUMNS)
    if any(
        not np.array_equal(np.concatenate(found), np.asarray(scores[column]))
        for column, found in rows.items()
    ):
        raise InputError(
            f"{files.scores}: not the tracks of {', '.join(files.features)}; remove it and rerun"
        )
    category = scores["category"].to_numpy()
    label = np.asarray(scores["label"])
    tried: dict[Models, Tracks] = {}
    for name in MODELS:
        values = np.concatenate(raw[name])
        tried[name] = Tracks(
            raw=values,
            score=tagger.score(values, category),
            category=category,
            signal=label == Label.SIGNAL,
            background=label == Label.BACKGROUND,
            ignored=label == Label.IGNORED,
            pt=np.asarray(scores["pt"], dtype=np.float64),
            weight=np.asarray(scores["weight"], dtype=np.float64),
        )
    return tried, _difference(tried["fold"].raw, np.asarray(scores["raw"]), task)


def _difference(exported: Any, of_run: Any, task: Task) -> float:
    largest = float(np.abs(exported - of_run).max(initial=0.0))
    if not largest <= TOLERANCE:
        row = int(np.argmax(np.abs(exported - of_run)))
        raise StageError(
            f"tagger {task.tagger}: raw scores of the exported models differ by up to "
            f"{largest:.2g} from those of the run (allowed {TOLERANCE:g}), first in row {row} of "
            f"sample {task.working_points.sample}: remove the scores of the tagger and rerun"
        )
    return largest


def _working_points(tracks: Tracks, task: Task) -> Thresholds:
    chosen = tracks.background
    points = working_points(
        tracks.score[chosen], tracks.pt[chosen], tracks.weight[chosen], task.working_points
    )
    return Thresholds(**summary(points, task.working_points, task.score))
