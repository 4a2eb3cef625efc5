"""Scores from an exported tagger; ONNX Runtime is all it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.combination.calibration import Calibration
from hepchain.combination.scoring import NOT_SCORED
from hepchain.errors import InputError
from hepchain.export.manifest import FILE, REMEDY, Manifest, ModelFile
from hepchain.io import sha256
from hepchain.training.onnx_model import OnnxModel
from hepchain.training.scaling import matrix, require_finite, require_same

Float = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ExportedTagger:
    """All models of an exported tagger with their manifest."""

    manifest: Manifest
    models: Mapping[str, tuple[OnnxModel, ...]]
    """Category -> model for each fold left out."""
    threads: int = 1

    @classmethod
    def load(cls, directory: str | Path, threads: int = 1) -> ExportedTagger:
        """Open an exported tagger.

        Raises
        ------
        InputError : a file is missing, damaged or another one than was exported, or there is a
            model that the manifest does not name
        """
        directory = Path(directory)
        manifest = Manifest.read(directory)
        for name, digest in manifest.documents.items():
            read_exported(directory / name, digest, manifest)
        unknown = sorted({path.name for path in directory.glob("*.onnx")} - set(manifest.models))
        if unknown:
            raise InputError(
                f"{directory}: models that {FILE} does not name: {', '.join(unknown)}; remove "
                f"them if they are of another tagger, else {REMEDY}"
            )
        return cls.open(directory, manifest, threads)

    @classmethod
    def open(cls, directory: Path, manifest: Manifest, threads: int = 1) -> ExportedTagger:
        """Open the models that a manifest names.

        Raises
        ------
        InputError : a file is missing, damaged or another one than the manifest says
        """
        models = {
            name: tuple(
                _open(directory / model.file, name, model, manifest) for model in category.models
            )
            for name, category in manifest.categories.items()
        }
        return cls(manifest, models, threads)

    def raw(
        self,
        columns: Mapping[str, npt.NDArray[Any]],
        category: npt.NDArray[np.str_],
        fold: npt.NDArray[np.int8] | None,
        where: str,
    ) -> npt.NDArray[np.float32]:
        """Raw score of each track.

        Parameters
        ----------
        columns : variable -> shape (n,), in physical units
        category : shape (n,), names
        fold : shape (n,), fold of each track, to be scored by the model that has not seen it; the
            mean over the models of all folds if not given
        where : named in error messages, usually the file

        Raises
        ------
        InputError : a variable of a track is not finite, or its category or fold is none of the
            tagger's
        """
        result = np.full(len(category), NOT_SCORED, dtype=np.float32)
        left = np.ones(len(category), dtype=bool)
        for name, of_category in self.models.items():
            inside = category == name
            if not of_category:
                left &= ~inside
            for rows, models in _uses(of_category, inside, fold):
                left &= ~rows
                if rows.any():
                    result[rows] = self._mean(name, models, columns, rows, where)
        if left.any():
            row = int(np.argmax(left))
            text = "" if fold is None else f", fold {fold[row]}"
            raise InputError(
                f"{where}: tagger {self.manifest.tagger} has no model for category "
                f"'{category[row]}'{text} (row {row})"
            )
        return result

    def _mean(
        self,
        category: str,
        models: tuple[OnnxModel, ...],
        columns: Mapping[str, npt.NDArray[Any]],
        rows: npt.NDArray[np.bool_],
        where: str,
    ) -> Float:
        names = self.manifest.categories[category].variables
        values = matrix(columns, names, rows)
        scores = np.stack([model.score(values, self.threads) for model in models])
        mean: Float = scores.mean(axis=0, dtype=np.float64)
        if not np.isfinite(mean).all():
            require_finite(values, names, f"{where}, category {category}")
        return mean

    def score(self, raw: npt.NDArray[np.float32], category: npt.NDArray[np.str_]) -> Float:
        """What is cut on, from raw score and name of the category: by the manifest the log
        likelihood ratio with the term of the category, or the raw score.
        """
        if self.manifest.score == "raw":
            return raw.astype(np.float64)
        calibrations = {
            name: entry.calibration
            for name, entry in self.manifest.categories.items()
            if entry.calibration is not None
        }
        return Calibration(calibrations).log_likelihood_ratio(raw, category)


def _uses(
    models: tuple[OnnxModel, ...],
    inside: npt.NDArray[np.bool_],
    fold: npt.NDArray[np.int8] | None,
) -> Iterator[tuple[npt.NDArray[np.bool_], tuple[OnnxModel, ...]]]:
    """Rows of a category and the models that score them."""
    if models and fold is None:
        yield inside, models
    elif fold is not None:
        for model in models:
            yield inside & (fold == model.fold), (model,)


def _open(path: Path, category: str, expected: ModelFile, manifest: Manifest) -> OnnxModel:
    """The model of a category and fold, if this file is it."""
    model = OnnxModel.open(path, read_exported(path, expected.sha256, manifest), REMEDY)
    if (model.category, model.fold) != (category, expected.fold):
        raise InputError(
            f"{path}: model of category {model.category}, fold {model.fold}; {FILE} takes it for "
            f"category {category}, fold {expected.fold}; {REMEDY}"
        )
    where = f"manifest of {path}"
    require_same(manifest.categories[category].variables, model.variables, where, REMEDY)
    return model


def read_exported(path: Path, digest: str, manifest: Manifest) -> bytes:
    """Content of a file of the folder, if it is the one that was exported."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; copy the whole folder of the exported tagger")
    content = path.read_bytes()
    found = sha256(content)
    if found != digest:
        others = [file for file, (_, model) in manifest.models.items() if model.sha256 == found]
        what = f"its content is that of {others[0]}" if others else "damaged, or of another tagger"
        raise InputError(
            f"{path}: not the file that was exported: {what} (sha256 {found}, in {FILE} "
            f"{digest}); {REMEDY}"
        )
    return content
