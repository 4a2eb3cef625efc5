"""Typed detector parameters, each with its unit, source and trust."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.simulation.response.arrays import FloatArray
from hepchain.trust import Trust

SILICON_RADIUS = 560.0
"""Outer edge of the silicon detectors [mm]."""


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


def _check_knots(x: list[float], y: list[float]) -> None:
    if len(x) != len(y) or list(x) != sorted(set(x)):
        raise ValueError(f"{len(x)} increasing knots needed for {len(y)} values, got {x}")


class EtaCurve(Sourced):
    """Linear interpolation in |eta|, constant beyond the last knot."""

    abs_eta: list[NonNegativeFloat] = Field(min_length=2, description="knots")
    value: list[NonNegativeFloat] = Field(min_length=2, description="values at the knots")

    @model_validator(mode="after")
    def _knots(self) -> Self:
        _check_knots(self.abs_eta, self.value)
        return self

    def __call__(self, eta: FloatArray) -> FloatArray:
        """Value at each pseudorapidity, shape as ``eta``."""
        return np.interp(np.abs(eta), self.abs_eta, self.value)


class Steps(Sourced):
    """Piecewise constant: each value holds from its lower edge to the next."""

    edges: list[NonNegativeFloat] = Field(min_length=1, description="lower edges of the bins")
    value: list[Share] = Field(min_length=1, description="value in each bin")

    @model_validator(mode="after")
    def _knots(self) -> Self:
        _check_knots(self.edges, self.value)
        return self

    def __call__(self, x: FloatArray) -> FloatArray:
        """Value at each ``x``; below the first edge that of the first bin."""
        index = np.searchsorted(self.edges, x, side="right") - 1
        return np.asarray(self.value)[np.clip(index, 0, len(self.value) - 1)]


class CrossingParameters(Block):
    """Bunch crossing: pile-up and vertices."""

    mean_collisions: Number
    rms_collisions: Number
    beam_spot_sigma_z: Number
    beam_spot_sigma_xy: Number
    hard_vertex_resolution: Number
    pileup_vertex_resolution: Number
    pileup_vertex_efficiency: Probability
    window: Number
    training_thinning_pt: Number


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


class Resolution(Block):
    """Two terms of an error in bins of |eta|."""

    constant: list[NonNegativeFloat]
    scattering: list[NonNegativeFloat]
    unit: str


class CurvatureResolution(Block):
    """Relative error of q/p: multiple scattering and measurement of the curvature."""

    scattering: list[NonNegativeFloat]
    curvature: list[NonNegativeFloat]
    unit: str


class TrackingParameters(Block):
    """Finding and fitting tracks."""

    efficiency_pt: Steps
    efficiency_eta: EtaCurve
    efficiency_eta_mean: Probability
    abs_eta: list[NonNegativeFloat]
    d0: Resolution
    z0_sin_theta: Resolution
    phi: Resolution
    theta: Resolution
    q_over_p: CurvatureResolution
    errors_source: str
    errors_trust: Trust
    error_spread: Number
    error_factor_without_innermost_hit: Number
    charge_flip: Probability
    chi2_scale: Number
    chi2_spread: Number
    sct_momentum_weight: Probability
    brem_chi2: Number
    brem_refit_min_p: Number
    brem_refit_hadron: Probability
    brem_error_factor: Number
    share_before_seven_hits: EtaCurve
    largest_kink: Number
    fake_share: Probability
    fake_d0: Number
    fake_chi2: Number


class HitParameters(Block):
    """Hits, holes and dead sensors of the silicon detectors."""

    pixel_efficiency: Probabilities
    pixel_dead: Probabilities
    pixel_overlap: Probability
    sct_efficiency: Probability
    sct_dead: Probability
    sct_overlap: Probability
    pixel_shared: Probability
    sct_shared: Probability
    merging: Numbers
    splitting: Probability
    split: Probability
    outlier: Probability
    outlier_after_brem: Number
    fake_outlier: Probability
    ganged: Probability
    ganged_fake: Probability
    spoilt: Probability


class PixelDedxParameters(Block):
    """Energy loss in the pixels."""

    bethe_bloch: Numbers
    width: Numbers
    thickness: Number
    tail: Probability
    overflow: Probability


class HighThresholdTables(Block):
    """Ten constants of the onset curve for each kind of straw."""

    xenon_barrel: list[float] = Field(min_length=10, max_length=10)
    xenon_end_cap_a: list[float] = Field(min_length=10, max_length=10)
    xenon_end_cap_b: list[float] = Field(min_length=10, max_length=10)
    argon_barrel: list[float] = Field(min_length=10, max_length=10)
    argon_end_cap: list[float] = Field(min_length=10, max_length=10)


class TrtParameters(Block):
    """Transition radiation tracker."""

    max_abs_eta: Number
    min_hits: Number
    extension: EtaCurve
    fake_extension: Probability
    road: Number
    road_length: Number
    straws: EtaCurve
    straw_efficiency: Probability
    outlier: EtaCurve
    dead: Probability
    occupancy_offset: Number
    occupancy_slope: Number
    occupancy_spread: Number
    argon_fraction: Probabilities
    end_cap_a: Number
    end_cap_b: Number
    high_threshold: HighThresholdTables
    high_threshold_source: str
    high_threshold_trust: Trust
    electron_high_threshold_factor: Number
    dedx_electron: Number
    dedx_resolution: Number


class Shape(Block):
    """Mean and width of a shower shape for electrons and showering hadrons."""

    electron: tuple[NonNegativeFloat, PositiveFloat]
    hadron: tuple[NonNegativeFloat, PositiveFloat]


class ShowerShapes(Block):
    """The shapes drawn around means and widths."""

    reta: Shape
    rphi: Shape
    weta2: Shape
    wtots1: Shape
    fracs1: Shape
    eratio: Shape
    delta_e: Shape
    hadronic_leakage: Shape
    presampler: Shape


class EnergyCurve(Sourced):
    """Linear interpolation in the logarithm of an energy, constant beyond the last knots."""

    energy: list[PositiveFloat] = Field(min_length=2, description="knots [GeV]")
    value: list[Share] = Field(min_length=2, description="values at the knots")

    @model_validator(mode="after")
    def _knots(self) -> Self:
        _check_knots(self.energy, self.value)
        return self

    def __call__(self, energy: FloatArray) -> FloatArray:
        """Value at each energy, shape as ``energy``."""
        return np.interp(np.log(np.maximum(energy, 1e-6)), np.log(self.energy), self.value)


class CalorimeterParameters(Block):
    """Electromagnetic and hadronic calorimeters."""

    radius: Number
    end_cap_z: Number
    sampling: Number
    constant: Number
    noise: Number
    noise_scale: Number
    dead_material_loss: Number
    window: Number
    match_window: Number
    cluster_half: Number
    cluster_width: Number
    match: Probability
    depth: Numbers
    critical_energy: Number
    depth_fluctuation: Number
    layer_noise: Numbers
    hadronic_noise: Number
    hadron_shower: Probability
    charge_exchange: Probability
    hadron_response: EnergyCurve
    hadron_response_spread: Number
    minimum_ionising: Number
    minimum_ionising_spread: Number
    hadron_layers: Probabilities
    hadron_layers_concentration: Number
    first_hadronic_layer: Numbers
    annihilation: Number
    shapes: ShowerShapes
    shapes_source: str
    shapes_trust: Trust
    wtots1_scale: EtaCurve
    latent_correlation: Probability
    delta_eta: Numbers
    delta_phi: Numbers


class PtCurve(Sourced):
    """Linear interpolation in pT; zero below the first knot, constant above the last."""

    pt: list[NonNegativeFloat] = Field(min_length=2, description="knots [GeV]")
    value: list[Share] = Field(min_length=2, description="values at the knots")

    @model_validator(mode="after")
    def _knots(self) -> Self:
        _check_knots(self.pt, self.value)
        return self

    def __call__(self, pt: FloatArray) -> FloatArray:
        """Value at each pT, shape as ``pt``."""
        return np.interp(pt, self.pt, self.value, left=0.0)


class ElectronParameters(Block):
    """The standard reconstructed electron."""

    min_pt: Number
    max_abs_eta: Number
    reconstruction: PtCurve
    lh_very_loose: PtCurve
    min_identification_pt: Number


class JetParameters(Block):
    """Jets."""

    resolution: Steps
    min_pt: Number


class MetParameters(Block):
    """Missing transverse momentum."""

    scale: Number
    resolution: Number
    trigger: Steps


class ResponseParameters(Block):
    """The whole of ``config/response.yaml``."""

    crossing: CrossingParameters
    material: MaterialParameters
    tracking: TrackingParameters
    hits: HitParameters
    pixel_dedx: PixelDedxParameters
    trt: TrtParameters
    calorimeter: CalorimeterParameters
    electron: ElectronParameters
    jets: JetParameters
    met: MetParameters

    @model_validator(mode="after")
    def _a_value_each_pixel_layer(self) -> Self:
        layers = len(self.material.indices(Detector.PIXEL))
        for name in ("pixel_efficiency", "pixel_dead"):
            given = len(getattr(self.hits, name).value)
            if given != layers:
                raise ValueError(
                    f"hits.{name}: one value for each of the {layers} pixel layers and disks of "
                    f"material.layers needed, got {given}"
                )
        return self
