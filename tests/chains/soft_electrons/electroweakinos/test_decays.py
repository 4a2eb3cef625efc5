"""Branching fractions of a virtual Z: limits, thresholds, and the line shape that is generated."""

from __future__ import annotations

import numpy as np
import pytest

from hepchain.chains.soft_electrons.electroweakinos.decays import (
    ELECTRON,
    FERMIONS,
    SIN2_THETA,
    Fermion,
    branching_fractions,
    partial_width,
    spectrum,
)
from hepchain.chains.soft_electrons.electroweakinos.pair_decay import line_shape
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

MASSLESS = Fermion(-1, -0.5, 0.0)


@pytest.mark.parametrize("splitting", [1.0, 5.0, 40.0])
def test_massless_fermions_have_the_line_shape_that_is_generated(splitting: float) -> None:
    mass = np.linspace(0.01, 0.99, 50) * splitting
    ours = spectrum(mass, MASSLESS, 150.0 + splitting, 150.0)
    generated = line_shape(mass, 150.0, -150.0 - splitting)
    assert ours / ours.sum() == pytest.approx(generated / generated.sum(), rel=1e-9)


def test_width_is_the_integral_of_the_spectrum() -> None:
    tau = FERMIONS["tau"]
    mass = np.linspace(2 * tau.mass, 8.0, 200_001)[1:]
    integral = np.trapezoid(spectrum(mass, tau, 158.0, 150.0), mass)
    assert partial_width(tau, 158.0, 150.0) == pytest.approx(float(integral), rel=1e-6)


def test_small_splittings_follow_the_fifth_power() -> None:
    """As muon decay: only the splitting sets the scale."""
    widths = [partial_width(MASSLESS, 150.0 + d, 150.0) for d in (0.5, 1.0)]
    assert widths[1] / widths[0] == pytest.approx(2**5, rel=0.01)


def test_ratio_of_neutrinos_to_electrons_is_that_of_their_couplings() -> None:
    found = branching_fractions(153.0, 150.0)
    electron = (0.5 - 2 * SIN2_THETA) ** 2 + 0.25
    assert found["nu"] / found[ELECTRON] == pytest.approx(3 * 0.5 / electron, rel=1e-3)


def test_heavy_z_limit() -> None:
    """Near the Z mass, far above all thresholds, the fractions of a real Z: 3.36 % of e e."""
    found = branching_fractions(215.0, 150.0)
    assert found[ELECTRON] == pytest.approx(0.0336, rel=0.05)
    assert found["nu"] == pytest.approx(0.200, rel=0.05)
    assert sum(found.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(("fermion", "threshold"), [("tau", 3.5539), ("c", 3.7296), ("b", 10.559)])
def test_channels_open_at_their_thresholds(fermion: str, threshold: float) -> None:
    assert branching_fractions(150.0 + threshold - 0.01, 150.0)[fermion] == 0.0
    just_open = branching_fractions(150.0 + threshold + 0.05, 150.0)[fermion]
    assert 0.0 < just_open < 1e-3


def test_electrons_lose_their_share_as_channels_open() -> None:
    splittings = np.linspace(0.5, 20.0, 60)
    shares = [branching_fractions(150.0 + d, 150.0)[ELECTRON] for d in splittings]
    assert (np.diff(shares) < 0).all()


def test_listed_signals_have_these_fractions_within_their_uncertainty() -> None:
    """The list rounds another calculation of the hadrons; its uncertainty is 20 %."""
    run = load(
        default_with()
        | {
            key: str(REPOSITORY / f"config/soft_electrons/{key}.yaml")
            for key in ("samples", "variables")
        }
    )
    listed = [run.samples[name] for name in run.of_role("signal")]  # type: ignore[arg-type]
    assert len(listed) == 4
    for sample in listed:
        assert sample.masses is not None
        found = branching_fractions(sample.masses.n2, sample.masses.n1)[ELECTRON]
        assert found == pytest.approx(sample.branching_fraction, rel=0.05)
