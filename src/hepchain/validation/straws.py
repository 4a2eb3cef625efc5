"""Hits in the straws of the TRT and what is expected of those above the high threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv
from scipy.stats import binom

from hepchain.simulation.response.transition_radiation import high_threshold_probability
from hepchain.validation.comparison import FloatArray
from hepchain.validation.known import Known
from hepchain.validation.single_particles import MASSES, Tracks
from hepchain.validation.summaries import BoolArray

REGIONS = ("barrel", "end_cap_a", "end_cap_b")
REGION_EDGES = (0.8, 1.4)
"""|eta| from which the straws are taken as those of end-cap A and B wheels."""
FAKE_RATE = 0.05

BREM_NODES = 24


@dataclass(frozen=True)
class Published:
    """Tables of the high-threshold probability and of the material before the TRT."""

    xenon: FloatArray
    """P0 to P9 of barrel, end-cap A and end-cap B straws, shape (3, 10)."""
    argon: FloatArray
    silicon: tuple[FloatArray, FloatArray]
    """|eta| and X/X0 of the silicon detectors."""

    @classmethod
    def of(cls, known: Known) -> Published:
        """From the file of the group."""
        xenon, argon = (
            np.array([known.table(gas)[region] for region in REGIONS], dtype=np.float64)
            for gas in ("xenon", "argon")
        )
        silicon = known.table("silicon")
        abs_eta, x0 = (np.array(silicon[name], dtype=np.float64) for name in ("abs_eta", "x0"))
        return cls(xenon, argon, (abs_eta, x0))


@dataclass(frozen=True)
class Straws:
    """Hits of tracks in the TRT, shape (n,) each."""

    published: Published

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
    def of(cls, tracks: Tracks, chosen: BoolArray, published: Published) -> Straws:
        """Of some tracks, all of which have TRT hits."""
        hits = tracks["number_of_trt_hits"][chosen]
        return cls(
            published,
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
        tables = zip(self.published.xenon, self.published.argon, strict=True)
        for number, (xenon, argon) in enumerate(tables):
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
        thickness = np.interp(self.abs_eta, *self.published.silicon)
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
    return np.asarray(np.clip((fake_rate - above) / np.maximum(at, 1e-300), 0.0, 1.0))


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
