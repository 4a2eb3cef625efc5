"""Cross-sections between the points of the shipped table."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from hepchain.chains.soft_electrons.electroweakinos.production import CrossSections
from tests.workspace import REPOSITORY


@pytest.fixture(scope="module")
def points() -> list[list[float]]:
    path = REPOSITORY / "config/soft_electrons/mass_plane/cross_sections.yaml"
    content = yaml.safe_load(path.read_text())
    return [list(map(float, point)) for point in content["points"]]


def worst(fit: CrossSections, points: list[list[float]]) -> float:
    """Largest relative deviation from these points."""
    return max(
        float(np.abs(fit.at(point[0], point[1]) / point[2:] - 1).max())
        for point in points
        if (point[0], point[1]) in fit.range
    )


def test_table_is_reproduced(points: list[list[float]]) -> None:
    assert worst(CrossSections.fit(points), points) < 0.004


def test_points_left_out_are_predicted(points: list[list[float]]) -> None:
    """A tenth of the uncertainty of the calculation, 2 to 6 %."""
    for left_out in points:
        fit = CrossSections.fit([point for point in points if point is not left_out])
        assert worst(fit, [left_out]) < 0.006


@pytest.mark.parametrize("mass", [100.0, 125.0, 150.0, 175.0, 200.0, 225.0, 250.0])
def test_masses_left_out_are_predicted(points: list[list[float]], mass: float) -> None:
    kept = [point for point in points if point[1] != mass]
    left_out = [point for point in points if point[1] == mass]
    assert len(kept) < len(points)
    assert worst(CrossSections.fit(kept), left_out) < 0.004


def test_falls_with_mass_and_splitting_and_has_a_limit_of_equal_masses(
    points: list[list[float]],
) -> None:
    fit = CrossSections.fit(points)
    by_mass = np.array([fit.at(n1 + 3.0, n1) for n1 in np.linspace(80, 300, 45)])
    by_splitting = np.array([fit.at(150.0 + d, 150.0) for d in np.linspace(0.1, 20, 40)])
    assert (np.diff(by_mass, axis=0) < 0).all()
    assert (np.diff(by_splitting, axis=0) < 0).all()
    assert fit.at(150.001, 150.0) == pytest.approx(fit.at(151.0, 150.0), rel=0.03)


def test_power_law_is_exact() -> None:
    """A power of the mean mass is linear in the logarithm, and so within the model."""
    masses = [(n1 + d, n1) for n1 in (80.0, 110.0, 150.0, 200.0, 260.0, 330.0) for d in (1.0, 7.0)]
    fit = CrossSections.fit([(n2, n1, (n1 + n2) ** -4.0) for n2, n1 in masses])
    assert fit.at(123.0, 120.0)[0] == pytest.approx(243.0**-4, rel=1e-8)


@pytest.mark.parametrize("masses", [(79.0, 78.0), (171.0, 150.0), (150.0, 150.0), (303.0, 301.0)])
def test_masses_outside_the_table_are_refused(
    points: list[list[float]], masses: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match="known for n1 from 80 to 300 GeV, splittings up to 20"):
        CrossSections.fit(points).at(*masses)
