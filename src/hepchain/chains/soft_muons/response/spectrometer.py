"""The muon spectrometer: its own track, extrapolated to the vertex, and its hits.

It sees the muon alone, behind the calorimeter, whatever the muon was before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.chains.soft_muons.generation.candidates import Candidates
from hepchain.chains.soft_muons.generation.flight import path_to
from hepchain.chains.soft_muons.response.inner import highland
from hepchain.chains.soft_muons.response.parameters import (
    MuonResponse,
    SpectrometerParameters,
    VolumeParameters,
)
from hepchain.simulation.response.arrays import BoolArray, FloatArray
from hepchain.simulation.rows import Rows

EULER = 0.5772156649
MEAN_OF_MOYAL = EULER + np.log(2.0)
"""In units of its scale, of the distribution with its maximum at 0."""
SECTORS = 8
"""Large ones; as many small ones are between them."""


@dataclass(frozen=True)
class OuterTracks(Rows):
    """Tracks of the spectrometer, extrapolated to the vertex; shapes (n,)."""

    found: BoolArray
    """Whether the muon has momentum left behind the calorimeter and crosses two stations."""
    momentum: FloatArray
    relative_error: FloatArray
    """Of q/p, energy loss included."""
    loss_error: FloatArray
    """Of the energy loss [GeV]."""
    theta: FloatArray
    phi_shift: FloatArray
    """Azimuth, less that of the first particle at the vertex."""
    angle_error: FloatArray
    """Of either angle, from scattering in the calorimeter [rad]."""
    chi2: FloatArray
    degrees_of_freedom: FloatArray
    hits: dict[str, FloatArray]
    """Name of the input -> number of hits."""
    layers: FloatArray
    """Stations with precision hits."""
    field_integral: FloatArray

    def take(self, index: BoolArray) -> OuterTracks:  # type: ignore[override]
        """The rows selected by a mask."""
        chosen = {name: values[index] for name, values in vars(self).items() if name != "hits"}
        return OuterTracks(
            hits={name: values[index] for name, values in self.hits.items()}, **chosen
        )


def measure(
    muons: Candidates, response: MuonResponse, with_wheel: bool, random: np.random.Generator
) -> OuterTracks:
    """Tracks of the spectrometer, one for each muon, found or not.

    Parameters
    ----------
    with_wheel : whether the New Small Wheel is there (Run 3)
    """
    p, volume = response.spectrometer, response.volume
    true = np.sqrt(muons.px**2 + muons.py**2 + muons.pz**2)
    eta = muons.eta
    depth = volume.depth(eta)
    crossed = depth * (
        1.0 - share_crossed(muons.flight, np.hypot(muons.px, muons.py) / true, volume)
    )
    lost = energy_loss(true, crossed, p)
    scale = p.straggling.value * np.maximum(crossed, 1e-9)
    fluctuated = lost + scale * (_moyal(len(true), random) - MEAN_OF_MOYAL)
    left = true - fluctuated
    hits, layers = _hits(muons, p, with_wheel, random)
    own_error = _own_error(muons, p)
    at_entry = np.maximum(left, 0.1) / np.maximum(
        1.0 + own_error * random.normal(size=len(true)), 0.2
    )
    # The extrapolation expects the loss of a muon that has crossed all of it.
    momentum = at_entry + energy_loss(at_entry + 3.0, depth, p)
    loss_error = p.fluctuation.value * p.straggling.value * depth
    angle = highland(momentum, depth * p.depth_in_radiation_lengths.value)
    precision = sum(hits[name] for name in MIDDLE_AND_OUTER) + p.inner_tubes.value
    freedom = np.maximum(np.asarray(precision) - 5.0, 1.0)
    return OuterTracks(
        found=(left > p.smallest_momentum.value) & (layers >= 1.0),
        momentum=momentum,
        relative_error=np.hypot(own_error * at_entry, loss_error) / momentum,
        loss_error=loss_error,
        angle_error=angle,
        chi2=p.chi2_scale.value * random.chisquare(freedom),
        degrees_of_freedom=freedom,
        hits=hits,
        layers=layers,
        field_integral=_field_integral(muons, p),
        **_angles(muons, angle, volume, random),
    )


def share_crossed(flight: FloatArray, sine: FloatArray, volume: VolumeParameters) -> FloatArray:
    """Share of the calorimeter that is behind a particle after a path, shape as ``flight``."""
    begin = path_to(volume.calorimeter_radius.value, volume.calorimeter_z.value, sine)
    end = path_to(volume.calorimeter_end_radius.value, volume.calorimeter_end_z.value, sine)
    result: FloatArray = np.clip((flight - begin) / (end - begin), 0.0, 1.0)
    return result


def energy_loss(momentum: FloatArray, depth: FloatArray, p: SpectrometerParameters) -> FloatArray:
    """Mean loss in so many interaction lengths [GeV]; it rises with the logarithm of momentum."""
    growth = 1.0 + p.loss_growth.value * np.log10(np.maximum(momentum, 1.0) / 10.0)
    result: FloatArray = p.loss_per_depth.value * depth * growth
    return result


def _moyal(size: int, random: np.random.Generator) -> FloatArray:
    """Moyal's approximation of Landau's distribution: -ln z^2 of a Gaussian z, maximum at 0."""
    return -np.log(random.normal(size=size) ** 2)


def _own_error(muons: Candidates, p: SpectrometerParameters) -> FloatArray:
    edges = p.abs_eta_edges.value
    region = np.clip(np.digitize(np.abs(muons.eta), edges) - 1, 0, len(edges) - 2)
    scattering, curvature = np.array(p.scattering.value), np.array(p.curvature.value)
    error: FloatArray = np.hypot(scattering[region], curvature[region] * muons.pt)
    return error


def _angles(
    muons: Candidates, angle: FloatArray, volume: VolumeParameters, random: np.random.Generator
) -> dict[str, FloatArray]:
    """Direction: that of the muon, scattered in the calorimeter."""
    turn = np.arctan2(muons.py, muons.px) - np.arctan2(muons.parent_py, muons.parent_px)
    sine = np.hypot(muons.px, muons.py) / np.sqrt(muons.px**2 + muons.py**2 + muons.pz**2)
    return {
        "theta": np.arctan2(muons.pt, muons.pz) + angle * random.normal(size=len(angle)),
        "phi_shift": (turn + np.pi) % (2.0 * np.pi)
        - np.pi
        + angle / sine * random.normal(size=len(angle)),
    }


MIDDLE_AND_OUTER = (
    "middle_large_hits",
    "middle_small_hits",
    "outer_large_hits",
    "outer_small_hits",
)
WHEEL = (
    "mm_hits",
    "eta_layer1_stgc_hits",
    "eta_layer2_stgc_hits",
    "phi_layer1_stgc_hits",
    "phi_layer2_stgc_hits",
)


def _hits(
    muons: Candidates, p: SpectrometerParameters, with_wheel: bool, random: np.random.Generator
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Hits by name, and the number of stations that have precision hits."""
    phi, abs_eta = np.arctan2(muons.py, muons.px), np.abs(muons.eta)
    size, period = len(phi), 2.0 * np.pi / SECTORS
    from_centre = np.abs((phi + period / 2.0) % period - period / 2.0)
    large = from_centre < p.large_sector.value + p.sector_overlap.value / 2.0
    small = from_centre > p.large_sector.value - p.sector_overlap.value / 2.0
    there = {
        "middle": _works(size, p, random),
        "outer": _works(size, p, random) & _has_outer(phi, abs_eta, p, random),
    }
    in_crack = abs_eta < p.crack_abs_eta.value
    hits, stations = (
        {},
        _works(size, p, random) & ~(in_crack & (random.random(size) < p.crack_loss.value)),
    )
    layers = stations.astype(np.float64)
    for (station, works), tubes in zip(there.items(), p.tubes.value, strict=True):
        works &= ~(in_crack & (random.random(size) < p.crack_loss.value))
        for name, sector in (("large", large), ("small", small)):
            found = random.binomial(int(tubes), p.tube_efficiency.value, size) * (sector & works)
            hits[f"{station}_{name}_hits"] = found.astype(np.float64)
        layers += works
    if with_wheel:
        hits |= _wheel_hits(abs_eta, p, random)
    return hits, layers


