"""A trained model as it lies on disk: ONNX files, scaling and what it was made from.

No machine learning library is imported to score with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from hepchain.errors import InputError
from hepchain.io import read_json, sha256
from hepchain.training.layout import Layout
from hepchain.training.onnx_model import OnnxModel
from hepchain.training.scaling import Scaling, require_finite, require_same
from hepchain.training.tagger import Explainable, Matrix, Vector, model_file, tagger_class

METADATA = "metadata.json"
HISTORY = "history.json"
REMEDY = "remove the directory and rerun the training"


@dataclass(frozen=True)
class Metadata:
    """What a model was made for, as its folder says."""

    tagger: str
    category: str
    """Of the tracks, or the name of all for a model of several."""
    fold: int
    folds: int
    settings: Mapping[str, Any]
    categories: Mapping[str, tuple[str, ...]]
    """Of a model of several categories: category -> its variables."""
    content: Mapping[str, Any]
    """All of ``metadata.json``."""


@dataclass(frozen=True)
class Model:
    """What scores the tracks of one category, trained without the events of one fold.

    A tagger for several categories is one such model for each of them.
    """

    directory: Path
    metadata: Metadata
    scaling: Scaling
    """Of the variables of the category."""
    onnx: OnnxModel
    layout: Layout | None = None
    """Of a tagger for several categories."""

    @property
    def category(self) -> str:
        """Of the tracks it scores."""
        return self.onnx.category

    @property
    def fold(self) -> int:
        """Fold the model has not seen."""
        return self.metadata.fold

    @property
    def folds(self) -> int:
        """Number of folds of the run."""
        return self.metadata.folds

    @property
    def variables(self) -> list[str]:
        """Input variables, in order."""
        return self.scaling.names

    def score(self, values: Matrix, names: Sequence[str], where: str) -> Vector:
        """Probability of the signal class of each track.

        Parameters
        ----------
        values : shape (n, variables), in physical units
        names : variable of each column
        where : named in error messages, usually the file

        Raises
        ------
        InputError : values that are not finite, or other variables than in training
        """
        require_same(names, self.variables, where)
        scores = self.onnx.score(values)
        if not np.isfinite(scores).all():
            require_finite(values, names, where)
        return scores

    @property
    def explainable(self) -> bool:
        """Whether it knows what each input contributes to its score."""
        settings = self.metadata.settings
        known = hasattr(tagger_class(settings["kind"]), "contributions")
        return known and not settings.get("pt_boundaries")

    def explainer(self) -> Explainable:
        """The tagger itself, for its contributions; its library is imported."""
        kind = cast(type[Explainable], tagger_class(self.metadata.settings["kind"]))
        return kind.load(self.directory)


def read_metadata(directory: str | Path) -> Metadata:
    """Read ``metadata.json`` and check that the folder is the one it was written in.

    Raises
    ------
    InputError : it is unusable, a file of the model is not the one that was trained, or the folder
        lies where the run keeps another model
    """
    directory = Path(directory)
    content = read_json(directory / METADATA)
    try:
        settings, files = dict(content["settings"]), dict(content["files"])
        settings["kind"]
        metadata = Metadata(
            str(content["tagger"]),
            str(content["category"]),
            int(content["fold"]),
            int(content["folds"]),
            settings,
            {name: tuple(has) for name, has in content.get("categories", {}).items()},
            content,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{directory / METADATA}: not the metadata of a model ({error!r}); {REMEDY}"
        ) from error
    _require_place(directory, metadata)
    for name, digest in files.items():
        path = directory / name
        if not path.is_file():
            raise InputError(f"{path}: no such file; {REMEDY}")
        if sha256(path.read_bytes()) != digest:
            raise InputError(f"{path}: not the file that the training wrote; {REMEDY}")
    return metadata


def _require_place(directory: Path, metadata: Metadata) -> None:
    """A copy of another model's folder would score events that it has seen."""
    *_, stage, tagger, category, fold = ("", "", "", *directory.absolute().parts)
    place = stage, tagger, category, fold
    expected = "training", metadata.tagger, metadata.category, f"fold{metadata.fold}"
    if stage == expected[0] and re.fullmatch(r"fold\d+", fold) and place != expected:
        raise InputError(
            f"{directory}: holds the model of tagger {metadata.tagger}, category "
            f"{metadata.category}, fold {metadata.fold}; {REMEDY}"
        )


def digests_of(directory: Path) -> dict[str, str]:
    """File below a folder -> digest of its content."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): sha256(path.read_bytes()) for path in paths}


def load_models(directory: str | Path) -> list[Model]:
    """Read the tagger of a directory that the training has written: a model for each category.

    Raises
    ------
    InputError : a file of it is missing, unreadable or of another model
    """
    directory = Path(directory)
    of = read_metadata(directory)
    scaling = Scaling.read(directory)
    layout = Layout(tuple(scaling.names), of.categories) if of.categories else None
    categories = of.categories or {of.category: tuple(scaling.names)}
    return [
        Model(directory, of, scaling.of(has), _open(directory / onnx_file(name)), layout)
        for name, has in categories.items()
    ]


def onnx_file(category: str) -> str:
    """Name of the file that scores the tracks of a category."""
    return f"{category}.onnx"


def _open(path: Path) -> OnnxModel:
    return OnnxModel.open(path, model_file(path).read_bytes(), REMEDY)


def load_model(directory: str | Path, category: str | None = None) -> Model:
    """Read one model: the only one of the directory, or that of a category.

    Raises
    ------
    InputError : a file of it is missing or unreadable, or it has no such category
    """
    models = load_models(directory)
    found = [model for model in models if category in (None, model.category)]
    if len(found) != 1:
        raise InputError(
            f"{directory}: a tagger of the categories {', '.join(m.category for m in models)}; "
            "name one of them"
        )
    return found[0]


def read_history(directory: str | Path) -> dict[str, list[float]]:
    """Curves of the fit: ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``.

    Raises
    ------
    InputError : the file is missing or not JSON
    """
    content: dict[str, Any] = read_json(Path(directory) / HISTORY)
    return {name: list(values) for name, values in content.items()}
