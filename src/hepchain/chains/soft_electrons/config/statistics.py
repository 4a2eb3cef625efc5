"""Block ``statistics``: approaches to the candidates, their uncertainties, other working points."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, PositiveFloat, model_validator

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses
from hepchain.config.base import Block
from hepchain.config.names import nearest
from hepchain.config.statistics import CountingConfig
from hepchain.config.types import (
    Azimuth,
    Bins,
    Distinct,
    MomentumEdges,
    Named,
    RelativeUncertainty,
    Title,
)

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


def _unknown(key: str, name: str, known: Iterable[str]) -> str:
    """What is wrong with a name that has to be one of others; empty if it is."""
    known = list(known)
    return "" if name in known else f"{key}: unknown name '{name}'{nearest(name, known)}"


class Requirement(Block):
    """What is asked of an event beside what an approach asks of its candidates."""

    max_delta_phi_electron_met: Azimuth | None = Field(
        default=None,
        description="largest azimuth of the standard electron to ETmiss [rad]; by default any",
    )


class EveryCandidate(Requirement):
    """All candidates of the selection."""

    kind: Literal["all"]
    title: Title = Field(description="name in figures and tables")


class TaggedCandidates(Requirement):
    """Candidates that pass the tagger at its working point."""

    kind: Literal["tagger"]
    title: Title = Field(description="name in figures and tables")
    at: str | None = Field(
        default=None,
        description="name of one of combination.working_points.others, or `chosen` by "
        "statistics.choice; by default the working point of the selection",
    )


class TaggedByRate(Requirement):
    """Candidates weighted with their probability to pass the tagger: for hadrons of the background
    the tag rate that was measured on all hadrons."""

    kind: Literal["tag_rate"]
    title: Title = Field(description="name in figures and tables")
    at: str | None = Field(
        default=None,
        description="name of one of combination.working_points.others, or `chosen` by "
        "statistics.choice; by default the working point of the selection",
    )


class Matching(Block):
    """Probability that a track is matched to a reconstructed electron candidate."""

    title: Title = Field(description="name in figures and tables")
    pt_edges: MomentumEdges = Field(description="bins of the track's pT [GeV]; outside it is 0")
    electron: list[Probability] = Field(description="of an electron track, one a bin")
    hadron: list[Probability] = Field(description="of any other track, one a bin")
    source: str = Field(description="where the numbers come from, and how far to trust them")

    @model_validator(mode="after")
    def _one_a_bin(self) -> Self:
        bins = len(self.pt_edges) - 1
        for name in ("electron", "hadron"):
            if len(getattr(self, name)) != bins:
                raise ValueError(
                    f"{name}: {len(getattr(self, name))} probabilities for {bins} bins of pt_edges"
                )
        return self


class MatchedCandidates(Requirement, Matching):
    """Candidates weighted with the probability of a match to a reconstructed electron."""

    kind: Literal["matching"]
    alternatives: Named[Matching] = Field(
        default_factory=dict,
        description="name -> other probabilities, for which yields and significances are given too",
    )

    def alternative(self, name: str) -> Self:
        """The same approach, of the same events, with other probabilities."""
        return self.model_copy(update=dict(self.alternatives[name]))


def at_of(approach: Approach) -> str | None:
    """Name of the other working point that an approach is at; None: the selection's, or none."""
    return approach.at if isinstance(approach, TaggedCandidates | TaggedByRate) else None


Approach = Annotated[
    EveryCandidate | TaggedCandidates | TaggedByRate | MatchedCandidates,
    Field(discriminator="kind"),
]
"""What is required of candidates after their selection. A new kind joins here."""


CHOSEN = "chosen"
"""What an approach is at that has the working point of ``choice``."""


class WorkingPointChoice(Block):
    """Working point with the smallest expected limit on one half of the events, for the other."""

    approach: str = Field(description="approach whose limit decides; it is `at: chosen`")
    working_points: Distinct[str] = Field(
        min_length=2, description="names of combination.working_points.others to choose from"
    )


FakeRate = Annotated[float, Field(gt=0.0, lt=1.0)]


def _falling(value: list[float]) -> list[float]:
    if any(later >= earlier for earlier, later in pairwise(value)):
        raise ValueError(f"fake rates must fall: {value}")
    return value


class Discriminant(Block):
    """Bins of a fit in the score of the best candidate and in its mass."""

    title: Title = Field(description="name in figures and tables")
    mass_bins: Bins = Field(description="bins of m(track, e) up to the mass splitting")
    fake_rates: Annotated[list[FakeRate], AfterValidator(_falling)] = Field(
        min_length=1,
        description="from large to small: the region begins at the threshold of the first, the "
        "others divide it into bins of the score",
    )


class ScanConfig(Block):
    """Choice of the working point, and fits in bins against the count of events."""

    fake_rates: Distinct[FakeRate] = Field(
        min_length=1, description="of the hadron tracks of combination.working_points.sample"
    )
    min_effective_events: PositiveFloat = Field(
        description="effective background events of a point that is drawn and may be the best"
    )
    discriminants: Named[Discriminant] = Field(min_length=1, description="name -> bins")
    reference: str = Field(description="discriminant that the others are compared with")

    @model_validator(mode="after")
    def _reference_exists(self) -> Self:
        if problem := _unknown("reference", self.reference, self.discriminants):
            raise ValueError(problem)
        return self


def _rising(value: float | list[tuple[float, float]]) -> float | list[tuple[float, float]]:
    if isinstance(value, list):
        if not value or any(later[0] <= earlier[0] for earlier, later in pairwise(value)):
            raise ValueError("points [GeV, size] must rise, and there must be at least one")
        if not all(0.0 <= size <= 1.0 for _, size in value):
            raise ValueError("sizes are relative: between 0 and 1")
    return value


