"""A second run does nothing; a change reruns what depends on it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workspace import Workspace

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]

ORDER = (
    "generation",
    "response",
    "normalisation",
    "skimming",
    "features",
    "training",
    "scoring",
    "calibration",
    "combination",
    "working_points",
    "selection",
    "statistics",
)
"""Rules of the stages in the order of the data; rules of figures come after all."""
FOLDS = 2
"""Models of the network, which is one for all categories here."""


def rank(rule: str) -> int:
    return ORDER.index(rule) if rule in ORDER else len(ORDER)


@contextmanager
def edited(workspace: Workspace, file: str, added: str) -> Iterator[None]:
    """A source file of the copy with lines added at its end."""
    path = workspace.root / file
    before = path.read_text()
    path.write_text(before + added)
    try:
        yield
    finally:
        path.write_text(before)


def test_second_run_does_nothing(chain: Workspace) -> None:
    run = chain.smoke("--dry-run")
    assert run.status == 0, run.output
    assert "Nothing to be done" in run.output, run.output


@pytest.mark.parametrize(
    ("module", "first"),
    [
        ("simulation/generation/run.py", "generation"),
        ("simulation/response/run.py", "response"),
        ("skimming/skim.py", "skimming"),
        ("features/table.py", "features"),
        ("training/train.py", "training"),
        ("combination/calibration.py", "calibration"),
        ("selection/zstar_job.py", "selection"),
        ("statistics/zstar_job.py", "statistics"),
    ],
)
def test_edit_of_a_module_reruns_its_stage(chain: Workspace, module: str, first: str) -> None:
    with edited(chain, f"src/hepchain/{module}", "\nADDED = 1\n"):
        planned = chain.planned()
    assert first in planned
    assert min(planned, key=rank) == first, planned


@pytest.mark.thorough
def test_comment_reruns_nothing(chain: Workspace) -> None:
    with edited(chain, "src/hepchain/training/train.py", "\n# a comment\n"):
        assert chain.planned() == {}


@pytest.mark.thorough
def test_module_of_one_tagger_leaves_the_others(chain: Workspace) -> None:
    with edited(chain, "src/hepchain/training/taggers/network.py", "\nADDED = 1\n"):
        assert chain.planned()["training"] == FOLDS


@pytest.mark.thorough
def test_settings_of_one_tagger_leave_the_others(chain: Workspace) -> None:
    planned = chain.planned("--config", "training={taggers: {keras: {epochs: 2}}}")
    assert planned["training"] == FOLDS
    assert min(planned, key=rank) == "training"


@pytest.mark.thorough
def test_looks_of_figures_redraw_only_figures(chain: Workspace) -> None:
    planned = chain.planned("--config", "figures={label: another}")
    assert planned
    assert all(rule not in ORDER for rule in planned), planned


def test_cut_reruns_from_the_selection_on(chain: Workspace) -> None:
    planned = chain.planned("--config", "selection={met: 250}")
    assert min(planned, key=rank) == "selection", planned


def test_value_of_a_variation_reruns_its_jobs_alone(chain: Workspace) -> None:
    value = "{noise_up: {response: {calorimeter.noise_scale: 1.3}}}"
    planned = chain.planned("--config", f"simulation={{variations: {value}}}")
    assert min(planned, key=rank) == "response", planned
    stages = ("response", "skimming", "features", "scoring", "combination", "selection")
    assert {rule: planned.get(rule, 0) for rule in ORDER if rule in planned} == {
        **dict.fromkeys(stages, 1),
        "statistics": 1,
    }
    others = chain.planned(
        "--config", "simulation={variations: {x_up: {response: {met.resolution: 1}}}}"
    )
    assert others == {}


@pytest.mark.thorough
def test_resources_rerun_nothing(chain: Workspace) -> None:
    assert chain.planned("--set-resources", "training:mem_mb=9000") == {}
