"""Exported taggers that cannot be used in a run are refused before any job, with what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.errors import ConfigError
from hepchain.export.agreement import require_agreement
from tests.export.foreign_run import configuration, samples
from tests.soft_electrons import CHAIN, default_with, load

pytestmark = pytest.mark.xdist_group("export")

Change = Callable[[dict[str, Any]], Any]


def run_with(folder: Path, tmp_path: Path, change: Change = lambda content: None) -> Any:
    """Checked configuration of a run with the tagger in ``folder``, changed."""
    content = configuration(folder)
    content["samples"] = str(tmp_path / "samples.yaml")
    change(content)
    listed = content.pop("listed", samples())
    (tmp_path / "samples.yaml").write_text(json.dumps(listed))
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({CHAIN: content}))
    return load(default_with(tmp_path / "mine.yaml"))


def tracks(**values: Any) -> Change:
    return lambda content: content["skimming"]["tracks"].update(values)


def points(**values: Any) -> Change:
    return lambda content: content["combination"]["working_points"].update(values)


def renamed(content: dict[str, Any]) -> None:
    """The background has the name of the sample that the tagger was trained on."""
    listed = samples()
    content["listed"] = {"gun" if name == "jets" else name: of for name, of in listed.items()}


def by_fold(content: dict[str, Any]) -> None:
    renamed(content)
    content["training"]["taggers"]["theirs"]["models"] = "fold"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (points(fake_rate=0.01), r"combination.working_points.fake_rate 0.05, the run has 0.01"),
        (points(pt_edges=[0.5, 5.0]), r"pt_edges \[0.5, 1.5, 5.0\], the run has \[0.5, 5.0\]"),
        (
            points(others={"looser": 0.2}),
            "no threshold for combination.working_points.others.looser",
        ),
        (lambda c: c["combination"].update(score="raw"), "combination.score likelihood_ratio"),
        (tracks(pt=[0.5, 6.0]), r"pt \[0.5, 5.0\], the run keeps \[0.5, 6.0\]"),
        (tracks(quality="loose"), "quality null, the run keeps loose"),
        (
            lambda c: c["training"].update(categories=["trt_calorimeter", "calorimeter"]),
            "the tagger scores tracks of category 'trt', which training.categories does not name",
        ),
        (
            lambda c: c["training"].update(categories=["trt_calorimeter", "silicon"]),
            "the run scores tracks of category 'silicon', which the tagger does not",
        ),
        (
            lambda c: c.update(variables={"variables": {"e_over_p": None}}),
            "its category 'calorimeter' is of 68 variables; that of the run lacks e_over_p",
        ),
        (renamed, "toy was trained on a sample of the name 'gun': `models: fold` scores"),
    ],
)
def test_what_does_not_fit_is_told(
    for_tracks_without_hits: Path, tmp_path: Path, change: Change, message: str
) -> None:
    run = run_with(for_tracks_without_hits, tmp_path, change)
    with pytest.raises(ConfigError, match=message) as error:
        require_agreement(run, str(tmp_path / "results"))
    assert str(error.value).startswith("training.taggers.theirs.")


@pytest.mark.parametrize("change", [lambda content: None, by_fold, tracks(max_abs_eta=2.0)])
def test_what_fits_is_used(for_tracks_without_hits: Path, tmp_path: Path, change: Change) -> None:
    run = run_with(for_tracks_without_hits, tmp_path, change)
    require_agreement(run, str(tmp_path / "results"))


def test_the_order_of_variables_is_no_matter(for_tracks_without_hits: Path, tmp_path: Path) -> None:
    def turned(content: dict[str, Any]) -> None:
        content["variables"] = {"order": ["e_over_p", "pixel_dedx"]}

    run = run_with(for_tracks_without_hits, tmp_path, turned)
    assert run.variables.of_category("silicon")[0] == "pixel_dedx"
    require_agreement(run, str(tmp_path / "results"))


def test_folders_that_are_none_are_told(for_tracks_without_hits: Path, tmp_path: Path) -> None:
    empty, old = tmp_path / "empty", tmp_path / "old"
    empty.mkdir()
    shutil.copytree(for_tracks_without_hits, old)
    manifest = json.loads((old / "tagger.json").read_text())
    (old / "tagger.json").write_text(json.dumps(manifest | {"format": 1}))
    edited = shutil.copytree(for_tracks_without_hits, tmp_path / "edited")
    card = (edited / "model_card.json").read_text()
    (edited / "model_card.json").write_text(card.replace('"gun"', '"gin"'))
    for folder, message in (
        (empty, "no exported tagger"),
        (old, "a manifest of format 1, this version reads 2"),
        (edited, "model_card.json: not the file that was exported"),
    ):
        with pytest.raises(ConfigError, match=message):
            require_agreement(run_with(folder, tmp_path), str(tmp_path / "results"))


def test_a_tagger_of_the_folder_of_results_is_refused(
    for_tracks_without_hits: Path, tmp_path: Path
) -> None:
    run = run_with(for_tracks_without_hits, tmp_path)
    with pytest.raises(ConfigError, match="copy it to another place"):
        require_agreement(run, str(for_tracks_without_hits.parent))


def test_blocks_that_speak_of_an_exported_tagger(
    for_tracks_without_hits: Path, tmp_path: Path
) -> None:
    """It is no member of an ensemble, and not trained again in a study."""

    def beside(content: dict[str, Any]) -> None:
        training = content["training"]
        trees = {"kind": "trees", "trees": 3, "depth": 2, "learning_rate": 0.1, "patience": 2}
        training["taggers"]["trained"] = trees
        training["taggers"]["both"] = {"kind": "ensemble", "members": ["theirs", "trained"]}

    with pytest.raises(ConfigError) as error:
        run_with(for_tracks_without_hits, tmp_path, beside)
    for message in (
        "training.taggers.both.members: 'theirs' is exported",
        "studies.tagger: 'theirs' is exported and cannot be trained again; name one of "
        "keras_regimes, trained",
        "samples: none of role 'training', on which keras_regimes, trained could be trained",
    ):
        assert message in str(error.value)


def test_nothing_is_trained(for_tracks_without_hits: Path, tmp_path: Path) -> None:
    run: SoftElectronsConfig = run_with(for_tracks_without_hits, tmp_path)
    assert run.training.trained == []
    assert list(run.training.exported) == ["theirs"]
    assert run.training.baselines == {"theirs": "theirs"}
    assert run.training.ensembles == {}
