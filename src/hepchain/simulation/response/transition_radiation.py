"""The TRT: extension of a track, straw hits, high-threshold hits, electron probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, Columns, FloatArray, IntArray
from hepchain.simulation.response.draws import field_below
from hepchain.simulation.response.material import Detector, MaterialParameters
from hepchain.simulation.response.parameters import TrtParameters
from hepchain.simulation.response.particles import MASSES, Particles
from hepchain.simulation.response.passage import CURVATURE_RADIUS, Passage


def high_threshold_probability(
    gamma: FloatArray, occupancy: FloatArray, constants: Sequence[float] | FloatArray
) -> FloatArray:
    """Probability that a hit of a particle with this Lorentz factor passes the high threshold.

    With x = log10(gamma), p_TR = P2 + P3 / (1 + exp(-(x - P4 - P7 occ) / P5)) between P0 and
    P1 + P6 occ, continued linearly outside; p_HT = p_TR + (1 - p_TR) (P8 occ + P9 occ^2)
    (athena TRT_ConditionsData/src/HTcalculator.cxx).

    Parameters
    ----------
    gamma, occupancy : shape (n,)
    constants : P0 to P9 of the kind of straw, each a number or of shape (n,)
    """
    p0, p1, p2, p3, p4, p5, p6, p7, p8, p9 = constants
    x = np.log10(gamma)
    inside = np.clip(x, p0, p1 + p6 * occupancy)
    onset = 1.0 / (1.0 + np.exp(-(inside - p4 - p7 * occupancy) / p5))
    slope = p3 / p5 * onset * (1.0 - onset)
    radiation = p2 + p3 * onset + slope * (x - inside)
    result: FloatArray = radiation + (1.0 - radiation) * (p8 * occupancy + p9 * occupancy**2)
    return np.clip(result, 1e-4, 1.0 - 1e-4)


def crossed_constants(
    eta: FloatArray, p: TrtParameters
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Constants of the straws at each pseudorapidity: xenon, argon, and the share of argon.

    Returns
    -------
    two arrays of shape (n, 10) and one of shape (n,)
    """
    region = np.digitize(np.abs(eta), [p.end_cap_a.value, p.end_cap_b.value])
    tables = p.high_threshold
    xenon = np.array([tables.xenon_barrel, tables.xenon_end_cap_a, tables.xenon_end_cap_b])
    argon = np.array([tables.argon_barrel, tables.argon_end_cap, tables.argon_end_cap])
    share = np.asarray(p.argon_fraction.value)[np.minimum(region, 1)]
    return xenon[region], argon[region], share


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
        return np.asarray((1.0 + 1.0 / value**2) * (1.0 + scale * (rise - pion)))

    return curve(beta_gamma) / float(curve(np.array([1.0 / MASSES[211]]))[0])


@dataclass(frozen=True)
class Straws:
    """The straws along each track, in the order in which they are crossed: shape (n, straws)."""

    dead: BoolArray
    hit: BoolArray
    outlier: BoolArray
    hole: BoolArray
    argon: BoolArray
    late: BoolArray
    """Straws in the outer half of the detector."""


def _cross_straws(
    particles: Particles,
    passage: Passage,
    argon: FloatArray,
    in_road: FloatArray,
    entrance: int,
    p: TrtParameters,
) -> Straws:
    """What becomes of each straw; a particle that ends inside the TRT crosses fewer.

    So does the extension of one that leaves the road.

    Straws filled with argon are the innermost ones, as in the barrel of Run 2.
    """
    draws = particles.draws
    reached = passage.crossed[:, [entrance, entrance + 1]].sum(axis=1) / 2.0
    stopped = passage.interacted & np.isin(passage.end, (entrance, entrance + 1))
    unbroken = np.maximum(np.rint(p.straws(particles.eta) + 2.0 * draws.normal("straws")), 0.0)
    share = np.where(stopped, np.maximum(reached - 0.25, 0.0), reached)
    count = np.rint(unbroken * np.minimum(share, in_road))
    number = np.arange(int(count.max(initial=0)))
    crossed = number < count[:, None]
    is_dead, is_hole, is_outlier = draws.outcome(
        "straw",
        len(number),
        p.dead.value,
        1.0 - p.straw_efficiency.value,
        p.outlier(particles.eta)[:, None],
    )
    ends = unbroken * argon + draws.uniform("argon_border") - 0.5
    return Straws(
        dead=crossed & is_dead,
        hit=crossed & ~(is_dead | is_hole | is_outlier),
        outlier=crossed & is_outlier,
        hole=crossed & is_hole,
        argon=number + 0.5 < ends[:, None],
        late=number >= 0.5 * unbroken[:, None],
    )


