"""Samples of other showers and tunes, judged as they are by what was trained on the main ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.results.evaluation import TIGHT
from hepchain.chains.soft_muons.results.table import Booleans, Scored, read
from hepchain.chains.soft_muons.results.tight import Maps, passes
from hepchain.efficiency import Efficiency, efficiency


@dataclass(frozen=True)
class Shares:
    """What passes a selection of one sample."""

    signal: Efficiency
    background: Efficiency


def dependence(
    evaluation: Mapping[str, Any],
    samples: Mapping[str, Mapping[str, Path]],
    config: TightConfig,
) -> dict[str, dict[str, Shares]]:
    """Shares of each sample that pass TIGHT and the taggers, all cuts those of the main sample.

    Parameters
    ----------
    evaluation : content of :class:`.Evaluation` of the main sample: thresholds, maps of TIGHT
    samples : sample -> tagger -> its raw scores; the samples are of the campaign of the evaluation

    Returns
    -------
    sample -> TIGHT or tagger -> shares

    Raises
    ------
    InputError : see :func:`.read`
    """
    maps = {
        int(fold): Maps(*(_numbers(found[name]) for name in ("rho_prime", "q_over_p_significance")))
        for fold, found in evaluation["maps"].items()
    }
    result = {}
    for sample, paths in samples.items():
        muons, scores = read(paths, evaluation["campaign"])
        selections = {TIGHT: _tight(muons, maps, config)} | {
            name: values > evaluation["taggers"][name]["threshold"]
            for name, values in scores.items()
        }
        result[sample] = {name: _shares(muons, chosen) for name, chosen in selections.items()}
    return result


def _numbers(rows: Any) -> Any:
    """Of JSON, which has no infinity."""
    return np.array([[np.inf if value is None else value for value in row] for row in rows])


def _tight(muons: Scored, maps: Mapping[int, Maps], config: TightConfig) -> Booleans:
    result = np.zeros(len(muons.pt), dtype=bool)
    for fold, found in maps.items():
        own = muons.fold == fold
        result[own] = passes(muons.take(own), found, config)
    return result


def _shares(muons: Scored, chosen: Booleans) -> Shares:
    signal = muons.signal
    return Shares(
        efficiency(chosen[signal], muons.weight[signal]),
        efficiency(chosen[~signal], muons.weight[~signal]),
    )
