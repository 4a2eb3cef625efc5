import math
from types import SimpleNamespace as Tracks
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepchain.config.skimming import Isolation
from hepchain.skimming import isolation
from hepchain.skimming.isolation import column_name, cone_sums

THRESHOLDS = [0.5, 1.0]
CONE, MAX_DISTANCE = 0.3, 3.0
SETTINGS = Isolation(cone=CONE, constituent_pt=THRESHOLDS, max_z0_sin_theta=MAX_DISTANCE)


def _tracks(rng: np.random.Generator, events: int, per_event: int, spread: float) -> Tracks:
    counts = rng.integers(0, per_event + 1, events)
    size = int(counts.sum())
    eta = rng.uniform(-2.5, 2.5, size) * spread
    return Tracks(
        event=np.repeat(np.arange(events), counts),
        pt=rng.exponential(1.5, size).astype(np.float32) + np.float32(0.4),
        eta=eta.astype(np.float32),
        phi=np.remainder(rng.uniform(0, 2 * np.pi, size) * spread + np.pi, 2 * np.pi) - np.pi,
        z0=rng.normal(0, 6, size).astype(np.float32),
        theta=2 * np.arctan(np.exp(-eta)).astype(np.float32),
    )


def _one_by_one(tracks: Tracks, central: Any, constituent: Any) -> list[list[float]]:
    """The definition, written as loops."""
    rows: list[list[float]] = []
    for i in np.flatnonzero(central):
        sums = [0.0] * len(THRESHOLDS)
        for j in np.flatnonzero(constituent):
            if i == j or tracks.event[i] != tracks.event[j]:
                continue
            delta_phi = abs(math.remainder(tracks.phi[i] - tracks.phi[j], 2 * math.pi))
            delta_r = math.hypot(float(tracks.eta[i]) - float(tracks.eta[j]), delta_phi)
            distance = abs(float(tracks.z0[i]) - float(tracks.z0[j])) * math.sin(tracks.theta[i])
            if delta_r < CONE and distance < MAX_DISTANCE:
                for column, threshold in enumerate(THRESHOLDS):
                    if tracks.pt[j] >= threshold:
                        sums[column] += float(tracks.pt[j])
        rows.append(sums)
    return rows


def _sums(tracks: Tracks, central: Any, constituent: Any) -> Any:
    return cone_sums(vars(tracks), central, constituent, SETTINGS)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    events=st.integers(1, 6),
    per_event=st.integers(0, 25),
    spread=st.sampled_from([0.05, 0.3, 1.0]),
    cells=st.sampled_from([isolation.CELLS_OF_A_TRACK, 10_000]),
)
def test_sums_equal_those_of_loops(
    seed: int, events: int, per_event: int, spread: float, cells: int
) -> None:
    """Whether cells are as narrow as they can be, or wider for the few tracks there are."""
    rng = np.random.default_rng(seed)
    tracks = _tracks(rng, events, per_event, spread)
    central = rng.random(len(tracks.pt)) < 0.7
    constituent = rng.random(len(tracks.pt)) < 0.7
    expected = np.array(_one_by_one(tracks, central, constituent)).reshape(-1, len(THRESHOLDS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolation, "CELLS_OF_A_TRACK", cells)
        found = _sums(tracks, central, constituent)
    assert found == pytest.approx(expected, rel=1e-5)


@given(angle=st.floats(-10, 10))
@settings(max_examples=20, deadline=None)
def test_sums_do_not_change_when_events_are_turned(angle: float) -> None:
    tracks = _tracks(np.random.default_rng(5), 4, 30, 0.3)
    every = np.ones(len(tracks.pt), dtype=bool)
    turned = Tracks(**vars(tracks) | {"phi": tracks.phi + angle})
    assert _sums(turned, every, every) == pytest.approx(_sums(tracks, every, every), rel=1e-5)


def test_pairs_in_blocks_give_the_same_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    tracks = _tracks(np.random.default_rng(6), 10, 30, 0.3)
    every = np.ones(len(tracks.pt), dtype=bool)
    whole = _sums(tracks, every, every)
    assert (whole > 0).any()
    monkeypatch.setattr(isolation, "PAIRS_AT_ONCE", 7)
    assert np.array_equal(_sums(tracks, every, every), whole)


def _pair(**changes: float) -> Any:
    """Cone sums of the first of two tracks that differ by ``changes`` only."""
    values: dict[str, Any] = {
        name: np.array([value, value], dtype=float)
        for name, value in {"pt": 2.0, "eta": 0.0, "phi": 3.1, "z0": 1.0, "theta": 1.0}.items()
    }
    values["event"] = np.zeros(2, dtype=np.int64)
    for name, change in changes.items():
        values[name][1] += change
    every = np.ones(2, dtype=bool)
    return _sums(Tracks(**values), every, every)[0].tolist()


def test_limits_of_the_cone() -> None:
    assert _pair() == [2.0, 2.0]
    assert _pair(eta=0.299) == [2.0, 2.0]
    assert _pair(eta=0.301) == [0.0, 0.0]
    assert _pair(phi=0.25 - 2 * np.pi) == [2.0, 2.0]
    assert _pair(z0=2.99 / np.sin(1.0)) == [2.0, 2.0]
    assert _pair(z0=3.01 / np.sin(1.0)) == [0.0, 0.0]
    assert _pair(event=1) == [0.0, 0.0]
    assert _pair(pt=-1.0) == [1.0, 1.0]
    assert _pair(pt=-1.2) == pytest.approx([0.8, 0.0])
    assert _pair(pt=-1.6) == [0.0, 0.0]


def test_tracks_far_outside_the_detector_do_not_reach_into_other_events() -> None:
    tracks = Tracks(
        event=np.array([0, 0, 1]),
        pt=np.full(3, 2.0),
        eta=np.zeros(3),
        phi=np.zeros(3),
        z0=np.array([1e7, 2e7, -1e7]),
        theta=np.full(3, np.pi / 2),
    )
    every = np.ones(3, dtype=bool)
    assert not _sums(tracks, every, every).any()


def test_no_tracks_give_no_sums() -> None:
    tracks = _tracks(np.random.default_rng(0), 3, 0, 1.0)
    none = np.zeros(0, dtype=bool)
    assert _sums(tracks, none, none).shape == (0, 2)


def test_names_of_columns() -> None:
    assert column_name(0.3, 1.0) == "ptcone30_1000"
    assert column_name(0.2, 0.5) == "ptcone20_500"
