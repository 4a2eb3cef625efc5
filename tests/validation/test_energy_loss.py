from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.validation import dedx
from hepchain.validation.comparison import Verdict
from hepchain.validation.single_particles import MASSES, Tracks
from validation.single_tracks import shot, together, tracks_of

SILICON = 2.329


def test_minimum_ionising_particle_in_300_um_of_silicon() -> None:
    """Around 80 keV, the textbook value."""
    loss = dedx.most_probable_loss(np.array([3.5]), 0.03 * SILICON)
    assert loss == pytest.approx(0.080, rel=0.05)


@pytest.mark.parametrize(
    ("kind", "momentum", "expected"),
    [
        ("pion", 0.5, 0.97),
        ("pion", 2.0, 1.08),
        ("pion", 5.0, dedx.PLATEAU),
        ("kaon", 0.5, 1.63),
        ("kaon", 0.7, 1.27),
        ("kaon", 2.0, 0.97),
        ("proton", 0.5, 3.15),
        ("proton", 1.0, 1.56),
        ("proton", 2.0, 1.05),
        ("electron", 1.0, dedx.PLATEAU),
    ],
)
def test_formula_of_the_code_has_its_known_values(
    kind: str, momentum: float, expected: float
) -> None:
    found = dedx.relative_loss_in_code(np.array([momentum]), MASSES[kind])
    assert found == pytest.approx(expected, abs=0.006)


def test_loss_has_its_minimum_and_a_plateau() -> None:
    beta_gamma = np.geomspace(0.5, 1e5, 400)
    loss = dedx.most_probable_loss(beta_gamma)
    assert 3.0 < beta_gamma[loss.argmin()] < 6.0
    assert loss[-1] == pytest.approx(loss[beta_gamma > 3e3][0], rel=1e-3)
    assert 1.05 < loss[-1] / loss.min() < 1.12


@pytest.mark.parametrize("name", ["x0", "x1"])
def test_density_correction_is_continuous(name: str) -> None:
    edge = 10.0 ** dedx.DENSITY_EFFECT[name]
    below, above = dedx.density_correction(np.array([edge * (1 - 1e-9), edge * (1 + 1e-9)]))
    assert above == pytest.approx(below, abs=0.02)


@given(st.floats(0.3, 1e4))
def test_density_correction_lowers_the_loss(beta_gamma: float) -> None:
    assert dedx.density_correction(np.array([beta_gamma]))[0] >= 0.0


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
    width = np.array(dedx.WIDTHS)[np.minimum(used, 4) - 1]
    return tracks_of(
        particles,
        pixel_dedx=mean * np.exp(width * rng.normal(size=len(mean))),
        number_of_used_hits_dedx=used.astype(float),
    )


def test_medians_and_widths_come_back() -> None:
    found = dedx.track_comparisons(dedx_tracks())
    landau = [item for item in found if "PDG" in item.source]
    assert {item.assessment.verdict for item in landau} == {Verdict.AGREES}
    assert found[-1].quantity == "pixel_dedx_width"
    assert found[-1].assessment.verdict is Verdict.AGREES


def test_electrons_taken_from_a_formula_without_plateau_are_found() -> None:
    found = dedx.medians(dedx_tracks(plateau_of_electrons=1.6), "electron")
    assert {item.assessment.verdict for item in found} == {Verdict.NOT_UNDERSTOOD}
