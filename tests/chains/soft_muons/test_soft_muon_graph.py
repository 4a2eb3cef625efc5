"""The graph of jobs: what the default run is made of, what other configurations add."""

from __future__ import annotations

import pytest

from tests.workspace import Workspace, copy_repository


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return copy_repository(tmp_path_factory.mktemp("repository"))


def planned(workspace: Workspace, target: str, *configs: str) -> dict[str, int]:
    """Rule -> number of jobs, of all chains."""
    files = ["--configfile", *configs] if configs else []
    run = workspace.snakemake(target, "-n", "--quiet", "rules", *files)
    assert run.status == 0, run.output
    table = run.output.partition("Job stats:")[2].partition("\ntotal")[0]
    rows = [line.split() for line in table.splitlines()]
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


def test_the_default_run(workspace: Workspace) -> None:
    """Two campaigns in two parts; five taggers of two categories and two folds."""
    counts = planned(workspace, "soft_muons")
    assert all(name.startswith("soft_muons") for name in counts)
    assert counts["soft_muons_production"] == counts["soft_muons_features"] == 4
    assert counts["soft_muons_training"] == 5 * 2 * 2
    assert counts["soft_muons_pt_rel"] == counts["soft_muons_figure_pt_rel"] == 2
    assert counts["soft_muons_importance"] == counts["soft_muons_export"] == 1
    assert "soft_muons_comparison_on_request" not in counts
    assert counts["soft_muons_report"] == 1


@pytest.mark.thorough
def test_other_generators_are_scored_and_not_trained_on(workspace: Workspace) -> None:
    counts = planned(workspace, "soft_muons_generators", "config/soft_muons/generators.yaml")
    assert counts["soft_muons_production"] == 5 * 2
    assert counts["soft_muons_training"] == 5 * 2 * 2
    assert counts["soft_muons_generators"] == 1


@pytest.mark.thorough
def test_other_networks_are_trained_on_request(workspace: Workspace) -> None:
    """Two more beside the network and the default tagger; the main campaign is compared."""
    counts = planned(workspace, "soft_muons_comparison_on_request")
    assert counts["soft_muons_training"] == 4 * 2 * 2
    assert counts["soft_muons_scoring"] == 4
    assert counts["soft_muons_comparison_on_request"] == 1


@pytest.mark.thorough
def test_files_of_reconstructed_muons_are_read_and_not_simulated(workspace: Workspace) -> None:
    (workspace.root / "muons.root").touch()
    own = workspace.root / "own.yaml"
    own.write_text("soft_muons: {samples: {real: {files: [muons.root]}}}\n")
    counts = planned(workspace, "soft_muons", "config/soft_muons/physlite.yaml", own.name)
    assert counts["soft_muons_production"] == 3 * 2
    assert counts["soft_muons_skimming"] == 3 * 2 + 1
    assert counts["soft_muons_training"] == 5 * 3 * 2
