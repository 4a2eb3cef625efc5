"""An exported tagger in a run, in place of one that the run trains."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from hepchain.combination.scoring import KEPT
from hepchain.errors import InputError
from hepchain.export.manifest import NUMBERS, Manifest, Models
from hepchain.export.scorer import ExportedTagger, read_exported
from hepchain.features.table import IDENTITY
from hepchain.identity import fold_of
from hepchain.io import write_json
from hepchain.variations import base_of

METHOD = "that of the exported tagger"


@dataclass(frozen=True)
class ScorerOfSample:
    """What scores the tracks of a sample as :class:`hepchain.combination.scoring.Scorer`."""

    tagger: ExportedTagger
    models: Models
    sample: str
    trained_on: Collection[str]
    """Samples whose events models of the tagger have seen."""

    @classmethod
    def load(cls, folder: str | Path, models: Models, sample: str) -> ScorerOfSample:
        """Open an exported tagger for a sample.

        Raises
        ------
        InputError : the folder is not what was exported
        """
        tagger = ExportedTagger.load(folder)
        return cls(tagger, models, sample, trained_on(folder, tagger.manifest))

    @property
    def categories(self) -> Collection[str]:
        """Categories that have models."""
        return [name for name, models in self.tagger.models.items() if models]

    @property
    def columns(self) -> list[str]:
        """Columns of the features that scoring needs."""
        categories = self.tagger.manifest.categories
        inputs = (name for key in self.categories for name in categories[key].variables)
        return list(dict.fromkeys((*KEPT, *inputs)))

    def require_unseen(self, tracks: ak.Array, sample: str, path: Path) -> None:
        """Check that no model scores events that it was trained on.

        The mean over the models of all folds is for events that none of them has seen. What scores
        an event by its fold asks for the fold that the tagger knows the event by.

        Raises
        ------
        InputError : the sample is one of those that the tagger was trained on
        """
        if self.models == "mean" and base_of(sample) in self.trained_on:
            raise InputError(f"{path}: {seen(self.tagger.manifest.tagger, sample)}")

    def raw(self, tracks: ak.Array, where: str) -> npt.NDArray[np.float32]:
        """Raw score of each track.

        Raises
        ------
        InputError : a category that the tagger does not know, or a variable that is not finite
        """
        number = np.asarray(tracks["event_number"])
        folds = self.tagger.manifest.folds
        fold = fold_of(self.sample, number, folds) if self.models == "fold" else None
        names = [name for name in tracks.fields if name not in (*IDENTITY, "category")]
        columns = {name: np.asarray(tracks[name]) for name in names}
        category = np.asarray(tracks["category"].to_numpy(), dtype=np.str_)
        return self.tagger.raw(columns, category, fold, where)


def trained_on(folder: str | Path, manifest: Manifest) -> frozenset[str]:
    """Names of the samples that an exported tagger was trained on, from its model card.

    Raises
    ------
    InputError : the card is missing, or not the one that was exported
    """
    path = Path(folder) / NUMBERS
    card = json.loads(read_exported(path, manifest.documents.get(NUMBERS, ""), manifest))
    return frozenset(card["data"]["samples"])


def identity_of(folder: str | Path) -> str:
    """Digest of all that an exported tagger consists of, wherever it lies.

    Raises
    ------
    InputError : the folder is no exported tagger
    """
    return Manifest.read(folder).identity


def seen(tagger: str, sample: str) -> str:
    """Why the mean of all models is not for a sample, and what to do."""
    return (
        f"tagger {tagger} was trained on a sample of the name '{base_of(sample)}': `models: fold` "
        "scores each of its events by the model that has not seen it; give events that it was not "
        "trained on another name"
    )


def write_documents(
    folder: str | Path, models: Models, calibration: str | Path, working_points: str | Path
) -> None:
    """Write calibration and working points of an exported tagger as files of a run.

    Raises
    ------
    InputError : the folder is not what was exported
    """
    manifest = Manifest.read(folder)
    write_json(
        calibration,
        {
            "method": METHOD,
            "samples": sorted(trained_on(folder, manifest)),
            "note": f"of tagger {manifest.tagger}, as it was exported",
            "categories": _calibrations(manifest),
        },
    )
    write_json(working_points, manifest.working_points[models].model_dump(mode="json"))


def _calibrations(manifest: Manifest) -> dict[str, Any]:
    return {
        name: asdict(category.calibration)
        for name, category in manifest.categories.items()
        if category.calibration is not None
    }
