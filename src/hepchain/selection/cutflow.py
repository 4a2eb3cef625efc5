"""Cut-flows: how many events, with which weighted yield, survive each cut in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Cut:
    """A requirement: ``name`` in files, ``title`` for people."""

    name: str
    title: str


@dataclass(frozen=True)
class Tally:
    """What survived a cut; tallies of disjoint sets of events add up."""

    events: int = 0
    """Events, not weighted."""
    sum_of_weights: float = 0.0
    """Weighted yield."""
    sum_of_squares: float = 0.0
    """Sum of the squared event weights, the variance of the yield."""
    candidates: int | None = None
    """Candidates in these events; None where candidates are not yet defined."""

    @classmethod
    def of(cls, weights: npt.ArrayLike, candidates: int | None = None) -> Tally:
        """Tally of events with these weights, shape (n,)."""
        weights = np.asarray(weights, dtype=np.float64)
        return cls(len(weights), float(weights.sum()), float((weights**2).sum()), candidates)

    def __add__(self, other: Tally) -> Tally:
        known = [count for count in (self.candidates, other.candidates) if count is not None]
        return Tally(
            self.events + other.events,
            self.sum_of_weights + other.sum_of_weights,
            self.sum_of_squares + other.sum_of_squares,
            sum(known) if known else None,
        )


@dataclass(frozen=True)
class CutFlowLine:
    """A line of a cut-flow table."""

    cut: str
    """Name of the cut."""
    title: str
    """What it requires."""
    events: int
    """Events that pass this cut and all before, not weighted."""
    candidates: int | None
    """Candidates in them; None before candidates are defined."""
    weighted: float
    """Yield: sum of the event weights."""
    error: float
    """Statistical error of the yield: root of the sum of squared weights."""


def tally_flags(weights: npt.ArrayLike, candidates_per_event: npt.ArrayLike) -> Tally:
    """Tally of the events with at least one candidate left.

    Parameters
    ----------
    weights : shape (n,), weights of the events
    candidates_per_event : shape (n,), number of candidates of each event that are left
    """
    counts = np.asarray(candidates_per_event)
    return Tally.of(np.asarray(weights)[counts > 0], candidates=int(counts.sum()))


def make_lines(cuts: Sequence[Cut], tallies: Mapping[str, Tally]) -> list[CutFlowLine]:
    """Lines of a cut-flow in the order of ``cuts``; a cut without tally let nothing through."""
    return [_line(cut, tallies.get(cut.name, Tally())) for cut in cuts]


def _line(cut: Cut, tally: Tally) -> CutFlowLine:
    return CutFlowLine(
        cut=cut.name,
        title=cut.title,
        events=tally.events,
        candidates=tally.candidates,
        weighted=tally.sum_of_weights,
        error=float(np.sqrt(tally.sum_of_squares)),
    )


def merge(*parts: Mapping[str, Tally]) -> dict[str, Tally]:
    """Sum of the tallies of disjoint sets of events, cut by cut."""
    total: dict[str, Tally] = {}
    for part in parts:
        for name, tally in part.items():
            total[name] = total[name] + tally if name in total else tally
    return total
