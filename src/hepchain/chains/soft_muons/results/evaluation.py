"""All taggers of a campaign, TIGHT, and what is known of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from hepchain.chains.soft_muons.config.tight import ResultsConfig, TightConfig
from hepchain.chains.soft_muons.origins import BOTTOM, CHARM, Origin
from hepchain.chains.soft_muons.results.observables import Observable, observables
from hepchain.chains.soft_muons.results.performance import (
    Number,
    Performance,
    assess,
    conditional,
    replicas,
    share,
    spread,
)
from hepchain.chains.soft_muons.results.table import Booleans, Floats, Scored, effective, read
from hepchain.chains.soft_muons.results.tight import Maps, tight
from hepchain.efficiency import Efficiency, efficiency

ORIGINS = {
    "bottom": tuple(map(int, BOTTOM)),
    "charm": tuple(map(int, CHARM)),
    "pion": (int(Origin.PION_DECAY),),
    "kaon": (int(Origin.KAON_DECAY),),
}
"""What muons are told apart by where both classes are split."""
TIGHT = "tight"
"""Name of the cut-based selection among taggers."""
SCORE_BINS = np.linspace(0.0, 1.0, 41)
ROC_POINTS = np.linspace(0.5, 0.995, 100)
"""Signal efficiencies at which curves are drawn."""


@dataclass(frozen=True)
class InBins:
    """Efficiencies of the cut-based selection, as :class:`.Sides` of a tagger."""

    signal: tuple[Efficiency, ...]
    background: tuple[Efficiency, ...]


@dataclass(frozen=True)
class Curve:
    """Background acceptance at :data:`ROC_POINTS`, and histograms of the score, sum 1."""

    acceptance: tuple[float, ...]
    signal: tuple[float, ...]
    background: tuple[float, ...]


@dataclass(frozen=True)
class Evaluation:
    """Everything of a campaign."""

    campaign: str
    effective_fakes: Number
    signal_muons: Number
    tight_efficiency: Efficiency
    tight_acceptance: Efficiency
    maps: Mapping[str, Maps]
    """Fold -> the maps for it."""
    tight_against_pt: InBins
    tight_against_abs_eta: InBins
    taggers: Mapping[str, Performance]
    curves: Mapping[str, Curve]
    by_origin: Mapping[str, Mapping[str, Efficiency]]
    """TIGHT or tagger -> origin -> share that passes."""
    observables: Mapping[str, Observable]
    """Before and after TIGHT and the default tagger."""
    conditional_spread: Number
    """Spread of the signal efficiency with a threshold in each bin of pT, of the default tagger."""
    conditional_rejection: Number
    tight_spread: Number


def evaluate(
    campaign: str,
    scores: Mapping[str, str | Path],
    tight_config: TightConfig,
    config: ResultsConfig,
    pt_edges: list[float],
    random: np.random.Generator,
) -> Evaluation:
    """Evaluate the taggers of one campaign, which is the name of its sample and category.

    Parameters
    ----------
    scores : tagger -> file of its raw scores
    pt_edges : bins of pT [GeV] of the figures

    Raises
    ------
    InputError : see :func:`.read`
    """
    muons, score = read(scores, campaign)
    passing, maps = tight(muons, tight_config)
    weights = list(replicas(muons, config.replicas, random))
    edges = {"pt": pt_edges, "abs_eta": config.abs_eta_edges}
    taggers = {
        name: assess(muons, values, passing, edges, config.flat_pt, weights)
        for name, values in score.items()
    }
    selections = {TIGHT: passing} | {
        name: score[name] > performance.threshold for name, performance in taggers.items()
    }
    flat = _conditional(muons, score[config.tagger], passing, pt_edges, config, weights)
    return Evaluation(
        campaign=campaign,
        **_sizes(muons),
        tight_efficiency=efficiency(passing[muons.signal], muons.weight[muons.signal]),
        tight_acceptance=efficiency(passing[~muons.signal], muons.weight[~muons.signal]),
        maps={str(fold): found for fold, found in maps.items()},
        tight_against_pt=_in_bins(muons, passing, muons.pt, pt_edges),
        tight_against_abs_eta=_in_bins(muons, passing, np.abs(muons.eta), config.abs_eta_edges),
        taggers=taggers,
        curves={name: _curve(muons, values) for name, values in score.items()},
        by_origin={name: _by_origin(muons, chosen) for name, chosen in selections.items()},
        observables=observables(
            muons, {name: selections[name] for name in (TIGHT, config.tagger)}
        ),
        conditional_spread=flat[0],
        conditional_rejection=flat[1],
        tight_spread=spread(muons, passing, pt_edges, config.flat_pt, weights),
    )


def _sizes(muons: Scored) -> dict[str, Number]:
    fakes, signal = effective(muons.weight[~muons.signal]), effective(muons.weight[muons.signal])
    return {
        "effective_fakes": Number(fakes, float(np.sqrt(fakes))),
        "signal_muons": Number(signal, float(np.sqrt(signal))),
    }


def _conditional(
    muons: Scored,
    score: Floats,
    passing: Booleans,
    pt_edges: list[float],
    config: ResultsConfig,
    weights: list[Floats],
) -> tuple[Number, Number]:
    """Spread of the signal efficiency and rejection over TIGHT with a threshold for each bin."""
    wanted = share(passing[muons.signal], muons.weight[muons.signal])
    chosen = conditional(muons, score, pt_edges, wanted)

    def rejection(weight: Floats) -> float:
        own, other = (
            share(which[~muons.signal], weight[~muons.signal]) for which in (chosen, passing)
        )
        return other / own if own > 0.0 else float("nan")

    return (
        spread(muons, chosen, pt_edges, config.flat_pt, weights),
        Number.of(rejection(muons.weight), [rejection(weight) for weight in weights]),
    )


def _in_bins(
    muons: Scored, passing: Booleans, coordinate: Floats, edges: list[float]
) -> InBins:
    places = [(coordinate >= low) & (coordinate < high) for low, high in pairwise(edges)]
    signal, background = (
        tuple(efficiency(passing[p & chosen], muons.weight[p & chosen]) for p in places)
        for chosen in (muons.signal, ~muons.signal)
    )
    return InBins(signal, background)


def _by_origin(muons: Scored, passing: Booleans) -> dict[str, Efficiency]:
    return {
        name: efficiency(passing[chosen], muons.weight[chosen])
        for name, codes in ORIGINS.items()
        if (chosen := np.isin(muons.origin, codes)).any()
    }


def _curve(muons: Scored, score: Floats) -> Curve:
    order = np.argsort(-score)
    shares = [
        np.cumsum(np.where(chosen, muons.weight, 0.0)[order]) / muons.weight[chosen].sum()
        for chosen in (muons.signal, ~muons.signal)
    ]
    histograms = [
        np.histogram(score[chosen], SCORE_BINS, weights=muons.weight[chosen])[0]
        / muons.weight[chosen].sum()
        for chosen in (muons.signal, ~muons.signal)
    ]
    acceptance = np.interp(ROC_POINTS, shares[0], shares[1])
    return Curve(tuple(acceptance), tuple(histograms[0]), tuple(histograms[1]))
