from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepchain.config.training import BalanceConfig, TrainingTracksConfig
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task
from tests.training.feature_tables import Table, inputs_of, write_table


@pytest.fixture(scope="session")
def gun(tmp_path_factory: pytest.TempPathFactory) -> FeatureFile:
    """Small table of both classes in all categories, well separated."""
    table = Table(events=1500)
    path = tmp_path_factory.mktemp("features") / "features-0.parquet"
    return FeatureFile(table.sample, write_table(path, table.columns()))


@pytest.fixture(scope="session")
def balance_config() -> BalanceConfig:
    return BalanceConfig(
        pt_edges=[0.5, 1.0, 2.0, 5.0], abs_eta_edges=[0.0, 1.2, 2.5], max_weight_ratio=50.0
    )


@pytest.fixture(scope="session")
def task(balance_config: BalanceConfig) -> Callable[..., Task]:
    """Task of a small tree tagger; fields can be changed by name."""

    def make(**changes: object) -> Task:
        category = str(changes.get("category", "silicon"))
        settings = TreesConfig(kind="trees", trees=20, depth=3, learning_rate=0.3, patience=5)
        tracks = TrainingTracksConfig(
            validation_fraction=0.2, min_tracks=50, balance=balance_config
        )
        fields: dict[str, object] = {
            "tagger": "toy",
            "category": category,
            "fold": 0,
            "folds": 2,
            "seed": 7,
            "settings": settings,
            "tracks": tracks,
            "variables": inputs_of(category),
        }
        return Task(**(fields | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def extremes() -> Callable[..., np.ndarray]:
    """Function (variables, tracks) -> values of all sizes and signs, shape (tracks, variables)."""

    def make(variables: int, tracks: int = 400) -> np.ndarray:
        rng = np.random.default_rng(3)
        values = rng.normal(size=(tracks, variables))
        values *= 10.0 ** rng.uniform(-6.0, 6.0, size=values.shape)
        values[rng.uniform(size=values.shape) < 0.1] = 0.0
        range_of = np.finfo(np.float32)
        values[:4] = np.array([[-1.0, float(range_of.max), -3e38, float(range_of.tiny)]]).T
        return values.astype(np.float32)

    return make
