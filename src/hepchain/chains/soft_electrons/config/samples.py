"""Samples of the chain: signals have the masses of their neutralinos."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.config.samples import Role, Sample
from hepchain.config.types import BEAM


class HiggsinoMasses(Block):
    """Mass point of N2 -> N1 e e."""

    n2: PositiveFloat = Field(le=BEAM, description="mass of the second neutralino [GeV]")
    n1: PositiveFloat = Field(le=BEAM, description="mass of the lightest neutralino [GeV]")

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


class HiggsinoSample(Sample):
    """One sample; a signal is a mass point."""

    OF_GENERATOR: ClassVar[tuple[str, ...]] = ("process", "masses")

    masses: HiggsinoMasses | None = Field(
        default=None, description="mass point: of a simulated higgsino sample or any signal"
    )

    @model_validator(mode="after")
    def _signal_is_a_mass_point(self) -> Self:
        if self.role is Role.SIGNAL and self.masses is None:
            raise ValueError("a signal needs `masses: {n2: ..., n1: ...}`")
        return self
