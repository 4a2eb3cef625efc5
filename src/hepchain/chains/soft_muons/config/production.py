"""Blocks of the samples and of what makes them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field, PositiveInt

from hepchain.config.base import Block
from hepchain.config.samples import Sample
from hepchain.config.types import Events, Parts


class Campaign(StrEnum):
    """When the detector was as it is simulated."""

    RUN2 = "run2"
    """13 TeV, cathode strip chambers and tubes in the end-caps."""
    RUN3 = "run3"
    """13.6 TeV, New Small Wheel."""


ENERGIES = {Campaign.RUN2: 13_000.0, Campaign.RUN3: 13_600.0}
"""Of the collisions [GeV]."""


class MuonSample(Sample):
    """A sample of this chain has more keys."""

    OF_GENERATOR: ClassVar[tuple[str, ...]] = (
        "process",
        "campaign",
        "tune",
        "shower",
        "spectrometer_chi2",
    )

    campaign: Campaign | None = Field(
        default=None, description="run2 or run3: energy, and whether there is a New Small Wheel"
    )
    tune: int = Field(default=14, ge=1, le=34, description="Tune:pp of Pythia; 14 is Monash 2013")
    shower: Literal["simple", "vincia", "dire"] = Field(
        default="simple", description="parton shower of Pythia"
    )
    spectrometer_chi2: bool = Field(
        default=True,
        description="false: tracks of the spectrometer come without chi2, as in PHYSLITE files",
    )


class ProductionConfig(Block):
    """How many events, and how muons are enriched."""

    parts: Parts = Field(description="jobs a sample")
    events: Events = Field(description="selected events a job")
    decays: PositiveInt = Field(
        le=1000, description="decays of each heavy hadron; a muon of one counts 1/decays"
    )
    min_fake_weight: float = Field(
        gt=0.0,
        le=1.0,
        description="probability of a decay in flight below which hadrons are thinned; the rest "
        "has this weight",
    )
    response: str = Field(description="file of the parameters of the response to muons")
