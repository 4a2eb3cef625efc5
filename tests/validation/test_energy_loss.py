from __future__ import annotations

import numpy as np
import pytest

from hepchain.validation import dedx
from hepchain.validation.comparison import Verdict
from hepchain.validation.single_particles import MASSES, Tracks
from tests.validation.gun_ntuples import known
from tests.validation.single_tracks import shot, together, tracks_of


@pytest.mark.parametrize(
    ("kind", "momentum", "expected"),
    [
        ("pion", 0.5, 0.97),
        ("kaon", 0.5, 1.63),
        ("kaon", 0.7, 1.27),
        ("kaon", 2.0, 0.97),
        ("proton", 0.5, 3.15),
        ("proton", 1.0, 1.56),
        ("proton", 2.0, 1.05),
        ("electron", 1.0, 1.081),
    ],
)
def test_expected_loss_has_its_known_values(kind: str, momentum: float, expected: float) -> None:
    constants = known("dedx").table("pixel_code")["constants"]
    known_constants = [constant for constant in constants if constant is not None]
    found = dedx.expected_loss(np.array([momentum]), MASSES[kind], known_constants)
    assert found == pytest.approx(expected, abs=0.006)


def dedx_tracks(plateau_of_electrons: float = 1.0, seed: int = 2) -> Tracks:
    """Tracks that lose what the PDG's formula says, with the published widths."""
    rng = np.random.default_rng(seed)
    kinds = ("pion", "kaon", "proton", "electron")
    particles = together(*(shot(kind, 15_000, seed + i) for i, kind in enumerate(kinds)))
    mean = np.ones(len(particles.pt))
    for kind in kinds:
        mask = particles.of(kind)
        mean[mask] = dedx.relative_loss(particles.momentum[mask], MASSES[kind])
    mean = np.where(particles.of("electron"), plateau_of_electrons * mean, mean)
    used = rng.integers(1, 6, len(mean))
    widths = known("dedx").entry("pixel_dedx_width").reference
    assert widths
    width = np.array(widths.value)[np.minimum(used, 4) - 1]
    return tracks_of(
        particles,
        pixel_dedx=mean * np.exp(width * rng.normal(size=len(mean))),
        number_of_used_hits_dedx=used.astype(float),
    )


def test_medians_and_widths_come_back() -> None:
    found = dedx.compare(dedx_tracks(), known("dedx"))
    landau = [item for item in found if "PDG" in item.source and "athena" not in item.source]
    assert {item.assessment.verdict for item in landau} == {Verdict.AGREES}
    assert found[-1].quantity == "pixel_dedx_width"
    assert found[-1].assessment.verdict is Verdict.AGREES


def test_electrons_taken_from_a_formula_without_plateau_are_found() -> None:
    found = dedx.compare(dedx_tracks(plateau_of_electrons=1.6), known("dedx"))
    electrons = [item for item in found if item.quantity == "pixel_dedx_electron"]
    assert {item.assessment.verdict for item in electrons} == {Verdict.NOT_UNDERSTOOD}
    pions = [item for item in found if item.quantity == "pixel_dedx_pion"]
    assert Verdict.NOT_UNDERSTOOD not in {item.assessment.verdict for item in pions}
