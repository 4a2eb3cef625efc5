"""Scores from an exported tagger; ONNX Runtime is all it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.combination.calibration import Calibration
from hepchain.errors import InputError
from hepchain.export.manifest import REMEDY, Manifest
from hepchain.training.scaling import require_finite, require_same

Float = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

BLOCK = 512
"""Tracks in one call: their values in double precision stay in the caches of a core."""
NOT_SCORED = 0.0
"""Raw score in a category without a model, as in the combination."""


@dataclass(frozen=True)
class OnnxModel:
    """One ONNX file, open."""

    path: Path
    variables: tuple[str, ...]
    session: Any

    @classmethod
    def open(cls, path: Path) -> OnnxModel:
        """Open a file.

        Raises
        ------
        InputError : it is missing, damaged, or not a model of a tagger
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Threads work on different tracks: the sums of one track never depend on their number.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        if not path.is_file():
            raise InputError(f"{path}: no such file; copy the whole folder of the exported tagger")
        try:
            session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
            metadata = session.get_modelmeta().custom_metadata_map
            variables = tuple(json.loads(metadata["variables"]))
        # ONNX Runtime has a class for each status code and no common base but Exception.
        except Exception as error:
            reason = str(error).strip().split("\n")[0]
            raise InputError(
                f"{path}: not a readable model of a tagger ({type(error).__name__}: {reason}); "
                f"{REMEDY}"
            ) from error
        return cls(path, variables, session)

    def score(self, values: Matrix, threads: int = 1) -> npt.NDArray[np.float32]:
        """Raw score of each track, NaN where a variable is not finite.

        Parameters
        ----------
        values : shape (n, variables), in physical units
        threads : to use
        """
        blocks = [values[start : start + BLOCK] for start in range(0, len(values), BLOCK)]
        if threads == 1 or len(blocks) < 2:
            results = [self._run(block) for block in blocks]
        else:
            with ThreadPoolExecutor(threads) as pool:
                results = list(pool.map(self._run, blocks))
        return np.concatenate(results) if results else np.empty(0, dtype=np.float32)

    def _run(self, block: Matrix) -> npt.NDArray[np.float32]:
        result: npt.NDArray[np.float32] = self.session.run(None, {"variables": block})[0]
        return result


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
        InputError : a file is missing or damaged, or a model has other variables than the
            manifest says
        """
        manifest = Manifest.read(directory)
        models = {}
        for name, category in manifest.categories.items():
            models[name] = tuple(OnnxModel.open(Path(directory) / file) for file in category.files)
            for model in models[name]:
                where = f"manifest of {model.path}"
                require_same(category.variables, model.variables, where, REMEDY)
        return cls(manifest, models, threads)

    def raw(
        self,
        columns: Mapping[str, npt.NDArray[Any]],
        category: npt.NDArray[np.int64],
        fold: npt.NDArray[np.int8] | None,
        where: str,
    ) -> npt.NDArray[np.float32]:
        """Raw score of each track.

        Parameters
        ----------
        columns : variable -> shape (n,), in physical units
        category : shape (n,), position in the manifest's categories
        fold : shape (n,), fold of each track, to be scored by the model that has not seen it; the
            mean over the models of all folds if not given
        where : named in error messages, usually the file

        Raises
        ------
        InputError : a variable of a track is not finite
        """
        result = np.full(len(category), NOT_SCORED, dtype=np.float32)
        for position, name in enumerate(self.manifest.categories):
            for left_out, models in self._uses(name, fold):
                rows = category == position
                if left_out is not None:
                    rows &= fold == left_out
                if rows.any():
                    text = f"{where}, category {name}"
                    result[rows] = self._mean(name, models, columns, rows, text)
        return result

    def _uses(
        self, category: str, fold: npt.NDArray[np.int8] | None
    ) -> list[tuple[int | None, tuple[OnnxModel, ...]]]:
        """Folds of tracks (None: all) and the models that score them."""
        models = self.models[category]
        if not models:
            return []
        if fold is None:
            return [(None, models)]
        return [(left_out, (model,)) for left_out, model in enumerate(models)]

    def _mean(
        self,
        category: str,
        models: tuple[OnnxModel, ...],
        columns: Mapping[str, npt.NDArray[Any]],
        rows: npt.NDArray[np.bool_],
        where: str,
    ) -> Float:
        names = self.manifest.categories[category].variables
        values = np.empty((int(rows.sum()), len(names)), dtype=np.float32)
        for column, name in enumerate(names):
            values[:, column] = columns[name][rows]
        scores = np.stack([model.score(values, self.threads) for model in models])
        mean: Float = scores.mean(axis=0, dtype=np.float64)
        if not np.isfinite(mean).all():
            require_finite(values, names, where)
        return mean

    def score(self, raw: npt.NDArray[np.float32], category: npt.NDArray[np.int64]) -> Float:
        """What is cut on, from raw score and category: by the manifest the log likelihood ratio
        with the term of the category, or the raw score.
        """
        if self.manifest.score == "raw":
            return raw.astype(np.float64)
        names = np.array(list(self.manifest.categories))
        calibrations = {
            name: entry.calibration
            for name, entry in self.manifest.categories.items()
            if entry.calibration is not None
        }
        return Calibration(calibrations).log_likelihood_ratio(raw, names[category])
