"""The list of samples: what is simulated or read, in which role, with which normalisation."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from hepchain.config.base import Block


class Role(StrEnum):
    """What a sample is for."""

    PILEUP = "pileup"
    TRAINING = "training"
    SIGNAL = "signal"
    BACKGROUND = "background"
    DATA = "data"
    VALIDATION = "validation"


class Process(StrEnum):
    """What the simulation can generate."""

    MINIMUM_BIAS = "minimum_bias"
    SINGLE_ELECTRON = "single_electron"
    PARTICLE_GUN = "particle_gun"
    HIGGSINO = "higgsino"
    WENU_JETS = "wenu_jets"


class HiggsinoMasses(Block):
    """Mass point of N2 -> N1 e e."""

    n2: PositiveFloat = Field(description="mass of the second neutralino [GeV]")
    n1: PositiveFloat = Field(description="mass of the lightest neutralino [GeV]")

    @property
    def splitting(self) -> float:
        """Mass difference, the end point of m(ee) [GeV]."""
        return self.n2 - self.n1

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.splitting < 0.1:
            raise ValueError(
                f"n2 ({self.n2} GeV) must be at least 0.1 GeV above n1 ({self.n1} GeV)"
            )
        return self


OF_SIMULATION = (
    "process",
    "pileup",
    "masses",
    "cross_section_pb",
    "scale_factor",
    "branching_fraction",
    "sum_of_weights",
)
"""Keys of a sample that data cannot have."""


class Sample(Block):
    """One sample, simulated (``process``) or read from ntuples (``files`` and ``ntuple``)."""

    role: Role = Field(description="what the sample is for")
    process: Process | None = Field(default=None, description="process to simulate")
    pileup: str | None = Field(
        default=None, description="sample of role pileup whose collisions are overlaid"
    )
    masses: HiggsinoMasses | None = Field(
        default=None, description="mass point: of a simulated higgsino sample or any signal"
    )
    cross_section_pb: PositiveFloat | None = Field(
        default=None, description="cross-section [pb]; the generator's own if absent"
    )
    scale_factor: PositiveFloat = Field(
        default=1.0, description="factor on the cross-section: higher orders, further channels"
    )
    branching_fraction: float = Field(
        default=1.0, gt=0.0, le=1.0, description="branching fraction forced in the generator"
    )
    files: list[str] | None = Field(default=None, description="ROOT files or glob patterns")
    files_per_part: PositiveInt | None = Field(
        default=None,
        description="`files` of a job; by default one, and more if that would make over 500 jobs",
    )
    ntuple: str | None = Field(
        default=None, description="branch map of `files`, a name in config/ntuples/"
    )
    sum_of_weights: PositiveFloat | None = Field(
        default=None,
        description="sum of generator weights before any filter, where the files do not tell",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.process is None) == (self.files is None):
            raise ValueError("give either `process` (to simulate) or `files` (to read)")
        if self.files is not None and self.ntuple is None:
            raise ValueError("`files` need `ntuple`, the name of their branch map")
        if self.files is None and self.files_per_part is not None:
            raise ValueError("`files_per_part` is for `files`; use `simulation.parts`")
        if self.role is Role.SIGNAL and self.masses is None:
            raise ValueError("a signal needs `masses: {n2: ..., n1: ...}`")
        return self

    @model_validator(mode="after")
    def _validation_is_simulated_alone(self) -> Self:
        """Validation looks at the simulation, one collision at a time."""
        if self.role is Role.VALIDATION and self.files is not None:
            raise ValueError("a sample of role validation needs `process`; `files` are not for it")
        if self.role is Role.VALIDATION and self.pileup is not None:
            raise ValueError("a sample of role validation has no pile-up; remove `pileup`")
        return self

    @model_validator(mode="after")
    def _data_are_counted(self) -> Self:
        """Data are read from files, and every event counts once."""
        fields = type(self).model_fields
        given = [key for key in OF_SIMULATION if getattr(self, key) != fields[key].default]
        if self.role is Role.DATA and given:
            keys = ", ".join(f"`{key}`" for key in given)
            raise ValueError(
                "a sample of role data is read from `files` and its events count once: remove "
                f"{keys} (of simulation only)"
            )
        return self

    @property
    def simulated(self) -> bool:
        """Whether the simulation stage makes this sample."""
        return self.process is not None
