"""Simulated muons beside reconstructed ones, input by input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt
from scipy.stats import ks_2samp

from hepchain.chains.soft_muons.config.tight import RealMuonsConfig
from hepchain.chains.soft_muons.origins import HEAVY_FLAVOUR, Origin
from hepchain.io import read_parquet
from hepchain.labels import Label

Floats = npt.NDArray[np.float64]

GENUINE = (*HEAVY_FLAVOUR, Origin.WBOSON)
"""Muons that the detector sees from the vertex on."""
PT_EDGES = (4.0, 8.0, 15.0, 30.0, 500.0)
ABS_ETA_EDGES = (0.0, 1.05, 1.7, 2.5)
"""Bins in which the simulation is given the shares of the reconstructed muons."""
DRAWN = 20_000
"""Simulated muons drawn with these weights."""
AGREES, SIMILAR = 0.05, 0.002
"""Probability of the distance of two distributions (Kolmogorov, Smirnov) from which on they agree,
and are not certainly different."""


@dataclass(frozen=True)
class Compared:
    """One input: median and half the central 68 % of both."""

    name: str
    real_median: float
    real_spread: float
    median: float
    spread: float
    distance: float
    """Largest of the cumulated distributions."""
    probability: float
    """Of a larger one by chance."""
    entries: int

    @property
    def verdict(self) -> str:
        """In words."""
        if self.probability >= AGREES:
            return "agrees"
        return "similar" if self.probability >= SIMILAR else "differs"


def compare(
    features: Sequence[str | Path], real: RealMuonsConfig, random: np.random.Generator
) -> list[Compared]:
    """Compare every input that reconstructed muons have with simulated ones of Run 3.

    Genuine muons of either, of quality Medium and above 4 GeV; the simulated ones, of heavy
    flavour, are drawn so that they have the shares of the reconstructed in bins of pT and |eta|.
    """
    inputs = sorted(set(real.muons[0]) - {"pt", "eta", "origin", "precision_layers"})
    table = ak.concatenate([read_parquet(path, [*inputs, "pt", "eta", "label", "weight"]) for path in features])
    table = table[ak.to_numpy(table["label"]) == Label.SIGNAL]
    measured = selected(real)
    simulated = {name: ak.to_numpy(table[name]).astype(np.float64) for name in table.fields}
    weight = matched(measured, simulated) * simulated["weight"]
    chosen = random.choice(len(weight), DRAWN, p=weight / weight.sum())
    return [_compared(name, measured[name], simulated[name][chosen]) for name in inputs]


def selected(real: RealMuonsConfig) -> dict[str, Floats]:
    """Columns of the reconstructed muons that are compared, shapes (n,)."""
    columns = {
        name: np.array([np.nan if row[name] is None else row[name] for row in real.muons])
        for name in real.muons[0]
    }
    kept = (
        (columns["pt"] > PT_EDGES[0])
        & np.isin(columns["origin"], GENUINE)
        & (columns["q_over_p_significance"] < 7.0)
        & (columns["precision_layers"] >= 2)
        & (np.abs(columns["eta"]) < ABS_ETA_EDGES[-1])
    )
    return {name: values[kept] for name, values in columns.items()}


def matched(measured: dict[str, Floats], simulated: dict[str, Floats]) -> Floats:
    """Factor for each simulated muon: share of reconstructed over simulated ones in its bin."""
    edges = (np.array(PT_EDGES), np.array(ABS_ETA_EDGES))
    histograms = [
        np.histogram2d(of["pt"], np.abs(of["eta"]), edges, weights=of.get("weight"))[0]
        for of in (measured, simulated)
    ]
    wanted, found = histograms
    ratio = np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)
    place = [
        np.clip(np.digitize(values, bins) - 1, 0, len(bins) - 2)
        for values, bins in ((simulated["pt"], edges[0]), (np.abs(simulated["eta"]), edges[1]))
    ]
    result: Floats = ratio[place[0], place[1]]
    return result


def _compared(name: str, real: Floats, ours: Floats) -> Compared:
    test = ks_2samp(real, ours)
    return Compared(
        name=name,
        real_median=float(np.median(real)),
        real_spread=_spread(real),
        median=float(np.median(ours)),
        spread=_spread(ours),
        distance=float(test.statistic),
        probability=float(test.pvalue),
        entries=len(real),
    )


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, (0.1587, 0.8413))
    return float(0.5 * (high - low))
