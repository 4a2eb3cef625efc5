"""Scored muons of a campaign, and what taggers are compared by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hepchain.errors import InputError
from hepchain.io.columns import pieces
from hepchain.labels import CLASSES, Label
from hepchain.simulation.rows import Rows

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

CUT_ON = ("precision_layers", "rho_prime", "q_over_p_significance", "reduced_chi2")
"""Columns that the cut-based selection looks at."""
COLUMNS = ("event_number", "weight", "label", "fold", "category", "pt", "eta", "truth_origin")
OF_JETS = ("jet_pt", "jet_delta_r", "jet_pt_rel", "jet_share")


@dataclass(frozen=True)
class Scored(Rows):
    """Muons of both classes, shapes (n,)."""

    event: npt.NDArray[np.int64]
    signal: Booleans
    weight: Floats
    fold: npt.NDArray[np.int64]
    pt: Floats
    eta: Floats
    origin: npt.NDArray[np.int64]
    jet_pt: Floats
    jet_delta_r: Floats
    jet_pt_rel: Floats
    """NaN of files that do not have it, as the next."""
    jet_share: Floats
    precision_layers: Floats
    rho_prime: Floats
    q_over_p_significance: Floats
    reduced_chi2: Floats


def read(paths: Mapping[str, str | Path], category: str) -> tuple[Scored, dict[str, Floats]]:
    """Muons of a category, and the score that each tagger gives them.

    Parameters
    ----------
    paths : tagger -> its scores of one sample, of the same muons in the same order

    Raises
    ------
    InputError : the files are of different muons, or have none of the category
    """
    muons: dict[str, npt.NDArray[np.generic]] = {}
    scores: dict[str, Floats] = {}
    for tagger, path in paths.items():
        table = _columns(path, (*COLUMNS, *OF_JETS, *CUT_ON, "raw", "track_index"))
        kept = (table["category"] == category) & np.isin(table["label"], CLASSES)
        table = {name: values[kept] for name, values in table.items()}
        identity = ("event_number", "track_index")
        if muons and any(not np.array_equal(muons[name], table[name]) for name in identity):
            raise InputError(f"{path}: has other muons than the scores of other taggers; rerun it")
        muons = muons or table
        scores[tagger] = table["raw"].astype(np.float64)
    if not len(muons["label"]):
        raise InputError(f"{next(iter(paths.values()))}: has no muons of category {category}")
    return _scored(muons), scores


def _columns(path: str | Path, names: Sequence[str]) -> dict[str, npt.NDArray[np.generic]]:
    found = list(pieces([path], names))
    return {name: np.concatenate([piece[name] for piece in found]) for name in names}


def _scored(table: Mapping[str, npt.NDArray[np.generic]]) -> Scored:
    numbers = {name: table[name].astype(np.float64) for name in (*OF_JETS, *CUT_ON)}
    return Scored(
        event=table["event_number"].astype(np.int64),
        signal=table["label"] == Label.SIGNAL,
        weight=table["weight"].astype(np.float64),
        fold=table["fold"].astype(np.int64),
        pt=table["pt"].astype(np.float64),
        eta=table["eta"].astype(np.float64),
        origin=table["truth_origin"].astype(np.int64),
        **numbers,
    )


def effective(weight: Floats) -> float:
    """Effective number of entries, (sum w)^2 / sum w^2."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0
