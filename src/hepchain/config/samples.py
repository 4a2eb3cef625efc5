"""The list of samples: what is simulated or read, in which role, with which normalisation."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from hepchain.config.base import Block
from hepchain.config.types import Distinct, Name


class Role(StrEnum):
    """What a sample is for."""

    PILEUP = "pileup"
    TRAINING = "training"
    SIGNAL = "signal"
    BACKGROUND = "background"
    DATA = "data"
    VALIDATION = "validation"


OF_A_YIELD = ("cross_section_pb", "scale_factor", "branching_fraction", "sum_of_weights")
"""Keys that make the yield of a sample: each is given, none has a default."""

OF_SIMULATION = ("pileup", *OF_A_YIELD, "override_sum_of_weights")
"""Keys of a sample that data cannot have, beside those of the generator."""

GENERATOR, FILE = "generator", "file"
"""What stands for a number that the simulation knows, or the files of a sample."""


class Sample(Block):
    """One sample, simulated (``process``) or read from ntuples (``files`` and ``ntuple``).

    A chain may know more of its samples, such as masses: in a class derived from this one.
    """

    OF_GENERATOR: ClassVar[tuple[str, ...]] = ("process",)
    """Keys that the generation of events depends on."""

    role: Role = Field(description="what the sample is for")
    process: Name | None = Field(
        default=None, description="process to simulate, one of those of the chain"
    )
    pileup: str | None = Field(
        default=None, description="sample of role pileup whose collisions are overlaid"
    )
    cross_section_pb: PositiveFloat | Literal["generator", "file"] | None = Field(
        default=None,
        description="cross-section [pb]; `generator`: that of the simulation, `file`: that of the "
        "metadata of `files`",
    )
    scale_factor: PositiveFloat | None = Field(
        default=None,
        description="factor on the cross-section: higher orders, further channels; 1 if there is "
        "none",
    )
    branching_fraction: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="branching fraction that the cross-section does not include; 1 if none",
    )
    files: Distinct[str] | None = Field(
        default=None,
        description="ROOT files: paths, patterns, addresses, or text files that list such",
    )
    files_per_part: PositiveInt | None = Field(
        default=None,
        description="`files` of a job; by default one, and more if that would make over 500 jobs",
    )
    ntuple: Name | None = Field(
        default=None, description="branch map of `files`, a name in config/ntuples/"
    )
    sum_of_weights: PositiveFloat | Literal["file"] | None = Field(
        default=None,
        description="of `files`: sum of generator weights before any filter; `file`: that of their "
        "metadata",
    )
    override_sum_of_weights: bool = Field(
        default=False,
        description="`sum_of_weights` goes before what the files tell, and is not compared with "
        "the sum over their events",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.process is None) == (self.files is None):
            raise ValueError("give either `process` (to simulate) or `files` (to read)")
        if self.files is not None and self.ntuple is None:
            raise ValueError("`files` need `ntuple`, the name of their branch map")
        if self.files is None and self.files_per_part is not None:
            raise ValueError("`files_per_part` is for `files`; use `simulation.parts`")
        if self.override_sum_of_weights and self.sum_of_weights is None:
            raise ValueError("`override_sum_of_weights` needs `sum_of_weights`")
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
        given = self._given((*self.OF_GENERATOR, *OF_SIMULATION))
        if self.role is Role.DATA and given:
            raise ValueError(
                "a sample of role data is read from `files` and its events count once: remove "
                f"{_listed(given)} (of simulation only)"
            )
        return self

    @model_validator(mode="after")
    def _yield_is_told(self) -> Self:
        """What changes a yield is given; what would change nothing is refused."""
        given = self._given(OF_A_YIELD)
        if self.role in (Role.PILEUP, Role.VALIDATION) and given:
            raise ValueError(f"a sample of role {self.role} has no yield: remove {_listed(given)}")
        if self.simulated and "sum_of_weights" in given:
            raise ValueError(
                "`sum_of_weights` is for `files`; the simulation counts its own events"
            )
        if self.cross_section_pb == (FILE if self.simulated else GENERATOR):
            which = GENERATOR if self.simulated else FILE
            raise ValueError(f"cross_section_pb: a number or `{which}`")
        needed = [key for key in OF_A_YIELD if not (self.simulated and key == "sum_of_weights")]
        lacking = [key for key in needed if key not in given]
        has_yield = self.role in (Role.SIGNAL, Role.BACKGROUND)
        if lacking and (has_yield or given) and self.role is not Role.DATA:
            raise ValueError(
                f"its yield depends on {_listed(lacking)}: give each (`cross_section_pb`: a number "
                f"or `{GENERATOR if self.simulated else FILE}`; factors: 1.0 if there is none"
                + ("" if self.simulated else f"; `sum_of_weights`: a number or `{FILE}`")
                + ")"
            )
        return self

    def _given(self, keys: Iterable[str]) -> list[str]:
        return [key for key in keys if getattr(self, key) not in (None, False)]

    @property
    def simulated(self) -> bool:
        """Whether the simulation stage makes this sample."""
        return self.process is not None


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
