"""Importance of the inputs by permutation: loss of accuracy if one is shuffled among all muons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import awkward as ak
import numpy as np

from hepchain.chains.soft_muons.results.performance import Number
from hepchain.chains.soft_muons.results.table import Booleans, Floats
from hepchain.combination.scoring import ModelSet
from hepchain.io import read_parquet
from hepchain.labels import CLASSES, Label


@dataclass(frozen=True)
class Importance:
    """Of one tagger and campaign."""

    campaign: str
    accuracy: Number
    """Of both classes at equal weight, where a muon is called what its score is nearer to."""
    losses: Mapping[str, Number]
    """Input -> loss of accuracy, largest first; the error is the spread of the repetitions."""


def accuracy(score: Floats, signal: Booleans, weight: Floats) -> float:
    """Weighted share of muons on the right side of 0.5, both classes at equal weight."""
    right = [
        weight[chosen & ((score > 0.5) == wanted)].sum() / weight[chosen].sum()
        for chosen, wanted in ((signal, True), (~signal, False))
    ]
    return float(np.mean(right))


def permuted(
    campaign: str,
    features: Sequence[str | Path],
    models: ModelSet,
    repetitions: int,
    random: np.random.Generator,
) -> Importance:
    """Importance of every input of a campaign for one tagger.

    Each muon is scored by the model that has not seen its event; values of an input are shuffled
    among all muons, of both classes together.

    Parameters
    ----------
    features : files of the sample, of which muons of the category ``campaign`` count
    """
    table = ak.concatenate([read_parquet(path, models.columns) for path in features])
    table = table[(table["category"] == campaign) & np.isin(ak.to_numpy(table["label"]), CLASSES)]
    signal = ak.to_numpy(table["label"]) == Label.SIGNAL
    weight = ak.to_numpy(table["weight"]).astype(np.float64)
    inputs = next(m.variables for (category, _), m in models.models.items() if category == campaign)

    def reached(muons: ak.Array) -> float:
        return accuracy(models.raw(muons, campaign).astype(np.float64), signal, weight)

    nominal = reached(table)
    losses = {}
    for name in inputs:
        values = [
            nominal - reached(_shuffled(table, name, random)) for _ in range(repetitions)
        ]
        losses[name] = Number(float(np.mean(values)), float(np.std(values)))
    ordered = sorted(losses, key=lambda name: -losses[name].value)
    error = float(np.sqrt(nominal * (1 - nominal) * (weight**2).sum()) / weight.sum())
    return Importance(campaign, Number(nominal, error), {name: losses[name] for name in ordered})


def _shuffled(table: ak.Array, name: str, random: np.random.Generator) -> ak.Array:
    return ak.with_field(table, random.permutation(ak.to_numpy(table[name])), name)
