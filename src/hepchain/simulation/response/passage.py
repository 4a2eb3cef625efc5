"""Passage of particles through the material: bremsstrahlung, conversions, interactions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepchain.simulation.response.parameters import Detector, MaterialParameters
from hepchain.simulation.response.particles import BoolArray, FloatArray, IntArray, Particles
from hepchain.truth import TruthOrigin

CURVATURE_RADIUS = 1.0e3 / (0.299792458 * 2.0)
"""Radius of the helix per transverse momentum in a field of 2 T [mm / GeV]."""

CONVERSION_RADIUS = 300.0
"""Conversions further out leave too few silicon hits for a track [mm]."""


def thickness(eta: FloatArray, material: MaterialParameters) -> FloatArray:
    """Thickness of each layer along the flight path.

    Cylinders grow with 1/sin(theta), at most to the total of the silicon detectors; what they do
    not account for of that total is services behind the pixels. The TRT's and the outer
    services' parts follow their own curves.

    Parameters
    ----------
    eta : shape (n,)

    Returns
    -------
    shape (n, layers), in radiation lengths, scaled by ``material.scale``
    """
    layers = material.layers
    silicon_layers = [i for i, layer in enumerate(layers) if layer.radius < 560.0]
    at_zero = np.array([layer.x0 for layer in layers])
    silicon = material.silicon(eta)
    growth = np.minimum(np.cosh(eta), silicon / at_zero[silicon_layers].sum())
    result = at_zero * growth[:, None]
    services = silicon - result[:, silicon_layers].sum(axis=1)
    result[:, _named(material, "services")] += np.maximum(services, 0.0)
    trt_layers = material.indices(Detector.TRT)
    trt = material.trt(eta)
    result[:, trt_layers] = trt[:, None] / max(len(trt_layers), 1)
    rest = np.maximum(material.total(eta) - silicon - trt, 0.0)
    result[:, _named(material, "outer_services")] += rest
    return np.asarray(result * material.scale.value)


def _named(material: MaterialParameters, name: str) -> int:
    return [layer.name for layer in material.layers].index(name)


def retained_fraction(thickness_x0: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Fraction of its energy that an electron keeps behind a thickness of material.

    z = exp(-u) with u drawn from Gamma(t / ln 2, 1), Bethe and Heitler as in athena's
    EnergyLossSamplerBetheHeitler.cxx; its mean is exp(-t).
    """
    return np.asarray(np.exp(-rng.standard_gamma(thickness_x0 / np.log(2.0))))


def convert_photons(
    particles: Particles, material: MaterialParameters, rng: np.random.Generator
) -> Particles:
    """Replace the photons by the electron pairs of those that convert in the silicon layers.

    Conversion probability of a layer: 1 - exp(-7/9 t). The pair shares the energy uniformly (the
    Bethe-Heitler spectrum is flat within 30 %) and keeps the photon's direction.
    """
    inside: BoolArray = particles.is_photon & (particles.radius < CONVERSION_RADIUS)
    photons = particles.take(inside)
    charged = particles.take(np.flatnonzero(particles.pdg_id != 22))
    layers = [i for i, layer in enumerate(material.layers) if layer.radius < CONVERSION_RADIUS]
    radii = np.array([material.layers[i].radius for i in layers])
    probability = 1.0 - np.exp(-7.0 / 9.0 * thickness(photons.eta, material)[:, layers])
    beyond = radii > photons.radius[:, None]
    hit = (rng.random(probability.shape) < probability) & beyond
    converts = np.flatnonzero(hit.any(axis=1))
    pair = photons.take(converts)
    path = radii[hit[converts].argmax(axis=1)] - pair.radius
    share = rng.random(len(pair))
    born = replace(
        pair,
        serial=np.full(len(pair), -1),
        parent_pdg_id=np.full(len(pair), 22),
        origin=np.full(len(pair), int(TruthOrigin.CONVERSION)),
        x=pair.x + path * np.cos(pair.phi),
        y=pair.y + path * np.sin(pair.phi),
        z=pair.z + path * np.sinh(pair.eta),
    )
    electron = replace(born, pdg_id=np.full(len(pair), 11), pt=pair.pt * share)
    positron = replace(born, pdg_id=np.full(len(pair), -11), pt=pair.pt * (1.0 - share))
    return charged.append(electron).append(positron)


@dataclass(frozen=True)
class Passage:
    """What happened to each charged particle in each layer."""

    thickness: FloatArray
    """X/X0, shape (n, layers)."""
    fraction: FloatArray
    """Share of the initial momentum kept *before* each layer and at the end: (n, layers + 1)."""
    crossed: BoolArray
    """Layers that lie outside the production point and are reached: shape (n, layers)."""
    interaction: IntArray
    """Layer of the hadronic interaction that ends the particle, ``layers`` if none: (n,)."""

    def take(self, index: BoolArray | IntArray) -> Passage:
        """The particles selected by a mask or by positions."""
        return Passage(
            self.thickness[index],
            self.fraction[index],
            self.crossed[index],
            self.interaction[index],
        )

    def loss(self, first: int, last: int) -> FloatArray:
        """Share of its momentum that each particle loses from layer ``first`` up to ``last``."""
        return 1.0 - self.fraction[:, last] / self.fraction[:, first]


def traverse(
    particles: Particles, material: MaterialParameters, rng: np.random.Generator
) -> Passage:
    """Walk charged particles through all layers of the inner detector."""
    t = thickness(particles.eta, material)
    layers = t.shape[1]
    radii = np.array([layer.radius for layer in material.layers])
    outside = radii > particles.radius[:, None]
    kept = np.ones_like(t)
    electrons = particles.is_electron
    kept[electrons] = retained_fraction(t[electrons] * outside[electrons], rng)
    fraction = np.concatenate([np.ones((len(particles), 1)), np.cumprod(kept, axis=1)], axis=1)
    probability = 1.0 - np.exp(-t * material.hadronic_over_x0.value)
    struck = (rng.random(t.shape) < probability) & outside & particles.is_hadron[:, None]
    interaction = np.where(struck.any(axis=1), struck.argmax(axis=1), layers)
    crossed = outside & (np.arange(layers) <= interaction[:, None])
    return Passage(t, fraction, crossed, interaction)
