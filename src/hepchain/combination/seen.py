"""Training tracks as scored by models that have learnt from them, and by those that have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import ModelSet
from hepchain.config.training import TrainingTracksConfig
from hepchain.errors import StageError
from hepchain.identity import uniform_of
from hepchain.io import iterate_parquet
from hepchain.training.balance import balance
from hepchain.training.tracks import FeatureFile, require_folds
from hepchain.truth import Label

MAX_TRACKS = 150_000
"""Rows of the features that are scored, about; with more, a part of the events."""
SAMPLE_OFFSET = 10**12
"""Between event numbers of different samples."""

Float = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SeenTracks:
    """Electrons and hadrons of the events that models were fitted to; shapes (n,).

    Events that decided when a fit stops are not among them.
    """

    seen: Float
    """Log likelihood ratio by a model that has learnt from the event."""
    unseen: Float
    """The same by the model that has not: what all other stages use."""
    category: npt.NDArray[np.str_]
    label: npt.NDArray[np.int8]
    weight: Float
    """Both classes at one spectrum and of the same sum."""
    event: npt.NDArray[np.int64]
    """Position of the event, from 0."""


def having_seen(models: ModelSet) -> ModelSet:
    """The same models with each fold given to one that has learnt from it: that of the fold before.

    Raises
    ------
    StageError : there is only one fold, which no model has learnt from
    """
    if models.folds < 2:
        raise StageError("features.folds is 1: no model has seen the events of the fold it scores")
    rotated = {
        (category, (left_out + 1) % models.folds): model
        for (category, left_out), model in models.models.items()
    }
    return ModelSet(rotated, models.folds)


def seen_tracks(
    files: Sequence[FeatureFile],
    models: ModelSet,
    calibration: Calibration,
    config: TrainingTracksConfig,
    max_tracks: int = MAX_TRACKS,
) -> SeenTracks:
    """Score the tracks that the models of a tagger were fitted to in both ways.

    Raises
    ------
    InputError : a file is unusable or has other folds
    StageError : classes that cannot be balanced, or a single fold
    """
    rows = sum(len(chunk) for file in files for chunk in iterate_parquet(file.path, ["label"]))
    share = min(1.0, max_tracks / max(rows, 1))
    seeing = having_seen(models)
    samples = list(dict.fromkeys(file.sample for file in files))
    pieces = []
    for file in files:
        for chunk in iterate_parquet(file.path, models.columns):
            tracks = _fitted(chunk, file, models, config, share)
            offset = SAMPLE_OFFSET * samples.index(file.sample)
            pieces.append(_scored(tracks, str(file.path), models, seeing, calibration, offset))
    return _weighted(
        {name: np.concatenate([p[name] for p in pieces]) for name in pieces[0]}, config
    )


def _fitted(
    chunk: ak.Array, file: FeatureFile, models: ModelSet, config: TrainingTracksConfig, share: float
) -> ak.Array:
    """Tracks of a share of the events that models were fitted to."""
    number, label = np.asarray(chunk["event_number"]), np.asarray(chunk["label"])
    require_folds(number, np.asarray(chunk["fold"]), file.sample, models.folds, file.path)
    known = np.isin(
        np.asarray(chunk["category"].to_numpy(), dtype=np.str_), [c for c, _ in models.models]
    )
    kept = (label == Label.ELECTRON) | (label == Label.HADRON)
    kept &= uniform_of(f"{file.sample}/validation", number) >= config.validation_fraction
    # The hash by which a training thins its events: those below its share stay in it.
    kept &= uniform_of(f"{file.sample}/thinning", number) < share
    return chunk[kept & known]


def _scored(
    tracks: ak.Array,
    where: str,
    models: ModelSet,
    seeing: ModelSet,
    calibration: Calibration,
    offset: int,
) -> dict[str, npt.NDArray[np.generic]]:
    category = np.asarray(tracks["category"].to_numpy(), dtype=np.str_)
    return {
        "seen": calibration.log_likelihood_ratio(seeing.raw(tracks, where), category),
        "unseen": calibration.log_likelihood_ratio(models.raw(tracks, where), category),
        "category": category,
        "label": np.asarray(tracks["label"]).astype(np.int8),
        "pt": np.asarray(tracks["pt"]),
        "eta": np.asarray(tracks["eta"]),
        "event": np.asarray(tracks["event_number"]) + offset,
    }


def _weighted(
    columns: dict[str, npt.NDArray[np.generic]], config: TrainingTracksConfig
) -> SeenTracks:
    label, pt, eta = (columns.pop(name) for name in ("label", "pt", "eta"))
    weight = balance(label, pt, eta, config.balance).of(label, pt, eta)  # type: ignore[arg-type]
    event = np.unique(columns.pop("event"), return_inverse=True)[1]
    return SeenTracks(
        **columns,  # type: ignore[arg-type]
        label=label,  # type: ignore[arg-type]
        weight=weight.astype(np.float64),
        event=event,
    )
