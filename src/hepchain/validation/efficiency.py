"""Efficiencies of tracks and standard electrons, conversions, and what a track comes with.

Measured with single particles: tracks in a bin of the true momentum over particles shot there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from hepchain.config.validation import ValidationConfig
from hepchain.skimming.quality import ASSUMED, NEEDED, Quality, quality
from hepchain.validation.comparison import Comparison, FloatArray
from hepchain.validation.conversions import conversions
from hepchain.validation.known import Computed, Known
from hepchain.validation.ntuples import Columns, columns
from hepchain.validation.single_particles import (
    MASSES,
    Particles,
    Tracks,
    read_particles,
    read_tracks,
)
from hepchain.validation.summaries import BoolArray, IntArray

KAON_LIFETIME, PION_LIFETIME = 3711.0, 7804.5
"""c tau [mm] (PDG 2022)."""
DECAY_RADII = (371.0, 514.0)
"""A track needs seven silicon hits: to the second double layer of strips at least, and has them all
at the last [mm]."""


def hadron_efficiency(pt: FloatArray, abs_eta: FloatArray, known: Known) -> FloatArray:
    """Published efficiency of loose tracks of hadrons, factor in pT times shape in |eta|."""
    table = {
        name: np.array(numbers, dtype=np.float64)
        for name, numbers in known.table("published").items()
    }

    def factor(name: str, values: FloatArray) -> FloatArray:
        factors = table[f"{name}_factor"]
        return np.asarray(
            factors[np.clip(np.digitize(values, table[name]) - 1, 0, len(factors) - 1)]
        )

    return factor("pt", pt) * factor("abs_eta", abs_eta) / table["mean"]


def kaon_over_pion(pt: FloatArray, radius: float) -> FloatArray:
    """Probability of a kaon over that of a pion to reach ``radius`` [mm] before its decay.

    exp(-L m_K / (p c tau_K)) over the same for pions. Hadronic interactions, slightly rarer for K+,
    are taken as equal.
    """
    kaon = np.exp(-radius * MASSES["kaon"] / (pt * KAON_LIFETIME))
    pion = np.exp(-radius * MASSES["pion"] / (pt * PION_LIFETIME))
    return np.asarray(kaon / pion, dtype=np.float64)


def kaon_decays(known: Known) -> Computed:
    """Kaons over pions that have not decayed before they have crossed the silicon."""
    edges = np.array(known.entry("tracking_efficiency_kaon_over_pion").axis.edges)
    middles = np.sqrt(edges[:-1] * edges[1:])
    early, late = (kaon_over_pion(middles, radius) for radius in DECAY_RADII)
    return Computed(value=0.5 * (early + late))


def compare(
    shot: Particles, tracks: Tracks, loose: BoolArray, standard: IntArray, known: Known
) -> list[Comparison]:
    """All comparisons; ``standard`` are the rows of the tracks of standard electrons."""
    found = tracks.frame().assign(
        loose=loose, standard=np.bincount(standard, minlength=len(loose)) > 0
    )
    for name, variable in (("trt", "number_of_trt_hits"), ("calorimeter", "e_over_p")):
        found[name] = np.isfinite(found[variable])
    particles = shot.frame()
    particles["published"] = hadron_efficiency(shot.pt, shot.abs_eta, known)
    computed = {
        "tracking_efficiency_kaon_over_pion": kaon_decays(known),
        **conversions(shot, tracks, loose),
    }
    return known.compare({"tracks": found, "shot": particles}, computed)


def comparisons(inputs: Mapping[str, Sequence[Path]], config: ValidationConfig) -> list[Comparison]:
    """Comparisons of the group; inputs ``generated`` and ``gun`` (single particles), ``known``."""
    variables = [*NEEDED, *ASSUMED, "number_of_trt_hits", "e_over_p"]
    tracks = read_tracks(inputs["gun"], variables)
    electrons = columns(inputs["gun"], ["electron_track_index"])
    standard = rows_of(electrons["event"], electrons["electron_track_index"], tracks["event"])
    loose = np.asarray(quality(_float32(tracks.columns)) >= Quality.LOOSE)
    shot = read_particles(inputs["generated"])
    return compare(shot, tracks, loose, standard, Known.read(inputs["known"][0]))


def _float32(table: Columns) -> Mapping[str, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    return {name: table[name].astype(np.float32) for name in (*NEEDED, *ASSUMED)}


def rows_of(event: FloatArray, index: FloatArray, track_event: FloatArray) -> IntArray:
    """Rows of tracks given by their position within an event.

    Parameters
    ----------
    event, index : event number and position of the track, shape (n,)
    track_event : event number of each track, shape (m,), rising
    """
    first = np.searchsorted(track_event, event)
    return first + index.astype(np.int64)
