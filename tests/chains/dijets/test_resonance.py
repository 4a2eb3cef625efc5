"""Masses of A, B and C of a made-up signal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepchain.chains.dijets.config.methods import SearchConfig, WindowsConfig
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.resonance import Resonance, jet_masses, peak, resonances
from hepchain.chains.dijets.search import search
from tests.chains.dijets.pseudo_data import made

WINDOWS = WindowsConfig(
    mass=(2700.0, 6100.0), bin_width=100.0, side_band=400.0, windows={"low": (3300.0, 3700.0)}
)
CONFIG = SearchConfig(
    efficiencies=[1.0, 0.1], energy=13_000.0, f_test=0.05, min_goodness=0.001, toys=100
)


def with_jets(signal: int) -> Events:
    """Jets of the background have any mass, those of the signal 100 and 500 GeV."""
    events, random = made(20_000, signal), np.random.default_rng(3)
    light = np.exp(random.uniform(np.log(30.0), np.log(400.0), len(events)))
    light = np.where(events.signal, 100.0 * np.exp(random.normal(0.0, 0.08, len(events))), light)
    gap = np.where(events.signal, random.normal(400.0, 30.0, len(events)), light)
    return replace(events, columns={**events.columns, "mj1": light, "dmj": gap})


def found(signal: int) -> list[Resonance]:
    events, random = with_jets(signal), np.random.default_rng(4)
    chance = random.random(len(events))
    score = {"low": np.where(events.signal, 0.9 + 0.1 * chance, chance)}
    outcome = search(events, score, WINDOWS, CONFIG, np.random.default_rng(5))
    return resonances(events, score, outcome.findings, outcome.best, WINDOWS, 13_000.0, random)


def test_masses_of_a_signal_agree_with_the_truth() -> None:
    (cut,) = found(300)
    assert (cut.window, cut.efficiency) == ("low", 0.1)
    for measured, truth, largest in (
        (cut.a, 3500.0, 15.0),
        (cut.b, 500.0, 10.0),
        (cut.c, 100.0, 3.0),
    ):
        assert 0.0 < measured.error < largest
        assert measured.value == pytest.approx(truth, abs=4.0 * measured.error)


def test_nothing_is_weighed_where_nothing_is_found() -> None:
    assert found(0) == []


def test_errors_of_a_peak_cover_it() -> None:
    """Peaks of a hundred made-up data: as far off as their spread says, without a bias."""
    random = np.random.default_rng(6)
    values = []
    for _ in range(100):
        mass = np.concatenate(
            [random.normal(3550.0, 90.0, 80), random.uniform(2900.0, 4100.0, 120)]
        )
        counts = np.vstack([np.ones(200), random.poisson(1.0, (30, 200))])
        peaks = peak(mass, np.full(200, 0.1), counts, (3300.0, 3700.0), 80.0)
        values.append((peaks[0] - 3550.0) / np.std(peaks[1:]))
    assert np.mean(values) == pytest.approx(0.0, abs=0.4)
    assert np.std(values) == pytest.approx(1.0, abs=0.3)


def test_side_bands_are_subtracted() -> None:
    """More background at other masses than signal: it is in the side bands as well."""
    random = np.random.default_rng(7)
    light = np.concatenate([np.full(100, 100.0), random.normal(50.0, 3.0, 500)])
    heavy = np.concatenate([np.full(100, 500.0), random.normal(200.0, 3.0, 500)])
    sign = np.concatenate([np.ones(100), np.where(np.arange(500) < 250, 1.0, -1.0)])
    lighter, heavier = jet_masses(light, heavy, sign[np.newaxis])
    assert lighter[0] == pytest.approx(100.0)
    assert heavier[0] == pytest.approx(500.0)
