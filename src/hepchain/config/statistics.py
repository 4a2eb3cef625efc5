"""Block ``statistics``: luminosity, uncertainties, limits; what every counting of events needs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from hepchain.config.base import Block
from hepchain.config.types import Bins, RelativeUncertainty, Replicas

FEWEST_TOYS = 1000
"""With fewer the tails that make a limit at 95 % are not sampled."""

MOST_LUMINOSITY = 10_000.0
"""Three times what the LHC will have given in the end [fb-1]; more is in another unit."""


class ToysConfig(Block):
    """Limits from toys, in regions with few events."""

    below: NonNegativeFloat = Field(
        description="expected background events below which a region has them too; 0: nowhere"
    )
    number: int = Field(ge=FEWEST_TOYS, le=1_000_000, description="toys of each hypothesis")
    repetitions: int = Field(
        ge=2, le=100, description="with other random numbers, for the error of the limits"
    )


class CountingConfig(Block):
    """What the statistical model of any counting of events needs."""

    luminosity: PositiveFloat = Field(
        le=MOST_LUMINOSITY, description="integrated luminosity [fb-1]"
    )
    luminosity_uncertainty: RelativeUncertainty = Field(
        description="relative uncertainty of the luminosity, common to all samples"
    )
    background_uncertainty: RelativeUncertainty = Field(
        description="relative systematic uncertainty of the background"
    )
    confidence_level: float = Field(gt=0.5, lt=1.0, description="of the upper limit")
    mass_bins: Bins = Field(description="bins of the variable of the templates")
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
    bootstrap_replicas: Replicas = Field(
        description="replicas for the errors of significances and gains; 0: none are given"
    )
