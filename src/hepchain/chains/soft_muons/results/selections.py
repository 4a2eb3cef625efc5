"""TIGHT and taggers as an evaluation has set them, applied to scored muons of any sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hepchain.chains.soft_muons.config.tight import TightConfig
from hepchain.chains.soft_muons.results.evaluation import TIGHT
from hepchain.chains.soft_muons.results.table import Booleans, Scored, read
from hepchain.chains.soft_muons.results.tight import Maps, passes


def selected(
    evaluation: Mapping[str, Any], paths: Mapping[str, Path], config: TightConfig
) -> tuple[Scored, dict[str, Booleans]]:
    """Muons of one sample, and which of them pass.

    Parameters
    ----------
    evaluation : content of :class:`.Evaluation`: thresholds, maps of TIGHT
    paths : tagger -> its raw scores, of a sample of the same campaign

    Returns
    -------
    the muons, and TIGHT or tagger -> those that pass, shape (n,)

    Raises
    ------
    InputError : see :func:`.read`
    """
    muons, scores = read(paths, evaluation["campaign"])
    return muons, {TIGHT: _tight(muons, evaluation, config)} | {
        name: values > evaluation["taggers"][name]["threshold"] for name, values in scores.items()
    }


def _tight(muons: Scored, evaluation: Mapping[str, Any], config: TightConfig) -> Booleans:
    result = np.zeros(len(muons.pt), dtype=bool)
    for fold, found in evaluation["maps"].items():
        maps = (_numbers(found[name]) for name in ("rho_prime", "q_over_p_significance"))
        own = muons.fold == int(fold)
        result[own] = passes(muons.take(own), Maps(*maps), config)
    return result


def _numbers(rows: Any) -> Any:
    """Of JSON, which has no infinity."""
    return np.array([[np.inf if value is None else value for value in row] for row in rows])
