"""The cut-based selection TIGHT, its maps derived by a scan.

The maps of the experiment are not public. In each bin of pT and |eta| the cuts here keep a given
share of muons of heavy flavour: above 20 GeV a cut on rho' does that alone; below, of all pairs of
cuts on rho' and q/p significance that do, those let the fewest muons of pions and kaons pass.
Cuts for the muons of a fold are made without that fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.results.table import Booleans, Floats, Scored


@dataclass(frozen=True)
class Maps:
    """Largest values in bins, shapes (pT bins, |eta| bins)."""

    rho_prime: Floats
    q_over_p_significance: Floats


def quantile(values: Floats, weight: Floats, share: float) -> float:
    """Smallest of the values such that at least this weighted share is not above it."""
    order = np.argsort(values)
    cumulated = np.cumsum(weight[order])
    position = np.searchsorted(cumulated, share * cumulated[-1] * (1.0 - 1e-12))
    return float(values[order][min(position, len(values) - 1)])


def preselected(muons: Scored, config: TightConfig) -> Booleans:
    """Muons that pass the cuts that are no maps, shape (n,)."""
    result: Booleans = (
        (muons.precision_layers >= config.min_precision_layers)
        & (muons.reduced_chi2 < config.max_reduced_chi2)
        & (muons.q_over_p_significance < config.max_q_over_p_significance)
    )
    return result


def scan(muons: Scored, config: TightConfig) -> Maps:
    """Derive the maps from muons of both classes."""
    shape = len(config.pt_edges) - 1, len(config.abs_eta_edges) - 1
    rho, significance = np.full(shape, np.inf), np.full(shape, np.inf)
    rows, columns = bins(muons, config)
    passes = preselected(muons, config)
    for place in np.ndindex(shape):
        here = (rows == place[0]) & (columns == place[1])
        if (here & muons.signal).any():
            below = config.pt_edges[place[0] + 1] <= config.two_cuts_below
            rho[place], significance[place] = _cuts(
                muons.take(here), passes[here], config.efficiency[place[0]], config.steps if below else 1
            )
    return Maps(rho, significance)


def _cuts(muons: Scored, passes: Booleans, share: float, steps: int) -> tuple[float, float]:
    """Pair of cuts that keeps a share of the signal, and the least of the background."""
    signal = muons.signal
    total = muons.weight[signal].sum()
    best = (np.inf, np.inf, np.inf)
    # From a cut on rho' alone to more and more of the loss by the other cut.
    for lost in np.linspace(0.0, 1.0 - share, steps, endpoint=False) if steps > 1 else [0.0]:
        cut = np.inf
        if lost > 0.0:
            values = muons.q_over_p_significance[signal]
            cut = quantile(values, muons.weight[signal], 1.0 - lost)
        left = passes & (muons.q_over_p_significance <= cut)
        kept = muons.weight[signal & left].sum()
        if kept <= 0.0:
            continue
        wanted = min(share * total / kept, 1.0)
        rho = quantile(muons.rho_prime[signal & left], muons.weight[signal & left], wanted)
        background = muons.weight[~signal & left & (muons.rho_prime <= rho)].sum()
        best = min(best, (float(background), rho, float(cut)))
    return best[1], best[2]


def bins(muons: Scored, config: TightConfig) -> tuple[Any, Any]:
    """Bin of each muon in pT and |eta|; beyond the edges the nearest, shapes (n,)."""
    found = []
    for values, edges in ((muons.pt, config.pt_edges), (np.abs(muons.eta), config.abs_eta_edges)):
        found.append(np.clip(np.digitize(values, edges) - 1, 0, len(edges) - 2))
    return found[0], found[1]


def passes(muons: Scored, maps: Maps, config: TightConfig) -> Booleans:
    """Muons that are TIGHT, shape (n,)."""
    place = bins(muons, config)
    result: Booleans = (
        preselected(muons, config)
        & (muons.rho_prime <= maps.rho_prime[place])
        & (muons.q_over_p_significance <= maps.q_over_p_significance[place])
    )
    return result


def tight(muons: Scored, config: TightConfig) -> tuple[Booleans, dict[int, Maps]]:
    """Muons that are TIGHT by cuts made without their fold, and fold -> these cuts."""
    result = np.zeros(len(muons.pt), dtype=bool)
    maps = {}
    for fold in np.unique(muons.fold).tolist():
        own = muons.fold == fold
        maps[fold] = scan(muons.take(~own), config)
        result[own] = passes(muons.take(own), maps[fold], config)
    return result, maps
