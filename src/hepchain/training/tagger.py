"""What a tagger is: anything that can be fitted, gives a score, and can be written as a graph.

A new kind takes a module in :mod:`hepchain.training.taggers` (named as its ``kind``, its class
under the name ``TAGGER``), and one of the same name in :mod:`hepchain.training.taggers.settings`
with the model of its settings, ``SETTINGS``. A kind of one chain, ``kind: {chain}.{name}``, has
both in ``hepchain.chains.{chain}.taggers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, cast

import numpy as np
import numpy.typing as npt

from hepchain.errors import ConfigError, InputError
from hepchain.modules import KINDS_OF_TAGGERS, module_named
from hepchain.training.onnx_graph import Graph

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Examples:
    """Tracks a tagger learns from, or is stopped by."""

    inputs: Matrix
    """Shape (n, variables): transformed and standardised."""
    labels: npt.NDArray[np.int8]
    """Shape (n,): 1 signal, 0 background."""
    weights: Vector
    """Shape (n,): both classes sum to the same; negative where those of events are."""
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
        """Probability of the signal class, shape (n,), for inputs of shape (n, variables)."""

    def save(self, directory: Path) -> None:
        """Write the model into an existing directory, in the format of its library."""

    def to_onnx(self, graph: Graph, inputs: str) -> str:
        """Add the tagger to a graph: what all later stages score with.

        Parameters
        ----------
        graph : to add nodes and constants to
        inputs : name of the standardised inputs, shape (n, variables), float32

        Returns
        -------
        name of the score, shape (n,), float32, equal to that of :meth:`score` to 1e-5

        Raises
        ------
        StageError : the tagger has a part that cannot be written
        """

    def software(self) -> dict[str, str]:
        """Names and versions of the libraries that fitted it, and ``device``."""


class Explainable(Protocol):
    """A tagger that knows what each input contributes to its score."""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what :meth:`Tagger.save` has written.

        Raises
        ------
        InputError : the file is missing or unreadable
        """

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
    name = module_named(kind, KINDS_OF_TAGGERS)
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ConfigError(
            f"training.taggers: no kind '{kind}'; a kind is a module in src/hepchain/training/"
            "taggers and one in src/hepchain/training/taggers/settings"
        ) from error
    return cast(type[Tagger], module.TAGGER)


def model_file(path: Path) -> Path:
    """File of a model that is there; libraries call one that is not unreadable.

    Raises
    ------
    InputError : it is missing
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; copy the model's whole folder, or train it again")
    return path
