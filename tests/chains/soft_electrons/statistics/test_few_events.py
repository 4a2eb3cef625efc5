"""Limits from toys where few events are expected: exact sums, and formulas where they hold."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from hepchain.chains.soft_electrons.config.statistics import StatisticsConfig
from hepchain.config.statistics import ToysConfig
from hepchain.errors import StageError
from hepchain.statistics import counting as counts
from hepchain.statistics.counting import Counting, CountingResult
from hepchain.statistics.few_events import with_toys
from hepchain.statistics.inference import SIGMAS
from hepchain.statistics.region import Region, analyse
from hepchain.statistics.region import counted as counted_only
from hepchain.statistics.results import ApproachResult
from hepchain.statistics.templates import Entries
from tests.chains.soft_electrons.statistics.statistics_samples import (
    CONFIG,
    Synthetic,
    by_name,
    configured,
    run,
)

SIGNAL = 2.0


def entries(total: float, events: int = 4000) -> Entries:
    """A yield known to a per cent or two."""
    return Entries(np.full(events, 0.5), np.full(events, total / events))


def small(toys: ToysConfig, **changes: float) -> StatisticsConfig:
    """A configuration with hardly any systematic uncertainty."""
    nothing = {"background_uncertainty": 1e-4, "luminosity_uncertainty": 0.0}
    return configured(**{"signal_uncertainties": {}, "toys": toys, **nothing, **changes})


TOYS = ToysConfig(below=8.0, number=4000, repetitions=2)


def counted(
    background: float, config: StatisticsConfig, observed: int | None = None
) -> ApproachResult:
    """The result of a region with so much background, known exactly, toys included."""
    data = None if observed is None else [entries(float(observed), observed)]
    region = Region(
        "x",
        "approach",
        "Approach",
        entries(SIGNAL, 40_000),
        {"w": entries(background, 40_000)},
        np.array([0.0, 1.0]),
        {},
        data=data,
    )
    result, _ = analyse(region, config)
    known = replace(result, signal_uncertainty=0.0, background_uncertainty=0.0)
    return with_toys(known, config, 1, "x")


def exact_limit(observed: int, b: float) -> float:
    """CLs of counts for a background known exactly, in events."""

    def excess(s: float) -> float:
        return float(poisson.cdf(observed, s + b) / poisson.cdf(observed, b)) - 0.05

    return float(brentq(excess, 1e-3, 10 * (observed + 10)))


def test_limits_are_those_of_exact_poisson_sums() -> None:
    found = counted(3.0, small(TOYS), observed=6).toys
    assert found is not None
    assert (found.status, found.number, found.repetitions) == ("ok", 4000, 2)
    assert found.expected is not None
    for sigmas, item in zip(SIGMAS, found.expected, strict=True):
        wanted = exact_limit(int(poisson.ppf(norm.cdf(sigmas), 3.0)), 3.0) / SIGNAL
        assert item.value == pytest.approx(wanted, rel=0.03)
        assert item.ratio == pytest.approx(item.value / item.asymptotic)
        assert 0.0 <= item.error < 0.03 * item.value
    assert found.observed is not None
    assert found.observed.value == pytest.approx(exact_limit(6, 3.0) / SIGNAL, rel=0.03)
    assert found.p_value is not None
    assert found.p_value.value == pytest.approx(poisson.sf(5, 3.0), rel=0.05)
    # Formulas put the limit of a downward fluctuation far too low.
    assert found.expected[0].ratio > 1.1


def test_enough_events_have_no_toys() -> None:
    assert counted(8.5, small(TOYS)).toys is None
    assert counted(3.0, small(TOYS.model_copy(update={"below": 0.0}))).toys is None


def test_count_has_the_uncertainties_of_the_workspace_in_quadrature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[Counting, int | None, int]] = []

    def record(counting: Counting, toys: int | None = None, seed: int = 1) -> CountingResult:
        calls.append((counting, toys, seed))
        return CountingResult(counting, toys, seed, 2.0, (1.0, 2.0, 3.0, 4.0, 5.0), 0.5, 0.0)

    monkeypatch.setattr(counts, "analyse", record)
    config = small(TOYS, background_uncertainty=0.3, luminosity_uncertainty=0.04)
    region = Region(
        "x",
        "approach",
        "Approach",
        entries(SIGNAL, 100),
        {"w": entries(4.0, 400)},
        np.array([0.0, 1.0]),
        {"cross_section": 0.05, "branching_fraction": 0.2},
    )
    result = counted_only(region, config)
    found = with_toys(result, config, 1, "a").toys
    assert found is not None
    # The last ones are those of 100 and 400 simulated events.
    assert found.signal_uncertainty == pytest.approx(math.hypot(0.05, 0.2, 0.04, 0.1))
    assert found.background_uncertainty == pytest.approx(math.hypot(0.3, 0.04, 0.05))
    assert found.observed is None
    assert found.expected is not None
    assert [item.value for item in found.expected] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5])
    first = [(toys, seed) for _, toys, seed in calls]
    assert [toys for toys, _ in first] == [None, 4000, 4000]
    with_toys(result, config, 1, "a")
    with_toys(result, config, 1, "b")
    again, other = ([(toys, seed) for _, toys, seed in calls[row : row + 3]] for row in (3, 6))
    assert again == first
    assert {seed for _, seed in first[1:]}.isdisjoint(seed for _, seed in other[1:])


def test_failure_is_told_and_the_formulas_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StageError("no upper limit")

    monkeypatch.setattr(counts, "analyse", fail)
    found = counted(3.0, small(TOYS))
    assert found.limit is not None
    assert found.toys is not None
    assert (found.toys.status, found.toys.expected) == ("failed: no upper limit", None)


@pytest.mark.thorough
def test_job_writes_toys_that_agree_with_formulas_for_many_events(tmp_path: Path) -> None:
    config = configured(
        bootstrap_replicas=0,
        approaches={"with_tagger": CONFIG.approaches["with_tagger"]},
        toys=ToysConfig(below=1e9, number=1000, repetitions=2),
    )
    background = Synthetic(events=4000, weight=2.0, efficiency=0.1, seed=2)
    first = by_name(run(tmp_path, background=background, config=config))["with_tagger"]
    median = first["toys"]["expected"][SIGMAS.index(0)]
    assert median["ratio"] == pytest.approx(1.0, abs=0.04)
    # The fit with all its parameters is the count with their sum.
    assert median["asymptotic"] == pytest.approx(first["limit"]["expected"][2], rel=0.05)
