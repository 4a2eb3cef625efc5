"""Objects of an event beside its tracks: standard electrons, jets, missing momentum."""

from __future__ import annotations

from dataclasses import dataclass

import awkward as ak
import numpy as np

from hepchain.simulation.response.arrays import BoolArray, FloatArray, IntArray, KeyArray
from hepchain.simulation.response.draws import Draws, child_keys
from hepchain.simulation.response.parameters import (
    JetParameters,
    MetParameters,
    ResponseParameters,
)
from hepchain.simulation.response.particles import Particles
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
) -> Electrons:
    """Electrons found by the standard reconstruction among the particles that have a track.

    The published reconstruction efficiency includes the track's; it is divided by the tracking
    efficiency of the same momentum. The momentum is that of the cluster, smeared by the
    calorimeter's resolution around the true one.
    """
    p, calorimeter = parameters.electron, parameters.calorimeter
    draws = particles.draws
    candidate = (
        particles.is_electron
        & (np.abs(particles.eta) < p.max_abs_eta.value)
        & (particles.pt > p.min_pt.value)
    )
    tracked = efficiency(particles, parameters.material, parameters.tracking)
    chance = p.reconstruction(particles.pt) / np.maximum(tracked, 1e-3)
    chosen = np.flatnonzero(candidate & draws.chance("electron", chance))
    draws = draws.take(chosen)
    energy = particles.momentum[chosen]
    noise = calorimeter.noise.value * calorimeter.noise_scale.value
    relative = np.sqrt(
        calorimeter.sampling.value**2 / energy
        + calorimeter.constant.value**2
        + (noise / energy) ** 2
    )
    pt = particles.pt[chosen] * np.maximum(1.0 + relative * draws.normal("electron_energy"), 0.05)
    passes = draws.chance("identification", p.lh_very_loose(particles.pt[chosen]))
    very_loose = passes & (pt > p.min_identification_pt.value)
    return Electrons(chosen, pt, very_loose)


def smear_jets(
    events: ak.Array, parameters: JetParameters, event_keys: KeyArray
) -> dict[str, ak.Array]:
    """Reconstructed jets, jagged: particle-level jets with smeared momentum, by falling pT."""
    counts = ak.num(events["jet_pt"])
    flat = {
        name: ak.to_numpy(ak.flatten(events[f"jet_{name}"])).astype(np.float64)
        for name in ("pt", "eta", "phi", "mass")
    }
    jet = ak.to_numpy(ak.flatten(ak.local_index(events["jet_pt"])))
    event = np.repeat(np.arange(len(events)), ak.to_numpy(counts))
    draws = Draws(child_keys(Draws(event_keys).child("jet").keys[event], jet))
    factor = 1.0 + parameters.resolution(flat["pt"]) * draws.normal("jet_energy")
    flat["pt"] = flat["pt"] * np.maximum(factor, 0.0)
    flat["mass"] = flat["mass"] * np.maximum(factor, 0.0)
    jagged = {name: ak.unflatten(values, counts) for name, values in flat.items()}
    order = ak.argsort(jagged["pt"], ascending=False)
    kept = jagged["pt"][order] > parameters.min_pt.value
    return {name: values[order][kept] for name, values in jagged.items()}


def smear_met(
    events: ak.Array, parameters: MetParameters, event_keys: KeyArray
) -> dict[str, FloatArray]:
    """Reconstructed missing transverse momentum and the trigger's efficiency at it.

    The true value times the scale; each component gets a Gaussian of width resolution x sqrt(sum ET
    of the hard collision).
    """
    met = parameters.scale.value * ak.to_numpy(events["truth_met"]).astype(np.float64)
    phi = ak.to_numpy(events["truth_met_phi"]).astype(np.float64)
    sum_et = ak.to_numpy(events["sum_et"]).astype(np.float64)
    noise = parameters.resolution.value * np.sqrt(sum_et) * Draws(event_keys).normal("met", 2).T
    x, y = met * np.cos(phi) + noise[0], met * np.sin(phi) + noise[1]
    reconstructed = np.hypot(x, y)
    return {
        "met": reconstructed,
        "met_phi": np.arctan2(y, x),
        "sum_et": sum_et,
        "met_trigger_weight": parameters.trigger(reconstructed),
    }
