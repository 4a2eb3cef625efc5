"""Settings of a sequence of cuts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, PositiveInt

from hepchain.config.taggers import TaggerSettings
from hepchain.config.types import Distinct, Name


class CutsConfig(TaggerSettings):
    """A sequence of ever tighter rectangular cuts."""

    kind: Literal["cuts"]
    variables: Distinct[Name] = Field(
        min_length=1, description="variables that are cut on, where a category has them"
    )
    peel: float = Field(
        gt=0.0, lt=1.0, description="share of the remaining hadrons that one step cuts away"
    )
    min_background: PositiveInt = Field(description="background left at which the sequence ends")

    @property
    def named_variables(self) -> Mapping[str, list[str]]:
        """See the base."""
        return {"variables": self.variables}


SETTINGS = CutsConfig
