"""From particles to tracks with all their variables."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepchain.simulation.response import (
    calorimeter,
    clusters,
    dedx,
    shower_shapes,
    tracking,
    transition_radiation,
)
from hepchain.simulation.response.arrays import BoolArray, Columns, IntArray
from hepchain.simulation.response.crossing import Crossing
from hepchain.simulation.response.hits import SiliconHits, hit_variables, lever_arm, silicon_hits
from hepchain.simulation.response.neighbours import merged_clusters
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.response.passage import Passage, convert_photons, traverse
from hepchain.simulation.truth import TruthOrigin


@dataclass(frozen=True)
class Tracks:
    """Reconstructed tracks of a chunk, sorted by event."""

    particles: Particles
    """The particle of each track."""
    columns: Columns
    """The variables of each track and what else the ntuple holds of it, shape (n,) each."""


def reconstruct(
    crossing: Crossing, parameters: ResponseParameters, *, photons_convert: bool = True
) -> Tracks:
    """Reconstruct the tracks of a bunch crossing.

    Parameters
    ----------
    photons_convert : False where what they convert to is among the particles already

    Returns
    -------
    Tracks with ``columns`` holding the silicon, TRT and calorimeter variables (absent groups NaN),
    ``theta``, ``charge``, ``vertex_index`` and ``z0_sin_theta``
    """
    p = parameters
    particles, photons = (
        convert_photons(crossing.particles, p.material)
        if photons_convert
        else crossing.particles.charged_and_photons()
    )
    particles, passage, hits = _found(particles.append(_fakes(particles, p)), p)
    columns = hit_variables(particles, hits, p.hits)
    arm = lever_arm(columns["radius_of_first_hit"], passage, p.material)
    left = calorimeter.deposit(particles, passage, p.calorimeter)
    clustered, showers = _calorimeter(particles, left, photons, p)
    momentum = tracking.fitted_momentum(particles, passage, p.material, p.tracking, clustered)
    innermost = columns["number_of_innermost_pixel_layer_hits"]
    columns |= tracking.fit(particles, momentum, innermost, arm, p.tracking)
    columns["brem_fit_successful"] = momentum.refitted.astype(np.int64)
    columns |= dedx.measure(particles, columns["number_of_pixel_hits"], innermost, p.pixel_dedx)
    columns |= _trt(particles, passage, columns, crossing, p)
    columns |= tracking.fit_quality(
        particles, passage, _degrees_of_freedom(columns), p.material, p.tracking
    )
    columns["number_of_outliers_on_track"] = _all_detectors("outliers", columns)
    chosen = np.flatnonzero(clustered)
    columns |= _spread(showers, chosen, len(particles))
    columns["e_over_p"] = columns.pop("cluster_energy") * np.abs(columns["q_over_p"])
    return _accepted(particles, columns, crossing)


def _found(particles: Particles, p: ResponseParameters) -> tuple[Particles, Passage, SiliconHits]:
    """Particles that become tracks, their way through the detector and what they leave there."""
    merged = merged_clusters(particles, p.material, p.hits)
    able = (particles.pt > tracking.SMALLEST_PT) & (np.abs(particles.eta) < 2.6)
    able &= tracking.sought(particles, p.material, p.tracking)
    particles, merged = particles.take(able), merged[able]
    passage = traverse(particles, p.material, p.tracking.largest_kink.value)
    hits = silicon_hits(particles, passage, merged, p.material, p.hits)
    found = np.flatnonzero(tracking.enough_hits(hits))
    return particles.take(found), passage.take(found), hits.take(found)


def _fakes(particles: Particles, parameters: ResponseParameters) -> Particles:
    """Combinations of hits of several particles: hadrons' momenta, directions of their own."""
    p = parameters.tracking
    chosen = particles.take(
        particles.is_hadron & particles.draws.chance("fake", p.fake_share.value)
    )
    draws = chosen.draws.child("fake")
    return replace(
        chosen,
        key=draws.keys,
        serial=np.full(len(chosen), -1),
        parent_pdg_id=np.zeros(len(chosen), dtype=np.int64),
        origin=np.full(len(chosen), int(TruthOrigin.FAKE)),
        phi=2.0 * np.pi * (draws.uniform("azimuth") - 0.5),
        x=chosen.x + p.fake_d0.value * draws.normal("x"),
        y=chosen.y + p.fake_d0.value * draws.normal("y"),
    )


