"""What is required of candidates after their selection, as a probability for each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.chains.soft_electrons.config.statistics import (
    Approach,
    MatchedCandidates,
    TaggedByRate,
    TaggedCandidates,
)
from hepchain.chains.soft_electrons.labels import can_be_forced
from hepchain.chains.soft_electrons.statistics.candidates import ScoredCandidates
from hepchain.errors import StageError
from hepchain.labels import Label
from hepchain.selection.kinematics import delta_phi
from hepchain.selection.regions import read_region
from hepchain.selection.table import Column
from hepchain.selection.working_point import at_working_point
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
    presence: Column
    """Probability that it is there: 1, less of forced electrons, 0 of those they stand for."""
    label: Column
    truth_origin: Column
    truth_is_pileup: Column
    electron_phi: Column
    met_phi: Column

    others: Column
    """The same three at each other working point: a structured array with a field each, of shape
    (n, 3)."""
    counted: Column
    """Whether it is there as often as it happens: all but the forced electrons."""

    def with_forced(self, forced: Candidates) -> Candidates:
        """The candidates with forced electrons, of the same events, in place of such electrons."""
        replaced = can_be_forced(self.truth_origin, self.truth_is_pileup)
        own = replace(self, presence=np.where(replaced, 0.0, self.presence))
        others = replace(forced, counted=np.zeros(len(forced), dtype=np.bool_))
        return Candidates.concatenate([own, others])

    def with_rates(self, deviations: float) -> Candidates:
        """The candidates with the rates so many standard deviations up."""
        others = self.others.copy()
        for name in others.dtype.names or ():
            _, rate, up = self.others[name].T
            others[name][:, 1] = np.clip(rate + deviations * (up - rate), 0.0, 1.0)
        step = self.tag_rate_up - self.tag_rate
        rate = np.clip(self.tag_rate + deviations * step, 0.0, 1.0)
        return replace(self, tag_rate=rate, others=others)

    def with_working_point(
        self, name: str, names: Sequence[str], place: npt.NDArray[np.int64]
    ) -> Candidates:
        """The candidates with one more working point, each as another of ``names`` has it.

        Parameters
        ----------
        place : shape (n,), place among ``names`` of each candidate
        """
        known = [*(self.others.dtype.names or ()), name]
        others = np.zeros(len(self), dtype=[(one, np.float64, 3) for one in known])
        for one in known[:-1]:
            others[one] = self.others[one]
        for row, one in enumerate(names):
            others[name][place == row] = self.others[one][place == row]
        return replace(self, others=others)

    def at(self, working_point: str | None) -> Candidates:
        """The candidates as another working point has them; None: as the selection has."""
        if working_point is None:
            return self
        passes, rate, up = self.others[working_point].T
        return replace(self, passes_tagger=passes > 0.0, tag_rate=rate, tag_rate_up=up)


def read_for_approaches(
    path: Path,
    point: str,
    working_points: Collection[str],
    luminosity: float = 1.0,
    factor: str | None = None,
) -> Candidates:
    """Candidates in the region of a mass point with these other working points of the tagger.

    Raises
    ------
    InputError : as :func:`read_region`; a working point that the selection did not know
    """
    names = [item.name for item in fields(Candidates) if item.name not in ("others", "counted")]
    by_point = {name: at_working_point(name) for name in sorted(working_points)}
    columns = [*names, *(column for three in by_point.values() for column in three)]
    found = read_region(path, point, columns, luminosity, factor)
    others = np.zeros(len(found["weight"]), dtype=[(name, np.float64, 3) for name in by_point])
    for name, three in by_point.items():
        others[name] = np.stack([found.pop(column) for column in three], axis=1)
    counted = np.ones(len(others), dtype=np.bool_)
    return Candidates(**found, others=others, counted=counted)


@dataclass(frozen=True)
class Accepted:
    """Events that an approach accepts with a probability above zero, by rising number."""

    event_number: npt.NDArray[np.int64]
    weight: Floats
    """Weight of the event times the probability that it is accepted."""
    entries: Entries
    """m(track, e) of the candidates that may stand for their event."""


def countable(approach: Approach) -> bool:
    """Whether an approach decides about each candidate, without truth: what data can be counted in.

    Probabilities of a match are those of electrons and hadrons, which data do not tell apart. Tag
    rates stand for a count: of data it is one.
    """
    return not isinstance(approach, MatchedCandidates)


def accepted(candidates: Candidates, approach: Approach) -> Accepted:
    """Events of the candidates as the approach accepts them."""
    by_score = isinstance(approach, TaggedCandidates | TaggedByRate)
    rank = candidates.score if by_score else candidates.pt.astype(np.float64)
    return choose(candidates, probability(candidates, approach), rank)


def probability(candidates: Candidates, approach: Approach) -> Floats:
    """Probability of each candidate to meet the requirement of the approach, shape (n,)."""
    inside = np.ones(len(candidates))
    if approach.max_delta_phi_electron_met is not None:
        azimuth = np.abs(delta_phi(candidates.electron_phi, candidates.met_phi))
        inside = (azimuth < approach.max_delta_phi_electron_met).astype(np.float64)
    if isinstance(approach, MatchedCandidates):
        return inside * candidates.presence * matching_probability(candidates, approach)
    if isinstance(approach, TaggedByRate):
        return inside * candidates.presence * candidates.at(approach.at).tag_rate
    counted = inside * candidates.counted
    if isinstance(approach, TaggedCandidates):
        return counted * candidates.at(approach.at).passes_tagger
    return counted


def matching_probability(candidates: Candidates, matching: MatchedCandidates) -> Floats:
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
