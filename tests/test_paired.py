"""Distances of identical, shifted and exchanged scores; areas against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from hepchain.paired import Scored, area_difference, distance
from hepchain.roc import area_under_curve

EVENTS, PER_EVENT = 300, 4


def scored(shift: float = 0.0, noise: float = 0.0, seed: int = 3) -> Scored:
    random = np.random.default_rng(seed)
    size = EVENTS * PER_EVENT
    second = random.normal(size=size)
    first = second + shift + noise * random.normal(size=size)
    return Scored(
        first, second, random.uniform(0.5, 2.0, size), np.repeat(np.arange(EVENTS), PER_EVENT)
    )


def test_identical_samples_have_no_distance() -> None:
    found = distance(scored(), np.random.default_rng(1))
    assert (found.value, found.error, found.probability) == (0.0, 0.0, 1.0)


def test_distance_by_hand() -> None:
    tracks = Scored(
        np.array([1.0, 2.0]), np.array([1.0, 0.0]), np.array([3.0, 1.0]), np.array([0, 1])
    )
    assert distance(tracks, np.random.default_rng(1), 10).value == pytest.approx(0.25)


def test_shift_is_found_and_noise_alone_is_not() -> None:
    shifted = distance(scored(shift=0.3), np.random.default_rng(1))
    assert shifted.probability < 0.01
    assert shifted.value > 5.0 * shifted.error
    first = scored()
    again = Scored(scored(seed=4).second, first.second, np.ones(len(first.weight)), first.event)
    assert distance(again, np.random.default_rng(1)).probability > 0.01


def test_without_tracks_nothing_is_known() -> None:
    empty = scored().chosen(np.zeros(EVENTS * PER_EVENT, dtype=bool))
    assert np.isnan(distance(empty, np.random.default_rng(1)).value)
    assert np.isnan(area_difference(empty, np.zeros(0, dtype=bool)).difference)


def test_areas_are_those_of_the_curves() -> None:
    tracks = scored(noise=0.5)
    tracks = Scored(np.round(tracks.first, 1), tracks.second, tracks.weight, tracks.event)
    positive = np.random.default_rng(2).random(len(tracks.weight)) < 0.4
    found = area_difference(tracks, positive)
    for own, score in ((found.first, tracks.first), (found.second, tracks.second)):
        assert own == pytest.approx(area_under_curve(score, positive, tracks.weight))
    assert found.difference == pytest.approx(found.first - found.second)


def test_error_of_the_area_is_the_spread_of_replicas_of_the_events() -> None:
    tracks = scored(noise=0.8)
    positive = np.random.default_rng(2).random(len(tracks.weight)) < 0.4
    random, replicas = np.random.default_rng(5), []
    for _ in range(200):
        weight = tracks.weight * random.poisson(1.0, EVENTS)[tracks.event]
        areas = [area_under_curve(s, positive, weight) for s in (tracks.first, tracks.second)]
        replicas.append(areas[0] - areas[1])
    error = area_difference(tracks, positive).error
    assert error == pytest.approx(np.std(replicas), rel=0.2)
    same = Scored(tracks.first, tracks.first, tracks.weight, tracks.event)
    assert area_difference(same, positive).error == 0.0
