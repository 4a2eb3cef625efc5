"""Settings of the kind ``toy.centroid``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat

from hepchain.config.taggers import TaggerSettings


class CentroidConfig(TaggerSettings):
    """Its settings."""

    kind: Literal["toy.centroid"]
    width: PositiveFloat = Field(description="of both classes, in each of the standardised inputs")


SETTINGS = CentroidConfig
