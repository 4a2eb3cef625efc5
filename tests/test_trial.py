"""Models trained by hand are those of the workflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain.cli import main
from hepchain.config import RunConfig, load_run
from hepchain.config.loader import read_configs
from hepchain.errors import ConfigError, InputError
from hepchain.trial import feature_files, task_of


@pytest.fixture(scope="module")
def run() -> RunConfig:
    return load_run(read_configs(["config/config.yaml"]))


def test_inputs_are_those_of_the_category_or_of_all(run: RunConfig) -> None:
    silicon = task_of(run, "keras", "silicon", 1)
    assert (len(silicon.variables), silicon.categories, silicon.fold) == (49, {}, 1)
    everything = task_of(run, "xgboost", "all", 0)
    assert {name: len(has) for name, has in everything.categories.items()} == {
        "trt_calorimeter": 79,
        "calorimeter": 68,
        "trt": 60,
        "silicon": 49,
    }
    assert everything.tracks.balance == run.training.balance


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (("kerras", "silicon", 0), "tagger 'kerras': not one of keras, xgboost"),
        (("xgboost", "silicon", 0), "category 'silicon' of tagger xgboost: not one of all"),
        (("keras", "silicon", 2), "fold 2: not one of 0 to 1"),
    ],
)
def test_models_that_the_run_has_not(
    run: RunConfig, model: tuple[str, str, int], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        task_of(run, *model)


def test_parts_are_in_the_order_of_their_numbers(run: RunConfig, tmp_path: Path) -> None:
    folder = tmp_path / "single_electron"
    folder.mkdir()
    for part in (10, 2, 0):
        (folder / f"features-{part}.parquet").touch()
    found = [file.path.stem for file in feature_files(run, tmp_path)]
    assert found == ["features-0", "features-2", "features-10"]


def test_without_features_the_message_says_how_to_make_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "model"
    arguments = ["train", "keras", "silicon", "--output", str(output), "--features", str(tmp_path)]
    assert main(arguments) == 1
    message = capsys.readouterr().err
    assert "no features of the training samples" in message
    assert "snakemake --cores 2 results/features" in message
    assert not output.exists()

    with pytest.raises(InputError):
        feature_files(load_run(read_configs(["config/config.yaml"])), tmp_path)
