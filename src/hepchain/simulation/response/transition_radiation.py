"""The TRT: extension of a track, straw hits, high-threshold hits, electron probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.parameters import Detector, MaterialParameters, TrtParameters
from hepchain.simulation.response.particles import (
    MASSES,
    BoolArray,
    Columns,
    FloatArray,
    IntArray,
    Particles,
)
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage


def high_threshold_probability(
    gamma: FloatArray, occupancy: FloatArray, constants: list[float]
) -> FloatArray:
    """Probability that a hit of a particle with this Lorentz factor passes the high threshold.

    With x = log10(gamma), p_TR = P2 + P3 / (1 + exp(-(x - P4 - P7 occ) / P5)) between P0 and
    P1 + P6 occ, continued linearly outside; p_HT = p_TR + (1 - p_TR) (P8 occ + P9 occ^2)
    (athena TRT_ConditionsData/src/HTcalculator.cxx).

    Parameters
    ----------
    gamma, occupancy : shape (n,)
    constants : P0 to P9 of the kind of straw
    """
    p0, p1, p2, p3, p4, p5, p6, p7, p8, p9 = constants
    x = np.log10(gamma)
    inside = np.clip(x, p0, p1 + p6 * occupancy)
    onset = 1.0 / (1.0 + np.exp(-(inside - p4 - p7 * occupancy) / p5))
    slope = p3 / p5 * onset * (1.0 - onset)
    radiation = p2 + p3 * onset + slope * (x - inside)
    result: FloatArray = radiation + (1.0 - radiation) * (p8 * occupancy + p9 * occupancy**2)
    return np.clip(result, 1e-4, 1.0 - 1e-4)


@dataclass(frozen=True)
class Straws:
    """Constants of the straws that each track crosses: by region, shape (n,)."""

    region: IntArray
    """0 barrel, 1 end-cap A wheels, 2 end-cap B wheels."""
    argon_fraction: FloatArray

    @classmethod
    def crossed_at(cls, eta: FloatArray, p: TrtParameters) -> Straws:
        """Kind of straws at each pseudorapidity."""
        region = np.digitize(np.abs(eta), [p.end_cap_a.value, p.end_cap_b.value])
        argon = np.asarray(p.argon_fraction.value)[np.minimum(region, 1)]
        return cls(region, argon)

    def probability(
        self, gamma: FloatArray, occupancy: FloatArray, p: TrtParameters
    ) -> tuple[FloatArray, FloatArray]:
        """High-threshold probability in xenon and in argon straws."""
        tables = p.high_threshold
        xenon_tables = (tables.xenon_barrel, tables.xenon_end_cap_a, tables.xenon_end_cap_b)
        argon_tables = (tables.argon_barrel, tables.argon_end_cap, tables.argon_end_cap)
        xenon, argon = np.empty_like(gamma), np.empty_like(gamma)
        for region in range(3):
            here = self.region == region
            for result, constants in ((xenon, xenon_tables), (argon, argon_tables)):
                result[here] = high_threshold_probability(
                    gamma[here], occupancy[here], constants[region]
                )
        return xenon, argon


def electron_probability(
    high: tuple[IntArray, IntArray],
    hits: tuple[IntArray, IntArray],
    electron: tuple[FloatArray, FloatArray],
    pion: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """P = prod p_e / (prod p_e + prod p_pi) over the straws, 1 - p where the threshold failed.

    Each argument holds one array for xenon and one for argon straws, shape (n,)
    (athena TRT_ElectronPidToolRun2.cxx). Without hits it is 0.5.
    """
    logarithm = np.zeros(len(hits[0]))
    for n_high, n, p_e, p_pi in zip(high, hits, electron, pion, strict=True):
        logarithm += n_high * np.log(p_e / p_pi)
        logarithm += (n - n_high) * np.log((1.0 - p_e) / (1.0 - p_pi))
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(logarithm, -50.0, 50.0)))
    return result


def relative_energy_loss(beta_gamma: FloatArray, p: TrtParameters) -> FloatArray:
    """Mean energy loss in the gas over that of a pion of 1 GeV.

    1 / beta^2 with a logarithmic relativistic rise that reaches the electron's value at
    beta gamma 500 and stays there.
    """

    def curve(value: FloatArray) -> FloatArray:
        rise = np.clip(np.log(value / 4.0) / np.log(500.0 / 4.0), 0.0, 1.0)
        pion = np.log(1.0 / MASSES[211] / 4.0) / np.log(500.0 / 4.0)
        scale = (p.dedx_electron.value - 1.0) / (1.0 - pion)
        result: FloatArray = (1.0 + 1.0 / value**2) * (1.0 + scale * (rise - pion))
        return result

    return curve(beta_gamma) / float(curve(np.array([1.0 / MASSES[211]]))[0])


def respond(
    particles: Particles,
    passage: Passage,
    reconstructed_momentum: FloatArray,
    mu: FloatArray,
    material: MaterialParameters,
    parameters: TrtParameters,
    rng: np.random.Generator,
) -> tuple[BoolArray, Columns]:
    """Which tracks extend into the TRT, and their eleven variables.

    Parameters
    ----------
    reconstructed_momentum : momentum of the track fit [GeV], shape (n,)
    mu : mean number of collisions of the event of each track, shape (n,)

    Returns
    -------
    mask of the tracks with TRT, shape (n,), and name -> shape (n,), meaningless outside the mask
    """
    p = parameters
    n = len(particles)
    entrance = material.indices(Detector.TRT)[0]
    inside = particles.momentum * passage.fraction[:, entrance + 1]
    occupancy = np.clip(
        p.occupancy_offset.value
        + p.occupancy_slope.value * mu
        + p.occupancy_spread.value * rng.standard_normal(n),
        0.01,
        0.99,
    )
    straws = Straws.crossed_at(particles.eta, p)
    count = _straw_counts(particles, passage, entrance, p, rng)
    high, hits, high_outliers = _high_threshold(particles, inside, occupancy, straws, count, p, rng)
    extended = (
        (np.abs(particles.eta) < p.max_abs_eta.value)
        & (rng.random(n) < p.extension(particles.eta))
        & (_off_road(particles, passage, reconstructed_momentum, entrance, p) < p.road.value)
        & (count["hits"] + count["outliers"] >= p.min_hits.value)
    )
    hypotheses = [
        straws.probability(
            np.sqrt(1.0 + (reconstructed_momentum / MASSES[code]) ** 2), occupancy, p
        )
        for code in (11, 211)
    ]
    loss = relative_energy_loss(inside / particles.mass, p)
    width = p.dedx_resolution.value / np.sqrt(np.maximum(count["hits"], 1) / 10.0)
    return extended, {
        "number_of_trt_hits": count["hits"],
        "number_of_trt_outliers": count["outliers"],
        "number_of_trt_holes": count["holes"],
        "number_of_trt_high_threshold_hits": high[0] + high[1],
        "number_of_trt_high_threshold_hits_total": high[0] + high[1] + high_outliers,
        "number_of_trt_high_threshold_outliers": high_outliers,
        "number_of_trt_dead_straws": count["dead"],
        "number_of_trt_xenon_hits": hits[0],
        "trt_track_occupancy": occupancy,
        "trt_dedx": loss * np.maximum(1.0 + width * rng.standard_normal(n), 0.1),
        "e_probability_ht": electron_probability(high, hits, hypotheses[0], hypotheses[1]),
    }


def _off_road(
    particles: Particles,
    passage: Passage,
    reconstructed_momentum: FloatArray,
    entrance: int,
    p: TrtParameters,
) -> FloatArray:
    """Distance from the extrapolated track when the first straws have been crossed [mm].

    A particle that enters the TRT with less momentum than the fit found bends away by
    L^2 / 2 (1 / rho - 1 / rho_fit) over the length L.
    """
    arriving = particles.momentum * passage.fraction[:, entrance]
    difference = (1.0 / arriving - 1.0 / reconstructed_momentum) / particles.sin_theta
    return np.abs(0.5 * p.road_length.value**2 * difference / CURVATURE_RADIUS)


def _straw_counts(
    particles: Particles,
    passage: Passage,
    entrance: int,
    p: TrtParameters,
    rng: np.random.Generator,
) -> dict[str, IntArray]:
    """Straws crossed, by outcome. A particle that interacts inside the TRT crosses fewer."""
    reached = passage.crossed[:, [entrance, entrance + 1]].sum(axis=1)
    stopped = np.isin(passage.interaction, (entrance, entrance + 1))
    part = np.where(stopped, reached / 2.0 - 0.25, reached / 2.0)
    expected = p.straws(particles.eta) * part
    crossed = np.maximum(np.rint(expected + 2.0 * rng.standard_normal(len(expected))), 0)
    crossed = np.where(part > 0, crossed, 0).astype(np.int64)
    dead = rng.binomial(crossed, p.dead.value)
    seen = rng.binomial(crossed - dead, p.straw_efficiency.value)
    outliers = rng.binomial(seen, p.outlier.value)
    return {
        "dead": dead,
        "hits": seen - outliers,
        "outliers": outliers,
        "holes": crossed - dead - seen,
    }


def _high_threshold(
    particles: Particles,
    momentum: FloatArray,
    occupancy: FloatArray,
    straws: Straws,
    count: dict[str, IntArray],
    p: TrtParameters,
    rng: np.random.Generator,
) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray], IntArray]:
    gamma = np.sqrt(1.0 + (momentum / particles.mass) ** 2)
    factor = np.where(particles.is_electron, p.electron_high_threshold_factor.value, 1.0)
    xenon, argon = (
        np.minimum(factor * value, 1.0) for value in straws.probability(gamma, occupancy, p)
    )
    argon_hits = rng.binomial(count["hits"], straws.argon_fraction)
    xenon_hits = count["hits"] - argon_hits
    high = (rng.binomial(xenon_hits, xenon), rng.binomial(argon_hits, argon))
    mixed = xenon * (1.0 - straws.argon_fraction) + argon * straws.argon_fraction
    return high, (xenon_hits, argon_hits), rng.binomial(count["outliers"], mixed)
