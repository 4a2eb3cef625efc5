"""What the tagger serves: observables of muons in jets, before and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepchain.chains.soft_muons.results.table import Booleans, Floats, Scored

EDGES = {
    "delta_r": tuple(np.linspace(0.0, 0.4, 17).tolist()),
    "pt_ratio": tuple(np.linspace(0.0, 1.0, 21).tolist()),
}
"""Distance of muon and jet in (eta, phi), pT of the muon over that of the jet."""


@dataclass(frozen=True)
class Observable:
    """Histograms over :data:`EDGES`, in units of all signal."""

    edges: tuple[float, ...]
    signal: tuple[float, ...]
    background: tuple[float, ...]
    signal_passing: tuple[float, ...]
    background_passing: tuple[float, ...]


def observables(muons: Scored, passing: Booleans) -> dict[str, Observable]:
    """Histograms of both classes, of all muons and of those that pass; weights as they are."""
    values = {"delta_r": muons.jet_delta_r, "pt_ratio": muons.pt / muons.jet_pt}
    total = muons.weight[muons.signal].sum()

    def histogram(name: str, chosen: Booleans) -> tuple[float, ...]:
        edges = np.array(EDGES[name])
        # The last bin has what lies beyond.
        inside: Floats = np.minimum(values[name][chosen], edges[-1] - 1e-6)
        content, _ = np.histogram(inside, edges, weights=muons.weight[chosen])
        return tuple((content / total).tolist())

    return {
        name: Observable(
            edges=EDGES[name],
            signal=histogram(name, muons.signal),
            background=histogram(name, ~muons.signal),
            signal_passing=histogram(name, muons.signal & passing),
            background_passing=histogram(name, ~muons.signal & passing),
        )
        for name in values
    }
