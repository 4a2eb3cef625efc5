from __future__ import annotations

import numpy as np
import pytest

from hepchain.simulation.truth import TruthOrigin
from hepchain.validation import conversions, efficiency
from hepchain.validation.comparison import Comparison, Verdict
from hepchain.validation.single_particles import Particles, Tracks
from tests.validation.gun_ntuples import known
from tests.validation.single_tracks import shot, together, tracks_of


def subset(particles: Particles, chance: np.ndarray | float, seed: int = 3) -> Particles:
    kept = np.random.default_rng(seed).random(len(particles.pt)) < chance
    return particles.take(np.flatnonzero(kept))


def all_of(tracks: Tracks) -> np.ndarray:
    return np.ones(len(tracks.particles.pt), dtype=bool)


def pulls(comparison: Comparison) -> np.ndarray:
    assert comparison.reference is not None
    return (comparison.simulated - comparison.reference) / comparison.simulated_error


def found_in(
    shot: Particles,
    tracks: Tracks,
    quantity: str,
    *,
    loose: bool = True,
    standard: np.ndarray | None = None,
) -> list[Comparison]:
    """Comparisons of one quantity; all tracks are loose, or none."""
    blank = np.full(len(tracks.particles.pt), np.nan)
    tracks = Tracks(
        tracks.particles, tracks.columns | dict.fromkeys(("number_of_trt_hits", "e_over_p"), blank)
    )
    none = np.zeros(0, dtype=int)
    found = efficiency.compare(
        shot,
        tracks,
        all_of(tracks) & loose,
        none if standard is None else standard,
        known("efficiency"),
    )
    return [item for item in found if item.quantity.startswith(quantity)]


def test_published_efficiency_is_factor_times_shape() -> None:
    found = efficiency.hadron_efficiency(
        np.array([1.2, 0.55, 8.0]), np.array([0.3, 1.0, 2.45]), known("efficiency")
    )
    assert found == pytest.approx([0.87 * 0.91 / 0.88, 0.84 * 0.88 / 0.88, 0.90 * 0.73 / 0.88])


def test_pions_found_as_published_agree_and_others_do_not() -> None:
    pions = shot("pion", 60_000)
    chance = efficiency.hadron_efficiency(pions.pt, pions.abs_eta, known("efficiency"))
    for factor, verdict in ((1.0, Verdict.AGREES), (0.9, Verdict.EXPLAINED)):
        tracks = tracks_of(subset(pions, factor * chance))
        found = found_in(pions, tracks, "tracking_efficiency_pion")
        assert [comparison.assessment.verdict for comparison in found] == [verdict] * 2
    tracks = tracks_of(subset(pions, chance))
    for comparison in found_in(pions, tracks, "tracking_efficiency_pion"):
        assert np.abs(pulls(comparison)).max() < 4.0


def test_tracks_that_are_not_loose_or_not_prompt_do_not_count() -> None:
    muons = shot("muon", 4000)
    tracks = tracks_of(muons, radius=np.where(np.arange(4000) % 2, 50.0, 0.0))
    (found,) = found_in(muons, tracks, "tracking_efficiency_muon")
    assert np.allclose(found.simulated, 0.5, atol=0.08)
    (found,) = found_in(muons, tracks, "tracking_efficiency_muon", loose=False)
    assert found.simulated.max() == 0.0


def test_muons_that_are_nearly_all_found_agree() -> None:
    muons = shot("muon", 40_000)
    tracks = tracks_of(subset(muons, 0.99))
    (found,) = found_in(muons, tracks, "tracking_efficiency_muon")
    assert found.assessment.verdict is Verdict.AGREES


def test_kaons_that_decay_agree_and_stable_ones_do_not() -> None:
    kaons, pions = (shot(kind, 60_000, seed) for kind, seed in (("kaon", 1), ("pion", 2)))
    both = together(kaons, pions)
    chance = efficiency.kaon_over_pion(kaons.pt, 440.0)
    for chances, verdict in ((chance, Verdict.AGREES), (1.0, Verdict.NOT_UNDERSTOOD)):
        tracks = tracks_of(together(subset(kaons, chances), pions))
        (found,) = found_in(both, tracks, "tracking_efficiency_kaon_over_pion")
        assert found.assessment.verdict is verdict


