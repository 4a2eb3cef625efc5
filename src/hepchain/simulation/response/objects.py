"""Objects of an event beside its tracks: standard electrons, jets, missing momentum."""

from __future__ import annotations

from dataclasses import dataclass

import awkward as ak
import numpy as np

from hepchain.simulation.response.parameters import (
    JetParameters,
    MetParameters,
    ResponseParameters,
)
from hepchain.simulation.response.particles import BoolArray, FloatArray, IntArray, Particles
from hepchain.simulation.response.passage import thickness
from hepchain.simulation.response.tracking import efficiency


@dataclass(frozen=True)
class Electrons:
    """Standard reconstructed electrons, one entry each, sorted by event."""

    track: IntArray
    """Position of the track among all tracks of the chunk."""
    pt: FloatArray
    very_loose: BoolArray


def standard_electrons(
    particles: Particles,
    parameters: ResponseParameters,
    rng: np.random.Generator,
) -> Electrons:
    """Electrons found by the standard reconstruction among the particles that have a track.

    The published reconstruction efficiency includes the track's; it is divided by the tracking
    efficiency of the same momentum. The momentum is that of the cluster, smeared by the
    calorimeter's resolution around the true one.

    Parameters
    ----------
    particles : those that have a track, in the order of the tracks
    """
    p, calorimeter = parameters.electron, parameters.calorimeter
    n = len(particles)
    # All random numbers are drawn for all tracks: what one electron gets depends on no other.
    draw, identified, normal = rng.random(n), rng.random(n), rng.standard_normal(n)
    candidate = (
        particles.is_electron
        & (np.abs(particles.eta) < p.max_abs_eta.value)
        & (particles.pt > p.min_pt.value)
    )
    layers = thickness(particles.eta, parameters.material)
    tracked = efficiency(particles, layers, parameters.material, parameters.tracking)
    chosen = np.flatnonzero(candidate & (draw * tracked < p.reconstruction(particles.pt)))
    energy = particles.momentum[chosen]
    noise = calorimeter.noise.value * calorimeter.noise_scale.value
    relative = np.sqrt(
        calorimeter.sampling.value**2 / energy
        + calorimeter.constant.value**2
        + (noise / energy) ** 2
    )
    pt = particles.pt[chosen] * np.maximum(1.0 + relative * normal[chosen], 0.05)
    passes = identified[chosen] < p.lh_very_loose(particles.pt[chosen])
    very_loose = passes & (pt > p.min_identification_pt.value)
    return Electrons(chosen, pt, very_loose)


def smear_jets(
    events: ak.Array, parameters: JetParameters, rng: np.random.Generator
) -> dict[str, ak.Array]:
    """Reconstructed jets: particle-level jets with smeared momentum, by falling pT.

    Returns
    -------
    ``pt``, ``eta``, ``phi``, ``mass``, jagged
    """
    counts = ak.num(events["jet_pt"])
    flat = {
        name: ak.to_numpy(ak.flatten(events[f"jet_{name}"])).astype(np.float64)
        for name in ("pt", "eta", "phi", "mass")
    }
    factor = 1.0 + parameters.resolution(flat["pt"]) * rng.standard_normal(len(flat["pt"]))
    flat["pt"] = flat["pt"] * np.maximum(factor, 0.0)
    flat["mass"] = flat["mass"] * np.maximum(factor, 0.0)
    jagged = {name: ak.unflatten(values, counts) for name, values in flat.items()}
    order = ak.argsort(jagged["pt"], ascending=False)
    kept = jagged["pt"][order] > parameters.min_pt.value
    return {name: values[order][kept] for name, values in jagged.items()}


def smear_met(
    events: ak.Array, parameters: MetParameters, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Reconstructed missing transverse momentum and the trigger's efficiency at it.

    Each component gets a Gaussian of width resolution x sqrt(sum ET of the hard collision).
    """
    met = ak.to_numpy(events["truth_met"]).astype(np.float64)
    phi = ak.to_numpy(events["truth_met_phi"]).astype(np.float64)
    sum_et = ak.to_numpy(events["sum_et"]).astype(np.float64)
    noise = parameters.resolution.value * np.sqrt(sum_et) * rng.standard_normal((2, len(met)))
    x, y = met * np.cos(phi) + noise[0], met * np.sin(phi) + noise[1]
    reconstructed = np.hypot(x, y)
    return {
        "met": reconstructed,
        "met_phi": np.arctan2(y, x),
        "sum_et": sum_et,
        "met_trigger_weight": parameters.trigger(reconstructed),
    }
