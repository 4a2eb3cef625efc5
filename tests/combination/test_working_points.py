from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import norm

from hepchain.combination.working_points import (
    summary,
    threshold_of,
    working_points,
    write_working_points,
)
from hepchain.config.combination import WorkingPointsConfig
from hepchain.errors import StageError
from hepchain.io import ParquetWriter, read_json

CONFIG = WorkingPointsConfig(sample="signal", fake_rate=0.05, pt_edges=[0.5, 1.0, 2.0, 5.0])


def hadrons(size: int = 50_000, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of unit width whose mean rises with pT, weighted."""
    rng = np.random.default_rng(seed)
    pt = 0.5 * 10.0 ** rng.beta(1.0, 3.0, size)
    return rng.normal(size=size) + pt, pt, rng.uniform(0.5, 1.5, size)


def test_threshold_of_a_gaussian_is_its_quantile() -> None:
    rng = np.random.default_rng(1)
    threshold = threshold_of(rng.normal(size=200_000), np.ones(200_000), 0.05)
    assert threshold == pytest.approx(norm.isf(0.05), abs=0.02)


def test_weights_move_the_threshold_as_repeated_tracks_do() -> None:
    score = np.arange(100.0)
    weight = np.where(score > 90, 3.0, 1.0)
    assert threshold_of(score, weight, 0.1) == threshold_of(
        np.repeat(score, weight.astype(int)), np.ones(int(weight.sum())), 0.1
    )


@given(
    entries=st.lists(st.tuples(st.integers(-5, 5), st.floats(0.125, 4.0)), min_size=1, max_size=60),
    fake_rate=st.floats(0.01, 0.9),
)
def test_fake_rate_is_never_exceeded_and_never_lower_than_needed(
    entries: list[tuple[int, float]], fake_rate: float
) -> None:
    score = np.array([e[0] for e in entries], dtype=float)
    weight = np.array([e[1] for e in entries])
    threshold = threshold_of(score, weight, fake_rate)
    allowed = fake_rate * weight.sum() * (1 + 1e-12)
    assert weight[score > threshold].sum() <= allowed
    # One step lower lets too many pass.
    assert weight[score >= threshold].sum() > allowed * (1 - 1e-9)


def test_negative_weights_never_exceed_the_fake_rate() -> None:
    rng = np.random.default_rng(3)
    score = rng.normal(size=5000)
    weight = np.where(rng.uniform(size=5000) < 0.2, -1.0, 1.0)
    threshold = threshold_of(score, weight, 0.05)
    above = [weight[score > value].sum() for value in np.append(score[score >= threshold], 9.0)]
    assert max(above) <= 0.05 * weight.sum()


def test_every_bin_has_the_fake_rate() -> None:
    score, pt, weight = hadrons()
    points = working_points(score, pt, weight, CONFIG)
    assert points.overall.fake_rate == pytest.approx(0.05, abs=1e-4)
    for point in points.per_pt_bin:
        assert point.fake_rate == pytest.approx(0.05, abs=2e-3)
        assert point.fake_rate <= 0.05 * (1 + 1e-9)
        assert point.low < point.fake_rate < point.high
    assert points.overall_taken == ()
    thresholds = [point.threshold for point in points.per_pt_bin]
    assert thresholds == sorted(thresholds)


def test_other_working_points_have_their_fake_rate_in_all_bins_together() -> None:
    config = CONFIG.model_copy(update={"others": {"tight": 0.005, "loose": 0.2}})
    score, pt, weight = hadrons()
    points = working_points(score, pt, weight, config)
    assert points.overall == working_points(score, pt, weight, CONFIG).overall
    for name, rate in config.others.items():
        passing = weight[score > points.others[name].threshold].sum() / weight.sum()
        assert passing == pytest.approx(rate, rel=0.01)
        assert points.others[name].fake_rate == pytest.approx(passing)
    assert summary(points, config, "raw")["others"]["tight"] == points.others["tight"].threshold


def test_a_fake_rate_is_between_none_and_all() -> None:
    with pytest.raises(ValidationError, match="between 0 and 1"):
        WorkingPointsConfig(**{**CONFIG.model_dump(), "others": {"tight": 5.0}})


def test_fake_rate_holds_in_an_independent_sample() -> None:
    score, pt, weight = hadrons()
    points = working_points(score, pt, weight, CONFIG)
    other, _, weight = hadrons(seed=2)
    rate = weight[other > points.overall.threshold].sum() / weight.sum()
    assert rate == pytest.approx(0.05, abs=4 * (points.overall.high - points.overall.low))


def test_scarce_bin_takes_the_overall_threshold() -> None:
    score, pt, weight = hadrons(2000)
    keep = (pt < 2.0) | (np.arange(2000) < 40)
    points = working_points(score[keep], pt[keep], weight[keep], CONFIG)
    assert points.overall_taken == (2,)
    assert points.per_pt_bin[2].threshold == points.overall.threshold


def test_too_few_hadrons_are_refused() -> None:
    score, pt, weight = hadrons(20)
    with pytest.raises(StageError, match="sample signal: 20 tracks of the background"):
        working_points(score, pt, weight, CONFIG)


def test_only_hadrons_of_the_file_count(tmp_path: Path) -> None:
    score, pt, weight = hadrons(5000)
    label = np.zeros(5000, dtype=np.int8)
    label[::5] = 1
    label[1::5] = 2
    columns = {"score": score, "pt": pt.astype(np.float32), "weight": weight, "label": label}
    with ParquetWriter.open(tmp_path / "scores.parquet") as writer:
        writer.write({name: values[:3000] for name, values in columns.items()})
        writer.write({name: values[3000:] for name, values in columns.items()})
    output = tmp_path / "working_points.json"
    write_working_points(tmp_path / "scores.parquet", CONFIG, "likelihood_ratio", output)
    content = read_json(output)
    hadron = label == 0
    assert content["overall"] == threshold_of(score[hadron], weight[hadron], 0.05)
    assert (
        content["denominator"] == "background tracks that pass the pre-selection, of sample signal"
    )
    assert content["per_pt_bin"]["edges"] == CONFIG.pt_edges
    assert len(content["per_pt_bin"]["thresholds"]) == 3
    assert content["measured"]["overall"]["tracks"] == hadron.sum()
