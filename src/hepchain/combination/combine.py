"""The combined score of every track."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from hepchain.combination.calibration import Calibration
from hepchain.io import ParquetWriter, iterate_parquet

Score = Literal["likelihood_ratio", "raw"]


def combine_sample(
    raw_scores: str | Path, calibration: str | Path, score: Score, output: str | Path
) -> None:
    """Add ``log_likelihood_ratio`` and ``score`` to the raw scores of a sample.

    ``score``: which of the two later stages cut on.

    Raises
    ------
    InputError : an input is missing or unusable
    """
    calibrated = Calibration.read(calibration)
    with ParquetWriter.open(output) as writer:
        for tracks in iterate_parquet(raw_scores):
            columns = {name: tracks[name] for name in tracks.fields}
            ratio = calibrated.log_likelihood_ratio(
                np.asarray(tracks["raw"]), tracks["category"].to_numpy()
            )
            chosen = np.asarray(tracks["raw"], dtype=np.float64) if score == "raw" else ratio
            writer.write(columns | {"log_likelihood_ratio": ratio, "score": chosen})
