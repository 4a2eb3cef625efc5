"""Conversions of photons before the first hit of a track, counted by the electrons they leave."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from hepchain.simulation.truth import TruthOrigin
from hepchain.validation.comparison import FloatArray
from hepchain.validation.known import Computed
from hepchain.validation.single_particles import Particles, Tracks
from hepchain.validation.summaries import NOTHING, BoolArray, Estimate, divided, inverse_in_cells

PIPE_AND_FIRST_LAYER = 0.028
"""X/X0 of beam pipe (0.3 to 0.5 %) and innermost pixel layer (1.9 + 0.4 to 0.6 %) at eta 0."""
FIRST_LAYER_RADIUS = 34.0
"""Just outside the innermost pixel layer [mm]."""
CONVERSION_LEGS = (1.0, 5.0)
"""pT of the electrons by which conversions are counted [GeV]."""
LEG_EDGES = (1.0, 1.5, 2.0, 3.0, 5.0)
LEG_ABS_ETA_EDGES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.4)


def conversion_probability(abs_eta: FloatArray) -> FloatArray:
    """1 - exp(-7/9 t), t of beam pipe and first layer as cylinders (PDG, passage of particles)."""
    t = PIPE_AND_FIRST_LAYER * np.cosh(abs_eta)
    return np.asarray(-np.expm1(-7.0 / 9.0 * t), dtype=np.float64)


def conversions(shot: Particles, tracks: Tracks, loose: BoolArray) -> dict[str, Computed]:
    """Photons that convert before the first hit can be measured.

    Counted by the tracks of the pairs: a photon of transverse momentum E that shares it uniformly
    leaves 2 dpT / E electrons in dpT below E. Tracks count with the inverse of the efficiency that
    prompt electrons have in the same bin of pT and |eta|. Bins of |eta|, and all together.
    """
    edges = LEG_ABS_ETA_EDGES
    photon = shot.of("photon")
    reach = np.clip(shot.pt, CONVERSION_LEGS[0], CONVERSION_LEGS[1]) - CONVERSION_LEGS[0]
    legs = np.histogram(
        shot.abs_eta[photon], edges, weights=(2.0 * reach / np.maximum(shot.pt, 1e-6))[photon]
    )[0]
    weight = _inverse_efficiency(shot, tracks, loose)
    leg = (
        loose
        & (tracks["truth_track_origin"] == TruthOrigin.CONVERSION)
        & (tracks["truth_track_vertex_radius"] < FIRST_LAYER_RADIUS)
        & (tracks.particles.pt >= CONVERSION_LEGS[0])
        & (tracks.particles.pt < CONVERSION_LEGS[1])
    )
    eta = tracks.particles.abs_eta[leg]
    count = np.histogram(eta, edges, weights=weight[leg])[0]
    squares = np.histogram(eta, edges, weights=weight[leg] ** 2)[0]
    estimates = [
        Estimate(float(n / legs_), float(np.sqrt(max(s, 1.0)) / legs_)) if legs_ > 0 else NOTHING
        for n, s, legs_ in zip(count, squares, legs, strict=True)
    ]
    overall, total = NOTHING, legs.sum()
    if total > 0:
        overall = Estimate(float(count.sum() / total), float(np.sqrt(squares.sum()) / total))
    expected = [
        float(conversion_probability(np.linspace(low, high, 51)).mean())
        for low, high in pairwise(edges)
    ]
    return {
        "conversions": Computed(estimates, np.array(expected)),
        "conversions: |η| < 2.4": Computed([overall]),
    }


def _inverse_efficiency(shot: Particles, tracks: Tracks, loose: BoolArray) -> FloatArray:
    """One over the efficiency of prompt electrons in the bin of each track, 0 where unknown."""
    bins = (LEG_EDGES, LEG_ABS_ETA_EDGES)

    def table(particles: Particles, chosen: BoolArray) -> FloatArray:
        counts = np.histogram2d(particles.pt[chosen], particles.abs_eta[chosen], bins)[0]
        return np.asarray(counts, dtype=np.float64)

    efficiency = divided(
        table(tracks.particles, tracks.of("electron") & loose), table(shot, shot.of("electron"))
    )
    return inverse_in_cells(efficiency, bins, (tracks.particles.pt, tracks.particles.abs_eta))