def test_decays_vanish_at_high_momentum_and_at_no_distance() -> None:
    pt = np.array([0.5, 1.0, 1000.0])
    ratio = efficiency.kaon_over_pion(pt, 500.0)
    assert (np.diff(ratio) > 0.0).all()
    assert ratio[-1] == pytest.approx(1.0, abs=1e-3)
    assert efficiency.kaon_over_pion(pt, 0.0) == pytest.approx(1.0)


def converted(photons: Particles, chance: np.ndarray, seed: int = 5) -> Particles:
    """Both electrons of the photons that convert, with a uniform share of the energy."""
    pair = subset(photons, chance, seed)
    share = np.random.default_rng(seed).random(len(pair.pt))
    legs = [
        Particles(sign * np.full(len(share), 11.0), pair.pt * part, pair.eta)
        for sign, part in ((1, share), (-1, 1.0 - share))
    ]
    return together(*legs)


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_conversions_are_counted_whatever_the_efficiency_of_electrons(factor: float) -> None:
    photons, electrons = shot("photon", 300_000, 1), shot("electron", 100_000, 2)
    pair = converted(photons, factor * conversions.conversion_probability(photons.abs_eta))
    seen = 0.6
    prompt, legs = subset(electrons, seen, 7), subset(pair, seen, 8)
    tracks = tracks_of(
        together(prompt, legs),
        radius=np.repeat([0.0, 33.0], [len(prompt.pt), len(legs.pt)]),
        origin=np.repeat(
            [TruthOrigin.HARD_ELECTRON, TruthOrigin.CONVERSION], [len(prompt.pt), len(legs.pt)]
        ),
    )
    by_eta, overall = found_in(together(photons, electrons), tracks, "conversions")
    assert by_eta.reference is not None
    ratio = by_eta.simulated / by_eta.reference
    assert ratio == pytest.approx(factor, abs=0.15 * factor)
    agrees = by_eta.assessment.verdict is Verdict.AGREES
    assert agrees == (factor == 1.0)
    assert overall.simulated[0] == pytest.approx(
        factor * conversions.conversion_probability(photons.abs_eta[photons.abs_eta < 2.4]).mean(),
        rel=0.1,
    )


def test_conversion_probability_of_thin_material() -> None:
    assert conversions.conversion_probability(np.array([0.0])) == pytest.approx(
        7 / 9 * 0.028, rel=0.02
    )


def test_standard_electrons_found_as_published_agree() -> None:
    electrons = shot("electron", 60_000, pt=(2.0, 10.0), max_eta=2.47)
    entry = known("efficiency").entry("standard_electron_efficiency")
    assert entry.reference
    chance = np.array(entry.reference.value)[np.digitize(electrons.pt, entry.axis.edges or ()) - 1]
    chosen = np.flatnonzero(np.random.default_rng(3).random(60_000) < chance)
    (found,) = found_in(
        electrons, tracks_of(electrons), "standard_electron_efficiency", standard=chosen
    )
    assert found.assessment.verdict is Verdict.AGREES
    assert np.abs(pulls(found)).max() < 4.0


def test_tracks_of_particles_beyond_the_acceptance_do_not_count() -> None:
    muons = shot("muon", 4000, max_eta=2.6)
    (found,) = found_in(muons, tracks_of(muons), "tracking_efficiency_muon")
    assert found.simulated == pytest.approx(1.0)


def test_rows_of_tracks_by_event_and_position() -> None:
    track_event = np.array([3.0, 3.0, 5.0, 5.0, 5.0])
    rows = efficiency.rows_of(np.array([3.0, 5.0, 5.0]), np.array([1.0, 0.0, 2.0]), track_event)
    assert rows.tolist() == [1, 2, 4]


def test_without_particles_there_is_no_value() -> None:
    nobody = shot("pion", 0)
    tracks = tracks_of(nobody)
    for comparison in found_in(nobody, tracks, "tracking_efficiency_pion"):
        assert np.isnan(comparison.simulated).all()
