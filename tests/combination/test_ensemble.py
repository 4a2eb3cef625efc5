"""Ensembles of taggers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from hepchain.combination.ensemble import Member, ensemble_sample
from hepchain.errors import InputError
from hepchain.io import read_parquet, write_json
from tests.training.feature_tables import CATEGORIES, Table, write_table

COLUMNS = Table(events=300).columns()


def member(
    directory: Path, name: str, raw: np.ndarray, low: float = 1.0, drop: tuple[str, ...] = ()
) -> Member:
    """A member with log likelihood ratio ``low`` ln(raw) - ln(1 - raw), not in some categories."""
    kept = ("event_number", "track_index", "category", "label", "fold")
    columns = {column: COLUMNS[column][: len(raw)] for column in kept} | {"raw": raw}
    path = write_table(directory / f"{name}.parquet", columns)
    entry = {"low": low, "high": 1.0, "offset": 0.0, "log_share_ratio": 0.0}
    content = {"categories": {c: entry for c in CATEGORIES if c not in drop}}
    write_json(directory / f"{name}.json", content)
    return Member(path, directory / f"{name}.json")


def raw_scores(seed: int, size: int = 1200) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.01, 0.99, size).astype(np.float32)


def test_mean_of_the_log_likelihood_ratios(tmp_path: Path) -> None:
    one, two = raw_scores(1), raw_scores(2)
    members = {"one": member(tmp_path, "one", one), "two": member(tmp_path, "two", two)}
    ensemble_sample(members, tmp_path / "raw.parquet")
    table = read_parquet(tmp_path / "raw.parquet")
    expected = expit(0.5 * (logit(one.astype(float)) + logit(two.astype(float))))
    np.testing.assert_allclose(np.asarray(table["raw"]), expected, rtol=1e-5)
    np.testing.assert_array_equal(np.asarray(table["track_index"]), COLUMNS["track_index"])
    assert np.asarray(table["raw"]).dtype == np.float32


def test_calibration_of_the_members_counts(tmp_path: Path) -> None:
    """A member that is too sure weighs no more than its calibration says."""
    one, two = raw_scores(1), raw_scores(2)
    members = {"one": member(tmp_path, "one", one, 0.2), "two": member(tmp_path, "two", two)}
    ensemble_sample(members, tmp_path / "raw.parquet")
    first = 0.2 * np.log(one.astype(float)) - np.log1p(-one.astype(float))
    expected = expit(0.5 * (first + logit(two.astype(float))))
    raw = np.asarray(read_parquet(tmp_path / "raw.parquet")["raw"])
    np.testing.assert_allclose(raw, expected, rtol=1e-5)


def test_ensemble_of_equals_is_the_member(tmp_path: Path) -> None:
    members = {name: member(tmp_path, name, raw_scores(1)) for name in ("one", "two")}
    ensemble_sample(members, tmp_path / "raw.parquet")
    raw = np.asarray(read_parquet(tmp_path / "raw.parquet")["raw"])
    np.testing.assert_allclose(raw, raw_scores(1), rtol=1e-5)


def test_category_without_models_never_passes(tmp_path: Path) -> None:
    drop = ("silicon",)
    members = {n: member(tmp_path, n, raw_scores(1), drop=drop) for n in ("one", "two")}
    ensemble_sample(members, tmp_path / "raw.parquet")
    raw = np.asarray(read_parquet(tmp_path / "raw.parquet")["raw"])
    np.testing.assert_array_equal(raw == 0.0, COLUMNS["category"] == "silicon")


@pytest.mark.parametrize("size", [600, 1199])
def test_members_of_other_tracks_are_refused(tmp_path: Path, size: int) -> None:
    members = {
        "one": member(tmp_path, "one", raw_scores(1)),
        "two": member(tmp_path, "two", raw_scores(2, size)),
    }
    with pytest.raises(InputError, match=r"two\.parquet: not the same tracks"):
        ensemble_sample(members, tmp_path / "raw.parquet")
    assert not (tmp_path / "raw.parquet").exists()