def extends(
    particles: Particles,
    passage: Passage,
    reconstructed_momentum: FloatArray,
    material: MaterialParameters,
    parameters: TrtParameters,
) -> BoolArray:
    """Tracks for which an extension into the TRT is found, if enough straws are hit: shape (n,)."""
    p, draws = parameters, particles.draws
    entrance = material.indices(Detector.TRT)[0]
    chance = p.extension(particles.eta) * np.where(particles.is_fake, p.fake_extension.value, 1.0)
    off = _off_road(particles, passage, reconstructed_momentum, entrance, p)
    return (
        (np.abs(particles.eta) < p.max_abs_eta.value)
        & passage.crossed[:, entrance]
        & draws.chance("extension", chance)
        & (off < p.road.value)
    )


def respond(
    particles: Particles,
    passage: Passage,
    reconstructed_momentum: FloatArray,
    mu: FloatArray,
    material: MaterialParameters,
    parameters: TrtParameters,
) -> tuple[BoolArray, Columns]:
    """The eleven variables of tracks that extend into the TRT.

    Parameters
    ----------
    reconstructed_momentum : momentum of the track fit [GeV], shape (n,)
    mu : mean number of collisions of the event of each track, shape (n,)

    Returns
    -------
    mask of the tracks with enough hits, shape (n,), and name -> shape (n,)
    """
    p = parameters
    entrance = material.indices(Detector.TRT)[0]
    occupancy = straw_occupancy(particles, mu, p)
    xenon, argon, share = crossed_constants(particles.eta, p)
    in_road = share_in_road(particles, passage, entrance, p)
    straws = _cross_straws(particles, passage, share, in_road, entrance, p)
    tables = (xenon.T, argon.T)
    inside, outside = (particles.momentum * passage.fraction[:, entrance + half] for half in (1, 2))
    above = _above_threshold(particles, (inside, outside), occupancy, tables, straws, p)
    # As the experiment does it, with the momentum of the track and not that inside the detector.
    electron, pion = (
        _both_gases(lorentz_factor(reconstructed_momentum, MASSES[code]), occupancy, tables)
        for code in (11, 211)
    )
    counts, by_gas = _counts(straws, above)
    hits = counts["number_of_trt_hits"]
    return hits + counts["number_of_trt_outliers"] >= p.min_hits.value, {
        **counts,
        "trt_track_occupancy": occupancy,
        "trt_dedx": _dedx(particles, inside, hits, p),
        "e_probability_ht": electron_probability(*by_gas, electron, pion),
    }


def straw_occupancy(particles: Particles, mu: FloatArray, p: TrtParameters) -> FloatArray:
    """Share of the straws around each track with a hit, shape (n,).

    A straw is hit unless none of many particles crosses it: 1 - exp(-m), with m linear in the
    collisions through the formula's offset and its value at the mean of Run 2, so that straws
    saturate where the linear formula would pass 1. The local density fluctuates by a factor.
    """
    offset, anchor = p.occupancy_offset.value, p.occupancy_anchor.value
    full = offset + p.occupancy_slope.value * anchor
    at_zero, at_anchor = -np.log1p(-offset), -np.log1p(-full)
    density = at_zero + (at_anchor - at_zero) * mu / anchor
    relative = p.occupancy_spread.value / ((1.0 - full) * at_anchor)
    factor = np.exp(relative * particles.draws.normal("occupancy") - 0.5 * relative**2)
    return np.asarray(-np.expm1(-density * factor))


ByGas = tuple[IntArray, IntArray]
"""Of xenon and of argon straws."""


