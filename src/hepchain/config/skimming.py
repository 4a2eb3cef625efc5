"""Block ``skimming``: which tracks are kept, and the cones around them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat

from hepchain.config.base import Block
from hepchain.config.types import AbsEta, Distance, Distinct, MomentumRange, PositiveMomentum


class TrackSelection(Block):
    """Pre-selection of tracks."""

    pt: MomentumRange = Field(description="transverse momentum [GeV]")
    max_abs_eta: AbsEta = Field(description="largest absolute pseudorapidity")
    quality: Literal["none", "loose", "tight_primary"] | None = Field(
        default=None,
        description="track quality working point; null: hits are not looked at, and every track "
        "is summed in cones",
    )
    max_abs_d0: PositiveFloat | None = Field(
        default=None, description="largest |d0| to the beam line [mm]; null: any"
    )
    max_z0_sin_theta: PositiveFloat | None = Field(
        default=None,
        description="largest |z0 sin(theta)| to the track's own vertex [mm]; null: any, or none",
    )


class Isolation(Block):
    """Cone sums of transverse momentum around each track."""

    cone: Distance = Field(description="radius of the cone in (eta, phi)")
    constituent_pt: Distinct[PositiveMomentum] = Field(
        min_length=1, description="smallest pT of a summed track [GeV]; a column for each"
    )
    max_z0_sin_theta: PositiveFloat = Field(
        description="largest |z0 sin(theta)| between summed and central track [mm]"
    )


class SkimmingConfig(Block):
    """Reading ntuples."""

    ntuple: str = Field(description="branch map of the simulated ntuples")
    tracks: TrackSelection = Field(description="pre-selection of tracks")
    isolation: Isolation | None = Field(default=None, description="cone sums; null: none are made")
