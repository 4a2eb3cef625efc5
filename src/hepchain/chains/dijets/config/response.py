"""Parameters of the detector of this chain: a file of their own, each with its source."""

from __future__ import annotations

from pydantic import Field, NonNegativeFloat, PositiveFloat

from hepchain.config.base import Block
from hepchain.config.types import AbsEta


class TrackRegion(Block):
    """Tracks up to an absolute pseudorapidity, from that of the region before."""

    max_abs_eta: AbsEta
    soft_efficiency: float = Field(ge=0.0, le=1.0, description="below `hard_pt`")
    hard_efficiency: float = Field(ge=0.0, le=1.0, description="above")


class ResolutionRegion(Block):
    """Relative resolution of pT: constant and slope [1/GeV], added in quadrature."""

    max_abs_eta: AbsEta
    constant: NonNegativeFloat
    slope: NonNegativeFloat


class Tracks(Block):
    """Charged particles in the tracker."""

    min_pt: PositiveFloat = Field(description="GeV")
    hard_pt: PositiveFloat = Field(description="GeV")
    efficiency: list[TrackRegion] = Field(min_length=1)
    resolution: list[ResolutionRegion] = Field(min_length=1)


class Towers(Block):
    """Cells and resolution of a calorimeter up to an absolute pseudorapidity."""

    max_abs_eta: AbsEta
    size_eta: PositiveFloat
    size_phi: PositiveFloat = Field(description="degrees")
    factor: NonNegativeFloat = Field(default=1.0, description="of the resolution at `centre`")
    curvature: NonNegativeFloat = Field(default=0.0, description="times (|eta| - centre)^2, added")
    centre: NonNegativeFloat = 0.0
    constant: NonNegativeFloat = Field(description="share of the energy")
    stochastic: NonNegativeFloat = Field(description="times the root of the energy [GeV^1/2]")
    noise: NonNegativeFloat = Field(default=0.0, description="GeV")


class Calorimeter(Block):
    """One of the two calorimeters."""

    min_energy: PositiveFloat = Field(description="GeV, beyond that of the tracks")
    min_significance: PositiveFloat = Field(description="of that energy, in resolutions")
    towers: list[Towers] = Field(min_length=1)


class DetectorConfig(Block):
    """The detector: particle flow of tracks and towers."""

    source: str = Field(description="where the numbers are from, with their trust")
    scale: PositiveFloat = Field(description="factor on all momenta: the calibration of the jets")
    tracks: Tracks
    electromagnetic: Calorimeter
    hadronic: Calorimeter
