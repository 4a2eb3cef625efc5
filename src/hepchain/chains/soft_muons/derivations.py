"""Quantities that branch maps of this chain compute; parameters are what `from` lists."""

from __future__ import annotations

import awkward as ak
import numpy as np

from hepchain.skimming.derivations import at_index, nearest_direction


def nearest_jet_pt(
    eta: ak.Array, phi: ak.Array, jet_eta: ak.Array, jet_phi: ak.Array, jet_pt: ak.Array
) -> ak.Array:
    """Transverse momentum of the jet nearest to each muon; NaN in an event without jets."""
    return at_index(nearest_direction(eta, phi, jet_eta, jet_phi), jet_pt)


def nearest_jet_delta_r(
    eta: ak.Array, phi: ak.Array, jet_eta: ak.Array, jet_phi: ak.Array
) -> ak.Array:
    """Distance in (eta, phi) to it; NaN in an event without jets."""
    index = nearest_direction(eta, phi, jet_eta, jet_phi)
    turn = phi - at_index(index, jet_phi) + np.pi
    delta_phi = turn - 2 * np.pi * np.floor(turn / (2 * np.pi)) - np.pi
    return np.hypot(eta - at_index(index, jet_eta), delta_phi)
