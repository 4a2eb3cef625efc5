"""What a run assumed: warnings whose cause alters a number, as records that reach the reader.

A stage calls :func:`assumed` where it would otherwise only warn. The job (:mod:`hepchain.workflow`)
writes the records of its run to its output ``assumed``; a table of all of them is in the results.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

RECORD = "assumption"
"""Attribute of a log record that holds one."""


class Kind(StrEnum):
    """What happened, in the words of the table."""

    ABSENT = "branch absent"
    SUBSTITUTED = "branch substituted by a number"
    INCOMPLETE = "group of variables not used"
    QUALITY = "track quality with assumed values"
    NEGATIVE_WEIGHTS = "negative weights"
    WEIGHTS_IGNORED = "weights of events ignored"
    NEGATIVE_BINS = "bin of negative weight left out"
    NEGATIVE_NOT_DRAWN = "negative weights not drawn"
    NEGATIVE_EVENTS = "negative weights set to zero"
    THINNED = "tracks left out at random"
    OUTSIDE_DOMAIN = "domain of a logarithm left"
    NO_GPU = "GPU absent"
    NOT_SCORED = "tracks without a model"
    NO_SEPARATION = "slope of a calibration held"
    NOT_HELD_OUT = "loss not of unseen events"
    NOT_BALANCED = "classes not balanced"
    OVERALL_THRESHOLD = "overall working point taken"
    BINS_MERGED = "bins merged"
    MIRRORED = "variation of one side mirrored"
    YIELD_VANISHES = "varied yield vanishes"
    NOT_VARIED = "sample without a variation"
    CONSTANT_BEYOND = "uncertainty held constant"
    FIT_REPEATED = "fit repeated"
    NO_FIT = "fit failed"
    NO_LIMIT = "no limit"
    NO_TOYS = "toys failed"
    LEFT_OUT = "mass point left out"


@dataclass(frozen=True)
class Assumption:
    """One assumption of a job."""

    kind: str
    message: str
    count: int | None
    """How many (tracks, events, bins) it concerns; None: not counted."""
    of: int | None
    """Of how many."""


def assumed(
    logger: logging.Logger,
    kind: Kind,
    message: str,
    count: int | None = None,
    of: int | None = None,
) -> None:
    """Warn of what alters a number, and keep it for the table of the run."""
    record = Assumption(kind.value, message, count, of)
    number = "" if count is None else f" ({count}{'' if of is None else f' of {of}'})"
    logger.warning("%s%s", message, number, extra={RECORD: record})


class Collector(logging.Handler):
    """Keeps the assumptions among what is logged, each once, in their order."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._found: dict[Assumption, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the assumption of a log record, if it is one."""
        found = getattr(record, RECORD, None)
        if isinstance(found, Assumption):
            self._found[found] = None

    def content(self) -> list[dict[str, Any]]:
        """As they are written to a file."""
        return [asdict(item) for item in self._found]
