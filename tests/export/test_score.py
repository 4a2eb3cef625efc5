"""`hepchain score`: as the chain scores, without the libraries it trains with."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import pytest

from hepchain.cli import main
from hepchain.combination.combine import combine_sample
from hepchain.combination.scoring import load_models, score_sample
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation
from hepchain.export.export import Files, Task
from hepchain.export.ntuple import score_ntuple
from hepchain.export.scorer import ExportedTagger
from hepchain.features.table import FeatureSettings, make_features
from hepchain.io import read_parquet, write_json
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from tests.soft_electrons import LABELLING
from tests.training.feature_tables import ROOT

pytestmark = pytest.mark.xdist_group("export")

CONTRACT = "hepchain.chains.soft_electrons.contract"
MAP = str(ROOT / "config" / "ntuples" / "hepchain.yaml")
HEAVY = ("keras", "tensorflow", "jax", "torch", "xgboost", "sklearn", "onnx")


@pytest.fixture
def command(exported: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Function (ntuple, folder, ...) -> arguments of the command."""

    def make(ntuple: Path, *more: str, folder: Path = exported) -> list[str]:
        output = str(tmp_path / "scores.parquet")
        options = ["--tagger", str(folder), "--map", MAP, "--output", output]
        return ["score", str(ntuple), *options, *more]

    return make


@pytest.fixture(scope="module")
def of_the_chain(
    run: tuple[Task, Files], ntuple: Path, tmp_path_factory: pytest.TempPathFactory
) -> ak.Array:
    """Scores of the ntuple by the stages of the chain, as sample `mine`."""
    folder, (task, files) = tmp_path_factory.mktemp("chain"), run
    write_json(folder / "normalisation.json", {"weight_per_generated": 1.0})
    names = {"events": "e.parquet", "tracks": "t.parquet", "report": "r.json"}
    outputs = {key: str(folder / name) for key, name in names.items()}
    cones = Isolation(cone=0.3, constituent_pt=[1.0], max_z0_sin_theta=3.0)
    groups = {name: list(variables) for name, variables in task.groups.items()}
    settings = SkimSettings(Role.TRAINING, task.tracks, cones, groups, CONTRACT)
    skim([str(ntuple)], MAP, str(folder / "normalisation.json"), settings, outputs)
    features = str(folder / "features.parquet")
    make_features(
        outputs["tracks"],
        outputs["report"],
        FeatureSettings("mine", 2, task.groups, task.categories, LABELLING),
        features,
        str(folder / "summary.json"),
    )
    score_sample("mine", [features], load_models(files.models), folder / "raw.parquet")
    scores = folder / "scores.parquet"
    combine_sample(folder / "raw.parquet", files.calibration, "likelihood_ratio", scores)
    return read_parquet(scores)


