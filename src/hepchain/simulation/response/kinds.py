"""Kinds of detector parameters, each with its unit, source and trust."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.simulation.response.arrays import FloatArray
from hepchain.trust import Trust


class Sourced(Block):
    """What every parameter carries."""

    unit: str = Field(description="unit, 1 if it has none")
    source: str = Field(min_length=3, description="where the number comes from")
    trust: Trust = Field(description="how far it can be trusted")


class Number(Sourced):
    """One number, not negative."""

    value: NonNegativeFloat = Field(description="the number")


class Probability(Sourced):
    """A probability or share."""

    value: float = Field(ge=0.0, le=1.0, description="between 0 and 1")


class Numbers(Sourced):
    """Several numbers in a fixed order."""

    value: list[float] = Field(min_length=1, description="the numbers")


Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Probabilities(Sourced):
    """Several probabilities in a fixed order."""

    value: list[Share] = Field(min_length=1, description="between 0 and 1")


class _Curve(Sourced):
    """Values at rising knots."""

    knots: ClassVar[str]
    """Name of the field that has them."""
    value: list[Share] = Field(min_length=2, description="values at the knots")

    @model_validator(mode="after")
    def _rise(self) -> Self:
        x, y = getattr(self, self.knots), self.value
        if len(x) != len(y) or x != sorted(set(x)):
            raise ValueError(f"{len(x)} increasing knots needed for {len(y)} values, got {x}")
        return self


class EtaCurve(_Curve):
    """Linear interpolation in |eta|, constant beyond the last knot."""

    knots = "abs_eta"
    abs_eta: list[NonNegativeFloat] = Field(min_length=2, description="knots")
    value: list[NonNegativeFloat] = Field(min_length=2, description="values at the knots")

    def __call__(self, eta: FloatArray) -> FloatArray:
        """Value at each pseudorapidity, shape as ``eta``."""
        return np.interp(np.abs(eta), self.abs_eta, self.value)


class Steps(_Curve):
    """Piecewise constant: each value holds from its lower edge to the next."""

    knots = "edges"
    edges: list[NonNegativeFloat] = Field(min_length=1, description="lower edges of the bins")
    value: list[Share] = Field(min_length=1, description="value in each bin")

    def __call__(self, x: FloatArray) -> FloatArray:
        """Value at each ``x``; below the first edge that of the first bin."""
        index = np.searchsorted(self.edges, x, side="right") - 1
        return np.asarray(self.value)[np.clip(index, 0, len(self.value) - 1)]


class EnergyCurve(_Curve):
    """Linear interpolation in the logarithm of an energy, constant beyond the last knots."""

    knots = "energy"
    energy: list[PositiveFloat] = Field(min_length=2, description="knots [GeV]")

    def __call__(self, energy: FloatArray) -> FloatArray:
        """Value at each energy, shape as ``energy``."""
        return np.interp(np.log(np.maximum(energy, 1e-6)), np.log(self.energy), self.value)


class PtCurve(_Curve):
    """Linear interpolation in pT; zero below the first knot, constant above the last."""

    knots = "pt"
    pt: list[NonNegativeFloat] = Field(min_length=2, description="knots [GeV]")

    def __call__(self, pt: FloatArray) -> FloatArray:
        """Value at each pT, shape as ``pt``."""
        return np.interp(pt, self.pt, self.value, left=0.0)
