"""What the tagger serves: observables of muons in jets, before and after it and TIGHT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepchain.chains.soft_muons.results.table import Booleans, Floats, Scored

EDGES = {
    "delta_r": tuple(np.linspace(0.0, 0.4, 17).tolist()),
    "pt_ratio": tuple(np.linspace(0.0, 1.0, 21).tolist()),
    "pt_rel": tuple(np.linspace(0.0, 4.0, 21).tolist()),
    "share": tuple(np.linspace(0.0, 1.0, 21).tolist()),
}
"""Distance of muon and jet in (eta, phi); pT of the muon over that of the jet; its momentum across
the axis of the jet with the muon [GeV], and along it over that of both."""
ALL = "all"


@dataclass(frozen=True)
class Observable:
    """Histograms over :data:`EDGES`, in units of all signal."""

    edges: tuple[float, ...]
    signal: Mapping[str, tuple[float, ...]]
    """Selection -> muons of heavy flavour that pass; :data:`ALL` without a selection."""
    background: Mapping[str, tuple[float, ...]]
    fakes: Mapping[str, tuple[float | None, ...]]
    """Selection -> share of the muons of pions and kaons in each bin; None in an empty one."""


def observables(muons: Scored, selections: Mapping[str, Booleans]) -> dict[str, Observable]:
    """Histograms of both classes, of all muons and of those that pass; weights as they are.

    Parameters
    ----------
    selections : name -> muons that pass, shape (n,)

    Returns
    -------
    observable -> histograms. The last bin has what lies beyond; muons without the observable, of
    files that do not have it, are left out.
    """
    values = {
        "delta_r": muons.jet_delta_r,
        "pt_ratio": muons.pt / muons.jet_pt,
        "pt_rel": muons.jet_pt_rel,
        "share": muons.jet_share,
    }
    chosen = {ALL: np.ones(len(muons.pt), dtype=bool), **selections}
    return {name: _observable(muons, of, EDGES[name], chosen) for name, of in values.items()}


def _observable(
    muons: Scored, values: Floats, edges: tuple[float, ...], selections: Mapping[str, Booleans]
) -> Observable:
    total = muons.weight[muons.signal].sum()
    inside = np.minimum(values, edges[-1] - 1e-6)

    def histograms(of_class: Booleans) -> dict[str, tuple[float, ...]]:
        kept = of_class & np.isfinite(values)
        contents = {
            name: np.histogram(inside[kept & passing], edges, weights=muons.weight[kept & passing])
            for name, passing in selections.items()
        }
        return {name: tuple((found[0] / total).tolist()) for name, found in contents.items()}

    signal, background = histograms(muons.signal), histograms(~muons.signal)
    fakes = {
        name: tuple(
            fake / (real + fake) if real + fake > 0.0 else None
            for real, fake in zip(signal[name], background[name], strict=True)
        )
        for name in selections
    }
    return Observable(edges, signal, background, fakes)
