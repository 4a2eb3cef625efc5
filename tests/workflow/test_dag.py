"""The graph of jobs: it builds for every config and profile; a bad config never gets so far."""

from __future__ import annotations

import pytest
import yaml

from hepchain.chains import chain_names
from tests.workspace import CHAIN, REPOSITORY, RESULTS, SMOKE, Workspace, job_counts


@pytest.mark.parametrize(
    "config",
    ["config", "smoke", "paper", pytest.param("systematics", marks=pytest.mark.thorough)],
)
def test_dag_builds(workspace: Workspace, config: str) -> None:
    files = [f"config/{CHAIN}/{config}.yaml"]
    if config in ("paper", "systematics"):
        # Thousands of jobs take a minute to plan; which there are does not depend on their number.
        parts = yaml.safe_load((REPOSITORY / SMOKE).read_text())[CHAIN]["simulation"]
        few = {"simulation": {"parts": parts["parts"]}}
        files.append(workspace.write_config("few_parts.yaml", few))
    targets = ("all", f"{CHAIN}_publication")
    run = workspace.snakemake(*targets, "-n", "--quiet", "rules", "--configfile", *files)
    print(f"dry run of {config}.yaml: {run.seconds:.1f} s")
    assert run.status == 0, run.output
    counts = job_counts(run.output)
    assert counts["training"] > 0
    assert counts["statistics"] > 0
    assert counts["publication"] == counts["publication_workspaces"] == 1


def test_taggers_on_request_are_made_for_the_reference_study_alone(workspace: Workspace) -> None:
    options = ("-n", "--quiet", "rules", "--configfile", SMOKE)
    default = workspace.snakemake(*options)
    study = workspace.snakemake(f"{CHAIN}_reference_study", *options)
    assert (default.status, study.status) == (0, 0), default.output + study.output
    before, after = (job_counts(run.output) for run in (default, study))
    more = {rule: after[rule] - before.get(rule, 0) for rule in after}
    assert "keras_regimes" not in default.output
    assert {rule: number for rule, number in more.items() if number} == {
        **{"training": 2, "scoring": 4, "combination": 3},
        **dict.fromkeys(("importance", "figure_importance", "calibration", "scoring_speed"), 1),
        **dict.fromkeys(("tagger_evaluation", "figure_tagger_evaluation", "reference_study"), 1),
        **dict.fromkeys(("performance_on_request", "comparison_on_request"), 1),
    }


@pytest.mark.thorough
def test_unified_taggers_have_a_model_a_fold_and_ensembles_none(workspace: Workspace) -> None:
    options = ("-n", "--quiet", "rules", "--configfile", "config/soft_electrons/taggers.yaml")
    run = workspace.snakemake(
        *options, "--", "soft_electrons_tagger_comparison", "soft_electrons_studies"
    )
    assert run.status == 0, run.output
    counts = job_counts(run.output)
    categories, folds, by_category, unified = 4, 2, 5, 3
    assert counts["training"] == (by_category * categories + unified) * folds
    assert counts["scoring_speed"] == by_category + unified
    assert counts["ensemble"] == 2
    assert counts["variable_scan"] == counts["label_shuffle"] == categories
    assert counts["importance"] == counts["figure_importance"] == 1
    assert "statistics" not in counts


@pytest.mark.thorough
def test_hundred_mass_points_are_planned_in_reasonable_time(workspace: Workspace) -> None:
    """A job of each kind for each point, and nothing that shows or varies single mass points."""
    grid = {
        "n1": [85.0 + 10.0 * step for step in range(20)],
        "splittings": [1.5, 2.0, 3.0, 5.0, 10.0],
        "parts": 2,
    }
    config = workspace.write_config("hundred_points.yaml", {"mass_plane": grid})
    files = (
        "--configfile",
        SMOKE,
        "config/soft_electrons/mass_plane.yaml",
        config,
    )
    run = workspace.snakemake("soft_electrons_mass_plane", "-n", "--quiet", "rules", *files)
    print(f"dry run of 100 mass points: {run.seconds:.1f} s")
    assert run.status == 0, run.output
    counts = job_counts(run.output)
    assert counts["statistics"] == 100
    assert counts["mass_plane"] == 1
    # Beside the points: training, test sample, two backgrounds and their copies with forced
    # electrons.
    assert counts["selection"] == 100 + 2
    assert counts["features"] == 2 * 100 + 2 + 1 + 2 * 2
    assert not [rule for rule in counts if rule.startswith(("figure", "systematics", "summary"))]
    assert run.seconds < 120


def test_validation_samples_end_with_the_simulation(workspace: Workspace) -> None:
    ntuple = f"{RESULTS}/simulation/particle_gun/ntuple-0.root"
    run = workspace.snakemake(ntuple, "-n", "--quiet", "rules")
    assert run.status == 0, run.output
    assert job_counts(run.output) == {"generation": 1, "response": 1}
    later = workspace.snakemake(f"{RESULTS}/skimming/particle_gun/events-0.parquet", "-n")
    assert later.status != 0
    assert "MissingRuleException" in later.output


def test_runs_use_the_package_beside_them(workspace: Workspace) -> None:
    run = workspace.run("hepchain.cli", "config", "check")
    assert run.status == 0, run.output
    located = workspace.run("inspect", "--details", "hepchain")
    assert str(workspace.root / "src") in located.output


def test_unknown_key_names_the_nearest(workspace: Workspace) -> None:
    config = workspace.write_config("typo.yaml", {"training": {"taggers": {"keras": {"epoch": 1}}}})
    run = workspace.snakemake("-n", "--configfile", config)
    assert run.status != 0
    assert "training.taggers.keras.epoch: unknown key; did you mean 'epochs'?" in run.output
    assert "Traceback" not in run.output


def test_all_problems_at_once(workspace: Workspace) -> None:
    content = {
        "features": {"folds": 1},
        "training": {"categories": ["silicone"]},
        "combination": {"working_points": {"sample": "higgsino_153_15"}},
    }
    run = workspace.snakemake("-n", "--configfile", workspace.write_config("wrong.yaml", content))
    assert run.status != 0
    assert "3 problems" in run.output, run.output
    for part in ("features.folds: ", "did you mean 'silicon'?", "did you mean 'higgsino_153_150'?"):
        assert part in run.output


@pytest.mark.thorough
def test_values_of_the_command_line(workspace: Workspace) -> None:
    run = workspace.snakemake(
        "-n", "--quiet", "rules", "--config", "seed=7", "soft_electrons={features: {folds: 3}}"
    )
    assert run.status == 0, run.output
    wrong = workspace.snakemake("-n", "--config", "seed=seven")
    assert wrong.status != 0
    assert "seed: " in wrong.output
    assert "Traceback" not in wrong.output


@pytest.mark.parametrize(
    ("target", "offered"),
    [
        ("soft_electron", "did you mean 'soft_electrons'?"),
        ("publication", f"{CHAIN}_publication"),
        ("results/soft_electron/figures/roc.png", "did you mean 'soft_electrons'?"),
        ("nothing_like_it", f"known: {', '.join(chain_names())}"),
    ],
)
def test_a_mistake_in_a_target_names_the_nearest(
    workspace: Workspace, target: str, offered: str
) -> None:
    run = workspace.snakemake(target, "-n")
    assert run.status != 0
    assert offered in run.output, run.output