def _counts(straws: Straws, above: BoolArray) -> tuple[Columns, tuple[ByGas, ByGas]]:
    """Variables that count straws; hits above the high threshold and all hits, by gas."""

    def count(mask: BoolArray) -> IntArray:
        return np.asarray(mask.sum(axis=1, dtype=np.int64))

    hits, high = count(straws.hit), count(straws.hit & above)
    argon_hits = count(straws.hit & straws.argon)
    argon_high = count(straws.hit & straws.argon & above)
    high_outliers = count(straws.outlier & above)
    columns: Columns = {
        "number_of_trt_hits": hits,
        "number_of_trt_outliers": count(straws.outlier),
        "number_of_trt_holes": count(straws.hole),
        "number_of_trt_high_threshold_hits": high,
        "number_of_trt_high_threshold_hits_total": high + high_outliers,
        "number_of_trt_high_threshold_outliers": high_outliers,
        "number_of_trt_dead_straws": count(straws.dead),
        "number_of_trt_xenon_hits": hits - argon_hits,
    }
    return columns, ((high - argon_high, argon_high), (hits - argon_hits, argon_hits))


def lorentz_factor(momentum: FloatArray, mass: FloatArray | float) -> FloatArray:
    """E / m, shape as ``momentum``."""
    return np.sqrt(1.0 + (momentum / mass) ** 2)


def _both_gases(
    gamma: FloatArray, occupancy: FloatArray, tables: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """High-threshold probability in xenon and in argon straws, shape (n,) each."""
    xenon, argon = (high_threshold_probability(gamma, occupancy, table) for table in tables)
    return xenon, argon


def _above_threshold(
    particles: Particles,
    momenta: tuple[FloatArray, FloatArray],
    occupancy: FloatArray,
    tables: tuple[FloatArray, FloatArray],
    straws: Straws,
    p: TrtParameters,
) -> BoolArray:
    """Whether each straw passes the high threshold, with the momentum in its half: (n, straws)."""
    factor = np.where(particles.is_electron, p.electron_high_threshold_factor.value, 1.0)
    early, late = (
        [
            field_below(factor * chance)[:, None]
            for chance in _both_gases(lorentz_factor(q, particles.mass), occupancy, tables)
        ]
        for q in momenta
    )
    in_xenon, in_argon = (np.where(straws.late, b, a) for a, b in zip(early, late, strict=True))
    limit = np.where(straws.argon, in_argon, in_xenon)
    return particles.draws.fields("high_threshold", limit.shape[1]) < limit


def _dedx(
    particles: Particles, momentum: FloatArray, hits: IntArray, p: TrtParameters
) -> FloatArray:
    loss = relative_energy_loss(momentum / particles.mass, p)
    width = p.dedx_resolution.value / np.sqrt(np.maximum(hits, 1) / 10.0)
    return loss * np.maximum(1.0 + width * particles.draws.normal("trt_dedx"), 0.1)


def _curvature_difference(
    particles: Particles, momentum: FloatArray, other: FloatArray
) -> FloatArray:
    """Difference of the curvatures of two momenta of each particle [1/mm], unsigned: shape (n,)."""
    difference = (1.0 / momentum - 1.0 / other) / particles.sin_theta
    return np.abs(difference) / CURVATURE_RADIUS


def _off_road(
    particles: Particles, passage: Passage, fitted: FloatArray, entrance: int, p: TrtParameters
) -> FloatArray:
    """Distance from the extrapolated track when the first straws have been crossed [mm].

    A particle that enters the TRT with less momentum than the fit found bends away by
    L^2 / 2 (1 / rho - 1 / rho_fit) over the length L.
    """
    arriving = particles.momentum * passage.fraction[:, entrance]
    difference = _curvature_difference(particles, arriving, fitted)
    return 0.5 * p.road_length.value**2 * difference


def share_in_road(
    particles: Particles, passage: Passage, entrance: int, parameters: TrtParameters
) -> FloatArray:
    """Share of the straws on a track's way before it leaves the road, shape (n,).

    An extension follows the particle as it enters the TRT. What it radiates inside it does at one
    place on the way, and bends away from there on: by k l^2 / 2 over the length l, k the change of
    the curvature. A hard radiation cuts an electron's extension short, as an interaction does a
    hadron's.
    """
    p = parameters
    first, whole = p.length.value
    before, after = (
        particles.momentum * passage.fraction[:, layer] for layer in (entrance, entrance + 2)
    )
    change = np.maximum(_curvature_difference(particles, after, before), 1e-12)
    place = first + (whole - first) * particles.draws.uniform("trt_radiation")
    length = place + np.sqrt(2.0 * p.road.value / change)
    return np.clip((length - first) / (whole - first), 0.0, 1.0)
