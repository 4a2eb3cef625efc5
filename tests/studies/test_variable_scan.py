from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.config.figures import FiguresConfig
from hepchain.config.studies import ImportanceConfig
from hepchain.figures import variable_scan as figure
from hepchain.figures.style import Things
from hepchain.io.structured import plain
from hepchain.studies.tracks import Table, copy_category, read_tables
from hepchain.studies.variable_scan import Scored, measure, numbers_of, scan
from hepchain.training.tracks import FeatureFile
from hepchain.training.train import Task

pytestmark = pytest.mark.xdist_group("studies")

NUMBERS = [49, 3, 1]


@pytest.fixture(scope="module")
def data(
    gun: FeatureFile, task: Callable[..., Task], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[FeatureFile], Table]:
    names, directory = list(task().variables), tmp_path_factory.mktemp("copy")
    copies = copy_category([gun], "silicon", names, directory, 10**6)
    return copies, read_tables(copies, {"silicon": names}, 10**6)["silicon"]


@pytest.fixture(scope="module")
def scored(
    data: tuple[list[FeatureFile], Table],
    task: Callable[..., Task],
    importance: ImportanceConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[int, Scored]:
    files, table = data
    directory = tmp_path_factory.mktemp("models")
    return scan(task(), files, (table, table), NUMBERS, importance, directory)


def test_numbers_of_a_category() -> None:
    assert numbers_of([1, 5, 60, 68], 60) == [60, 5, 1]


def test_the_variable_that_separates_is_left_and_suffices(
    data: tuple[list[FeatureFile], Table], scored: dict[int, Scored], task: Callable[..., Task]
) -> None:
    table = data[1]
    found = measure(task(), scored, (table, table), 0.05, 20)
    assert [step.number for step in found.steps] == NUMBERS
    assert found.steps[-1].variables == (("pixel_dedx",), ("pixel_dedx",))
    assert found.steps[0].held_out.loss.value == 0.0
    assert found.sufficient_held_out in (1, 3)
    # Two unit Gaussians two widths apart keep Phi(2 - 1.645) at 5 % fakes.
    assert found.steps[-1].test.efficiency.value == pytest.approx(0.64, abs=0.08)
    things = Things({"silicon": "silicon only"}, {"toy": "toy"}, {}, {})
    config = FiguresConfig(formats=["png"], label="Simulation", energy=13.0, pt_edges=[0.5, 5.0])
    drawn = figure.draw(figure.scans([plain(found)]), things, config)
    assert [axes.get_xlabel() for axes in drawn.axes] == ["", "Number of variables"]


def test_fold_that_measures_has_no_say_in_the_choice(
    data: tuple[list[FeatureFile], Table],
    scored: dict[int, Scored],
    task: Callable[..., Task],
    importance: ImportanceConfig,
    tmp_path: Path,
) -> None:
    files, table = data
    other = np.where((table.fold == 0)[:, None], np.float32(1.0), table.inputs)
    spoilt = replace(table, inputs=other)
    again = scan(task(), files, (spoilt, table), NUMBERS, importance, tmp_path)
    for number in NUMBERS:
        assert again[number].variables[0] == scored[number].variables[0]
    assert again[49].variables[1] != scored[49].variables[1]
