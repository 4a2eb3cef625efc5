from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hepchain.combination.combine import combine_sample
from hepchain.io import ParquetWriter, read_parquet, write_json

CATEGORIES = {
    "good": {"low": 1.0, "high": 1.0, "offset": 0.0, "log_share_ratio": 0.5},
    "poor": {"low": 0.5, "high": 0.5, "offset": -1.0, "log_share_ratio": 0.0},
}


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    write_json(tmp_path / "calibration.json", {"categories": CATEGORIES})
    with ParquetWriter.open(tmp_path / "raw.parquet") as writer:
        for raw in ([0.5, 0.75], [0.75, 0.25]):
            writer.write(
                {
                    "event_number": np.array([1, 2], np.int64),
                    "category": np.array(["good", "poor"]),
                    "raw": np.array(raw, np.float32),
                }
            )
    return tmp_path / "raw.parquet", tmp_path / "calibration.json"


def test_ratio_is_added_and_chosen(inputs: tuple[Path, Path], tmp_path: Path) -> None:
    combine_sample(*inputs, "likelihood_ratio", tmp_path / "scores.parquet")
    scores = read_parquet(tmp_path / "scores.parquet")
    odds = np.log(3.0)
    expected = [0.5, 0.5 * odds - 1.0, odds + 0.5, -0.5 * odds - 1.0]
    np.testing.assert_allclose(np.asarray(scores["log_likelihood_ratio"]), expected, rtol=1e-6)
    np.testing.assert_array_equal(scores["score"], scores["log_likelihood_ratio"])
    assert scores["event_number"].tolist() == [1, 2, 1, 2]


def test_raw_score_can_be_chosen(inputs: tuple[Path, Path], tmp_path: Path) -> None:
    combine_sample(*inputs, "raw", tmp_path / "scores.parquet")
    scores = read_parquet(tmp_path / "scores.parquet")
    np.testing.assert_array_equal(np.asarray(scores["score"]), np.asarray(scores["raw"]))
