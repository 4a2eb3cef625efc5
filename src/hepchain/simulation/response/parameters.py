"""Typed detector parameters, each with its unit, source and trust."""

from __future__ import annotations

from typing import Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from hepchain.config.base import Block
from hepchain.simulation.response.kinds import (
    EnergyCurve,
    EtaCurve,
    Number,
    Numbers,
    Probabilities,
    Probability,
    PtCurve,
    Steps,
)
from hepchain.simulation.response.material import Detector, MaterialParameters
from hepchain.trust import Trust


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
    length: Numbers
    straws: EtaCurve
    straw_efficiency: Probability
    outlier: EtaCurve
    dead: Probability
    occupancy_offset: Number
    occupancy_slope: Number
    occupancy_anchor: Number
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
    presampler: Shape


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
    match_phi: Number
    match_eta: Number
    cluster_half: Number
    cluster_width: Number
    seed: Number
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
    hadronic_leakage: Numbers
    hadron_position: Number
    secondary_pt: Number
    leading_secondary: Probability
    shapes: ShowerShapes
    shapes_source: str
    shapes_trust: Trust
    wtots1_scale: EtaCurve
    latent_correlation: Probability
    delta_eta: Numbers
    delta_phi: Number


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
    """The whole of ``config/detector/response.yaml``."""

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
