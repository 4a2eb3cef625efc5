from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.combination.scoring import load_models
from hepchain.config.figures import FiguresConfig
from hepchain.config.studies import ImportanceConfig
from hepchain.config.training import BalanceConfig
from hepchain.errors import StageError
from hepchain.figures import importance as figure
from hepchain.figures.style import Things
from hepchain.io.records import read_record
from hepchain.io.structured import plain, write_json
from hepchain.studies.attribution import Attribution
from hepchain.studies.explained import Importances
from hepchain.studies.importance import draw, importances, summarise
from hepchain.studies.tracks import read_tables
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task, train
from tests.training.feature_tables import VARIABLES

pytestmark = pytest.mark.xdist_group("studies")


@pytest.fixture(scope="module")
def found(
    gun: FeatureFile,
    task: Callable[..., Task],
    importance: ImportanceConfig,
    balance: BalanceConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Importances:
    directory = tmp_path_factory.mktemp("models")
    for fold in (0, 1):
        train(replace(task(), fold=fold), [gun], directory / f"fold{fold}")
    models = load_models(sorted(directory.iterdir()))
    tables = read_tables([gun], {"silicon": VARIABLES.of_category("silicon")}, 10**6)
    return importances("toy", models, tables, VARIABLES.controls, importance, balance, seed=1)


def test_variable_that_separates_comes_first(found: Importances) -> None:
    (category,) = found.categories
    first, second = category.variables[:2]
    assert first.name == "pixel_dedx"
    assert first.importance > 5.0 * second.importance
    assert first.direction > 0.9
    assert first.error < 0.3 * first.importance
    assert first.importance == pytest.approx(np.mean(first.folds))


def test_every_variable_is_there_and_controls_are_marked(found: Importances) -> None:
    variables = found.categories[0].variables
    assert {v.name for v in variables} == set(VARIABLES.of_category("silicon"))
    assert {v.name for v in variables if v.control} == set(VARIABLES.controls)
    assert len(VARIABLES.controls) == 4
    values = [v.importance for v in variables]
    assert values == sorted(values, reverse=True)


def test_tracks_are_drawn_in_proportion_to_their_weights() -> None:
    weights = np.array([0.0, 1.0, 3.0])
    sample = draw(weights, 4000, np.random.default_rng(1))
    assert sample.rows.tolist() == [1, 2]
    assert sample.times.sum() == 4000
    assert sample.times[1] == pytest.approx(3000, abs=4 * np.sqrt(4000 * 0.25 * 0.75))
    with pytest.raises(StageError, match="none of 2 tracks"):
        draw(np.zeros(2), 10, np.random.default_rng(1))


def test_importance_is_about_the_mean_of_the_category() -> None:
    """A variable that all tracks share tells none of them from the others."""
    values = np.array([[1.0, 5.0], [3.0, 6.0]])
    inputs = np.array([[0.0, 2.0], [1.0, 2.0]], dtype=np.float32)
    attribution = Attribution(values, np.array([0.5, 0.5]), np.zeros(2))
    found = summarise(attribution, inputs, np.array([1.0, 1.0]))
    np.testing.assert_allclose(found.importance, [1.0, 0.0])
    np.testing.assert_allclose(found.direction, [1.0, 0.0])
    assert found.common == pytest.approx(8.0)


def test_figure_has_the_controls_below_and_the_table_has_everything(
    found: Importances, tmp_path: Path
) -> None:
    things = Things({"silicon": "silicon only"}, {"toy": "toy"}, {}, {})
    config = FiguresConfig(formats=["png"], label="Simulation", energy=13.0, pt_edges=[0.5, 5.0])
    drawn = figure.draw(found, things, config, shown=20)
    labels = [tick.get_text() for tick in drawn.axes[0].get_yticklabels()]
    assert len(labels) == 24
    assert labels[0] == "pixel dedx"
    assert all("ganged" in label or "spoilt" in label for label in labels[20:])
    (table,) = figure.tables(found, things)
    assert len(table.frame) == 49
    write_json(tmp_path / "numbers.json", plain(found))
    assert read_record(Importances, tmp_path / "numbers.json") == found
    assert found.categories[0].variables[0].name == "pixel_dedx"
