"""A trained model as it lies on disk: the tagger, its scaling and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.errors import InputError
from hepchain.io import read_json
from hepchain.training.layout import Layout
from hepchain.training.regimes import load_tagger
from hepchain.training.scaling import Scaling
from hepchain.training.tagger import Matrix, Tagger, Vector

METADATA = "metadata.json"
HISTORY = "history.json"


@dataclass(frozen=True)
class Model:
    """A tagger for the tracks of one category, trained without the events of one fold.

    A tagger for several categories is one such model for each of them.
    """

    category: str
    """Of the tracks it scores."""
    fold: int
    """Fold the model has not seen."""
    folds: int
    scaling: Scaling
    """Of the variables of the category."""
    tagger: Tagger
    layout: Layout | None = None
    """Of a tagger for several categories."""

    @property
    def variables(self) -> list[str]:
        """Input variables, in order."""
        return self.scaling.names

    def score(self, values: Matrix, names: Sequence[str], where: str) -> Vector:
        """Probability of the electron class of each track.

        Parameters
        ----------
        values : shape (n, variables), in physical units
        names : variable of each column
        where : named in error messages, usually the file

        Raises
        ------
        InputError : values that are not finite, or other variables than in training
        """
        inputs = self.scaling.apply(values, names, where)
        if self.layout is not None:
            inputs = self.layout.expand(inputs, self.category)
        return self.tagger.score(inputs)


def load_models(directory: str | Path) -> list[Model]:
    """Read the tagger of a directory that the training has written: a model for each category.

    Raises
    ------
    InputError : a file of it is missing or unreadable
    """
    directory = Path(directory)
    metadata = read_json(directory / METADATA)
    try:
        settings, category = dict(metadata["settings"]), metadata["category"]
        settings["kind"]
        fold, folds = int(metadata["fold"]), int(metadata["folds"])
        members = {name: tuple(has) for name, has in metadata.get("categories", {}).items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{directory / METADATA}: not the metadata of a model ({error!r}); remove the "
            "directory and rerun the training"
        ) from error
    scaling = Scaling.read(directory)
    tagger = load_tagger(directory, settings)
    if not members:
        return [Model(category, fold, folds, scaling, tagger)]
    layout = Layout(tuple(scaling.names), members)
    return [
        Model(name, fold, folds, scaling.of(has), tagger, layout) for name, has in members.items()
    ]


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
