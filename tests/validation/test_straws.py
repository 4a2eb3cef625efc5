from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.config.loader import read_yaml
from hepchain.validation import straws, trt
from hepchain.validation.comparison import Verdict
from hepchain.validation.single_particles import MASSES, Tracks
from hepchain.validation.straws import Published, Straws
from tests.validation.gun_ntuples import known
from tests.validation.single_tracks import shot, together, tracks_of
from tests.workspace import REPOSITORY

PUBLISHED = Published.of(known("trt"))


def at(momentum: float, abs_eta: float, xenon: float, occupancy: float) -> Straws:
    one = np.ones(1)
    values = (momentum, abs_eta, 30.0, 0.0, xenon, occupancy)
    return Straws(PUBLISHED, *(value * one for value in values))


@pytest.mark.parametrize(
    ("kind", "momentum", "abs_eta", "xenon", "occupancy", "expected"),
    [
        ("electron", 0.5, 0.3, 1.0, 0.0, 0.089),
        ("electron", 1.0, 0.3, 1.0, 0.0, 0.135),
        ("electron", 1.0, 1.0, 1.0, 0.0, 0.168),
        ("electron", 1.0, 1.8, 1.0, 0.0, 0.199),
        ("electron", 1.0, 0.3, 0.0, 0.0, 0.065),
        ("pion", 5.0, 0.3, 1.0, 0.0, 0.026),
        ("electron", 1.0, 0.3, 1.0, 0.6, 0.205),
        ("pion", 1.0, 0.3, 1.0, 0.6, 0.106),
        ("electron", 1.0, 0.3, 0.0, 0.6, 0.177),
        ("pion", 1.0, 1.8, 1.0, 0.4, 0.101),
    ],
)
def test_formula_has_its_known_values(
    kind: str, momentum: float, abs_eta: float, xenon: float, occupancy: float, expected: float
) -> None:
    track = at(momentum, abs_eta, xenon, occupancy)
    found = track.probability(track.momentum, MASSES[kind])
    assert found == pytest.approx(expected, abs=6e-4)


def test_constants_are_those_of_the_response() -> None:
    table = read_yaml(REPOSITORY / "config" / "detector" / "response.yaml")["trt"]["high_threshold"]
    regions = ("barrel", "end_cap_a", "end_cap_b")
    assert PUBLISHED.xenon.tolist() == [table[f"xenon_{name}"] for name in regions]
    assert PUBLISHED.argon[0].tolist() == table["argon_barrel"]
    assert PUBLISHED.argon[1].tolist() == table["argon_end_cap"]


def test_radiated_electrons_have_fewer_high_threshold_hits() -> None:
    for momentum in (0.7, 1.0, 2.0, 5.0):
        track = at(momentum, 0.2, 1.0, 0.3)
        whole = track.probability(track.momentum, MASSES["electron"])
        pion = track.probability(track.momentum, MASSES["pion"])
        assert pion < track.electron_probability() < whole


@pytest.mark.parametrize(
    ("electron", "pion", "expected"),
    [(0.135, 0.026, 0.80), (0.205, 0.106, 0.47), (0.093, 0.067, 0.14), (0.281, 0.145, 0.60)],
)
def test_efficiency_of_a_cut_on_the_count(electron: float, pion: float, expected: float) -> None:
    thirty = np.array([30.0])
    found = straws.count_efficiency(thirty, np.array([electron]), np.array([pion]))
    assert found == pytest.approx(expected, abs=0.015)


@given(st.integers(1, 45), st.floats(0.01, 0.5), st.floats(0.01, 0.3))
def test_pions_pass_at_exactly_the_fake_rate(hits: int, pion: float, rate: float) -> None:
    n, p = np.array([float(hits)]), np.array([pion])
    assert straws.count_efficiency(n, p, p, rate) == pytest.approx(rate, abs=1e-9)


@given(st.integers(1, 45), st.floats(0.02, 0.3), st.floats(0.0, 0.3))
def test_electrons_pass_at_least_as_often_as_pions(hits: int, pion: float, more: float) -> None:
    n, p = np.array([float(hits)]), np.array([pion])
    assert straws.count_efficiency(n, p + more, p)[0] >= straws.FAKE_RATE - 1e-9


def trt_tracks(n: int = 20_000, factor: float = 1.0, seed: int = 4) -> Tracks:
    """Electrons and pions whose hits follow the formula, the electrons' times a factor."""
    rng = np.random.default_rng(seed)
    particles = together(*(shot(kind, n, seed, max_eta=2.0) for kind in ("electron", "pion")))
    ones = np.ones(2 * n)
    drawn = Straws(
        PUBLISHED,
        particles.momentum,
        particles.abs_eta,
        rng.integers(20, 36, 2 * n).astype(float),
        0.0 * ones,
        0.75 * ones,
        rng.uniform(0.2, 0.8, 2 * n),
    )
    pion = drawn.probability(drawn.momentum, MASSES["pion"])
    electron = factor * drawn.electron_probability()
    high = rng.binomial(drawn.hits.astype(int), np.where(particles.of("electron"), electron, pion))
    odds = (electron / pion) ** high * ((1 - electron) / (1 - pion)) ** (drawn.hits - high)
    return tracks_of(
        particles,
        number_of_trt_hits=drawn.hits,
        number_of_trt_high_threshold_hits=high.astype(float),
        number_of_trt_xenon_hits=0.75 * drawn.hits,
        trt_track_occupancy=drawn.occupancy,
        e_probability_ht=odds / (1.0 + odds),
        trt_dedx=np.where(particles.of("electron"), 1.4, 1.0) * rng.normal(1.0, 0.2, 2 * n),
        mu=(drawn.occupancy - 0.11) / 0.014,
    )


def test_hits_drawn_from_the_formula_agree_with_it() -> None:
    found = trt.compare(trt_tracks(), known("trt"))
    verdicts = {(item.quantity, item.selection): item.assessment.verdict for item in found}
    for kind in ("electrons", "pions"):
        assert verdicts[("high_threshold_share", kind)] is Verdict.AGREES
        assert verdicts[("count_cut", kind)] is Verdict.AGREES
    assert verdicts[("e_probability_ht_calibration", "")] is Verdict.AGREES
    assert verdicts[("trt_occupancy", "")] is Verdict.AGREES
    assert verdicts[("trt_dedx_ratio", "")] is Verdict.AGREES


def test_more_hits_of_electrons_are_found() -> None:
    found = trt.compare(trt_tracks(factor=1.3), known("trt"))
    ours, theirs = (item for item in found if item.quantity == "high_threshold_share")
    assert ours.reference is not None
    assert ours.simulated / ours.reference == pytest.approx(1.3, abs=0.05)
    assert ours.assessment.verdict is Verdict.NOT_UNDERSTOOD
    assert theirs.assessment.verdict is Verdict.AGREES
