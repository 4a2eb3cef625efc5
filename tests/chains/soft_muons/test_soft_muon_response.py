"""The response: pulls of the fits, limits, symmetries, and no knowledge of where a muon is from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hepchain.chains.soft_muons.origins import Origin
from hepchain.chains.soft_muons.response import inner, spectrometer
from hepchain.chains.soft_muons.response.combined import (
    curvature_significance,
    neighbour_significance,
    reconstruct,
)
from tests.chains.soft_muons.shared import RESPONSE, candidates

SIZE = 3000


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("pt", "eta"), [(5.0, 0.3), (20.0, 1.2), (50.0, 2.2)])
def test_the_inner_fit_knows_its_errors(pt: float, eta: float) -> None:
    muons = candidates(SIZE, pt, eta)
    found = inner.measure(muons, RESPONSE, random())
    # (kappa - kappa true) / error of kappa, with kappa = q / pT.
    pull = (1.0 - muons.charge * found.charge * found.pt / pt) / found.relative_error
    assert pull.mean() == pytest.approx(0.0, abs=0.08)
    assert pull.std() == pytest.approx(1.0, abs=0.06)
    assert (found.phi_shift / found.phi_error).std() == pytest.approx(1.0, abs=0.06)


def test_chi2_of_the_inner_fit_is_that_of_its_degrees_of_freedom() -> None:
    found = inner.measure(candidates(SIZE), RESPONSE, random())
    mean = (found.chi2 / found.degrees_of_freedom).mean()
    assert mean == pytest.approx(RESPONSE.inner.chi2_scale.value, rel=0.03)


def test_the_error_of_curvature_grows_with_pt_where_points_limit_it() -> None:
    low, high = (
        np.median(inner.measure(candidates(200, pt), RESPONSE, random()).relative_error)
        for pt in (400.0, 800.0)
    )
    assert high / low == pytest.approx(2.0, rel=0.05)


def test_a_late_decay_leaves_the_momentum_of_the_hadron_inside_and_of_the_muon_outside() -> None:
    muons = candidates(SIZE, 10.0)
    twice: dict[str, Any] = {
        f"parent_{name}": 2.0 * getattr(muons, name) for name in ("px", "py", "pz")
    }
    late = candidates(SIZE, 10.0, **twice, flight=np.full(SIZE, 3000.0))
    assert np.median(inner.measure(late, RESPONSE, random()).pt) == pytest.approx(20.0, rel=0.02)
    early = candidates(SIZE, 10.0, **twice, flight=np.full(SIZE, 5.0))
    assert np.median(inner.measure(early, RESPONSE, random()).pt) == pytest.approx(10.0, rel=0.02)
    outer = spectrometer.measure(late, RESPONSE, False, random())
    momentum = 10.0 * np.cosh(0.3)
    assert np.median(outer.momentum[outer.found]) == pytest.approx(momentum, rel=0.2)


def test_a_kink_within_the_inner_detector_spoils_its_chi2() -> None:
    muons = candidates(SIZE, 10.0)
    turned: dict[str, Any] = {
        "parent_px": muons.px - 0.05 * muons.py,
        "parent_py": muons.py + 0.05 * muons.px,
    }
    kinked = candidates(SIZE, 10.0, **turned, flight=np.full(SIZE, 430.0))
    for angle, muons_ in ((0.0, muons), (0.05, kinked)):
        found = inner.measure(muons_, RESPONSE, random())
        median = np.median(found.chi2 / found.degrees_of_freedom)
        assert (median > 1.5) == (angle > 0.0)


def test_nothing_follows_from_the_origin() -> None:
    """The same muons under other names are measured as the same, number for number."""
    fakes = candidates(500, origin=np.full(500, int(Origin.PION_DECAY)))
    one, other = (reconstruct(m, RESPONSE, True, random()) for m in (candidates(500), fakes))
    for name, values in one.columns.items():
        np.testing.assert_array_equal(values, other.columns[name])


def test_the_wheel_is_of_run_3_and_of_its_region() -> None:
    assert not set(spectrometer.WHEEL) & set(
        reconstruct(candidates(100), RESPONSE, False, random()).columns
    )
    central, forward = (
        reconstruct(candidates(300, 10.0, eta), RESPONSE, True, random()).columns["mm_hits"]
        for eta in (0.3, 2.0)
    )
    assert central.max() == 0.0
    layers, efficiency = 8.0, RESPONSE.spectrometer.wheel_efficiency.value
    assert forward.mean() == pytest.approx(layers * efficiency, rel=0.05)


def test_a_muon_without_momentum_left_has_no_track_in_the_spectrometer() -> None:
    found = spectrometer.measure(candidates(200, 2.0), RESPONSE, False, random())
    assert found.found.mean() < 0.05


def test_muons_of_the_vertex_are_balanced() -> None:
    """q/p significance of genuine muons: absolute value of a normal number, median 0.67."""
    found = reconstruct(candidates(SIZE, 30.0), RESPONSE, False, random()).columns
    assert np.median(found["q_over_p_significance"]) == pytest.approx(0.674, abs=0.12)
    assert np.median(found["rho_prime"]) < 0.05


ANGLES = arrays(float, (3, 6), elements=st.floats(-10, 10, width=32))


@given(ANGLES)
def test_significances_turn_with_the_charge(angles: np.ndarray) -> None:
    for of in (curvature_significance, neighbour_significance):
        np.testing.assert_allclose(np.abs(of(-angles)), np.abs(of(angles)), rtol=1e-6, atol=1e-9)


def test_significances_by_hand() -> None:
    angles = np.array([[1.0, 1.0, -1.0, -1.0], [0.0, 3.0, 3.0, 0.0]])
    np.testing.assert_allclose(curvature_significance(angles)[0], 2.0)
    np.testing.assert_allclose(neighbour_significance(angles)[1], 6.0 / np.sqrt(2.0))
