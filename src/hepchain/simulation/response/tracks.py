"""From particles to tracks with all their variables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response import calorimeter, dedx, tracking, transition_radiation
from hepchain.simulation.response.crossing import Crossing
from hepchain.simulation.response.hits import silicon_hits
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.response.particles import Columns, FloatArray, IntArray, Particles
from hepchain.simulation.response.passage import convert_photons, traverse


@dataclass(frozen=True)
class Tracks:
    """Reconstructed tracks of a chunk, sorted by event."""

    particles: Particles
    """The particle of each track."""
    columns: Columns
    """The variables of each track and what else the ntuple holds of it, shape (n,) each."""


def reconstruct(
    crossing: Crossing, parameters: ResponseParameters, rng: np.random.Generator
) -> Tracks:
    """Reconstruct the tracks of a bunch crossing.

    Returns
    -------
    Tracks with ``columns`` holding the silicon, TRT and calorimeter variables (absent groups NaN),
    ``theta``, ``charge``, ``vertex_index`` and ``z0_sin_theta``
    """
    p = parameters
    particles = convert_photons(crossing.particles, p.material, rng)
    # Below this no particle can be measured above the smallest pT of the pattern recognition.
    particles = particles.take(
        (particles.pt > 0.9 * tracking.MIN_PT) & (np.abs(particles.eta) < 2.6)
    )
    passage = traverse(particles, p.material, rng)
    found = tracking.found(particles, passage, p.material, p.tracking, rng)
    particles, passage = particles.take(found), passage.take(found)
    hits = silicon_hits(particles, passage, p.material, p.hits, rng)
    left = calorimeter.deposit(particles, passage, p.material, p.calorimeter, rng)
    clustered, energy = calorimeter.clusters(left, p.calorimeter, rng)
    momentum = tracking.fitted_momentum(particles, passage, p.material, p.tracking, clustered, rng)
    innermost = np.asarray(hits["number_of_innermost_pixel_layer_hits"], dtype=np.int64)
    columns = {**hits, **tracking.fit(particles, momentum, innermost, p.tracking, rng)}
    columns["brem_fit_successful"] = momentum.refitted.astype(np.int64)
    fitted = 1.0 / np.abs(columns["q_over_p"])
    pixel_hits = np.asarray(hits["number_of_pixel_hits"], dtype=np.int64)
    columns |= dedx.measure(particles, pixel_hits, innermost, p.pixel_dedx, rng)
    mu = crossing.mu[particles.event]
    extended, trt = transition_radiation.respond(
        particles, passage, fitted, mu, p.material, p.trt, rng
    )
    degrees = _degrees_of_freedom(hits, np.where(extended, trt["number_of_trt_hits"], 0))
    columns |= tracking.fit_quality(passage, degrees, p.material, p.tracking, rng)
    columns["number_of_outliers_on_track"] = (
        hits["number_of_pixel_outliers"]
        + hits["number_of_sct_outliers"]
        + np.where(extended, trt["number_of_trt_outliers"], 0)
    )
    columns |= {name: np.where(extended, values, np.nan) for name, values in trt.items()}
    showers = calorimeter.shapes(particles, left, energy, fitted, p.material, p.calorimeter, rng)
    columns |= {name: np.where(clustered, values, np.nan) for name, values in showers.items()}
    return _accepted(particles, columns, crossing)


def _degrees_of_freedom(hits: Columns, trt_hits: FloatArray | IntArray) -> IntArray:
    """Two measurements a pixel hit, one a strip or straw hit, less the five parameters."""
    result: IntArray = (
        2 * hits["number_of_pixel_hits"] + hits["number_of_sct_hits"] + trt_hits - 5
    ).astype(np.int64)
    return result


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
