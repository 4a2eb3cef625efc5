"""What a tagger is: anything that can be fitted, gives a score, and can be saved and loaded.

A new kind takes a module in :mod:`hepchain.training.taggers` (named as its ``kind``, its class
under the name ``TAGGER``) and a model of its settings in :mod:`hepchain.config.training`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, cast, runtime_checkable

import numpy as np
import numpy.typing as npt

from hepchain.errors import ConfigError

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]

PACKAGE = "hepchain.training.taggers"


@dataclass(frozen=True)
class Examples:
    """Tracks a tagger learns from, or is stopped by."""

    inputs: Matrix
    """Shape (n, variables): transformed and standardised."""
    labels: npt.NDArray[np.int8]
    """Shape (n,): 1 electron, 0 hadron."""
    weights: Vector
    """Shape (n,): both classes sum to the same."""
    names: Sequence[str] = ()
    """Variable of each column, for taggers that choose among them."""


@dataclass(frozen=True)
class History:
    """How a fit went."""

    curves: Mapping[str, list[float]]
    """``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``: one value an epoch (or a tree)."""
    best: int
    """Epoch (or number of trees) with the smallest validation loss, counted from 1."""


class Tagger(Protocol):
    """A binary classifier of tracks."""

    def __init__(self, settings: Any) -> None:
        """Take the settings of its kind; nothing is built or imported yet."""

    def fit(self, training: Examples, validation: Examples, seed: int) -> History:
        """Learn from ``training``; ``validation`` decides when to stop.

        The state with the smallest validation loss is kept. The same examples and seed give the
        same scores, bit for bit, on one thread of one machine.
        """

    def score(self, inputs: Matrix) -> Vector:
        """Probability of the electron class, shape (n,), for inputs of shape (n, variables)."""

    def save(self, directory: Path) -> None:
        """Write the model into an existing directory."""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what :meth:`save` has written.

        Raises
        ------
        InputError : the file is missing or unreadable
        """

    def software(self) -> dict[str, str]:
        """Names and versions of the libraries that fitted it, and ``device``."""


@runtime_checkable
class Explainable(Protocol):
    """A tagger that knows what each input contributes to its score."""

    def contributions(self, inputs: Matrix) -> Matrix:
        """Shapley values of the log odds of the score.

        Returns
        -------
        shape (n, inputs + 1): what each input adds, and in the last column what is there without
            any; a row sums to the log odds
        """


def tagger_class(kind: str) -> type[Tagger]:
    """Class of one kind of taggers.

    Raises
    ------
    ConfigError : there is no such kind
    """
    try:
        module = import_module(f"{PACKAGE}.{kind}")
    except ModuleNotFoundError as error:
        if error.name != f"{PACKAGE}.{kind}":
            raise
        raise ConfigError(
            f"training.taggers: no kind '{kind}'; a kind is a module in src/hepchain/training/"
            "taggers and a model in src/hepchain/config/training.py"
        ) from error
    return cast(type[Tagger], module.TAGGER)
