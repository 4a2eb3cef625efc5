"""Parameters of the response to muons, each with unit, source and trust."""

from __future__ import annotations

from hepchain.config.base import Block
from hepchain.simulation.response.kinds import (
    EtaCurve,
    Number,
    Numbers,
    Probabilities,
    Probability,
)


class VolumeParameters(Block):
    """Where the detectors are that a hadron has to cross, or to decay in."""

    inner_radius: Number
    inner_z: Number
    calorimeter_radius: Number
    calorimeter_z: Number
    calorimeter_end_radius: Number
    calorimeter_end_z: Number
    depth: EtaCurve


class InnerParameters(Block):
    """The inner detector."""

    field: Number
    pixel_radii: Numbers
    strip_radii: Numbers
    straw_radii: Numbers
    pixel_resolution: Number
    strip_resolution: Number
    straw_resolution: Number
    straws_of_a_point: Number
    straws_max_abs_eta: Number
    material: EtaCurve
    window: Number
    min_silicon_hits: Number
    chi2_scale: Number
    theta_resolution: Number
    pixel_dead: Probabilities
    pixel_overlap: Probability
    pixel_efficiency: Probabilities


class SpectrometerParameters(Block):
    """The muon spectrometer, and the calorimeter before it."""

    abs_eta_edges: Numbers
    scattering: Numbers
    curvature: Numbers
    loss_per_depth: Number
    loss_growth: Number
    straggling: Number
    fluctuation: Number
    depth_in_radiation_lengths: Number
    smallest_momentum: Number
    tube_efficiency: Probability
    tubes: Numbers
    inner_tubes: Number
    chamber_efficiency: Probability
    large_sector: Number
    sector_overlap: Number
    crack_abs_eta: Number
    crack_loss: Probability
    no_outer: Numbers
    feet_phi: Numbers
    feet_loss: Probability
    chi2_scale: Number
    field_integral: EtaCurve
    field_ripple: Probability
    wheel_abs_eta: Numbers
    wheel_layers: Numbers
    wheel_efficiency: Probability


class CombinationParameters(Block):
    """Inner track and that of the spectrometer together."""

    inside_out_share: Probability
    match_cut: Number
    muon_pt: Number
    max_abs_eta: Number
    max_q_over_p_significance: Number
    min_precision_layers: Number


class MuonResponse(Block):
    """The whole of ``config/soft_muons/response.yaml``."""

    volume: VolumeParameters
    inner: InnerParameters
    spectrometer: SpectrometerParameters
    combination: CombinationParameters
