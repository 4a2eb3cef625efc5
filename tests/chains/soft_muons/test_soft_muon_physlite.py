"""Reconstructed muons of ATLAS files through the stages, against a direct read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from hepchain.chains.soft_muons.config.tight import RealMuonsConfig
from hepchain.chains.soft_muons.results.comparison import selected
from hepchain.combination.scoring import load_models, score_sample
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.config.skimming import TrackSelection
from hepchain.config.training import BalanceConfig, TrainingTracksConfig
from hepchain.config.variables import Variables
from hepchain.errors import InputError
from hepchain.features.table import FeatureSettings, make_features
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter, read_json, read_parquet, write_json
from hepchain.labels import Label, Labelling
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from hepchain.training.taggers.settings.trees import TreesConfig
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from tests.workspace import REPOSITORY

FILES = REPOSITORY.parent / "shared" / "data" / "physlite"
MAPS = REPOSITORY / "config" / "ntuples"
VARIABLES = load_block(str(REPOSITORY / "config/soft_muons/variables.yaml"), Variables)
REAL = load_block(str(REPOSITORY / "config/soft_muons/real_muons.yaml"), RealMuonsConfig)
ALL = TrackSelection(pt=(1.0, 7e3), max_abs_eta=10.0, quality=None)
MUONS, MATCHED = 88, 87
FOLDS = 2
STORED_UNDER_ANOTHER_NAME = {"origin": "truth_origin"}


def made(folder: Path, kind: str) -> dict[str, Any]:
    """Skim and features of one of the two files."""
    path = FILES / f"DAOD_PHYSLITE_ttbar_{kind}.root"
    if not path.is_file():
        pytest.skip(f"needs {path.name} in ../shared/data/physlite beside the repository")
    name = "soft_muons_physlite" + ("_rntuple" if kind == "rntuple" else "")
    contract = "hepchain.chains.soft_muons.contract"
    settings = SkimSettings(Role.SIGNAL, ALL, None, VARIABLES.by_group, contract)
    write_json(folder / "normalisation.json", {"weight_per_generated": 1.0})
    skimmed = {key: str(folder / key) for key in ("events", "tracks", "report")}
    normalisation = str(folder / "normalisation.json")
    skim([str(path)], str(MAPS / f"{name}.yaml"), normalisation, settings, skimmed)
    groups = {name: item.groups for name, item in VARIABLES.categories.items()}
    labelling = Labelling.of("hepchain.chains.soft_muons.labels")
    features = FeatureSettings("real", FOLDS, VARIABLES.by_group, groups, labelling)
    output, summary = str(folder / "features.parquet"), str(folder / "summary.json")
    make_features(skimmed["tracks"], skimmed["report"], features, output, summary)
    return {"path": path, "table": read_parquet(output), "features": output, "skim": skimmed}


@pytest.fixture(scope="module")
def rntuple(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return made(tmp_path_factory.mktemp("rntuple"), "rntuple")


def test_every_muon_of_the_file_goes_through(rntuple: dict[str, Any]) -> None:
    table = rntuple["table"]
    with uproot.open(rntuple["path"]) as file:
        pt = ak.flatten(file["EventData"]["AnalysisMuonsAuxDyn:pt"].array())
    assert len(table) == len(pt) == MUONS == len(REAL.muons)
    np.testing.assert_allclose(ak.to_numpy(table["pt"]), 1e-3 * ak.to_numpy(pt), rtol=1e-6)
    categories = table["category"].to_list()
    assert categories.count("run3_without_fit") == MATCHED
    assert categories.count("run3_unmatched") == 1


def test_inputs_are_those_of_a_direct_read(rntuple: dict[str, Any]) -> None:
    """The reference was made with uproot alone, by benchmarks/muon_references.py."""
    table = rntuple["table"]
    for name in REAL.muons[0]:
        found = ak.to_numpy(table[STORED_UNDER_ANOTHER_NAME.get(name, name)]).astype(float)
        expected = np.array([np.nan if m[name] is None else m[name] for m in REAL.muons])
        np.testing.assert_allclose(found, expected, rtol=2e-4, err_msg=name)


def test_labels_are_those_of_the_origins(rntuple: dict[str, Any]) -> None:
    """34 of heavy flavour, 3 of pions; those of W bosons are neither, 5 are of unknown origin."""
    labels = ak.to_numpy(rntuple["table"]["label"])
    counts = {item: int((labels == item).sum()) for item in Label}
    assert counts[Label.SIGNAL] == 34
    assert counts[Label.BACKGROUND] == 3
    assert counts[Label.IGNORED] == 46
    assert counts[Label.UNKNOWN] == 5


def test_jets_are_the_nearest(rntuple: dict[str, Any]) -> None:
    with uproot.open(rntuple["path"]) as file:
        tree = file["EventData"]
        names = ("eta", "phi", "pt")
        muons, jets = (
            ak.zip({name: tree[f"Analysis{kind}AuxDyn:{name}"].array() for name in names})
            for kind in ("Muons", "Jets")
        )
    distances = []
    for event_muons, event_jets in zip(muons, jets, strict=True):
        for muon in event_muons:
            turn = np.abs(ak.to_numpy(event_jets.phi) - muon.phi)
            turn = np.minimum(turn, 2 * np.pi - turn)
            found = np.hypot(ak.to_numpy(event_jets.eta) - muon.eta, turn)
            distances.append(found.min() if len(found) else np.nan)
    table = rntuple["table"]
    np.testing.assert_allclose(table["jet_delta_r"], distances, rtol=1e-4, atol=1e-5)
    inside = ak.to_numpy(table["jet_delta_r"]) < 0.4
    across, along = (ak.to_numpy(table[name])[inside] for name in ("jet_pt_rel", "jet_share"))
    momentum = ak.to_numpy(table["pt"] * np.cosh(table["eta"]))[inside]
    assert (across >= 0.0).all()
    assert (across < momentum * np.sin(0.45)).all()
    assert ((along > 0.0) & (along < 1.0)).all()


def test_muons_of_a_ttree_have_fourteen_inputs(tmp_path: Path) -> None:
    found = made(tmp_path, "ttree")
    with uproot.open(found["path"]) as file:
        pt = ak.flatten(file["CollectionTree"]["AnalysisMuonsAuxDyn.pt"].array())
    assert len(found["table"]) == len(pt) > 10
    assert set(found["table"]["category"].to_list()) <= {"shorter", "shorter_unmatched"}
    report = read_json(found["skim"]["report"])
    assert "mm_hits" in report["incomplete_groups"]["wheel"]


def simulated(path: Path, size: int = 1200) -> FeatureFile:
    """Muons to train on: the reconstructed ones, each many times with noise, by a made-up label."""
    rows = selected(REAL)
    random = np.random.default_rng(1)
    chosen = random.integers(0, len(rows["pt"]), size)
    labels = (random.random(size) < 0.5).astype(np.int8)
    columns: dict[str, Any] = {
        name: (rows[name][chosen] + random.normal(0.0, 0.1, size)).astype(np.float32)
        for name in (*VARIABLES.of_category("run3_without_fit"), "pt", "eta")
    }
    columns["rho_prime"] += 0.2 * (labels == 0)
    number = np.arange(size, dtype=np.int64)
    columns |= {
        "event_number": number,
        "track_index": np.zeros(size, np.int32),
        "weight": np.ones(size),
        "label": labels,
        "fold": fold_of("toy", number, FOLDS),
        "category": ak.Array(["run3_without_fit"] * size),
    }
    with ParquetWriter.open(str(path)) as writer:
        writer.write(columns)
    return FeatureFile("toy", path)


def test_real_muons_are_scored_by_models_without_their_fold(
    rntuple: dict[str, Any], tmp_path: Path
) -> None:
    balance = BalanceConfig(pt_edges=[1.0, 500.0], abs_eta_edges=[0.0, 3.0], max_weight_ratio=50.0)
    file = simulated(tmp_path / "toy.parquet")
    directories = []
    for fold in range(FOLDS):
        task = Task(
            tagger="xgboost",
            category="run3_without_fit",
            fold=fold,
            folds=FOLDS,
            seed=1,
            settings=TreesConfig(
                kind="trees", spectrum="none", trees=10, depth=3, learning_rate=0.3, patience=5
            ),
            tracks=TrainingTracksConfig(validation_fraction=0.25, min_tracks=50, balance=balance),
            variables=VARIABLES.inputs(["run3_without_fit"]),
        )
        directories.append(tmp_path / f"fold{fold}")
        train(task, [file], directories[-1])
    models = load_models(directories)
    score_sample("real", [rntuple["features"]], models, str(tmp_path / "scores.parquet"))
    scores = read_parquet(str(tmp_path / "scores.parquet"))
    table = rntuple["table"]
    matched = ak.to_numpy(table["category"] == "run3_without_fit")
    assert len(scores) == MUONS
    assert (ak.to_numpy(scores["raw"])[~matched] == 0.0).all()
    names = VARIABLES.of_category("run3_without_fit")
    values = np.stack([ak.to_numpy(table[name]) for name in names], axis=1).astype(np.float32)
    for fold in range(FOLDS):
        own = matched & (ak.to_numpy(table["fold"]) == fold)
        model = models.models["run3_without_fit", fold]
        expected = model.score(
            values[own][:, [names.index(n) for n in model.variables]], model.variables, "here"
        )
        np.testing.assert_allclose(ak.to_numpy(scores["raw"])[own], expected, rtol=1e-6)
        assert model.fold == fold


def test_a_tree_of_another_name_is_named(tmp_path: Path) -> None:
    path = FILES / "DAOD_PHYSLITE_ttbar_rntuple.root"
    if not path.is_file():
        pytest.skip(f"needs {path.name} in ../shared/data/physlite beside the repository")
    content = (MAPS / "soft_muons_physlite_rntuple.yaml").read_text()
    own = tmp_path / "own.yaml"
    own.write_text(content.replace("tree: EventData", "tree: CollectionTree"))
    contract = "hepchain.chains.soft_muons.contract"
    settings = SkimSettings(Role.SIGNAL, ALL, None, VARIABLES.by_group, contract)
    write_json(tmp_path / "normalisation.json", {"weight_per_generated": 1.0})
    outputs = {key: str(tmp_path / key) for key in ("events", "tracks", "report")}
    with pytest.raises(InputError, match=r"(?s)CollectionTree.*EventData"):
        skim([str(path)], str(own), str(tmp_path / "normalisation.json"), settings, outputs)
    assert not (tmp_path / "tracks").exists()
