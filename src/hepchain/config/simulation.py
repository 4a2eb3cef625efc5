"""Block ``simulation``: how many events, in how many jobs, with which detector, and variations."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    StringConstraints,
    field_validator,
    model_validator,
)

from hepchain.config.base import Block
from hepchain.config.types import Distinct, Events, Name, Named, Parts
from hepchain.variations import WEIGHT_FACTOR

FORCED = "forced_electrons"
"""What follows the mark in the name of a sample's copies with forced electrons; no variation, and
none has this name."""

FORCED_COPIES = 1000
"""Event number of a copy: that of its event times this, plus its own number."""

_NAME = re.compile(r"[a-z][a-z0-9_]*_(up|down)")

Suffix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Variation(Block):
    """One thing done otherwise, by one standard deviation of its uncertainty."""

    response: dict[str, Any] | None = Field(
        default=None,
        description="dotted key in the file of detector parameters -> its varied value; the "
        "response and what follows are made once more for the samples of `varied`",
    )
    weight: Suffix | None = Field(
        default=None,
        description="ending of the column `weight_<ending>`, the varied over the nominal weight "
        "of an event; no job is repeated, and every sample that has the column is varied",
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.response is None) == (self.weight is None):
            raise ValueError("give either `response: {key: value}` or `weight`")
        if self.response == {}:
            raise ValueError("`response` changes nothing; give `{key: value}`")
        return self


class Copying(Block):
    """Copies of events in which a photon becomes an electron pair, with a weight."""

    copies: int = Field(ge=1, le=20, description="of an event, for each photon that counts")
    delta_r: PositiveFloat = Field(
        description="largest distance of such a photon from an electron of the hard process"
    )
    min_met: NonNegativeFloat = Field(
        description="GeV, of the events that are copied, as reconstructed; they have one standard "
        "electron"
    )


class SimulationConfig(Block):
    """Sizes of the simulated samples, the file of detector parameters, variations of it."""

    response: str = Field(description="file of detector parameters")
    parts: dict[str, Parts] = Field(description="sample -> number of jobs")
    events_per_part: dict[str, Events] = Field(description="sample -> events kept by each job")
    variations: Named[Variation] = Field(
        default_factory=dict,
        description="name, `<source>_up` or `<source>_down` -> what is done otherwise",
    )
    varied: dict[str, Distinct[Name]] = Field(
        default_factory=dict,
        description="sample of role signal or background -> variations of the response it is "
        "simulated with",
    )

    forced_electrons: dict[str, Copying] = Field(
        default_factory=dict,
        description="sample of role background -> copies of its events, by which conversions and "
        "Dalitz decays are more numerous",
    )

    @field_validator("variations")
    @classmethod
    def _names_tell_the_side(cls, value: dict[str, Variation]) -> dict[str, Variation]:
        wrong = [name for name in value if not _NAME.fullmatch(name)]
        if wrong:
            raise ValueError(
                f"{', '.join(wrong)}: the name of a variation is <source>_up or <source>_down, in "
                "small letters, digits and _"
            )
        return value

    @property
    def responses(self) -> dict[str, dict[str, Any]]:
        """Variation of the response -> dotted key -> value."""
        found = {name: item.response for name, item in self.variations.items()}
        return {name: changes for name, changes in found.items() if changes is not None}

    @property
    def weights(self) -> dict[str, str]:
        """Variation of the weights -> name of their column."""
        found = {name: item.weight for name, item in self.variations.items()}
        return {
            name: f"{WEIGHT_FACTOR}{suffix}" for name, suffix in found.items() if suffix is not None
        }
