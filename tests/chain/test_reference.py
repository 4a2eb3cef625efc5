"""Numbers of the runs are those of the reference, and those that the documentation quotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hepchain.errors import ConfigError, StageError
from tests.chain import reference
from tests.chain.reference import Tolerance
from tests.chain.same_numbers import Results
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY, Workspace, copy_of_run


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A reference of three numbers, in place of the true one."""
    tolerances = [
        {"of": "events", "relative": 0.0, "absolute": 0.0, "why": "counts"},
        {"of": "area", "relative": 0.0, "absolute": 1e-6, "why": "rounding"},
        {"of": "area/keras", "relative": 0.1, "absolute": 0.0, "why": "a network"},
    ]
    numbers = {"events/a": 3, "area/keras/all": 0.9, "area/trees/all": 0.8, "events/b": None}
    content = {"tolerances": tolerances, "small": numbers}
    monkeypatch.setattr(reference, "read_reference", lambda: content)
    return numbers


@pytest.mark.chain
@pytest.mark.xdist_group("chain")
def test_small_run_has_the_numbers_of_the_reference(chain: Workspace) -> None:
    run = reference.run_named("small")
    assert reference.check(chain.results, run).endswith("those of the reference")
    found = reference.numbers(Results(chain.results, run))
    kinds = {name.split("/")[0] for name in found}
    assert kinds >= {"events", "cut-flow", "yield", "area", "passing", "threshold", "limit"}


@pytest.mark.chain
@pytest.mark.xdist_group("chain")
def test_target_tells_what_has_moved(chain: Workspace, tmp_path: Path) -> None:
    other = copy_of_run(chain, tmp_path)
    done = other.smoke("soft_electrons_reference")
    assert done.status == 0, done.output
    name = "tracks/keras/all/hadron"
    count = reference.read_reference()["small"][name]
    file = other.root / reference.REFERENCE.relative_to(REPOSITORY)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f'"{name}": {count}', f'"{name}": {count + 1}'), encoding="utf-8")
    failed = other.smoke("soft_electrons_reference")
    assert failed.status != 0
    assert "1 of " in failed.output
    assert f"{name}: {count + 1} in the reference, {count} found; tolerance 0" in failed.output


def test_moved_numbers_are_told(small: dict[str, Any]) -> None:
    assert reference.moved("small", small, reference.read_reference()) == []
    found = {"events/a": 4, "area/keras/all": 0.95, "area/trees/all": 0.79, "events/c": 1}
    assert reference.moved("small", found, reference.read_reference()) == [
        "area/trees/all: 0.8 in the reference, 0.79 found; tolerance 0 x value + 1e-06: rounding",
        "events/a: 3 in the reference, 4 found; tolerance 0 x value + 0: counts",
        "events/b: None in the reference, not found",
        "events/c: not in the reference, 1 found",
    ]


def test_a_number_that_is_not_there_is_none() -> None:
    tolerance = Tolerance("limit", 1.0, 1.0, "")
    assert tolerance.allows(None, None)
    assert not tolerance.allows(None, 0.0)
    assert not tolerance.allows(0.0, None)


def test_no_reference_for_another_configuration() -> None:
    default = default_with()
    assert reference.name_of(load(default)) == "default"
    assert reference.name_of(reference.run_named("small")) == "small"
    with pytest.raises(ConfigError, match="there is one for the default"):
        reference.name_of(load({**default, "seed": 7}))


def test_every_number_of_the_reference_has_a_tolerance_with_a_reason() -> None:
    content = reference.read_reference()
    tolerances = [Tolerance(**item) for item in content["tolerances"]]
    assert all(len(tolerance.why.split()) > 5 for tolerance in tolerances)
    used = {
        reference.tolerance_of(run, key, tolerances)
        for run in reference.RUNS
        for key in content[run]
    }
    assert used == set(tolerances)
    with pytest.raises(KeyError, match="add one and say why"):
        reference.tolerance_of("small", "mass", tolerances)


def test_a_folder_that_holds_no_results_is_no_agreement(tmp_path: Path) -> None:
    with pytest.raises((StageError, FileNotFoundError)):
        reference.check(tmp_path, reference.run_named("small"))
