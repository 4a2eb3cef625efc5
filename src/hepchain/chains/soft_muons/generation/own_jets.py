"""The jet of a muon: that of the event, with the decay of the muon in place of the one there.

Jets are clustered once an event. A hadron that decays again, or a pion that is made to decay, has
been in its jet as something else: the jet of a bottom hadron that decayed to hadrons has what the
neutrino takes now, that of a pion has the pion. What the old decay left in the jet is taken out,
and what the new one leaves is put in. The muon is not part of the jet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import awkward as ak
import numpy as np

from hepchain.simulation.generation.jets import RADIUS, Jets
from hepchain.simulation.generation.record import Floats, Integers


class Swap(NamedTuple):
    """What changes in the jet of a hadron."""

    hadron: tuple[Floats, ...]
    """Its momentum, three arrays of shape (n,); of hadrons out of the jet nothing changes."""
    change: Floats
    """Momentum that its new decay leaves in jets, less that of the old; shape (n, 3)."""


@dataclass(frozen=True)
class OwnJets:
    """Jets of muons, shapes (n,); GeV. Of events without a jet NaN, and infinitely far."""

    pt: Floats
    eta: Floats
    phi: Floats
    delta_r: Floats
    """Of muon and jet."""

    @classmethod
    def of(cls, event: Integers, jets: Jets, muon: tuple[Floats, ...], swap: Swap) -> OwnJets:
        """The jet of the event nearest to each muon, with the swap of its hadron.

        Parameters
        ----------
        event : of each muon, position in the jets; shape (n,)
        muon : momentum, three arrays of shape (n,)
        """
        eta, phi = _direction(*muon)
        columns = (jets.pt, jets.eta, jets.phi)
        pt, jet_eta, jet_phi = (ak.values_astype(values[event], np.float64) for values in columns)
        distances = np.hypot(jet_eta - eta, _turn(jet_phi - phi))
        nearest = ak.argmin(distances, axis=1, keepdims=True)
        its = [
            ak.to_numpy(ak.fill_none(ak.firsts(values[nearest]), np.nan))
            for values in (pt, jet_eta, jet_phi)
        ]
        momentum = np.stack(
            [its[0] * np.cos(its[2]), its[0] * np.sin(its[2]), its[0] * np.sinh(its[1])], axis=1
        )
        hadron_eta, hadron_phi = _direction(*swap.hadron)
        inside = np.hypot(its[1] - hadron_eta, _turn(its[2] - hadron_phi)) < RADIUS
        momentum += np.where(inside[:, np.newaxis], swap.change, 0.0)
        its[1], its[2] = _direction(*momentum.T)
        delta_r = np.hypot(its[1] - eta, _turn(its[2] - phi))
        return cls(np.hypot(*momentum.T[:2]), its[1], its[2], np.nan_to_num(delta_r, nan=np.inf))


def _direction(px: Floats, py: Floats, pz: Floats) -> tuple[Floats, Floats]:
    """Pseudorapidity and azimuth, shape as given."""
    return np.arcsinh(pz / np.maximum(np.hypot(px, py), 1e-9)), np.arctan2(py, px)


def _turn(angle: Floats) -> Floats:
    """Angle within [-pi, pi)."""
    result: Floats = (angle + np.pi) % (2.0 * np.pi) - np.pi
    return result