class SignalUncertainty(Block):
    """A relative uncertainty of the signal yield; 0 takes it out of the model."""

    size: Annotated[
        RelativeUncertainty | list[tuple[PositiveFloat, float]], AfterValidator(_rising)
    ] = Field(
        description="of all mass points alike, or points [GeV, size] of `along`: linear between "
        "them, constant beyond"
    )
    along: Literal["n1", "splitting"] | None = Field(
        default=None, description="what `size` depends on, where it is a list"
    )
    source: str = Field(description="where it comes from, or that it is a choice")

    @model_validator(mode="after")
    def _along_with_points(self) -> Self:
        if isinstance(self.size, list) and self.along is None:
            raise ValueError("size: points need `along: n1` or `along: splitting`")
        if not isinstance(self.size, list) and self.along is not None:
            raise ValueError("along: needs points [GeV, size] in `size`, not one number")
        return self

    def at(self, masses: HiggsinoMasses) -> float:
        """Size at a mass point."""
        if not isinstance(self.size, list):
            return self.size
        position, size = zip(*self.size, strict=True)
        return float(np.interp(self.where(masses), position, size))

    def where(self, masses: HiggsinoMasses) -> float:
        """What ``along`` names, of a mass point [GeV]."""
        return masses.n1 if self.along == "n1" else masses.splitting


class ControlConfig(Block):
    """Control region of candidates of the electron's own charge."""

    transfer_uncertainty: RelativeUncertainty = Field(
        description="relative uncertainty of the ratio of backgrounds of opposite and same charge"
    )


class StatisticsConfig(CountingConfig):
    """From yields to a workspace and a limit, for each approach to the candidates."""

    mass_bins: Bins = Field(description="bins of m(track, e) up to the mass splitting")
    signal_uncertainties: Named[SignalUncertainty] = Field(
        description="name -> relative uncertainty of the signal, a nuisance parameter each, beside "
        "luminosity, variations and statistics of the simulation"
    )
    approaches: Named[Approach] = Field(
        min_length=1, description="name -> what is required of candidates"
    )
    headline: str = Field(
        description="approach whose gain over each other is given, with the fit of its model "
        "(pulls, impacts) and its control region"
    )
    baseline: str = Field(
        description="approach that the gains and the yields of each other are over"
    )
    choice: WorkingPointChoice | None = Field(
        default=None,
        description="how the working point of approaches `at: chosen` is chosen, for each mass "
        "point and on events that it is not used for",
    )
    control: ControlConfig = Field(description="same-sign control region")
    scan: ScanConfig = Field(description="other working points, and bins of the score")

    @model_validator(mode="after")
    def _named_approaches(self) -> Self:
        names = {"headline": self.headline, "baseline": self.baseline}
        problems = [_unknown(key, name, self.approaches) for key, name in names.items()]
        if len(self.approaches) > 1 and self.headline == self.baseline:
            problems.append(
                f"headline and baseline are both '{self.headline}': name two approaches"
            )
        problems += self._problems_of_choice()
        if any(problems):
            raise ValueError("\n".join(filter(None, problems)))
        return self

    def _problems_of_choice(self) -> list[str]:
        chosen = [name for name, one in self.approaches.items() if at_of(one) == CHOSEN]
        if self.choice is None:
            return [
                f"approaches.{name}.at: '{CHOSEN}' needs a block `choice`, which says from what"
                for name in chosen
            ]
        if self.choice.approach in chosen:
            return []
        return [
            f"choice.approach: '{self.choice.approach}' is no approach of kind `tagger` or "
            f"`tag_rate` with `at: {CHOSEN}`; `choice: null` takes the choice out"
        ]

    def _expects_the_same(self, name: str) -> bool:
        """Whether an approach requires the same as the headline."""
        both = [self.approaches[one] for one in (name, self.headline)]
        points = {at_of(one) for one in both}
        tagged = all(isinstance(one, TaggedCandidates | TaggedByRate) for one in both)
        return tagged and len(points) == 1

    @property
    def working_point_of_headline(self) -> str | None:
        """Name of the other working point that the headline is at; None: that of the selection.

        Of one that is chosen, a fixed one stands for it: the first that another approach is at.
        """
        every = [self.headline, *self.approaches]
        found = (at_of(self.approaches[name]) for name in every)
        if at_of(self.approaches[self.headline]) != CHOSEN:
            return next(found)
        return next((at for at in found if at not in (None, CHOSEN)), None)

    def working_points(self) -> set[str]:
        """Names of the other working points that approaches are at, or that are chosen from."""
        found = {at_of(one) for one in self.approaches.values()} - {None, CHOSEN}
        choice = () if self.choice is None else self.choice.working_points
        return {name for name in (*found, *choice) if name is not None}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Approach and the one it is compared with: each with the baseline, the headline with each
        other that is not the same requirement, otherwise counted, and the tagger at any working
        point with each match."""
        others = [name for name in self.approaches if name not in (self.headline, self.baseline)]
        ends = [(self.headline, self.baseline)] if self.headline != self.baseline else []
        tagged, matched = (
            [name for name in others if isinstance(self.approaches[name], kind)]
            for kind in (TaggedCandidates | TaggedByRate, MatchedCandidates)
        )
        return [
            *((name, self.baseline) for name in others),
            *ends,
            *((self.headline, name) for name in others if not self._expects_the_same(name)),
            *((name, over) for name in tagged for over in matched),
        ]
