"""Samples of other showers and tunes, judged as they are by what was trained on the main ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.results.selections import selected
from hepchain.chains.soft_muons.results.table import Booleans, Scored
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
    InputError : see :func:`.selected`
    """
    result = {}
    for sample, paths in samples.items():
        muons, selections = selected(evaluation, paths, config)
        result[sample] = {name: _shares(muons, chosen) for name, chosen in selections.items()}
    return result


def _shares(muons: Scored, chosen: Booleans) -> Shares:
    signal = muons.signal
    return Shares(
        efficiency(chosen[signal], muons.weight[signal]),
        efficiency(chosen[~signal], muons.weight[~signal]),
    )
