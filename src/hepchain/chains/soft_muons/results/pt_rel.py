"""Efficiency of a selection without truth: templates of pTrel, fitted before and after it.

Muons of heavy flavour have more momentum across the axis of their jet than muons of pions and kaons.
Distributions of muons that pass and of those that do not are each fitted with both classes; of their
yields come the efficiencies of both, as in the calibration of ATLAS (JINST 11 (2016) P04008,
section 6). The muons that are fitted stand for data; templates are of the other half of the events.
The likelihood knows the statistics of both (Dembinski, Abdelmotteleb, arXiv:2206.12346).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from iminuit import Minuit
from iminuit.cost import Template

from hepchain.chains.soft_muons.config.pt_rel import PtRelConfig, TemplateVariation
from hepchain.chains.soft_muons.origins import CHARM, Origin
from hepchain.chains.soft_muons.results.performance import Number, share
from hepchain.chains.soft_muons.results.table import Booleans, Floats, Scored, effective

NOMINAL = TemplateVariation()
VARIED_SPLITS = 5
"""Halves that variations are fitted in: changes differ little from half to half."""


@dataclass(frozen=True)
class Fit:
    """Yields of both classes in one distribution of pTrel, and what was fitted."""

    signal: Number
    background: Number
    chi2: float
    degrees_of_freedom: int
    data: tuple[float, ...]
    data_errors: tuple[float, ...]
    signal_template: tuple[float, ...]
    """Sum 1, as that of the background."""
    background_template: tuple[float, ...]


@dataclass(frozen=True)
class InBin:
    """A bin of pT. Efficiencies are in the muons that stand for data."""

    passing: Fit
    failing: Fit
    signal: Number
    background: Number
    true_signal: float
    true_background: float
    bias: Number
    """Mean over random halves of efficiency less truth, of the signal; its spread."""
    pull: Number
    """Mean and spread of the same over the error of the fit."""
    shifts: Mapping[str, float]
    """Variation of the templates -> mean change of the efficiency of the signal."""


@dataclass(frozen=True)
class Calibration:
    """One selection."""

    bins: tuple[InBin | None, ...]
    """None where a half has too few muons."""
    signal: Number
    """Of all bins that were fitted."""
    true_signal: float
    bias: Number
    """Mean of those of the bins by their muons, and the spread of this mean."""
    systematic: float
    """Shifts of all these muons, added in quadrature."""


@dataclass(frozen=True)
class PtRel:
    """All selections of a campaign."""

    campaign: str
    pt_edges: tuple[float, ...]
    edges: tuple[float, ...]
    """Of pTrel [GeV]."""
    selections: Mapping[str, Calibration]


def calibrate(
    campaign: str,
    muons: Scored,
    selections: Mapping[str, Booleans],
    config: PtRelConfig,
    random: np.random.Generator,
) -> PtRel:
    """Efficiencies of selections in bins of pT.

    Parameters
    ----------
    selections : name -> muons that pass, shape (n,)
    random : for the halves
    """
    muons, selections = _measured(muons, selections)
    halves = list(_halves(muons, config.splits, random))
    found = {}
    for name, passing in selections.items():
        bins = tuple(
            _in_bin(muons, passing, (muons.pt >= low) & (muons.pt < high), halves, config)
            for low, high in pairwise(config.pt_edges)
        )
        found[name] = _all(bins)
    edges = tuple(np.linspace(0.0, config.max_pt_rel, config.bins + 1).tolist())
    return PtRel(campaign, tuple(config.pt_edges), edges, found)


def _measured(
    muons: Scored, selections: Mapping[str, Booleans]
) -> tuple[Scored, dict[str, Booleans]]:
    kept = np.isfinite(muons.jet_pt_rel)
    return muons.take(kept), {name: passing[kept] for name, passing in selections.items()}


def _halves(muons: Scored, number: int, random: np.random.Generator) -> Iterator[Booleans]:
    """Muons that stand for data, by their events; shape (n,)."""
    events, event = np.unique(muons.event, return_inverse=True)
    for _ in range(number):
        yield (random.permutation(len(events)) < len(events) // 2)[event]


def _in_bin(
    muons: Scored, passing: Booleans, here: Booleans, halves: list[Booleans], config: PtRelConfig
) -> InBin | None:
    own, passes = muons.take(here), passing[here]
    splits = [half[here] for half in halves]
    if any(_too_few(own, passes, half, config.min_muons) for half in splits):
        return None
    nominal = [_fits(own, passes, half, config, NOMINAL) for half in splits]
    found = [_efficiency(fits) for fits in nominal]
    true = [_truth(own, passes, half, own.signal) for half in splits]
    difference = np.array([f.value - t for f, t in zip(found, true, strict=True)])
    pulls = difference / np.array([f.error for f in found])
    shifts = {}
    for name, variation in config.variations.items():
        varied = (_fits(own, passes, half, config, variation) for half in splits[:VARIED_SPLITS])
        changes = [_efficiency(v).value - f.value for v, f in zip(varied, found, strict=False)]
        shifts[name] = float(np.mean(changes))
    return InBin(
        *nominal[0],
        signal=found[0],
        background=_efficiency(nominal[0], "background"),
        true_signal=true[0],
        true_background=_truth(own, passes, splits[0], ~own.signal),
        bias=Number(float(difference.mean()), float(difference.std())),
        pull=Number(float(pulls.mean()), float(pulls.std())),
        shifts=shifts,
    )


def _too_few(muons: Scored, passing: Booleans, data: Booleans, fewest: int) -> bool:
    """Whether a class has too few muons in one of the four distributions, of data or templates."""
    return any(
        effective(muons.weight[half & side & of_class]) < fewest
        for half in (data, ~data)
        for side in (passing, ~passing)
        for of_class in (muons.signal, ~muons.signal)
    )


def _truth(muons: Scored, passing: Booleans, data: Booleans, of_class: Booleans) -> float:
    chosen = data & of_class
    return share(passing[chosen], muons.weight[chosen])


def _fits(
    muons: Scored,
    passing: Booleans,
    data: Booleans,
    config: PtRelConfig,
    variation: TemplateVariation,
) -> tuple[Fit, Fit]:
    """Of muons that pass, and of those that do not."""
    edges = np.linspace(0.0, config.max_pt_rel, config.bins + 1)
    weight, pt_rel = _varied(muons, variation)

    def of_side(side: Booleans) -> Fit:
        own = data & side
        signal, background = (
            histogram(pt_rel[chosen], weight[chosen], edges)
            for chosen in (~data & side & muons.signal, ~data & side & ~muons.signal)
        )
        return fit(
            histogram(muons.jet_pt_rel[own], muons.weight[own], edges), signal, background, edges
        )

    return of_side(passing), of_side(~passing)


def _varied(muons: Scored, variation: TemplateVariation) -> tuple[Floats, Floats]:
    """Weights and pTrel of muons that templates are made of."""
    charm, kaon = np.isin(muons.origin, CHARM), muons.origin == Origin.KAON_DECAY
    factor = np.where(charm, variation.charm, np.where(kaon, variation.kaon, 1.0))
    scale = np.where(muons.signal, variation.signal_pt_rel, variation.background_pt_rel)
    return muons.weight * factor, muons.jet_pt_rel * scale


def histogram(values: Floats, weight: Floats, edges: Floats) -> Floats:
    """Sums of weights and of their squares, shape (bins, 2); the last has what lies beyond."""
    inside = np.minimum(values, np.nextafter(edges[-1], 0.0))
    sums = [np.histogram(inside, edges, weights=w)[0] for w in (weight, weight**2)]
    return np.stack(sums, axis=1)


def fit(data: Floats, signal: Floats, background: Floats, edges: Floats) -> Fit:
    """Yields of two templates in weighted data.

    Parameters
    ----------
    data, signal, background : sums of weights and of their squares, shape (bins, 2)
    edges : shape (bins + 1,)
    """
    cost = Template(data, edges, (signal, background), name=("signal", "background"), method="da")
    total = float(data[:, 0].sum())
    minuit = Minuit(cost, signal=0.7 * total, background=0.3 * total)
    minuit.limits = (0.0, 2.0 * total)
    minuit.migrad()
    # A yield at zero has an error: the curvature is taken without that limit.
    minuit.limits = (-total, 2.0 * total)
    minuit.hesse()
    signal_yield, background_yield = (
        Number(float(minuit.values[name]), float(minuit.errors[name])) for name in minuit.parameters
    )
    return Fit(
        signal_yield,
        background_yield,
        chi2=float(minuit.fval or 0.0),
        degrees_of_freedom=int(cost.ndata) - minuit.npar,
        data=tuple(data[:, 0].tolist()),
        data_errors=tuple(np.sqrt(data[:, 1]).tolist()),
        signal_template=tuple((signal[:, 0] / signal[:, 0].sum()).tolist()),
        background_template=tuple((background[:, 0] / background[:, 0].sum()).tolist()),
    )


def _efficiency(fits: tuple[Fit, Fit], of_class: str = "signal") -> Number:
    """Yield of muons that pass over both; the two distributions have no muon in common."""
    passing, failing = (getattr(found, of_class) for found in fits)
    return _ratio(passing, failing)


def _ratio(passing: Number, failing: Number) -> Number:
    total = passing.value + failing.value
    error = np.hypot(failing.value * passing.error, passing.value * failing.error) / total**2
    return Number(passing.value / total, float(error))


def _all(bins: tuple[InBin | None, ...]) -> Calibration:
    fitted = [found for found in bins if found is not None]
    if not fitted:
        nothing = Number(np.nan, np.nan)
        return Calibration(bins, nothing, np.nan, nothing, np.nan)
    sums = [
        Number(
            sum(getattr(found, side).signal.value for found in fitted),
            float(np.sqrt(sum(getattr(found, side).signal.error ** 2 for found in fitted))),
        )
        for side in ("passing", "failing")
    ]
    yields = np.array([f.passing.signal.value + f.failing.signal.value for f in fitted])
    shares = yields / yields.sum()
    shifts = np.array([list(found.shifts.values()) for found in fitted])
    return Calibration(
        bins,
        signal=_ratio(*sums),
        true_signal=float(shares @ [found.true_signal for found in fitted]),
        bias=Number(
            float(shares @ [found.bias.value for found in fitted]),
            float(np.linalg.norm(shares * [found.bias.error for found in fitted])),
        ),
        systematic=float(np.sqrt(((shares @ shifts) ** 2).sum())) if shifts.size else 0.0,
    )
