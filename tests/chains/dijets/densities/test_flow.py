"""Flows: they can be turned back, their densities are normalised, and they learn what is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from hepchain.chains.dijets.config.densities import FlowSettings
from hepchain.chains.dijets.densities.flow import Flow

EVENTS = 2500


def settings(kind: str, epochs: int = 1) -> FlowSettings:
    return FlowSettings.model_validate(
        {
            "kind": kind,
            "blocks": 2,
            "hidden": [20],
            "bins": 6,
            "learning_rate": 0.01,
            "batch_size": 250,
            "epochs": epochs,
        }
    )


def events(number: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Two features: a normal one around the condition, and one whose square it shifts."""
    random = np.random.default_rng(seed)
    condition = random.uniform(-1.0, 1.0, number)
    first = random.normal(condition, 0.5)
    return np.stack([first, random.normal(first**2, 0.3)], axis=1), condition


def log_density(features: np.ndarray, condition: np.ndarray) -> np.ndarray:
    first, second = features.T
    return np.asarray(norm.logpdf(first, condition, 0.5) + norm.logpdf(second, first**2, 0.3))


@pytest.fixture(scope="module", params=["affine", "spline"])
def flow(request: pytest.FixtureRequest) -> Flow:
    made = Flow(2, settings(request.param, 8), 1)
    made.fit(events(EVENTS), events(1000, 2))
    return made


def test_it_can_be_turned_back(flow: Flow) -> None:
    features, condition = events(500, 3)
    normal = flow.forward(features, condition)
    assert flow.inverse(normal, condition) == pytest.approx(features, abs=1e-4)
    assert np.abs(flow.inverse(normal, condition) - features).mean() < 1e-5
    assert flow.forward(flow.inverse(normal, condition), condition) == pytest.approx(
        normal, abs=1e-3
    )


def test_the_density_is_normalised(flow: Flow) -> None:
    grid = np.linspace(-6.0, 8.0, 141)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    for condition in (-0.7, 0.5):
        density = np.exp(flow.log_density(points, np.full(len(points), condition)))
        assert density.sum() * (grid[1] - grid[0]) ** 2 == pytest.approx(1.0, abs=0.01)


def test_the_density_is_that_of_the_events(flow: Flow) -> None:
    features, condition = events(2000, 4)
    lost = np.mean(log_density(features, condition) - flow.log_density(features, condition))
    assert 0.0 - 0.02 < lost < 0.15


def test_samples_are_those_of_the_density(flow: Flow) -> None:
    drawn = flow.sample(np.full(4000, 0.5), np.random.default_rng(5))
    assert drawn[:, 0].mean() == pytest.approx(0.5, abs=0.06)
    assert drawn[:, 0].std() == pytest.approx(0.5, abs=0.06)
    assert np.mean(drawn[:, 1] - drawn[:, 0] ** 2) == pytest.approx(0.0, abs=0.08)


@pytest.mark.parametrize("kind", ["affine", "spline"])
def test_the_first_density_is_normal(kind: str) -> None:
    """Before any step every function is the identity."""
    features, condition = events(50)
    found = Flow(2, settings(kind), 1).log_density(features, condition)
    assert found == pytest.approx(norm.logpdf(features).sum(axis=1), abs=1e-4)