def _works(size: int, p: SpectrometerParameters, random: np.random.Generator) -> BoolArray:
    return np.asarray(random.random(size) < p.chamber_efficiency.value)


def _has_outer(
    phi: FloatArray, abs_eta: FloatArray, p: SpectrometerParameters, random: np.random.Generator
) -> BoolArray:
    between = (abs_eta > p.no_outer.value[0]) & (abs_eta < p.no_outer.value[1])
    feet = (
        (phi > p.feet_phi.value[0]) & (phi < p.feet_phi.value[1]) & (abs_eta < p.no_outer.value[0])
    )
    lost = feet & (random.random(len(phi)) < p.feet_loss.value)
    return np.asarray(~between & ~lost)


def _wheel_hits(
    abs_eta: FloatArray, p: SpectrometerParameters, random: np.random.Generator
) -> dict[str, FloatArray]:
    low, high = p.wheel_abs_eta.value
    inside = (abs_eta > low) & (abs_eta < high)
    efficiency = p.wheel_efficiency.value
    return {
        name: np.where(inside, random.binomial(int(layers), efficiency, len(abs_eta)), 0.0)
        for name, layers in zip(WHEEL, p.wheel_layers.value, strict=True)
    }


def _field_integral(muons: Candidates, p: SpectrometerParameters) -> FloatArray:
    """Of the toroids along the muon [T m]."""
    ripple = 1.0 + p.field_ripple.value * np.cos(SECTORS * np.arctan2(muons.py, muons.px))
    result: FloatArray = p.field_integral(muons.eta) * ripple
    return result
