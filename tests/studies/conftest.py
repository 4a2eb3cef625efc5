from __future__ import annotations

from collections.abc import Callable

import pytest

from hepchain.config.studies import ImportanceConfig
from hepchain.config.training import BalanceConfig, TrainingTracksConfig
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task
from tests.training.feature_tables import Table as Toy
from tests.training.feature_tables import inputs_of, write_table

CATEGORY = "silicon"


@pytest.fixture(scope="session")
def gun(tmp_path_factory: pytest.TempPathFactory) -> FeatureFile:
    """Both classes in all categories; one variable of each group separates them."""
    toy = Toy(events=1500)
    path = tmp_path_factory.mktemp("features") / "features-0.parquet"
    return FeatureFile(toy.sample, write_table(path, toy.columns()))


@pytest.fixture(scope="session")
def balance() -> BalanceConfig:
    return BalanceConfig(
        pt_edges=[0.5, 1.0, 2.0, 5.0], abs_eta_edges=[0.0, 1.2, 2.5], max_weight_ratio=50.0
    )


@pytest.fixture(scope="session")
def importance() -> ImportanceConfig:
    return ImportanceConfig(tracks=300, sampled_tracks=20, background=10, shown=20)


@pytest.fixture(scope="session")
def task(balance: BalanceConfig) -> Callable[..., Task]:
    """Task of small trees for one category; settings can be changed by name."""

    def make(**changes: object) -> Task:
        settings = {"trees": 15, "depth": 3, "learning_rate": 0.3, "patience": 5} | changes
        return Task(
            tagger="toy",
            category=CATEGORY,
            fold=0,
            folds=2,
            seed=7,
            settings=TreesConfig.model_validate({"kind": "trees"} | settings),
            tracks=TrainingTracksConfig(validation_fraction=0.2, min_tracks=50, balance=balance),
            variables=inputs_of(CATEGORY),
        )

    return make
