"""The search in made-up data, and its false alarms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from hepchain.chains.dijets import false_alarms
from hepchain.chains.dijets.config.methods import (
    FalseAlarmsConfig,
    SearchConfig,
    TreesSettings,
    WindowsConfig,
)
from hepchain.chains.dijets.false_alarms import numbers_of, pseudo_experiments
from hepchain.chains.dijets.search import edges_of, search
from tests.chains.dijets.pseudo_data import made

WINDOWS = WindowsConfig(
    mass=(2700.0, 6100.0),
    bin_width=100.0,
    side_band=400.0,
    windows={"low": (3300.0, 3700.0), "high": (4100.0, 4500.0)},
)
CONFIG = SearchConfig(
    efficiencies=[1.0, 0.1], energy=13_000.0, f_test=0.05, min_goodness=0.001, toys=200
)
ALARMS = FalseAlarmsConfig(
    pseudo_experiments=30,
    parts=4,
    events=3000,
    windows=["low", "high"],
    efficiency=0.2,
    classifier=TreesSettings(
        kind="trees", trees=5, leaves=4, depth=2, learning_rate=0.3, patience=2
    ),
    folds=2,
)


def found(signal: int, **options: Any) -> Any:
    """A perfect tagger: the truth, and chance for the background."""
    events = made(20_000, signal)
    random = np.random.default_rng(4)
    score = np.where(events.signal, 0.95 + 0.05 * random.random(len(events)), 0.0)
    score = np.where(events.signal, score, random.random(len(events)))
    scores = dict.fromkeys(WINDOWS.windows, score)
    return search(events, scores, WINDOWS, CONFIG, np.random.default_rng(5), **options)


def test_a_signal_is_found_in_its_window_after_the_cut() -> None:
    outcome = found(200)
    by_name = {(item.window, item.efficiency): item for item in outcome.findings}
    cut, uncut, other = by_name["low", 0.1], by_name["low", 1.0], by_name["high", 0.1]
    assert cut.significance > 6.0
    assert cut.significance > uncut.significance
    assert abs(other.significance) < 3.5
    assert cut.observed - cut.expected == pytest.approx(cut.signal, abs=3 * cut.error + 40)
    best = next(item for item in outcome.best if item.efficiency == 0.1)
    assert best.window == "low"
    assert best.global_value == pytest.approx(1 / 201)


def test_spectra_have_all_that_is_kept() -> None:
    outcome = found(0)
    assert len(edges_of(WINDOWS)) == 35
    for item in outcome.findings:
        assert sum(item.spectrum) == pytest.approx(item.efficiency * 20_000, rel=0.05)
        assert sum(item.fit) > 0
        assert item.flags == ()


def test_a_window_whose_tagger_knows_the_mass_says_nothing() -> None:
    outcome = found(200, correlated=["low"])
    for item in outcome.findings:
        assert ("inputs depend on the mass" in item.flags) == (item.window == "low")
    assert "low" not in {item.window for item in outcome.best}


def test_false_alarms_are_as_rare_as_they_should_be() -> None:
    events = made(20_000, 0)
    found = pseudo_experiments(events, ["mj1", "dmj"], range(30), WINDOWS, CONFIG, ALARMS, 3)
    local = [value for one in found for value in one.local.values() if value is not None]
    assert len(local) >= 58
    assert kstest(local, "uniform").pvalue > 1e-3
    again = pseudo_experiments(events, ["mj1", "dmj"], range(7, 8), WINDOWS, CONFIG, ALARMS, 3)
    assert again == found[7:8]


def test_pseudo_experiments_keep_what_features_know_of_the_mass() -> None:
    """Copies of an event are of one fold; numbers that are the mass itself stay near it."""
    events = made(8000, 0)
    events = replace(events, columns={**events.columns, "dmj": events.mass})
    background = false_alarms._background(events, ["mj1", "dmj"], WINDOWS, CONFIG.energy)
    config = ALARMS.model_copy(update={"events": 12_000})
    pseudo = false_alarms._draw(background, ["mj1", "dmj"], config, np.random.default_rng(2))
    assert abs(len(pseudo) - 12_000) < 600
    assert np.abs(pseudo.columns["dmj"] - pseudo.mass).max() <= WINDOWS.bin_width
    _, source, copies = np.unique(pseudo.columns["mj1"], return_inverse=True, return_counts=True)
    assert copies.max() > 1
    folds = np.zeros((len(copies), ALARMS.folds), dtype=bool)
    folds[source, pseudo.fold] = True
    assert (folds.sum(axis=1) == 1).all()


def test_jobs_share_the_pseudo_experiments() -> None:
    numbers = [number for part in range(4) for number in numbers_of(ALARMS, part)]
    assert numbers == list(range(30))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"side_band": 700.0},
            "the side bands of 'low' reach from 2600 to 4400 GeV, beyond `mass`",
        ),
        ({"windows": {"x": (3310.0, 3700.0)}}, "3310 GeV is not at an edge of the bins"),
        ({"windows": {"x": (3700.0, 3300.0)}}, "must be below upper bound"),
    ],
)
def test_windows_that_cannot_be_searched(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WindowsConfig.model_validate({**WINDOWS.model_dump(), **changes})
