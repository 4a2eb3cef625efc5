"""Passage of particles through the inner detector: radiation, conversions, decays, interactions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepchain.simulation.response.arrays import BoolArray, FloatArray, IntArray
from hepchain.simulation.response.draws import Draws
from hepchain.simulation.response.material import Detector, Layer, MaterialParameters
from hepchain.simulation.response.particles import Particles
from hepchain.simulation.rows import Rows
from hepchain.simulation.truth import TruthOrigin

CURVATURE_RADIUS = 1.0e3 / (0.299792458 * 2.0)
"""Radius of the helix per transverse momentum in a field of 2 T [mm / GeV]."""

CONVERSION_RADIUS = 300.0
"""Conversions further out leave too few silicon hits for a track [mm]."""

CONVERSIONS_PER_X0 = 7.0 / 9.0
"""Conversions of a photon of high energy in a radiation length (PDG)."""

DECAY_LENGTH = {211: 7804.5, 321: 3711.0}
"""c tau of the charged particles that decay within the inner detector [mm] (PDG)."""


@dataclass(frozen=True)
class TwoBodyDecay:
    """A decay in flight whose charged product the detector goes on to see (PDG)."""

    parent: int
    product: int
    fraction: float
    """Branching fraction."""
    momentum: float
    """Momentum of the products in the rest frame [GeV]."""


DECAYS = (
    TwoBodyDecay(parent=211, product=13, fraction=1.0, momentum=0.02979),
    TwoBodyDecay(parent=321, product=13, fraction=0.6356, momentum=0.23553),
    TwoBodyDecay(parent=321, product=211, fraction=0.2067, momentum=0.20514),
)
"""What is not listed (K to three bodies) ends the track where it happens."""


def crossings(particles: Particles, material: MaterialParameters) -> tuple[FloatArray, BoolArray]:
    """Where straight flight from the production point meets each layer.

    Returns
    -------
    distance from the beam line [mm] and whether the layer is there and lies ahead; shape
    (n, layers) each
    """
    n, slope = len(particles), np.sinh(particles.eta)
    start = particles.radius
    origin = particles.z - start * slope
    radius = np.empty((n, len(material.layers)))
    ahead = np.empty(radius.shape, dtype=np.bool_)
    for i, layer in enumerate(material.layers):
        radius[:, i], ahead[:, i] = _meet(layer, origin, slope)
    return radius, ahead & (radius > start[:, None])


def _meet(
    layer: Layer, origin: FloatArray, slope: FloatArray
) -> tuple[FloatArray | float, BoolArray]:
    if layer.radius is not None:
        half = np.inf if layer.half_length is None else layer.half_length
        return layer.radius, np.abs(origin + layer.radius * slope) < half
    assert layer.z is not None  # the model of the parameters sees to it
    side = np.where(slope < 0.0, -1.0, 1.0)
    steep = np.maximum(np.abs(slope), 1e-6)
    radius = (layer.z - side * origin) / steep
    return radius, (radius > (layer.inner or 0.0)) & (radius < (layer.outer or 0.0))


def thickness(eta: FloatArray, ahead: BoolArray, material: MaterialParameters) -> FloatArray:
    """Thickness of each layer along the flight path.

    Cylinders grow with 1/sin(theta), disks with 1/|cos(theta)|. What the layers that are crossed
    do not account for in the total of the silicon detectors is services behind the pixels; the
    TRT's and the outer services' parts follow their own curves.

    Parameters
    ----------
    eta : shape (n,)
    ahead : layers that are crossed, shape (n, layers)

    Returns
    -------
    shape (n, layers), in radiation lengths, scaled by ``material.scale``
    """
    layers = material.layers
    silicon_layers = [i for i, layer in enumerate(layers) if layer.in_silicon]
    cosh = np.cosh(eta)
    slant = np.where(
        [layer.radius is not None for layer in layers],
        cosh[:, None],
        (cosh / np.maximum(np.abs(np.sinh(eta)), 0.1))[:, None],
    )
    result = np.array([layer.x0 for layer in layers]) * slant * ahead
    services = material.silicon(eta) - result[:, silicon_layers].sum(axis=1)
    result[:, _named(material, "services")] += np.maximum(services, 0.0)
    trt_layers = material.indices(Detector.TRT)
    trt = material.trt(eta)
    result[:, trt_layers] = trt[:, None] / max(len(trt_layers), 1)
    rest = np.maximum(material.total(eta) - material.silicon(eta) - trt, 0.0)
    result[:, _named(material, "outer_services")] += rest
    return np.asarray(result * ahead * material.scale.value)


def _named(material: MaterialParameters, name: str) -> int:
    return [layer.name for layer in material.layers].index(name)


def retained_fraction(thickness_x0: FloatArray, draws: Draws) -> FloatArray:
    """Fraction of its energy that an electron keeps behind each layer, shape (n, layers).

    z = exp(-u) with u drawn from Gamma(t / ln 2, 1), Bethe and Heitler as in athena's
    EnergyLossSamplerBetheHeitler.cxx; its mean is exp(-t).
    """
    return np.asarray(np.exp(-draws.gamma("radiation", thickness_x0 / np.log(2.0))))


def conversion_depths(
    photons: Particles, material: MaterialParameters
) -> tuple[FloatArray, FloatArray]:
    """Where photons meet each layer [mm], and their conversions expected there: (n, layers) each.

    7/9 of the thickness in radiation lengths, 0 in layers beyond :data:`CONVERSION_RADIUS`.
    """
    radii, ahead = crossings(photons, material)
    inside = ahead & (radii < CONVERSION_RADIUS)
    return radii, CONVERSIONS_PER_X0 * thickness(photons.eta, ahead, material) * inside


def convert_photons(
    particles: Particles, material: MaterialParameters
) -> tuple[Particles, Particles]:
    """Charged particles with the electron pairs of photons that convert, and the other photons.

    Conversion probability of a layer: 1 - exp(-7/9 t).
    """
    charged, photons = particles.charged_and_photons()
    radii, depth = conversion_depths(photons, material)
    layer = photons.draws.first("conversion", depth)
    converts = np.flatnonzero(layer < depth.shape[1])
    others = photons.take(np.flatnonzero(layer == depth.shape[1]))
    pairs = born_in_pair(photons.take(converts), radii[converts, layer[converts]])
    return charged.append(pairs), others


def born_in_pair(photons: Particles, radius: FloatArray) -> Particles:
    """Electrons, then positrons, of photons that convert this far from the beam line [mm].

    The pair shares the energy uniformly (the Bethe-Heitler spectrum is flat within 30 %) and keeps
    the photon's direction.
    """
    path = radius - photons.radius
    share = photons.draws.uniform("energy_sharing")
    born = replace(
        photons,
        serial=np.full(len(photons), -1),
        parent_pdg_id=np.full(len(photons), 22),
        origin=np.full(len(photons), int(TruthOrigin.CONVERSION)),
        x=photons.x + path * np.cos(photons.phi),
        y=photons.y + path * np.sin(photons.phi),
        z=photons.z + path * np.sinh(photons.eta),
    )
    electron, positron = (
        replace(
            born,
            key=photons.draws.child(name).keys,
            pdg_id=np.full(len(photons), code),
            pt=photons.pt * part,
        )
        for name, code, part in (("electron", 11, share), ("positron", -11, 1.0 - share))
    )
    return electron.append(positron)


@dataclass(frozen=True)
class Passage(Rows):
    """What happened to each charged particle in each layer."""

    radius: FloatArray
    """Distance of each layer from the beam line where it is met [mm], shape (n, layers)."""
    fraction: FloatArray
    """Share of the initial momentum kept *before* each layer and at the end: (n, layers + 1)."""
    crossed: BoolArray
    """Layers that the track reaches before it ends, shape (n, layers)."""
    full: BoolArray
    """Layers that it would cross if nothing ended it, shape (n, layers)."""
    end: IntArray
    """First layer behind which the track is lost, ``layers`` if none: (n,)."""
    interacted: BoolArray
    """Whether a hadronic interaction ends it, shape (n,)."""
    kink: FloatArray
    """Angle of a decay in flight that the track follows [rad], 0 if none: (n,)."""
    arriving_id: IntArray
    """Absolute PDG code of what arrives at the calorimeter, shape (n,)."""


def traverse(particles: Particles, material: MaterialParameters, largest_kink: float) -> Passage:
    """Walk charged particles through all layers of the inner detector.

    Parameters
    ----------
    largest_kink : decays that turn the track by more end it [rad]
    """
    radius, full = crossings(particles, material)
    t = thickness(particles.eta, full, material)
    layers = t.shape[1]
    electrons = np.flatnonzero(particles.is_electron)
    kept = retained_fraction(t[electrons], particles.draws.take(electrons))
    fraction = np.ones((len(particles), layers + 1))
    fraction[electrons, 1:] = np.cumprod(kept, axis=1)
    struck = _interaction(particles, t, material)
    decay = _decay_in_flight(particles, radius, full)
    decay_layer = np.where(decay.layer < struck, decay.layer, layers)
    followed = (decay_layer < layers) & (decay.kink < largest_kink)
    rows = np.flatnonzero(decay_layer < layers)
    behind = np.arange(layers + 1) > decay_layer[rows, None]
    fraction[rows] = np.where(behind, np.minimum(decay.fraction[rows, None], 1.0), 1.0)
    end = np.where(followed, struck, np.minimum(struck, decay_layer))
    return Passage(
        radius=radius,
        fraction=fraction,
        crossed=full & (np.arange(layers) <= end[:, None]),
        full=full,
        end=end,
        interacted=(struck < layers) & (struck <= end),
        kink=np.where(followed, decay.kink, 0.0),
        arriving_id=np.where(decay_layer < layers, decay.product, particles.absolute_id),
    )


def _interaction(particles: Particles, t: FloatArray, material: MaterialParameters) -> IntArray:
    """Layer of the hadronic interaction of each particle, ``layers`` if there is none."""
    result = np.full(len(particles), t.shape[1])
    hadrons = np.flatnonzero(particles.is_hadron & ~particles.is_fake)
    depth = t[hadrons] * material.hadronic_over_x0.value
    result[hadrons] = particles.draws.take(hadrons).first("interaction", depth)
    return result


@dataclass(frozen=True)
class _Decay:
    layer: IntArray
    """Last layer before the decay, ``layers`` for particles that do not decay: (n,)."""
    fraction: FloatArray
    """Momentum of the product over that of the parent, shape (n,)."""
    kink: FloatArray
    """Angle between them [rad], infinite if no product is followed: (n,)."""
    product: IntArray
    """Absolute PDG code of the product, shape (n,)."""


def _decay_in_flight(particles: Particles, radius: FloatArray, full: BoolArray) -> _Decay:
    """Decays of charged pions and kaons at pT / m c tau, isotropic in their rest frame."""
    n, layers = radius.shape
    draws = particles.draws
    length = np.full(n, np.inf)
    for code, c_tau in DECAY_LENGTH.items():
        chosen = np.flatnonzero((particles.absolute_id == code) & ~particles.is_fake)
        gamma_beta = particles.pt[chosen] / particles.mass[chosen]
        length[chosen] = gamma_beta * c_tau * draws.take(chosen).exponential("lifetime")
    point = particles.radius + length
    behind = full & (radius < point[:, None])
    last = layers - 1 - behind[:, ::-1].argmax(axis=1)
    outermost = np.where(full, radius, 0.0).max(axis=1)
    decays = behind.any(axis=1) & (point < outermost)
    fraction, kink, product = np.ones(n), np.full(n, np.inf), particles.absolute_id.copy()
    chosen = np.flatnonzero(decays)
    fraction[chosen], kink[chosen], product[chosen] = _product(particles.take(chosen))
    return _Decay(np.where(decays, last, layers), fraction, kink, product)


def _product(particles: Particles) -> tuple[FloatArray, FloatArray, IntArray]:
    """Momentum share, angle and code of the followed product of decaying particles."""
    n = len(particles)
    share, kink, product = np.full(n, 0.5), np.full(n, np.inf), particles.absolute_id.copy()
    mode, cosine = (particles.draws.uniform(name) for name in ("decay_mode", "decay_angle"))
    cosine = 2.0 * cosine - 1.0
    below = np.zeros(n)
    for decay in DECAYS:
        chosen = (particles.absolute_id == decay.parent) & (mode >= below)
        below = np.where(particles.absolute_id == decay.parent, below + decay.fraction, below)
        chosen &= mode < below
        mass = {13: 0.10566, 211: 0.13957}[decay.product]
        energy = np.hypot(decay.momentum, mass)
        gamma = np.hypot(particles.momentum, particles.mass) / particles.mass
        beta_gamma = particles.momentum / particles.mass
        along = gamma * decay.momentum * cosine + beta_gamma * energy
        across = decay.momentum * np.sqrt(1.0 - cosine**2)
        share[chosen] = (np.hypot(along, across) / particles.momentum)[chosen]
        kink[chosen] = np.arctan2(across, along)[chosen]
        product[chosen] = decay.product
    return share, kink, product
