from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from hepchain.combination.calibration import (
    NEVER,
    Calibration,
    CategoryCalibration,
)
from hepchain.combination.calibration_fit import (
    ScoredTracks,
    calibrate,
    fit_beta,
    read_scored,
    write_calibration,
)
from hepchain.config.training import BalanceConfig
from hepchain.errors import InputError, StageError
from hepchain.io import ParquetWriter
from hepchain.roc import area_under_curve

BALANCE = BalanceConfig(pt_edges=[0.5, 1.0, 5.0], abs_eta_edges=[0.0, 2.5], max_weight_ratio=50)
DISTANCE = {"good": 2.5, "poor": 0.8}
SHARES = {0: {"good": 0.3, "poor": 0.7}, 1: {"good": 0.8, "poor": 0.2}}


def toy(size: int = 40_000, seed: int = 1) -> tuple[ScoredTracks, np.ndarray]:
    """Gaussian classes in two categories, scored by overconfident classifiers.

    Returns the tracks and their true log likelihood ratio, shares of the categories included.
    """
    rng = np.random.default_rng(seed)
    labels = (rng.uniform(size=size) < 0.3).astype(np.int8)
    good = rng.uniform(size=size) < np.where(labels == 1, SHARES[1]["good"], SHARES[0]["good"])
    category = np.where(good, "good", "poor")
    distance = np.where(good, DISTANCE["good"], DISTANCE["poor"])
    ratio = distance * (rng.normal(size=size) + distance * (labels - 0.5))
    raw = expit(np.where(good, 1.7 * ratio + 0.5, 0.6 * ratio - 1.0)).astype(np.float32)
    share = np.log(np.where(good, 0.8 / 0.3, 0.2 / 0.7))
    tracks = ScoredTracks(
        raw=raw,
        category=category,
        labels=labels,
        fold=rng.integers(0, 2, size).astype(np.int8),
        pt=(0.5 * 10.0 ** rng.beta(1.0, np.where(labels == 1, 1.0, 3.0))).astype(np.float32),
        eta=rng.uniform(-2.5, 2.5, size).astype(np.float32),
        event_weight=np.ones(size),
    )
    return tracks, ratio + share


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    results = calibrate(toy()[0], list(DISTANCE), BALANCE)
    return Calibration({name: result.calibration for name, result in results.items()})


def test_likelihood_ratio_of_gaussians_is_found(calibration: Calibration) -> None:
    tracks, truth = toy(seed=2)
    # Where the float32 raw scores hold the information: they end at 1 - 6e-8.
    inside = np.abs(truth) < 6.0
    ratio = calibration.log_likelihood_ratio(tracks.raw, tracks.category)
    deviation = (ratio - truth)[inside]
    assert np.sqrt((deviation**2).mean()) < 0.12
    assert abs(deviation.mean()) < 0.05


def test_shares_of_the_categories_are_found() -> None:
    results = calibrate(toy()[0], list(DISTANCE), BALANCE)
    for name, result in results.items():
        truth = np.log(SHARES[1][name] / SHARES[0][name])
        error = result.log_share_ratio_error
        assert abs(result.calibration.log_share_ratio - truth) < 3.5 * error
        assert 0.0 < error < 0.1
    assert sum(result.signal_share for result in results.values()) == pytest.approx(1.0)


def test_calibration_lowers_the_log_loss_of_unseen_folds() -> None:
    for result in calibrate(toy()[0], list(DISTANCE), BALANCE).values():
        assert result.log_loss_calibrated < result.log_loss_raw - 0.01


def test_combined_ratio_separates_better_than_raw_scores(calibration: Calibration) -> None:
    tracks, truth = toy(seed=2)
    ratio = calibration.log_likelihood_ratio(tracks.raw, tracks.category)
    electron = tracks.labels == 1
    raw, combined, best = (
        area_under_curve(score, electron) for score in (tracks.raw, ratio, truth)
    )
    assert combined > raw + 0.01
    assert combined == pytest.approx(best, abs=0.002)


def test_ratio_is_the_ratio_of_densities(calibration: Calibration) -> None:
    """Weighted by exp(-ratio), electrons are spread as hadrons: closure without a formula."""
    tracks, _ = toy(seed=3)
    ratio = calibration.log_likelihood_ratio(tracks.raw, tracks.category)
    electron = tracks.labels == 1
    edges = [-4.0, -2.0, 0.0, 1.0, 2.0, 4.0]
    weighted = np.histogram(ratio[electron], edges, weights=np.exp(-ratio[electron]))[0]
    plain = np.histogram(ratio[~electron], edges)[0]
    np.testing.assert_allclose(
        weighted / electron.sum(), plain / (~electron).sum(), rtol=0.15, atol=0.002
    )


def test_well_calibrated_scores_stay() -> None:
    rng = np.random.default_rng(4)
    electron = rng.uniform(size=100_000) < 0.5
    ratio = 1.5 * (rng.normal(size=100_000) + 1.5 * (electron - 0.5))
    low, high, offset = fit_beta(expit(ratio), electron, np.ones(100_000))
    assert (low, high) == (pytest.approx(1.0, abs=0.04), pytest.approx(1.0, abs=0.04))
    assert offset == pytest.approx(0.0, abs=0.04)


def test_useless_scores_say_nothing_and_still_rise() -> None:
    rng = np.random.default_rng(5)
    electron = rng.uniform(size=5000) < 0.5
    low, high, offset = fit_beta(rng.uniform(size=5000), electron, np.ones(5000))
    calibration = CategoryCalibration(low, high, offset, 0.0)
    ratios = calibration.log_likelihood_ratio([0.1, 0.9])
    assert ratios[1] > ratios[0]
    assert np.abs(ratios).max() < 0.2


