"""A trained model as it lies on disk: the tagger, its scaling and what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.errors import InputError
from hepchain.io import read_json
from hepchain.training.scaling import Scaling
from hepchain.training.tagger import Matrix, Tagger, Vector, tagger_class

METADATA = "metadata.json"
HISTORY = "history.json"


@dataclass(frozen=True)
class Model:
    """A tagger for the tracks of one category, trained without the events of one fold."""

    category: str
    fold: int
    """Fold the model has not seen."""
    folds: int
    scaling: Scaling
    tagger: Tagger

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
        return self.tagger.score(self.scaling.apply(values, names, where))


def load_model(directory: str | Path) -> Model:
    """Read the model of a directory that the training has written.

    Raises
    ------
    InputError : a file of it is missing or unreadable
    """
    directory = Path(directory)
    metadata = read_json(directory / METADATA)
    try:
        kind, category = metadata["settings"]["kind"], metadata["category"]
        fold, folds = int(metadata["fold"]), int(metadata["folds"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{directory / METADATA}: not the metadata of a model ({error!r}); remove the "
            "directory and rerun the training"
        ) from error
    tagger = tagger_class(kind).load(directory)
    return Model(category, fold, folds, Scaling.read(directory), tagger)


def read_history(directory: str | Path) -> dict[str, list[float]]:
    """Curves of the fit: ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``.

    Raises
    ------
    InputError : the file is missing or not JSON
    """
    content: dict[str, Any] = read_json(Path(directory) / HISTORY)
    return {name: list(values) for name, values in content.items()}
