"""Material of the inner detector and before the calorimeter."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.simulation.response.kinds import EtaCurve, Number
from hepchain.trust import Trust

SILICON_RADIUS = 560.0
"""Outer edge of the silicon detectors [mm]."""


class Detector(StrEnum):
    """What a layer of material belongs to."""

    PASSIVE = "passive"
    PIXEL = "pixel"
    SCT = "sct"
    TRT = "trt"


class Layer(Block):
    """A cylinder or a pair of disks of material, in the order in which a particle meets them."""

    name: str = Field(description="name")
    detector: Detector = Field(description="what it measures with")
    x0: NonNegativeFloat = Field(description="thickness at normal incidence [X0]")
    radius: PositiveFloat | None = Field(default=None, description="of a cylinder [mm]")
    half_length: PositiveFloat | None = Field(
        default=None, description="of a cylinder along the beam [mm]; as long as needed if absent"
    )
    z: PositiveFloat | None = Field(default=None, description="distance of a disk [mm]")
    inner: PositiveFloat | None = Field(default=None, description="inner radius of a disk [mm]")
    outer: PositiveFloat | None = Field(default=None, description="outer radius of a disk [mm]")

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        disk = (self.z, self.inner, self.outer)
        cylinder = self.radius is not None
        if cylinder == (self.z is not None) or (not cylinder and None in disk):
            raise ValueError(
                f"layer {self.name}: give `radius` (cylinder) or `z`, `inner` and `outer` (disk)"
            )
        if self.inner is not None and self.outer is not None and self.inner >= self.outer:
            raise ValueError(f"layer {self.name}: inner radius must be below the outer one")
        return self

    @property
    def nominal_radius(self) -> float:
        """Radius of a cylinder, middle of a disk [mm]."""
        if self.radius is not None:
            return self.radius
        return 0.5 * ((self.inner or 0.0) + (self.outer or 0.0))

    @property
    def in_silicon(self) -> bool:
        """Whether its material counts to the silicon detectors."""
        return self.nominal_radius < SILICON_RADIUS


class MaterialParameters(Block):
    """Material of the inner detector and before the calorimeter."""

    layers: list[Layer] = Field(min_length=1, description="from the inside out")
    layers_source: str
    layers_trust: Trust
    silicon: EtaCurve
    trt: EtaCurve
    total: EtaCurve
    before_calorimeter: EtaCurve
    hadronic_over_x0: Number
    scale: Number

    @model_validator(mode="after")
    def _outwards(self) -> Self:
        for kind in ("radius", "z"):
            places = [getattr(layer, kind) for layer in self.layers]
            places = [place for place in places if place is not None]
            if places != sorted(set(places)):
                raise ValueError(f"layers must be listed from the inside out, got {kind} {places}")
        return self

    def indices(self, *detectors: Detector) -> list[int]:
        """Positions of the layers of these detectors."""
        return [i for i, layer in enumerate(self.layers) if layer.detector in detectors]
