from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hepchain.combination.calibration_fit import calibrate, read_scored, write_calibration
from hepchain.combination.combine import combine_sample
from hepchain.combination.scoring import load_models, score_sample
from hepchain.config.combination import WorkingPointsConfig
from hepchain.config.skimming import TrackSelection
from hepchain.config.training import BalanceConfig, TrainingTracksConfig
from hepchain.export.export import Files, Task, export
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task as Training
from hepchain.training.train import train
from tests.skimming.random_ntuples import random_content, write_content
from tests.soft_electrons import LABELLING

# Synthetic feature tables and random ntuples are shared with the tests of other stages.
from tests.training.feature_tables import CATEGORIES, ROOT, VARIABLES, Table, inputs_of, write_table

MAP = str(ROOT / "config" / "ntuples" / "hepchain.yaml")
GROUPS = {group: VARIABLES.of_group(group) for group in VARIABLES.groups}
CATEGORY_GROUPS = {name: list(VARIABLES.categories[name].groups) for name in CATEGORIES}
TRAINED = CATEGORIES[:-1]
"""The last category has no models."""
BALANCE = BalanceConfig(pt_edges=[0.5, 1.0, 5.0], abs_eta_edges=[0.0, 2.5], max_weight_ratio=50)
WORKING_POINTS = WorkingPointsConfig(
    sample="signal",
    fake_rate=0.05,
    pt_edges=[0.5, 1.5, 5.0],
    # As many as the default names; few tracks allow none as small.
    others={"loose": 0.04, "medium": 0.03, "tight": 0.02, "tighter": 0.01},
)
SETTINGS = TreesConfig(kind="trees", trees=20, depth=4, learning_rate=0.3, patience=5)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, Files]:
    """A small run of boosted trees, from features to working points, and what to export of it."""
    folder = tmp_path_factory.mktemp("run")
    gun, signal = Table("gun", events=900), Table("signal", events=500, seed=2)
    features = {
        table.sample: write_table(folder / f"{table.sample}.parquet", table.columns())
        for table in (gun, signal)
    }
    tracks = TrainingTracksConfig(validation_fraction=0.2, min_tracks=20, balance=BALANCE)
    models = []
    for category in TRAINED:
        for fold in range(2):
            models.append(folder / f"{category}-{fold}")
            training = Training("toy", category, fold, 2, 7, SETTINGS, tracks, inputs_of(category))
            train(training, [FeatureFile("gun", features["gun"])], models[-1])
    loaded = load_models(models)
    for sample, path in features.items():
        score_sample(sample, [path], loaded, folder / f"raw-{sample}.parquet")
    calibration = folder / "calibration.json"
    results = calibrate(read_scored([folder / "raw-gun.parquet"]), TRAINED, BALANCE)
    write_calibration(calibration, results, ["gun"])
    scores = folder / "scores.parquet"
    combine_sample(folder / "raw-signal.parquet", calibration, "likelihood_ratio", scores)
    files = Files(
        [str(model) for model in models],
        str(calibration),
        [str(features["signal"])],
        str(scores),
    )
    return _task(), files


def _task() -> Task:
    return Task(
        tagger="toy",
        kind="trees",
        score="likelihood_ratio",
        samples=["gun", "signal", "mine"],
        groups=GROUPS,
        categories=CATEGORY_GROUPS,
        tracks=TrackSelection(
            pt=(0.5, 5.0), max_abs_eta=2.5, quality="loose", max_abs_d0=50, max_z0_sin_theta=0.5
        ),
        working_points=WORKING_POINTS,
        card={
            "variables": VARIABLES.model_dump(mode="json")["variables"],
            "samples": {"gun": True},
            "response": "config/detector/response.yaml",
            "seed": 7,
            "titles": LABELLING.titles,
        },
    )


@pytest.fixture(scope="session")
def exported(run: tuple[Task, Files], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the exported tagger."""
    folder = tmp_path_factory.mktemp("export") / "toy"
    export(*run, folder)
    return folder


@pytest.fixture(scope="session")
def for_tracks_without_hits(
    run: tuple[Task, Files], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Exported as a tagger of tracks whose hits nobody has counted."""
    folder = tmp_path_factory.mktemp("export") / "without_hits"
    tracks = TrackSelection(pt=(0.5, 5.0), max_abs_eta=2.5)
    export(dataclasses.replace(run[0], tracks=tracks), run[1], folder)
    return folder


@pytest.fixture
def copy(exported: Path, tmp_path: Path) -> Path:
    """A copy of the exported tagger, to be spoilt."""
    return Path(shutil.copytree(exported, tmp_path / "copy"))


@pytest.fixture(scope="session")
def ntuple(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ntuple of random tracks, many outside the domains of their transformations."""
    return write_content(
        tmp_path_factory.mktemp("ntuple") / "ntuple.root", random_content(60, GROUPS)
    )


@pytest.fixture
def changed_ntuple(tmp_path: Path) -> Callable[..., Path]:
    """Function (change) -> path of an ntuple whose branches the change was applied to."""

    def make(change: Callable[[dict[str, object]], object]) -> Path:
        content = random_content(30, GROUPS)
        change(content)
        return write_content(tmp_path / "changed.root", content)

    return make
