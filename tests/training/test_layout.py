"""One model for tracks with different variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.errors import InputError, StageError
from hepchain.training.layout import Layout
from hepchain.training.model import load_model, load_models
from hepchain.training.scaling import fit_scaling
from hepchain.training.tracks import FeatureFile, read_tracks
from hepchain.training.train import Task, train
from tests.training.feature_tables import (
    CATEGORIES,
    VARIABLES,
    Table,
    inputs_of,
    scaling_of,
    write_table,
)

MakeTask = Callable[..., Task]
BY_CATEGORY = {name: tuple(VARIABLES.of_category(name)) for name in CATEGORIES}


@pytest.fixture
def unified(task: MakeTask) -> Task:
    made = task(variables=inputs_of("trt_calorimeter"), categories=BY_CATEGORY)
    return replace(made, category="all")


def test_absent_variables_are_zero_and_the_category_is_flagged() -> None:
    layout = Layout(("a", "b", "c"), {"both": ("a", "b", "c"), "few": ("a", "c")})
    assert layout.names == ["a", "b", "c", "is_both", "is_few"]
    values = np.array([[1.0, 3.0], [5.0, 7.0]], dtype=np.float32)
    expanded = layout.expand(values, "few")
    np.testing.assert_array_equal(expanded, [[1, 0, 3, 0, 1], [5, 0, 7, 0, 1]])
    assert expanded.dtype == np.float32


def test_scaling_of_several_tables_is_over_the_tracks_that_have_the_variable() -> None:
    rng = np.random.default_rng(1)
    values = rng.lognormal(size=(900, 2)).astype(np.float32)
    weights = rng.gamma(2.0, size=900).astype(np.float32)
    names = ["chi_squared", "pixel_dedx"]
    variables = {name: inputs_of("silicon")[name] for name in names}
    tables = [(values[:400], weights[:400], names), (values[400:, 1:], weights[400:], names[1:])]
    common = fit_scaling(tables, variables)
    assert common.of(names[1:]) == scaling_of(values, weights, variables).of(names[1:])
    first = {names[0]: variables[names[0]]}
    assert common.of(names[:1]) == scaling_of(values[:400, :1], weights[:400], first)


def test_one_model_scores_every_category(gun: FeatureFile, unified: Task, tmp_path: Path) -> None:
    train(unified, [gun], tmp_path / "model")
    models = load_models(tmp_path / "model")
    assert {model.category for model in models} == set(CATEGORIES)
    for selection in unified.selections:
        model = load_model(tmp_path / "model", selection.category)
        assert model.layout is not None
        assert unified.layout is not None
        assert model.layout.names == unified.layout.names
        assert tuple(model.variables) == selection.variables == BY_CATEGORY[model.category]
        tracks = read_tracks([gun], replace(selection, fold=1, min_tracks=1))[0]
        score = model.score(tracks.inputs, model.variables, "test")
        assert score[tracks.labels == 1].mean() > score[tracks.labels == 0].mean() + 0.2
    metadata = json.loads((tmp_path / "model" / "metadata.json").read_text())
    assert len(metadata["variables"]) == 79
    with pytest.raises(InputError, match="a tagger of the categories calorimeter, silicon"):
        load_model(tmp_path / "model")
    with pytest.raises(InputError, match="name one of them"):
        load_model(tmp_path / "model", "muon")
    counts = [sum(map(len, read_tracks([gun], s))) for s in unified.selections]
    assert sum(sum(part.values()) for part in metadata["counts"].values()) == sum(counts)


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ({"trt": 0.5, "calorimeter": 0.25, "trt_calorimeter": 0.25}, "category silicon"),
        (None, "0 signal"),
    ],
)
def test_empty_category_and_single_class_are_named(
    unified: Task, tmp_path: Path, shares: dict[str, float] | None, found: str
) -> None:
    table = Table(events=600, electron_categories=shares, hadron_categories=shares)
    columns = table.columns()
    if shares is None:
        columns["label"][:] = 0
    file = FeatureFile("gun", write_table(tmp_path / "features-0.parquet", columns))
    with pytest.raises(StageError, match=found):
        train(unified, [file], tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_nan_in_a_variable_that_the_category_has_is_refused(unified: Task, tmp_path: Path) -> None:
    columns = Table(events=600).columns()
    columns["e_over_p"][columns["category"] == "calorimeter"] = np.nan
    file = FeatureFile("gun", write_table(tmp_path / "features-0.parquet", columns))
    with pytest.raises(InputError, match=r"category calorimeter.*by variable: e_over_p"):
        train(unified, [file], tmp_path / "model")
