"""Jobs of the validation: what its groups need, and that a run can do without."""

from __future__ import annotations

import pytest

from tests.workspace import CHAIN, RESULTS, Workspace, job_counts

GROUPS_OF_THE_GUN = 6


def jobs(workspace: Workspace, *arguments: str) -> dict[str, int]:
    run = workspace.snakemake(*arguments, "-n", "--quiet", "rules")
    assert run.status == 0, run.output
    return job_counts(run.output)


def test_groups_of_single_particles_need_only_their_simulation(workspace: Workspace) -> None:
    found = jobs(
        workspace,
        f"{RESULTS}/validation/tracks.png",
        f"{RESULTS}/validation/hits.json",
    )
    assert found == {
        "generation": 1,
        "response": 1,
        "validation_comparisons": 2,
        "figure_validation": 1,
    }


def test_validation_is_part_of_the_default_run(workspace: Workspace) -> None:
    found = jobs(workspace)
    assert found["validation_comparisons"] == found["figure_validation"] > GROUPS_OF_THE_GUN
    assert found["validation_table"] == 1


@pytest.mark.thorough
def test_without_single_particles_the_other_groups_stay(workspace: Workspace) -> None:
    config = workspace.write_config("no_gun.yaml", {"validation": {"sample": None}})
    found = jobs(workspace, f"{CHAIN}_validation", "--configfile", config)
    everything = jobs(workspace, f"{CHAIN}_validation")
    left = everything["validation_comparisons"] - GROUPS_OF_THE_GUN
    assert found["validation_comparisons"] == left
    assert found["generation"] == everything["generation"] - 1


@pytest.mark.thorough
def test_the_sample_must_be_one_of_single_particles(workspace: Workspace) -> None:
    config = workspace.write_config("wrong_gun.yaml", {"validation": {"sample": "wenu_jets"}})
    run = workspace.snakemake("-n", "--configfile", config)
    assert run.status != 0
    assert "validation.sample: unknown name 'wenu_jets'" in run.output
    assert "it must be of role validation" in run.output