def _calorimeter(
    particles: Particles, left: calorimeter.Deposit, photons: Particles, p: ResponseParameters
) -> tuple[BoolArray, Columns]:
    """Which tracks have a cluster, and its variables and ``cluster_energy`` [GeV] for those."""
    everything = particles.append(photons)
    left = left.append(calorimeter.deposit_of_photons(photons))
    found = clusters.cluster(everything, left, p.calorimeter)
    matches = clusters.match(particles, everything, found, p.calorimeter)
    chosen = np.flatnonzero(matches.matched)
    source = matches.source[chosen]
    variables = shower_shapes.shapes(
        everything.take(source), left.take(source), found.take(source), p.material, p.calorimeter
    )
    variables["delta_eta1"] = matches.delta_eta[chosen]
    variables["delta_phi2"] = matches.delta_phi[chosen]
    variables["cluster_energy"] = found.energy[source]
    return matches.matched, variables


def _spread(columns: Columns, chosen: IntArray, n: int) -> Columns:
    """Columns of some tracks as columns of all: NaN for the others."""
    result = {}
    for name, values in columns.items():
        result[name] = np.full(n, np.nan)
        result[name][chosen] = values
    return result


def _trt(
    particles: Particles,
    passage: Passage,
    columns: Columns,
    crossing: Crossing,
    p: ResponseParameters,
) -> Columns:
    """TRT variables: drawn for tracks with an extension only, NaN for the others."""
    fitted = 1.0 / np.abs(columns["q_over_p"])
    extended = transition_radiation.extends(particles, passage, fitted, p.material, p.trt)
    chosen = np.flatnonzero(extended)
    enough, variables = transition_radiation.respond(
        particles.take(chosen),
        passage.take(chosen),
        fitted[chosen],
        crossing.mu[particles.event[chosen]],
        p.material,
        p.trt,
    )
    present: BoolArray = enough
    kept = {name: values[present] for name, values in variables.items()}
    return _spread(kept, chosen[present], len(particles))


def _degrees_of_freedom(columns: Columns) -> IntArray:
    """Two measurements a pixel hit, one a strip or straw hit, less the five parameters."""
    return _all_detectors("hits", columns) + columns["number_of_pixel_hits"] - 5


def _all_detectors(what: str, columns: Columns) -> IntArray:
    """Number in pixels, strips and, where a track has any, straws."""
    pixel, strip, straw = (columns[f"number_of_{name}_{what}"] for name in ("pixel", "sct", "trt"))
    return np.asarray((pixel + strip + np.nan_to_num(straw)).astype(np.int64))


def _accepted(particles: Particles, columns: Columns, crossing: Crossing) -> Tracks:
    """Tracks within the acceptance of the pattern recognition, with vertex, sorted by event."""
    keep = (
        (columns["pt"] > tracking.MIN_PT)
        & (np.abs(columns["eta"]) < 2.5)
        & (np.abs(columns["d0"]) < tracking.MAX_D0)
        & (columns["number_dof"] > 0)
    )
    order = np.flatnonzero(keep)
    order = order[np.argsort(particles.event[order], kind="stable")]
    particles = particles.take(order)
    columns = {name: values[order] for name, values in columns.items()}
    vertex = tracking.associate(particles.event, columns["z0"], columns["theta"], crossing)
    significance = np.sin(columns["theta"]) * columns["z0_error"]
    columns |= {
        "vertex_index": vertex.index,
        "z0_sin_theta": vertex.z0_sin_theta,
        "z0_sin_theta_significance": vertex.z0_sin_theta / significance,
        "d0_significance": columns["d0"] / columns["d0_error"],
    }
    return Tracks(particles, columns)
