"""What an object is to a tagger; which objects are what is the chain's to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from hepchain.errors import ConfigError

Columns = Mapping[str, npt.NDArray[Any]]


class Label(IntEnum):
    """Class of an object for training and evaluation."""

    BACKGROUND = 0
    """What the tagger must reject."""
    SIGNAL = 1
    """What the tagger must find."""
    IGNORED = 2
    """Neither: in no efficiency and no fake rate, reported apart."""
    UNKNOWN = 3
    """No truth available."""


CLASSES = (Label.BACKGROUND, Label.SIGNAL)
"""What a tagger tells apart, in the order of their numbers."""


def in_words(counts: npt.NDArray[Any]) -> str:
    """Number of objects of each of :data:`CLASSES`.

    >>> in_words(np.array([5, 3]))
    '5 background, 3 signal'
    """
    return ", ".join(f"{counts[label]} {label.name.lower()}" for label in CLASSES)


UNTITLED = {"signal": "signal", "background": "background", "ignored": "neither of them"}


@dataclass(frozen=True)
class Labelling:
    """How a chain labels its objects."""

    columns: Mapping[str, Any]
    """Column of the skim -> type; what labels follow from, and what else goes into the features."""
    label: Callable[[Columns], npt.NDArray[np.int8]]
    """From those columns, shape (n,) each, to a :class:`Label` each, shape (n,)."""
    titles: Mapping[str, str]
    """What the chain calls objects that are ``signal``, ``background`` and ``ignored``."""

    @classmethod
    def of(cls, module: str) -> Labelling:
        """That of a module which has ``COLUMNS`` and ``label``, and may have ``TITLES``.

        Raises
        ------
        ConfigError : there is no such module, or it has them not
        """
        try:
            found = import_module(module)
            return cls(found.COLUMNS, found.label, UNTITLED | getattr(found, "TITLES", {}))
        except (ModuleNotFoundError, AttributeError) as error:
            raise ConfigError(
                f"{module}: needs `COLUMNS`, column of the skim -> type, and `label`, from those "
                f"columns to labels (docs/new_chain.md): {error}"
            ) from error