def test_few_perfectly_separated_tracks_stay_finite() -> None:
    raw = np.array([0.001, 0.002, 0.003, 0.997, 0.998, 0.999])
    low, high, offset = fit_beta(raw, raw > 0.5, np.ones(6))
    assert 0.5 < min(low, high) <= max(low, high) < 3.0
    assert abs(offset) < 1.0


def test_slopes_are_those_of_two_beta_distributions() -> None:
    """Log ratio of beta(4, 2) and beta(1, 3): 3 ln(s) - ln(1 - s) + constant."""
    rng = np.random.default_rng(6)
    electron = np.repeat([True, False], 50_000)
    raw = np.where(electron, rng.beta(4.0, 2.0, 100_000), rng.beta(1.0, 3.0, 100_000))
    low, high, offset = fit_beta(raw, electron, np.ones(100_000))
    assert low == pytest.approx(4.0 - 1.0, abs=0.1)
    assert high == pytest.approx(3.0 - 2.0, abs=0.1)
    # Normalisations: B(1, 3) / B(4, 2) = (1 / 3) / (1 / 20).
    assert offset == pytest.approx(np.log(20.0 / 3.0), abs=0.1)


@given(
    raw=st.lists(st.floats(2.0**-30, 1.0, width=32), min_size=2, max_size=30, unique=True),
    low=st.floats(1e-3, 5.0),
    high=st.floats(1e-3, 5.0),
)
def test_ratio_rises_strictly_with_the_raw_score(raw: list[float], low: float, high: float) -> None:
    ordered = np.sort(np.array(raw, dtype=np.float32))
    ratio = CategoryCalibration(low, high, 0.3, -0.2).log_likelihood_ratio(ordered)
    assert np.isfinite(ratio).all()
    assert (np.diff(ratio) > 0.0).all()


def test_saturated_scores_are_finite(calibration: Calibration) -> None:
    ratio = calibration.log_likelihood_ratio(np.array([0.0, 1.0]), np.array(["good", "good"]))
    assert np.isfinite(ratio).all()
    assert ratio[0] < ratio[1]


def test_category_without_calibration_never_passes(calibration: Calibration) -> None:
    ratio = calibration.log_likelihood_ratio(np.array([0.0, 0.0]), np.array(["other", "good"]))
    assert ratio[0] == NEVER < ratio[1]


def test_category_without_electrons_is_named() -> None:
    tracks, _ = toy(size=2000)
    tracks.labels[tracks.category == "poor"] = 0
    with pytest.raises(StageError, match=r"category poor: \d+ background, 0 signal"):
        calibrate(tracks, list(DISTANCE), BALANCE)


def test_file_round_trip(tmp_path: Path, calibration: Calibration) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(path, calibrate(toy()[0], list(DISTANCE), BALANCE), ["gun"])
    assert Calibration.read(path) == calibration


@pytest.mark.parametrize("content", ["{}", '{"categories": {"good": {"low": 1}}}', "[]", "{"])
def test_broken_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(InputError, match=r"calibration\.json"):
        Calibration.read(tmp_path / "calibration.json")


def test_only_electrons_and_hadrons_are_read(tmp_path: Path) -> None:
    with ParquetWriter.open(tmp_path / "raw.parquet") as writer:
        for _ in range(2):
            writer.write(
                {
                    "raw": np.array([0.1, 0.2, 0.3, 0.4], np.float32),
                    "category": np.array(["good", "poor", "good", "poor"]),
                    "label": np.array([0, 1, 2, 3], np.int8),
                    "fold": np.array([0, 1, 0, 1], np.int8),
                    "pt": np.array([1, 2, 3, 4], np.float32),
                    "eta": np.array([0, 0, 0, 0], np.float32),
                    "weight": np.array([1.0, -1.0, 2.0, 1.0]),
                }
            )
    tracks = read_scored([tmp_path / "raw.parquet"])
    assert tracks.labels.tolist() == [0, 1, 0, 1]
    assert tracks.category.tolist() == ["good", "poor", "good", "poor"]
    np.testing.assert_array_equal(tracks.raw, np.array([0.1, 0.2, 0.1, 0.2], np.float32))
    assert tracks.event_weight.tolist() == [1.0, -1.0, 1.0, -1.0]


def slopes(tracks: ScoredTracks, config: BalanceConfig = BALANCE) -> np.ndarray:
    found = calibrate(tracks, list(DISTANCE), config)
    return np.array([[r.calibration.low, r.calibration.log_share_ratio] for r in found.values()])


def test_weights_of_events_count() -> None:
    """A track of weight -1 takes one of weight +1 away; alone it changes the calibration."""
    tracks, _ = toy(size=8000)
    expected = slopes(tracks)
    first = {f.name: getattr(tracks, f.name)[:500] for f in fields(tracks)}
    cancelled = ScoredTracks(
        **{
            name: np.concatenate([getattr(tracks, name), values, values])
            for name, values in (first | {"event_weight": np.ones(500)}).items()
        }
    )
    cancelled.event_weight[8500:] = -1.0
    np.testing.assert_allclose(slopes(cancelled), expected, atol=0.03)
    flipped = replace(tracks, event_weight=np.where(np.arange(8000) % 3, 1.0, -1.0))
    assert np.abs(slopes(flipped) - expected).max() > 0.1
    ignoring = BALANCE.model_copy(update={"event_weights": "ignore"})
    np.testing.assert_array_equal(slopes(flipped, ignoring), expected)


def test_negative_weights_that_prevail_are_refused() -> None:
    tracks, _ = toy(size=4000)
    middle = (tracks.raw > 0.2) & (tracks.raw < 0.8)
    with pytest.raises(StageError):
        calibrate(replace(tracks, event_weight=np.where(middle, -1.0, 1.0)), ["good"], BALANCE)
