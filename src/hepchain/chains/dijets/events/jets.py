"""Two large-radius jets of each event, and the subjettiness of both."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import awkward as ak
import fastjet
import numpy as np

from hepchain.chains.dijets.config.events import JetsConfig
from hepchain.chains.dijets.events.particles import Floats, Integers, Particles
from hepchain.simulation.generation.jets import silence_banner

Pair = tuple[ak.Array, ak.Array]

STEPS = 5
"""Of the axes towards a minimum: more change no ratio by a per cent."""
SOFTENING = 1e-3
"""Added to distances, so that an axis on a constituent can leave it."""


@dataclass(frozen=True)
class Dijets:
    """The two jets of largest pT of ``n`` events that are kept."""

    event: Integers
    """Position of the event, shape (n,)."""
    mass: Floats
    """Of both jets [GeV], shape (n, 2), by falling pT."""
    pt: Floats
    """GeV, shape (n, 2)"""
    tau21: Floats
    """Shape (n, 2)."""
    mjj: Floats
    """Mass of both together [GeV], shape (n,)."""


def momenta_of(particles: Particles) -> ak.Array:
    """Four-momenta of the particles, a list an event."""
    pt, eta, phi = particles.pt, particles.eta, particles.phi
    columns = {
        "px": pt * np.cos(phi),
        "py": pt * np.sin(phi),
        "pz": pt * np.sinh(eta),
        "E": pt * np.cosh(eta),
    }
    flat = ak.zip(columns, with_name="Momentum4D")
    return ak.unflatten(flat, particles.counts)


def find_dijets(particles: Particles, config: JetsConfig) -> Dijets:
    """Anti-kt jets (Cacciari, Salam, Soyez, arXiv:0802.1189); two a kept event.

    An event is kept if its first jet has ``min_leading_pt``, its second ``min_pt``, and both are
    within ``max_abs_eta``.
    """
    silence_banner()
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, config.radius)
    cluster = fastjet.ClusterSequence(momenta_of(particles), definition)
    jets = cluster.inclusive_jets(config.min_pt)
    constituents = cluster.constituents(config.min_pt)
    pt = np.hypot(jets.px, jets.py)
    order = ak.argsort(pt, axis=1, ascending=False)
    kept = ak.to_numpy(ak.num(pt, axis=1) >= 2)
    jets, constituents = jets[order][kept][:, :2], constituents[order][kept][:, :2]
    momenta = np.stack([_regular(jets[name]) for name in ("px", "py", "pz", "E")], axis=-1)
    pt_of_jets = np.hypot(momenta[..., 0], momenta[..., 1])
    eta = np.arcsinh(momenta[..., 2] / pt_of_jets)
    passes = (pt_of_jets[:, 0] > config.min_leading_pt) & (np.abs(eta) < config.max_abs_eta).all(
        axis=1
    )
    momenta = momenta[passes]
    tau21 = tau_ratio(ak.flatten(constituents[passes], axis=1), config)
    return Dijets(
        np.flatnonzero(kept)[passes],
        _mass(momenta),
        pt_of_jets[passes],
        tau21.reshape(-1, 2),
        _mass(momenta.sum(axis=1)),
    )


def _regular(values: ak.Array) -> Floats:
    return np.asarray(ak.to_numpy(ak.to_regular(values)), dtype=np.float64).reshape(-1, 2)


def _mass(momenta: Floats) -> Floats:
    squared = momenta[..., 3] ** 2 - (momenta[..., :3] ** 2).sum(axis=-1)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def tau_ratio(constituents: ak.Array, config: JetsConfig) -> Floats:
    """Subjettiness ratio tau2 / tau1 of each jet, shape (jets,); 0 where tau1 vanishes."""
    one, two = (subjettiness(constituents, number, config) for number in (1, 2))
    return np.divide(two, one, out=np.zeros(len(one)), where=one > 0.0)


def subjettiness(constituents: ak.Array, axes: int, config: JetsConfig) -> Floats:
    """N-subjettiness of each jet (Thaler, van Tilburg, arXiv:1011.2268), shape (jets,)::

        tau_N = sum_i pT_i min_k(dR_ik)^beta / (sum_i pT_i R^beta)

    The N axes begin as those of exclusive kt jets (Catani et al., NPB 406 (1993) 187) and move to a
    minimum of tau_N (arXiv:1108.2701, sec. 2.2). A jet of no more than N constituents has none.
    """
    tau = np.zeros(len(constituents))
    chosen = ak.to_numpy(ak.num(constituents, axis=1) > axes)
    if not chosen.any():
        return tau
    inside = constituents[chosen]
    definition = fastjet.JetDefinition(fastjet.kt_algorithm, config.radius)
    with warnings.catch_warnings():
        # It warns of kt, too: it compares the definition with names of algorithms.
        warnings.filterwarnings("ignore", message="dcut and exclusive jets")
        found = fastjet.ClusterSequence(inside, definition).exclusive_jets(n_jets=axes)
    pt, eta, phi = _directions(inside)
    _, *start = _directions(found)
    eta_of_axes, phi_of_axes = (ak.to_numpy(values).reshape(-1, axes).copy() for values in start)
    for _ in range(STEPS):
        across = [
            _distances(eta, phi, *axis) for axis in zip(eta_of_axes.T, phi_of_axes.T, strict=True)
        ]
        nearest = _nearest(across)
        for number, (distance, difference) in enumerate(across):
            # A zero of the derivative of tau: Weiszfeld's step, with weights pT dR^(beta - 2).
            weight = pt * (distance <= nearest) * (distance + SOFTENING) ** (config.beta - 2.0)
            total = ak.to_numpy(ak.sum(weight, axis=1))
            some = np.maximum(total, np.finfo(float).tiny)
            eta_of_axes[:, number] = ak.to_numpy(ak.sum(weight * eta, axis=1)) / some
            phi_of_axes[:, number] += ak.to_numpy(ak.sum(weight * difference, axis=1)) / some
    across = [
        _distances(eta, phi, *axis) for axis in zip(eta_of_axes.T, phi_of_axes.T, strict=True)
    ]
    scale = ak.sum(pt, axis=1) * config.radius**config.beta
    tau[chosen] = ak.to_numpy(ak.sum(pt * _nearest(across) ** config.beta, axis=1) / scale)
    return tau


def _distances(eta: ak.Array, phi: ak.Array, eta_of_axis: Floats, phi_of_axis: Floats) -> Pair:
    """Distance of each constituent to an axis of its jet, and its difference in azimuth."""
    difference = (phi - phi_of_axis + np.pi) % (2.0 * np.pi) - np.pi
    return np.hypot(eta - eta_of_axis, difference), difference


def _nearest(across: Sequence[Pair]) -> ak.Array:
    nearest = across[0][0]
    for distance, _ in across[1:]:
        nearest = np.minimum(nearest, distance)
    return nearest


def _directions(momenta: ak.Array) -> tuple[ak.Array, ak.Array, ak.Array]:
    """Transverse momentum, pseudorapidity and azimuth."""
    pt = np.hypot(momenta.px, momenta.py)
    return pt, np.arcsinh(momenta.pz / pt), np.arctan2(momenta.py, momenta.px)
