"""The methods trained with several seeds in the same data: their numbers with the spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from hepchain.chains.dijets.config.densities import DensitiesConfig
from hepchain.chains.dijets.config.methods import CwolaConfig
from hepchain.chains.dijets.cwola import Bands, score_fold
from hepchain.chains.dijets.data import Events, Floats
from hepchain.chains.dijets.densities.methods import cathode, estimate
from hepchain.figures.tabulate import Table, number
from hepchain.seeds import generator
from hepchain.sic import FLOOR, improvement

Numbers = Mapping[str, float]
"""``max_sic/{method}``, ``log_likelihood/{flow}`` -> value of one seed."""


def of_cwola(events: Events, bands: Bands, config: CwolaConfig, seed: int) -> Numbers:
    """Largest improvement of CWoLa in the window, all folds trained with one seed."""
    events, scores = refolded(events, seed), np.empty(len(events))
    for fold in np.unique(events.fold):
        own = score_fold(events, int(fold), bands, config, seed)
        scores[events.fold == fold] = own
    return {"max_sic/cwola": _largest(events, scores, bands)}


def of_densities(
    events: Events, bands: Bands, flow: str, config: DensitiesConfig, seed: int
) -> Numbers:
    """Largest improvements of what one flow makes, and its likelihood, at its fixed epochs."""
    events = refolded(events, seed)
    found = estimate(events, bands, flow, config, seed)
    scores = {
        "cathode": cathode(events, found, bands, config, seed),
        "anode": found.anode,
    }
    values = {
        f"max_sic/{method}_{flow}": _largest(events, one, bands) for method, one in scores.items()
    }
    return values | {f"log_likelihood/{flow}": float(np.mean(found.likelihoods))}


def refolded(events: Events, seed: int) -> Events:
    """The same events in folds that are drawn: trees know no chance but that of what they learn."""
    random = generator(seed, "dijets", "folds")
    fold = random.integers(int(events.fold.max()) + 1, size=len(events))
    return replace(events, fold=fold)


def _largest(events: Events, scores: Floats, bands: Bands) -> float:
    chosen = events.within(*bands[1:3]) & (events.observed | events.signal)
    return improvement(scores[chosen], events.signal[chosen]).largest


def collected(seeds: Sequence[Numbers]) -> dict[str, dict[str, float]]:
    """Mean of each number over the seeds and its error, the spread over the root of their number.

    ``log_likelihood_difference/{b}-{a}`` is paired: both flows have the same data and seed.

    Parameters
    ----------
    seeds : numbers of all methods, a seed each
    """
    names = list(seeds[0])
    values = {name: [one[name] for one in seeds] for name in names}
    flows = [name.removeprefix("log_likelihood/") for name in names if "log_likelihood" in name]
    for first, second in combinations(flows, 2):
        values[f"log_likelihood_difference/{second}-{first}"] = [
            one[f"log_likelihood/{second}"] - one[f"log_likelihood/{first}"] for one in seeds
        ]
    return {name: _mean(found) for name, found in values.items()}


def _mean(values: Sequence[float]) -> dict[str, float]:
    spread = float(np.std(values, ddof=1))
    error = spread / math.sqrt(len(values))
    return {"value": float(np.mean(values)), "error": error, "spread": spread}


def table(found: Mapping[str, Mapping[str, float]], titles: Mapping[str, str], seeds: int) -> Table:
    """A line for each number."""
    rows = []
    for name, one in found.items():
        kind, thing = name.split("/")
        rows.append(
            {
                "Number": kind.replace("max_sic", "largest improvement").replace("_", " "),
                "Of": titles.get(thing, thing),
                "Mean": number(one["value"], one["error"]),
                "Spread of a seed": number(one["spread"]),
            }
        )
    note = (
        f"{seeds} seeds, the same data: the errors are of the training alone. Improvements with at "
        f"least {FLOOR} background events passing. Log-likelihoods are of an event beside the "
        "window that no fit has seen."
    )
    return Table("Methods trained with several seeds", pd.DataFrame(rows), note)
