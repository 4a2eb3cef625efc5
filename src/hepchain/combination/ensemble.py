"""Ensembles: the mean of what several taggers say of a track."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt
from scipy.special import expit

from hepchain.combination.calibration import Calibration
from hepchain.errors import InputError
from hepchain.features.table import IDENTITY
from hepchain.io import ParquetWriter, iterate_parquet

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Member:
    """What a tagger of an ensemble has made."""

    raw: Path
    """Raw scores of the sample, by models that have not seen the events."""
    calibration: Path


def ensemble_sample(members: Mapping[str, Member], output: str | Path) -> None:
    """Write raw scores of an ensemble: the mean of the members' log likelihood ratios, as 0 to 1.

    Calibrated ratios are averaged and not raw scores, which different kinds of taggers make
    differently sure: the mean of ratios is the logarithm of the geometric mean of the odds. What a
    member knows of an event is out-of-fold, so the ensemble has not seen the event either.

    Raises
    ------
    InputError : a file is missing or unusable, or the members have not scored the same tracks
    """
    calibrations = [Calibration.read(member.calibration) for member in members.values()]
    rows = 0
    with ParquetWriter.open(output) as writer:
        for tables in zip_longest(*(iterate_parquet(member.raw) for member in members.values())):
            _require_same_tracks(tables, members)
            raw = _mean(tables, calibrations)
            writer.write({name: tables[0][name] for name in tables[0].fields} | {"raw": raw})
            rows += len(raw)
    logger.info("mean of %s: %d tracks", ", ".join(members), rows)


def _require_same_tracks(tables: Sequence[ak.Array | None], members: Mapping[str, Member]) -> None:
    first, *others = tables
    same = first is not None and all(
        other is not None
        and len(other) == len(first)
        and all(ak.all(other[name] == first[name]) for name in IDENTITY if name != "weight")
        for other in others
    )
    if not same:
        raise InputError(
            f"{', '.join(str(member.raw) for member in members.values())}: not the same tracks in "
            "the same order; remove the files and rerun the scoring"
        )


def _mean(
    tables: Sequence[ak.Array], calibrations: Sequence[Calibration]
) -> npt.NDArray[np.float32]:
    ratios = [
        calibration.log_likelihood_ratio(np.asarray(table["raw"]), table["category"].to_numpy())
        for table, calibration in zip(tables, calibrations, strict=True)
    ]
    return np.asarray(expit(np.mean(ratios, axis=0)).astype(np.float32))
