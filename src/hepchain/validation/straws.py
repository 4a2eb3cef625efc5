"""Hits in the straws of the TRT and what is expected of those above the high threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv
from scipy.stats import binom

from hepchain.simulation.response.transition_radiation import high_threshold_probability
from hepchain.validation.comparison import FloatArray
from hepchain.validation.reference import BoolArray
from hepchain.validation.single_particles import MASSES, Tracks

SOURCE = "athena TRT_ConditionsData/src/HTcalculator.cxx"
XENON = (
    (1, 3.7204, 0.0260, 0.1445, 3.0461, 0.2206, 0, 0.0078, 0.0918, 0.0744),
    (1, 3.5836, 0.0468, 0.1475, 3.0943, 0.1303, 0, 0.0089, 0.1054, 0.0472),
    (1, 3.4798, 0.0433, 0.1824, 3.0730, 0.1244, 0, 0.0300, 0.1007, 0.1261),
)
ARGON = (
    (1, 2.8342, 0.0384, 0.0185, 2.7161, 0.0366, 0, 0.0013, 0.1261, 0.1241),
    (1, 3.2551, 0.0388, 0.0338, 2.9090, 0.1663, 0, 0.1604, 0.1100, 0.0521),
    (1, 3.2551, 0.0388, 0.0338, 2.9090, 0.1663, 0, 0.1604, 0.1100, 0.0521),
)
"""P0 to P9 of barrel, end-cap A and end-cap B straws; no argon table exists for the last."""

REGION_EDGES = (0.8, 1.4)
"""|eta| from which the straws are taken as those of end-cap A and B wheels."""
FAKE_RATE = 0.05

SILICON = (
    (0.0, 0.5, 1.0, 1.25, 1.5, 1.65, 1.8, 2.0),
    (0.30, 0.34, 0.45, 0.70, 1.0, 1.1, 1.05, 0.95),
)
"""|eta| and X/X0 of the silicon detectors before the TRT."""
BREM_NODES = 24


@dataclass(frozen=True)
class Straws:
    """Hits of tracks in the TRT, shape (n,) each."""

    momentum: FloatArray
    """True momentum where the particle starts [GeV]."""
    abs_eta: FloatArray
    hits: FloatArray
    high: FloatArray
    """Hits above the high threshold."""
    xenon_share: FloatArray
    """Share of the hits that are in xenon straws."""
    occupancy: FloatArray

    @classmethod
    def of(cls, tracks: Tracks, chosen: BoolArray) -> Straws:
        """Of some tracks, all of which have TRT hits."""
        hits = tracks["number_of_trt_hits"][chosen]
        return cls(
            tracks.particles.momentum[chosen],
            tracks.particles.abs_eta[chosen],
            hits,
            tracks["number_of_trt_high_threshold_hits"][chosen],
            tracks["number_of_trt_xenon_hits"][chosen] / hits,
            tracks["trt_track_occupancy"][chosen],
        )

    def probability(self, momentum: FloatArray, mass: float) -> FloatArray:
        """Published high-threshold probability, averaged over the gases of each track."""
        gamma = np.hypot(momentum / mass, 1.0)
        region = np.digitize(self.abs_eta, REGION_EDGES)
        result = np.empty_like(momentum)
        for number, (xenon, argon) in enumerate(zip(XENON, ARGON, strict=True)):
            here = region == number
            x, a = (
                high_threshold_probability(gamma[here], self.occupancy[here], list(constants))
                for constants in (xenon, argon)
            )
            share = self.xenon_share[here]
            result[here] = share * x + (1.0 - share) * a
        return result

    def electron_probability(self) -> FloatArray:
        """The same for electrons that have radiated in the silicon detectors.

        Average over what Bethe and Heitler leave of the momentum, exp(-u) with u from a gamma
        distribution of shape t / ln 2.
        """
        thickness = np.interp(self.abs_eta, *SILICON)
        total = np.zeros_like(self.momentum)
        for level in (np.arange(BREM_NODES) + 0.5) / BREM_NODES:
            kept = np.exp(-gammaincinv(thickness / np.log(2.0), level))
            total += self.probability(np.maximum(self.momentum * kept, 1e-3), MASSES["electron"])
        return total / BREM_NODES


def count_cut(
    high: FloatArray, hits: FloatArray, pion: FloatArray, fake_rate: float = FAKE_RATE
) -> FloatArray:
    """Probability that each track passes a cut on its high-threshold hits that so many pions pass.

    The cut is that of each track's own pion hypothesis; where a number of hits straddles the fake
    rate, it passes in part, so that pions pass at exactly the fake rate.

    Parameters
    ----------
    high, hits : of the tracks, shape (n,)
    pion : high-threshold probability of a pion, shape (n,)
    """
    above, at = binom.sf(high, hits, pion), binom.pmf(high, hits, pion)
    result: FloatArray = np.clip((fake_rate - above) / np.maximum(at, 1e-300), 0.0, 1.0)
    return result


def count_efficiency(
    hits: FloatArray, electron: FloatArray, pion: FloatArray, fake_rate: float = FAKE_RATE
) -> FloatArray:
    """Probability that an electron passes :func:`count_cut`, for independent straws.

    Parameters
    ----------
    hits : number of straws hit, shape (n,)
    electron, pion : their high-threshold probabilities, shape (n,)
    """
    total = np.zeros(len(hits))
    for high in range(int(hits.max(initial=0.0)) + 1):
        number = np.full(len(hits), float(high))
        passes = count_cut(number, hits, pion, fake_rate)
        total += np.where(number <= hits, binom.pmf(number, hits, electron) * passes, 0.0)
    return total
