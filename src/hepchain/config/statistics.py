"""Block ``statistics``: luminosity, uncertainties, limits."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self, TypeVar

import numpy as np
from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from hepchain.config.base import Block
from hepchain.config.samples import HiggsinoMasses
from hepchain.config.types import Edges

FEWEST_TOYS = 1000
"""With fewer the tails that make a limit at 95 % are not sampled."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

Named = TypeVar("Named")


def _named(value: dict[str, Named]) -> dict[str, Named]:
    """Names become parts of file names and of keys."""
    for name in value:
        if not name.isidentifier():
            raise ValueError(f"name '{name}': letters, digits and underscores only")
    return value


class EveryCandidate(Block):
    """All candidates of the selection."""

    kind: Literal["all"]
    title: str = Field(description="name in figures and tables")


class TaggedCandidates(Block):
    """Candidates that pass the tagger at its working point."""

    kind: Literal["tagger"]
    title: str = Field(description="name in figures and tables")


class Matching(Block):
    """Probability that a track is matched to a reconstructed electron candidate."""

    title: str = Field(description="name in figures and tables")
    pt_edges: Edges = Field(description="bins of the track's pT [GeV]; outside it is 0")
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


class MatchedCandidates(Matching):
    """Candidates weighted with the probability of a match to a reconstructed electron."""

    kind: Literal["matching"]
    alternatives: Annotated[dict[str, Matching], AfterValidator(_named)] = Field(
        default_factory=dict,
        description="name -> other probabilities, for which yields and significances are given too",
    )


Approach = Annotated[
    EveryCandidate | TaggedCandidates | MatchedCandidates, Field(discriminator="kind")
]
"""What is required of candidates after their selection. A new kind joins here."""


FakeRate = Annotated[float, Field(gt=0.0, lt=1.0)]


def _falling(value: list[float]) -> list[float]:
    if any(later >= earlier for earlier, later in pairwise(value)):
        raise ValueError(f"fake rates must fall: {value}")
    return value


class Discriminant(Block):
    """Bins of a fit in the score of the best candidate and in its mass."""

    title: str = Field(description="name in figures and tables")
    mass_bins: PositiveInt = Field(description="bins of m(track, e) up to the mass splitting")
    fake_rates: Annotated[list[FakeRate], AfterValidator(_falling)] = Field(
        min_length=1,
        description="from large to small: the region begins at the threshold of the first, the "
        "others divide it into bins of the score",
    )


class ScanConfig(Block):
    """Choice of the working point, and fits in bins against the count of events."""

    fake_rates: list[FakeRate] = Field(
        min_length=1, description="of the hadron tracks of combination.working_points.sample"
    )
    min_effective_events: PositiveFloat = Field(
        description="effective background events of a point that is drawn and may be the best"
    )
    discriminants: Annotated[dict[str, Discriminant], AfterValidator(_named)] = Field(
        description="name -> bins; each is compared with the first"
    )


def _rising(value: float | list[tuple[float, float]]) -> float | list[tuple[float, float]]:
    if isinstance(value, list):
        if not value or any(later[0] <= earlier[0] for earlier, later in pairwise(value)):
            raise ValueError("points [GeV, size] must rise, and there must be at least one")
        if min(size for _, size in value) < 0.0:
            raise ValueError("sizes must be at least 0")
    return value


class SignalUncertainty(Block):
    """A relative uncertainty of the signal yield; 0 takes it out of the model."""

    size: Annotated[
        NonNegativeFloat | list[tuple[PositiveFloat, float]], AfterValidator(_rising)
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
        where = masses.n1 if self.along == "n1" else masses.splitting
        position, size = zip(*self.size, strict=True)
        return float(np.interp(where, position, size))


class ControlConfig(Block):
    """Control region of candidates of the electron's own charge."""

    transfer_uncertainty: NonNegativeFloat = Field(
        description="relative uncertainty of the ratio of backgrounds of opposite and same charge"
    )


class ToysConfig(Block):
    """Limits from toys, in regions with few events."""

    below: NonNegativeFloat = Field(
        description="expected background events below which a region has them too; 0: nowhere"
    )
    number: int = Field(ge=FEWEST_TOYS, description="toys of each hypothesis")
    repetitions: int = Field(
        ge=2, description="with other random numbers, for the error of the limits"
    )


class StatisticsConfig(Block):
    """From yields to a workspace and a limit."""

    luminosity: PositiveFloat = Field(description="integrated luminosity [fb-1]")
    luminosity_uncertainty: NonNegativeFloat = Field(
        description="relative uncertainty of the luminosity, common to all samples"
    )
    background_uncertainty: NonNegativeFloat = Field(
        description="relative systematic uncertainty of the background"
    )
    signal_uncertainties: Annotated[dict[str, SignalUncertainty], AfterValidator(_named)] = Field(
        description="name -> relative uncertainty of the signal, a nuisance parameter each, beside "
        "luminosity, variations and statistics of the simulation"
    )
    confidence_level: float = Field(gt=0.5, lt=1.0, description="of the upper limit")
    approaches: Annotated[dict[str, Approach], AfterValidator(_named)] = Field(
        min_length=1, description="name -> what is required of candidates, compared in this order"
    )
    mass_bins: PositiveInt = Field(description="bins of m(track, e) up to the mass splitting")
    min_background_events: PositiveInt = Field(
        description="fewest simulated background events in the region, in every approach"
    )
    min_signal_events: PositiveInt = Field(
        description="fewest simulated signal events in the region, in every approach"
    )
    on_insufficient: Literal["error", "report"] = Field(
        description="if there are fewer: end with an error, or write results without limits"
    )
    insignificant_variations: Literal["apply", "drop"] = Field(
        description="variations of the simulation whose effect on a sample's yield is smaller than "
        "its statistical error: in the statistical model all the same, or left out"
    )
    toys: ToysConfig = Field(description="limits from toys")
    control: ControlConfig = Field(description="same-sign control region")
    scan: ScanConfig = Field(description="other working points, and bins of the score")
    bootstrap_replicas: NonNegativeInt = Field(
        description="replicas for the errors of significances and gains; 0: none are given"
    )
