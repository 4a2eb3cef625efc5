from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain import energy_loss

SILICON = 2.329


def test_minimum_ionising_particle_in_300_um_of_silicon() -> None:
    """Around 80 keV, the textbook value."""
    loss = energy_loss.most_probable_loss(np.array([3.5]), 0.03 * SILICON)
    assert loss == pytest.approx(0.080, rel=0.05)


def test_loss_has_its_minimum_and_a_plateau() -> None:
    beta_gamma = np.geomspace(0.5, 1e5, 400)
    loss = energy_loss.most_probable_loss(beta_gamma)
    assert 3.0 < beta_gamma[loss.argmin()] < 6.0
    assert loss[-1] == pytest.approx(loss[beta_gamma > 3e3][0], rel=1e-3)
    assert 1.05 < loss[-1] / loss.min() < 1.12


@pytest.mark.parametrize("name", ["x0", "x1"])
def test_density_correction_is_continuous(name: str) -> None:
    edge = 10.0 ** energy_loss.DENSITY_EFFECT[name]
    below, above = energy_loss.density_correction(np.array([edge * (1 - 1e-9), edge * (1 + 1e-9)]))
    assert above == pytest.approx(below, abs=0.02)


@given(st.floats(0.3, 1e4))
def test_density_correction_lowers_the_loss(beta_gamma: float) -> None:
    assert energy_loss.density_correction(np.array([beta_gamma]))[0] >= 0.0
