"""Models trained by hand are those of the workflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.cli import main
from hepchain.errors import ConfigError, InputError
from hepchain.trial import feature_files, task_of
from tests.soft_electrons import default_with, load


@pytest.fixture(scope="module")
def run() -> SoftElectronsConfig:
    return load(default_with())


def test_inputs_are_those_of_the_category_or_of_all(run: SoftElectronsConfig) -> None:
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
    run: SoftElectronsConfig, model: tuple[str, str, int], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        task_of(run, *model)


def make_parts(folder: Path, *names: str) -> None:
    (folder / "single_electron").mkdir(exist_ok=True)
    for name in names:
        (folder / "single_electron" / f"{name}.parquet").touch()


def test_parts_are_those_of_the_config_in_order(run: SoftElectronsConfig, tmp_path: Path) -> None:
    many = run.simulation.parts | {"single_electron": 11}
    larger = run.model_copy(
        update={"simulation": run.simulation.model_copy(update={"parts": many})}
    )
    make_parts(tmp_path, *(f"features-{part}" for part in (10, *range(10))))
    found = [file.path.stem for file in feature_files(larger, tmp_path)]
    assert found == [f"features-{part}" for part in range(11)]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["features-1"], r"1 of the 2 files .* missing \(\S*single_electron/features-0\.parquet\)"),
        (["features-0", "features-1", "features-2"], r"none of this config's \(\S*features-2"),
        (["features-0", "features-1", "features-1 (copy)"], r"none of this config's \(.*copy"),
        (["features-0", "features-1", "features-01"], r"none of this config's \(\S*features-01"),
    ],
)
def test_parts_missing_and_copies_are_named(
    run: SoftElectronsConfig, tmp_path: Path, names: list[str], message: str
) -> None:
    make_parts(tmp_path, *names)
    with pytest.raises(InputError, match=message):
        feature_files(run, tmp_path)


def test_without_features_the_message_says_how_to_make_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "model"
    arguments = ["train", "keras", "silicon", "--output", str(output), "--features", str(tmp_path)]
    assert main(arguments) == 1
    message = capsys.readouterr().err
    assert "2 of the 2 files of features of the training samples are missing" in message
    assert f"`snakemake --cores 2 {tmp_path}/single_electron/features-0.parquet`" in message
    assert not output.exists()

    with pytest.raises(InputError):
        feature_files(load(default_with()), tmp_path)
