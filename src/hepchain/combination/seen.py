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
from hepchain.labels import CLASSES
from hepchain.training.balance import Labelled
from hepchain.training.tracks import FeatureFile, require_folds

MAX_TRACKS = 150_000
"""Rows of the features that are scored, about; with more, a part of the events."""
SAMPLE_OFFSET = 10**12
"""Between event numbers of different samples."""

Float = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SeenTracks:
    """Both classes of the events that models were fitted to; shapes (n,).

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
    fitted = [
        _fitted(chunk, file, SAMPLE_OFFSET * samples.index(file.sample), models, config, share)
        for file in files
        for chunk in iterate_parquet(file.path, models.columns)
    ]
    # Joined and packed, as every call has a cost for each column.
    tracks = ak.to_packed(ak.concatenate(fitted))
    where = ", ".join(str(file.path) for file in files)
    category = np.asarray(tracks["category"].to_numpy(), dtype=np.str_)
    label = np.asarray(tracks["label"]).astype(np.int8)
    both = Labelled(label, *(np.asarray(tracks[name]) for name in ("pt", "eta", "weight")))
    return SeenTracks(
        seen=calibration.log_likelihood_ratio(seeing.raw(tracks, where), category),
        unseen=calibration.log_likelihood_ratio(models.raw(tracks, where), category),
        category=category,
        label=label,
        weight=both.balanced(config.balance),
        event=np.unique(np.asarray(tracks["event"]), return_inverse=True)[1],
    )


def _fitted(
    chunk: ak.Array,
    file: FeatureFile,
    offset: int,
    models: ModelSet,
    config: TrainingTracksConfig,
    share: float,
) -> ak.Array:
    """Tracks of a share of the events that models were fitted to, their event with the offset."""
    number, label = np.asarray(chunk["event_number"]), np.asarray(chunk["label"])
    require_folds(number, np.asarray(chunk["fold"]), file.sample, models.folds, file.path)
    known = np.isin(
        np.asarray(chunk["category"].to_numpy(), dtype=np.str_), [c for c, _ in models.models]
    )
    kept = np.isin(label, CLASSES) & known
    kept &= uniform_of(f"{file.sample}/validation", number) >= config.validation_fraction
    # The hash by which a training thins its events: those below its share stay in it.
    kept &= uniform_of(f"{file.sample}/thinning", number) < share
    tracks = chunk[kept]
    return ak.with_field(tracks, tracks["event_number"] + offset, "event")
