"""Scan of the working point: closed yields, the best point, bins of mass and score."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hepchain.chains.soft_electrons.config.statistics import Discriminant
from hepchain.chains.soft_electrons.statistics.candidates import SampleFiles, Scored
from hepchain.chains.soft_electrons.statistics.discriminants import mass_and_score
from hepchain.chains.soft_electrons.statistics.scan import scan_thresholds
from hepchain.chains.soft_electrons.statistics.scan_job import run_scan
from hepchain.io import ParquetWriter, read_json
from hepchain.statistics import region
from hepchain.statistics.inference import Limit
from hepchain.statistics.significance import asimov_significance, median_limit
from tests.chains.soft_electrons.statistics.statistics_samples import (
    BACKGROUND,
    POINT,
    SIGNAL,
    configured,
)
from tests.chains.soft_electrons.statistics.test_approaches import ROWS, candidates

RATES = {0.5: 0.5, 0.1: 0.9, 0.02: 0.98, 0.001: 0.999}
"""Fake rate -> threshold of a score that is flat from 0 to 1 for the background."""


def best(events: int, weight: float, power: float, seed: int) -> Scored:
    """Events with scores u^(1 / power)."""
    random = np.random.default_rng(seed)
    score = random.random(events) ** (1 / power)
    return Scored(np.full(events, weight), random.uniform(0.0, 5.0, events), score)


SIGNAL_EVENTS, BACKGROUND_EVENTS = best(5000, 0.01, 8.0, 1), best(20_000, 0.5, 1.0, 2)


def scan(replicas: int = 200, fewest: float = 50.0) -> Any:
    config = configured(bootstrap_replicas=replicas, luminosity_uncertainty=0.0)
    few = config.scan.model_copy(update={"min_effective_events": fewest})
    return scan_thresholds(
        SIGNAL_EVENTS,
        [BACKGROUND_EVENTS],
        RATES,
        nominal=0.1,
        config=config.model_copy(update={"scan": few}),
        random=np.random.default_rng(3),
    )


def test_the_best_candidate_of_an_event_has_its_highest_score() -> None:
    found = candidates(ROWS).best()
    assert found.score.tolist() == [0.0, 0.5, 0.7]
    assert found.mass.tolist() == [2.5, 1.5, 0.7]


def test_numbers_are_those_of_the_yields_above_the_threshold() -> None:
    points = {point.fake_rate: point for point in scan().points}
    assert list(points) == sorted(RATES, reverse=True)
    for rate, threshold in RATES.items():
        point = points[rate]
        # Signal 50 (1 - t^8), background 10 000 (1 - t).
        assert point.signal.value == pytest.approx(50 * (1 - threshold**8), rel=0.1)
        assert point.background.value == pytest.approx(1e4 * rate, rel=0.3)
        s, b = point.signal.value, point.background.value
        error = np.hypot(0.2 * b, point.background.error)
        assert point.asimov.value == pytest.approx(float(asimov_significance(s, b, error)))
        assert point.limit.value == pytest.approx(float(median_limit(b, error)) / s)
        relative = np.hypot(point.signal.relative_error, point.background.relative_error / 2)
        expected = relative * point.s_over_sqrt_b.value
        assert point.s_over_sqrt_b.error == pytest.approx(expected, rel=0.25)


def test_the_best_point_has_enough_events_and_says_if_it_is_the_last() -> None:
    found = {item.merit: item for item in scan().optima}
    # s / b = 50 (1 - t^8) / (1 - t) / 10 000 grows with t; only the last point has few events.
    assert [point.enough for point in scan().points] == [True, True, True, False]
    best_purity = found["s_over_b"]
    assert (best_purity.fake_rate, best_purity.at_edge) == (0.02, True)
    # s / sqrt(b) grows as (1 - t^8) / sqrt(1 - t), with its maximum near t = 0.83.
    assert (found["s_over_sqrt_b"].fake_rate, found["s_over_sqrt_b"].at_edge) == (0.1, False)
    assert found["s_over_sqrt_b"].gain.value == pytest.approx(1.0)
    assert best_purity.low == best_purity.high == 0.02


def test_without_enough_events_there_is_no_best_point() -> None:
    assert scan(replicas=0, fewest=1e6).optima == ()
    found = scan(replicas=0).optima[0]
    assert (found.low, found.gain.error) == (None, None)


def test_bins_of_mass_lie_within_those_of_score() -> None:
    events = Scored(np.ones(5), np.array([1, 0.5, 4.9, 2, 3]), np.array([0.1, 0.3, 0.6, 0.9, 0.5]))
    item = Discriminant(title="both", mass_bins=2, fake_rates=[0.5, 0.1])
    entries = mass_and_score("both", item, [0.2, 0.5], splitting=5.0).entries(events)
    # Score 0.5 is not above the threshold 0.5.
    assert entries.value.tolist() == [0.5, 3.5, 2.5, 1.5]
    assert entries.weight.sum() == 4.0


def test_job_of_a_mass_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = iter((4.0, 2.0))
    monkeypatch.setattr(
        region,
        "expected_limit",
        lambda *_: Limit((0.1, 0.2, next(limits), 9.0, 10.0), (0.0, 16.0), "newton"),
    )
    monkeypatch.setattr(region, "discovery_significance", lambda *_, **__: 1.0)
    random = np.random.default_rng(5)
    with ParquetWriter.open(tmp_path / "scores.parquet") as writer:
        columns = {name: random.normal(size=50_000) for name in ("score", "pt")}
        writer.write({**columns, "weight": np.ones(50_000), "label": np.zeros(50_000, np.int8)})
    files = SampleFiles(
        signal=SIGNAL.write(tmp_path / "signal.parquet"),
        backgrounds={"w": BACKGROUND.write(tmp_path / "w.parquet")},
    )
    scores, output = tmp_path / "scores.parquet", tmp_path / "scan.json"
    run_scan(files, scores, output, POINT, configured(), nominal=0.05, seed=1)
    content = read_json(tmp_path / "scan.json")
    rates = [point["fake_rate"] for point in content["points"]]
    assert rates == [0.5, 0.1, 0.05]
    assert content["nominal"] == 0.05
    # Scores of all samples are alike: the share of the events is the fake rate.
    found = [point["background"]["events"] for point in content["points"]]
    assert found[1] / found[0] == pytest.approx(0.2, rel=0.1)
    count, both = content["discriminants"]
    medians = [item["result"]["limit"]["expected"][2] for item in (count, both)]
    assert (count["gain"], both["gain"]) == (1.0, pytest.approx(medians[0] / medians[1]))
    assert len(both["result"]["templates"]["edges"]) == 5
    events = both["result"]["templates"]["background"]["events"]
    assert sum(events) == found[0]


@pytest.mark.parametrize("rates", [[0.05, 0.2], [0.05, 0.05]])
def test_fake_rates_of_a_discriminant_must_fall(rates: list[float]) -> None:
    with pytest.raises(ValidationError, match="must fall"):
        Discriminant(title="x", mass_bins=1, fake_rates=rates)
