"""A chain that is added by files alone, those of `tests/toy_chain`: it runs, and disturbs none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from hepchain.figures.tabulate import number
from hepchain.identity import fold_of
from hepchain.io import read_parquet
from hepchain.statistics.significance import asimov_significance, median_limit
from hepchain.training.model import load_model
from tests.workspace import CHAIN, REPOSITORY, SMOKE, Workspace, copy_repository

DISTANCE, SHARE_OF_LEVEL_TABLES, SHARE_WITHOUT_WIND = 1.0, 0.8, 0.5
"""Of config/toy: between the means of the classes; events with a tilt below the cut; weights."""

pytestmark = pytest.mark.xdist_group("toy")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the repository with the toy, and a file of the jobs there were without it."""
    workspace = copy_repository(tmp_path_factory.mktemp("toy"))
    write_jobs(workspace, "before.json")
    shutil.copytree(REPOSITORY / "tests" / "toy_chain", workspace.root, dirs_exist_ok=True)
    return workspace


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> Path:
    run = workspace.snakemake("toy")
    assert run.status == 0, run.output
    return workspace.root / "results" / "toy"


def write_jobs(workspace: Workspace, name: str) -> None:
    """Write what every job of the other chain would run with."""
    run = workspace.python(
        "tests/workflow/resolved_jobs.py", name, CHAIN, "--dry-run", "--configfile", SMOKE
    )
    assert run.status == 0, run.output


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_the_tagger_is_as_good_as_the_best_there_can_be(results: Path) -> None:
    """Area of two Gaussians of width 1 at a distance D: Phi(D / sqrt 2)."""
    summary = read(results / "summary.json")
    for category, numbers in (("both", 2), ("single", 1)):
        area = summary[f"auc_{category}"]
        expected = norm.cdf(DISTANCE * np.sqrt(numbers / 2))
        assert abs(area["value"] - expected) < 3 * area["error"]
        assert area["error"] < 0.02


def test_a_skim_without_cones_and_quality_has_no_columns_of_them(results: Path) -> None:
    marbles = read_parquet(results / "skimming" / "shop" / "tracks-0.parquet")
    assert set(marbles.fields) == {
        *("event_number", "track_index", "weight", "pt", "eta", "first", "second", "truth_pdg_id")
    }


def test_ntuples_are_checked_with_the_contract_of_their_chain(
    workspace: Workspace, results: Path
) -> None:
    ntuple = results / "simulation" / "shop" / "ntuple-0.root"
    command = ("ntuple", "check", str(ntuple), "--map", "config/ntuples/toy.yaml")
    own = workspace.python("-m", "hepchain.cli", *command, "--chain", "toy")
    assert (own.status, "usable for every role" in own.output) == (0, True)
    other = workspace.python("-m", "hepchain.cli", *command)
    assert (other.status, "missing, needed always: track_charge" in other.output) == (1, True)


def test_events_are_counted(results: Path) -> None:
    """Three clay marbles with 5 % of them taken for glass, on the tables that are level."""
    background = read(results / "selection" / "garden.json")
    assert background["total"]["value"] == pytest.approx(1000.0 * SHARE_WITHOUT_WIND)
    expected = 1000.0 * SHARE_WITHOUT_WIND * SHARE_OF_LEVEL_TABLES * (1 - 0.95**3)
    assert abs(background["passing"]["value"] - expected) < 3 * background["passing"]["error"]


def test_the_count_agrees_with_closed_formulas(results: Path) -> None:
    summary = read(results / "summary.json")
    signal = summary["signal_events"]["value"]
    background, error = (summary["background_events"][key] for key in ("value", "error"))
    limit = float(median_limit(background, error))
    significance = float(asimov_significance(signal, background, error))
    assert summary["expected_limit"]["value"] == pytest.approx(limit, rel=0.03)
    assert summary["significance"]["value"] == pytest.approx(significance, rel=0.03)


def test_report_is_written_from_a_description_alone(results: Path) -> None:
    page = (results / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    area = read(results / "summary.json")["auc_both"]
    assert f"<strong>{number(area['value'], area['error'])}</strong>" in page
    assert 'id="figure-curves"' in page
    assert "among clay ones</h1>" in page
    for stage in ("skimming", "training", "combination", "selection"):
        assert f">{stage}</text>" in page


def test_no_model_has_seen_what_it_scores(results: Path) -> None:
    """The raw scores are those of the model trained without the fold of the event."""
    marbles = read_parquet(results / "combination" / "centroid" / "raw" / "mixed.parquet")
    features = read_parquet(results / "features" / "mixed" / "features-0.parquet")
    fold = np.asarray(marbles["fold"])
    assert np.array_equal(fold, fold_of("mixed", np.asarray(marbles["event_number"]), 2))
    assert np.array_equal(features["event_number"], marbles["event_number"])
    category = marbles["category"].to_numpy()
    for name in ("both", "single"):
        for left_out in (0, 1):
            folder = results / "training" / "centroid" / name / f"fold{left_out}"
            assert read(folder / "metadata.json")["fold"] == left_out
            chosen = (category == name) & (fold == left_out)
            assert chosen.any()
            assert np.allclose(
                np.asarray(marbles["raw"])[chosen], scores(folder, features[chosen]), atol=1e-5
            )


def scores(folder: Path, marbles: Any) -> np.ndarray:
    """By the model in a folder."""
    model = load_model(folder)
    values = np.stack([np.asarray(marbles[name]) for name in model.variables], axis=1)
    return np.asarray(model.score(values, model.variables, "marbles"))


def test_no_job_of_another_chain_runs_again(workspace: Workspace) -> None:
    write_jobs(workspace, "after.json")
    before, after = (read(workspace.root / f"{name}.json") for name in ("before", "after"))
    assert len(before) > 100
    assert all("code" in job["parameters"] for job in before if job["is_file"])

    def ordered(jobs: Any) -> Any:
        return sorted(jobs, key=lambda job: (job["rule"], sorted(job["wildcards"].items())))

    assert ordered(before) == ordered(after)
