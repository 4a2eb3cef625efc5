"""Block ``statistics``: luminosity, uncertainties, limits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from hepchain.config.base import Block


class StatisticsConfig(Block):
    """From yields to a workspace and a limit."""

    luminosity: PositiveFloat = Field(description="integrated luminosity [fb-1]")
    luminosity_uncertainty: NonNegativeFloat = Field(
        description="relative uncertainty of the luminosity, common to all samples"
    )
    background_uncertainty: NonNegativeFloat = Field(
        description="relative systematic uncertainty of the background"
    )
    signal_uncertainty: NonNegativeFloat = Field(
        description="relative systematic uncertainty of the signal"
    )
    confidence_level: float = Field(gt=0.5, lt=1.0, description="of the upper limit")
    mass_bins: PositiveInt = Field(description="bins of m(track, e) up to the mass splitting")
    min_background_events: PositiveInt = Field(
        description="fewest simulated background events in the region, with and without tagger"
    )
    min_signal_events: PositiveInt = Field(
        description="fewest simulated signal events in the region, with and without tagger"
    )
    on_insufficient: Literal["error", "report"] = Field(
        description="if there are fewer: end with an error, or write results without limits"
    )
    insignificant_variations: Literal["apply", "drop"] = Field(
        description="variations of the simulation whose effect on a sample's yield is smaller than "
        "its statistical error: in the statistical model all the same, or left out"
    )
    bootstrap_replicas: NonNegativeInt = Field(
        description="replicas for the errors of the tagger's gain; 0: none are given"
    )
