"""Helicity fractions from toys with known ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from hepchain.simulation.generation.record import Floats
from tests.polarisation import helicity_fractions


def density(
    cosine: Floats, charge: npt.NDArray[np.int64], left: float, right: float, longitudinal: float
) -> Floats:
    signed = charge * cosine
    return (
        3 / 8 * left * (1 - signed) ** 2
        + 3 / 8 * right * (1 + signed) ** 2
        + 3 / 4 * longitudinal * (1 - cosine**2)
    )


def toy(
    size: int, fractions: tuple[float, float, float], random: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.int64]]:
    charge = random.choice([-1, 1], 8 * size)
    cosine = random.uniform(-1, 1, 8 * size)
    accepted = random.uniform(0, 1.5, 8 * size) < density(cosine, charge, *fractions)
    return cosine[accepted][:size], charge[accepted][:size]


@pytest.mark.parametrize("fractions", [(0.6, 0.3, 0.1), (0.2, 0.7, 0.1), (0.0, 0.0, 1.0)])
def test_injected_fractions_are_recovered(fractions: tuple[float, float, float]) -> None:
    fitted = helicity_fractions(*toy(30_000, fractions, np.random.default_rng(1)))
    left, right, longitudinal = fractions
    assert abs(fitted.left - left) < 4 * fitted.left_error
    assert abs(fitted.right - right) < 4 * fitted.right_error
    assert abs(fitted.longitudinal - longitudinal) < 4 * fitted.longitudinal_error
    assert fitted.left + fitted.right + fitted.longitudinal == pytest.approx(1)
    assert fitted.left - fitted.right == pytest.approx(fitted.left_minus_right)


def test_isotropic_decays_give_thirds() -> None:
    cosine = np.random.default_rng(2).uniform(-1, 1, 30_000)
    fitted = helicity_fractions(cosine, 1)
    for name in ("left", "right", "longitudinal"):
        assert abs(getattr(fitted, name) - 1 / 3) < 4 * getattr(fitted, f"{name}_error")


def test_errors_cover() -> None:
    random = np.random.default_rng(3)
    truth = (0.55, 0.25, 0.2)
    pulls = []
    for _ in range(300):
        fitted = helicity_fractions(*toy(300, truth, random))
        pulls.append((fitted.left - truth[0]) / fitted.left_error)
    assert abs(np.mean(pulls)) < 4 / 300**0.5
    assert np.std(pulls) == pytest.approx(1, abs=4 / 600**0.5)


def test_weights_turn_isotropic_decays_into_polarised_ones() -> None:
    random = np.random.default_rng(4)
    cosine, charge = random.uniform(-1, 1, 30_000), random.choice([-1, 1], 30_000)
    truth = (0.6, 0.3, 0.1)
    fitted = helicity_fractions(cosine, charge, density(cosine, charge, *truth))
    assert abs(fitted.left - truth[0]) < 4 * fitted.left_error
    assert abs(fitted.right - truth[1]) < 4 * fitted.right_error


def test_too_few_events_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two events"):
        helicity_fractions([0.1], [1])
