"""Quantities that branch maps of this chain compute; parameters are what `from` lists."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import vector

from hepchain.skimming.derivations import at_index, nearest_direction


def nearest_jet_pt(
    eta: ak.Array, phi: ak.Array, jet_eta: ak.Array, jet_phi: ak.Array, jet_pt: ak.Array
) -> ak.Array:
    """Transverse momentum of the jet nearest to each muon; NaN in an event without jets."""
    return at_index(nearest_direction(eta, phi, jet_eta, jet_phi), jet_pt)


def nearest_jet_eta(eta: ak.Array, phi: ak.Array, jet_eta: ak.Array, jet_phi: ak.Array) -> ak.Array:
    """Pseudorapidity of it; NaN in an event without jets."""
    return at_index(nearest_direction(eta, phi, jet_eta, jet_phi), jet_eta)


def nearest_jet_phi(eta: ak.Array, phi: ak.Array, jet_eta: ak.Array, jet_phi: ak.Array) -> ak.Array:
    """Azimuth of it; NaN in an event without jets."""
    return at_index(nearest_direction(eta, phi, jet_eta, jet_phi), jet_phi)


def nearest_jet_delta_r(
    eta: ak.Array, phi: ak.Array, jet_eta: ak.Array, jet_phi: ak.Array
) -> ak.Array:
    """Distance in (eta, phi) to it; NaN in an event without jets."""
    index = nearest_direction(eta, phi, jet_eta, jet_phi)
    turn = phi - at_index(index, jet_phi) + np.pi
    delta_phi = turn - 2 * np.pi * np.floor(turn / (2 * np.pi)) - np.pi
    return np.hypot(eta - at_index(index, jet_eta), delta_phi)


def pt_rel(
    pt: ak.Array,
    eta: ak.Array,
    phi: ak.Array,
    jet_pt: ak.Array,
    jet_eta: ak.Array,
    jet_phi: ak.Array,
) -> ak.Array:
    """Momentum of a muon across the axis of its jet, to which the muon is added [GeV].

    As in the calibration of ATLAS (JINST 11 (2016) P04008), jets being without their muons.

    Parameters
    ----------
    pt, eta, phi : of muons
    jet_pt, jet_eta, jet_phi : of the jet of each
    """
    muon, axis = _with_jet(pt, eta, phi, jet_pt, jet_eta, jet_phi)
    return muon.cross(axis).mag / axis.mag


def momentum_share(
    pt: ak.Array,
    eta: ak.Array,
    phi: ak.Array,
    jet_pt: ak.Array,
    jet_eta: ak.Array,
    jet_phi: ak.Array,
) -> ak.Array:
    """Momentum of a muon along this axis over that of jet and muon; parameters as above."""
    muon, axis = _with_jet(pt, eta, phi, jet_pt, jet_eta, jet_phi)
    return muon.dot(axis) / axis.mag2


def _with_jet(
    pt: ak.Array,
    eta: ak.Array,
    phi: ak.Array,
    jet_pt: ak.Array,
    jet_eta: ak.Array,
    jet_phi: ak.Array,
) -> tuple[Any, Any]:
    """Momenta of each muon, and of its jet with it."""
    muon = vector.zip({"pt": pt, "phi": phi, "eta": eta})
    return muon, muon + vector.zip({"pt": jet_pt, "phi": jet_phi, "eta": jet_eta})
