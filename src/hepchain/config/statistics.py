"""Block ``statistics``: luminosity, uncertainties, limits."""

from __future__ import annotations

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from hepchain.config.base import Block


class StatisticsConfig(Block):
    """From yields to a workspace and a limit."""

    luminosity: PositiveFloat = Field(description="integrated luminosity [fb-1]")
    background_uncertainty: NonNegativeFloat = Field(
        description="relative systematic uncertainty of the background"
    )
    signal_uncertainty: NonNegativeFloat = Field(
        description="relative systematic uncertainty of the signal"
    )
    confidence_level: float = Field(gt=0.5, lt=1.0, description="of the upper limit")
    mass_bins: PositiveInt = Field(description="bins of m(track, e) up to the mass splitting")