def test_scores_are_those_of_the_chain(
    command: Callable[..., list[str]],
    ntuple: Path,
    of_the_chain: ak.Array,
    exported: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(command(ntuple, "--sample", "mine")) == 0
    scores = read_parquet(tmp_path / "scores.parquet")
    assert len(scores) > 300
    for name in ("event_number", "track_index", "category"):
        assert ak.all(scores[name] == of_the_chain[name])
    np.testing.assert_allclose(
        np.asarray(scores["raw"]), np.asarray(of_the_chain["raw"]), rtol=0, atol=1e-6
    )
    np.testing.assert_allclose(
        np.asarray(scores["score"]), np.asarray(of_the_chain["score"]), rtol=0, atol=1e-4
    )
    threshold = json.loads((exported / "tagger.json").read_text())["working_points"]["fold"]
    assert ak.all(scores["passes"] == (scores["score"] > threshold["overall"]))
    text = capsys.readouterr().out
    assert f"{len(scores)} of " in text
    assert f"{int(ak.sum(scores['passes']))} pass the working point" in text


def test_other_events_get_the_mean_of_all_folds(
    exported: Path, ntuple: Path, of_the_chain: ak.Array, tmp_path: Path
) -> None:
    tagger = ExportedTagger.load(exported)
    score_ntuple(ntuple, MAP, tagger, tmp_path / "mean.parquet")
    mean = np.asarray(read_parquet(tmp_path / "mean.parquet")["raw"])
    fold = np.asarray(of_the_chain["fold"])
    single = np.asarray(of_the_chain["raw"])
    # The model of the other fold, from the mean of two.
    other = 2.0 * mean - single
    assert set(np.unique(fold)) == {0, 1}
    assert ((other > -1e-6) & (other < 1.0 + 1e-6)).all()
    assert np.abs(other - single).max() > 0.01


def test_threads_change_nothing(exported: Path, run: tuple[Task, Files]) -> None:
    model = ExportedTagger.load(exported).models["calorimeter"][0]
    features = read_parquet(run[1].features[0])
    rows = np.asarray(features["category"] == "calorimeter")
    values = np.stack([np.asarray(features[name])[rows] for name in model.variables], axis=1)
    values = np.tile(values, (30, 1))
    np.testing.assert_array_equal(model.score(values, threads=1), model.score(values, threads=3))


def test_no_machine_learning_library_is_imported(
    command: Callable[..., list[str]], ntuple: Path
) -> None:
    code = (
        "import sys; from hepchain.cli import main; status = main(sys.argv[1:]); "
        f"print(status, *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *command(ntuple)], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].split() == ["0"]


def refusal(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Message of a command that fails and writes nothing."""
    assert main(arguments) == 1
    assert not list(tmp_path.glob("*scores.parquet*"))
    message = capsys.readouterr().err
    assert "Traceback" not in message
    return message


def test_missing_branches_name_the_categories(
    command: Callable[..., list[str]],
    changed_ntuple: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = changed_ntuple(lambda content: content.pop("track_e_probability_ht"))
    message = refusal(command(path), tmp_path, capsys)
    assert "tracks of trt, trt_calorimeter cannot be scored" in message
    assert "those of calorimeter, silicon could" in message
    assert "trt: e_probability_ht" in message


def test_nan_is_counted_with_variable_and_file(
    command: Callable[..., list[str]],
    changed_ntuple: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def spoil(content: dict[str, ak.Array]) -> None:
        content["track_pixel_dedx"] = content["track_pixel_dedx"] * np.nan

    path = changed_ntuple(spoil)
    message = refusal(command(path), tmp_path, capsys)
    assert f"{path}: " in message
    assert "pixel_dedx not finite" in message
    assert "tracks have part of the group 'silicon'" in message


def test_sample_that_is_not_of_the_run(
    command: Callable[..., list[str]],
    ntuple: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    message = refusal(command(ntuple, "--sample", "signals"), tmp_path, capsys)
    assert "'signals' is no sample of the run that made tagger toy" in message
    assert "did you mean 'signal'?" in message


def test_folder_without_a_tagger(
    command: Callable[..., list[str]],
    ntuple: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    message = refusal(command(ntuple, folder=tmp_path), tmp_path, capsys)
    assert f"{tmp_path}: no exported tagger" in message


@pytest.mark.parametrize("kind", ["ntuple", "hard link", "model", "table of the run", "text"])
def test_files_of_the_user_are_not_replaced(
    exported: Path,
    ntuple: Path,
    run: tuple[Task, Files],
    kind: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copied = Path(shutil.copy(ntuple, tmp_path / "ntuple.root"))
    folder = Path(shutil.copytree(exported, tmp_path / "tagger"))
    (tmp_path / "hard.root").hardlink_to(copied)
    (tmp_path / "notes.txt").write_text("mine")
    output = {
        "ntuple": copied,
        "hard link": tmp_path / "hard.root",
        "model": folder / "trt-fold1.onnx",
        "table of the run": Path(shutil.copy(run[1].scores, tmp_path / "scores.parquet")),
        "text": tmp_path / "notes.txt",
    }[kind]
    before = output.read_bytes()
    options = ["--tagger", str(folder), "--map", MAP, "--output", str(output)]
    assert main(["score", str(copied), *options]) == 1
    message = capsys.readouterr().err
    assert f"{output}: is " in message
    assert ("an input of the command" in message) == (kind in ("ntuple", "hard link"))
    assert output.read_bytes() == before


def test_own_table_is_written_again(
    command: Callable[..., list[str]], ntuple: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        assert main(command(ntuple)) == 0
    assert len(read_parquet(tmp_path / "scores.parquet")) > 300


def test_no_tracks(exported: Path) -> None:
    tagger = ExportedTagger.load(exported)
    empty = {name: np.empty(0) for names in tagger.manifest.groups.values() for name in names}
    category = np.empty(0, dtype=np.str_)
    assert tagger.score(tagger.raw(empty, category, None, "here"), category).shape == (0,)
