"""What is required of candidates after their selection, as a probability for each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.statistics import (
    Approach,
    Matching,
    TaggedByRate,
    TaggedCandidates,
)
from hepchain.chains.soft_electrons.statistics.candidates import ScoredCandidates
from hepchain.errors import StageError
from hepchain.labels import Label
from hepchain.selection.table import Column
from hepchain.statistics.templates import Entries

Floats = npt.NDArray[np.float64]

ELECTRONS = (Label.SIGNAL, Label.IGNORED)


@dataclass(frozen=True)
class Candidates(ScoredCandidates):
    """Candidates in the region of a mass point."""

    pt: Column
    passes_tagger: Column
    tag_rate: Column
    """Probability to pass the tagger: of hadrons of the background their tag rate, else 0 or 1."""
    tag_rate_up: Column
    """The same with the rates a standard deviation up."""
    label: Column

    def with_rates(self, deviations: float) -> Candidates:
        """The candidates with the rates so many standard deviations up."""
        step = self.tag_rate_up - self.tag_rate
        return replace(self, tag_rate=np.clip(self.tag_rate + deviations * step, 0.0, 1.0))


@dataclass(frozen=True)
class Accepted:
    """Events that an approach accepts with a probability above zero, by rising number."""

    event_number: npt.NDArray[np.int64]
    weight: Floats
    """Weight of the event times the probability that it is accepted."""
    entries: Entries
    """m(track, e) of the candidates that may stand for their event."""


def countable(approach: Approach | Matching) -> bool:
    """Whether an approach decides about each candidate, without truth: what data can be counted in.

    Probabilities of a match and tag rates are those of electrons and hadrons, which data do not
    tell apart.
    """
    return not isinstance(approach, Matching | TaggedByRate)


def accepted(candidates: Candidates, approach: Approach | Matching) -> Accepted:
    """Events of the candidates as the approach accepts them."""
    by_score = isinstance(approach, TaggedCandidates | TaggedByRate)
    rank = candidates.score if by_score else candidates.pt.astype(np.float64)
    return choose(candidates, probability(candidates, approach), rank)


def probability(candidates: Candidates, approach: Approach | Matching) -> Floats:
    """Probability of each candidate to meet the requirement of the approach, shape (n,)."""
    if isinstance(approach, Matching):
        return matching_probability(candidates, approach)
    if isinstance(approach, TaggedCandidates):
        return candidates.passes_tagger.astype(np.float64)
    if isinstance(approach, TaggedByRate):
        return candidates.tag_rate.astype(np.float64)
    return np.ones(len(candidates.weight))


def matching_probability(candidates: Candidates, matching: Matching) -> Floats:
    """Probability of a match to a reconstructed electron, 0 outside the bins of pT, shape (n,).

    Raises
    ------
    StageError : no candidate has truth, and hadrons would be made of all of them
    """
    if len(candidates.label) and (candidates.label == Label.UNKNOWN).all():
        raise StageError(
            "an approach of kind `matching` tells electrons from hadrons by truth, which no "
            "candidate has: take approaches of this kind out of statistics.approaches (`null` "
            "removes one)"
        )
    outside = [0.0]
    electron = np.array([*outside, *matching.electron, *outside])
    hadron = np.array([*outside, *matching.hadron, *outside])
    row = np.digitize(candidates.pt, matching.pt_edges)
    result: Floats = np.where(np.isin(candidates.label, ELECTRONS), electron[row], hadron[row])
    return result


def choose(candidates: Candidates, share: Floats, rank: Floats) -> Accepted:
    """The candidate of highest rank that is accepted stands for its event.

    With acceptances that are independent of each other, candidate i of an event, counted from the
    highest rank, stands for it with the probability p_i prod_{j < i} (1 - p_j), and the event is
    accepted with their sum, 1 - prod_j (1 - p_j). Instead of a decision by chance each candidate
    has that probability as a factor on its weight: the expectation, without the noise of a draw.

    Parameters
    ----------
    share : shape (n,), probability p of each candidate
    rank : shape (n,); among equals the lowest track index comes first
    """
    order = np.lexsort((candidates.track_index, -rank, candidates.event_number))
    order = order[share[order] > 0.0]
    events, first, row = np.unique(
        candidates.event_number[order], return_index=True, return_inverse=True
    )
    place = np.arange(len(order)) - first[row]
    left = np.ones(len(events))
    stands = np.zeros(len(order))
    for turn in range(int(place.max(initial=-1)) + 1):
        now = place == turn
        stands[now] = left[row[now]] * share[order[now]]
        left[row[now]] *= 1.0 - share[order[now]]
    kept = stands > 0.0
    chosen, number = order[kept], events[row[kept]]
    weight = candidates.weight[chosen] * stands[kept]
    return Accepted(
        events,
        candidates.weight[order[first]] * (1.0 - left),
        Entries(candidates.mass[chosen], weight, number),
    )
