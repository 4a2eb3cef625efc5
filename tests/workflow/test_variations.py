"""Jobs of varied samples: what a variation adds to the graph, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.workspace import RESULTS, Workspace, job_counts

STAGES = ("response", "skimming", "features", "scoring", "combination", "selection")


def jobs(workspace: Workspace, *arguments: str) -> dict[str, int]:
    run = workspace.snakemake(*arguments, "-n", "--quiet", "rules")
    assert run.status == 0, run.output
    return job_counts(run.output)


@pytest.fixture(scope="module")
def unvaried(workspace: Workspace) -> dict[str, int]:
    """Jobs without any variation of the response."""
    content: object = {"simulation": {"varied": {"higgsino_153_150": []}}}
    return jobs(workspace, "--configfile", workspace.write_config("unvaried.yaml", content))


@pytest.mark.thorough
def test_a_variation_adds_the_stages_from_the_response_on(
    workspace: Workspace, unvaried: dict[str, int]
) -> None:
    varied = {"higgsino_153_150": [], "higgsino_155_150": ["noise_down"], "wenu_jets": ["argon_up"]}
    content: object = {"simulation": {"varied": varied}}
    found = jobs(workspace, "--configfile", workspace.write_config("varied.yaml", content))
    added = {rule: found[rule] - unvaried.get(rule, 0) for rule in found}
    parts = 2 + 4
    assert {rule: number for rule, number in added.items() if number} == {
        **dict.fromkeys(("response", "skimming", "features"), parts),
        **dict.fromkeys(("scoring", "combination", "selection"), 2),
    }


@pytest.mark.thorough
def test_default_run_varies_the_test_sample(workspace: Workspace, unvaried: dict[str, int]) -> None:
    found = jobs(workspace)
    added = {rule: found[rule] - unvaried.get(rule, 0) for rule in found}
    assert {rule for rule, number in added.items() if number} == {*STAGES, "figure_variations"}
    assert added["selection"] == 4
    assert "systematics" in unvaried  # the weights are there in any case


@pytest.mark.thorough
def test_weights_add_no_job(workspace: Workspace, unvaried: dict[str, int]) -> None:
    variations = {"scale_up": {"weight": "scale_up"}}
    content: object = {"simulation": {"varied": {"higgsino_153_150": []}, "variations": variations}}
    found = jobs(workspace, "--configfile", workspace.write_config("weights.yaml", content))
    assert found == unvaried


@pytest.mark.thorough
def test_a_varied_sample_shares_generation_and_normalisation(workspace: Workspace) -> None:
    target = f"{RESULTS}/skimming/higgsino_153_150@noise_up/events-1.parquet"
    found = jobs(workspace, target)
    # Nominal ntuples of both parts are needed for the normalisation, the varied one for the skim.
    assert found == {"generation": 3, "response": 3, "normalisation": 1, "skimming": 1}
    run = workspace.snakemake("-n", "--logger-hepchain-headers", target)
    assert f"{RESULTS}/simulation/higgsino_153_150@noise_up/generated" not in run.output
    assert f"{RESULTS}/simulation/higgsino_153_150/generated-1.parquet" in run.output


@pytest.mark.thorough
@pytest.mark.parametrize(
    "target",
    [
        f"{RESULTS}/simulation/higgsino_153_150@noise_up/generated-0.parquet",
        f"{RESULTS}/selection/higgsino_153_150@isr_up.parquet",
    ],
)
def test_what_does_not_exist(workspace: Workspace, target: str) -> None:
    run = workspace.snakemake("-n", "--logger-hepchain-headers", target)
    assert run.status != 0
    assert "MissingRuleException" in run.output


def test_a_wrong_variation_is_refused_before_any_job(workspace: Workspace) -> None:
    variations = {
        "noise_up": {"response": {"calorimeter.noise_scal": 1.2}},
        "argon_up": {"response": {"trt.argon_fraction": [0.35, 1.35]}},
    }
    content: object = {"simulation": {"variations": variations}}
    run = workspace.snakemake("-n", "--configfile", workspace.write_config("wrong.yaml", content))
    assert run.status != 0
    assert "Traceback" not in run.output
    where = "simulation.variations"
    assert (
        f"{where}.noise_up.response.calorimeter.noise_scal: unknown key; did you mean "
        "'calorimeter.noise_scale'?"
    ) in run.output
    assert f"{where}.argon_up.response.trt.argon_fraction.value.1: Input should" in run.output


@pytest.mark.thorough
def test_a_sample_called_like_a_variation_is_refused(workspace: Workspace) -> None:
    sample = {"process": "wenu_jets", "role": "training", "pileup": "minimum_bias_training"}
    text = (workspace.root / "config/soft_electrons/samples.yaml").read_text()
    (workspace.root / "samples.yaml").write_text(f"{text}\nwenu@noise_up: {sample}\n")
    content = {"samples": "samples.yaml"}
    run = workspace.snakemake("-n", "--configfile", workspace.write_config("at.yaml", content))
    assert run.status != 0
    assert "samples.wenu@noise_up: 'wenu@noise_up' is no name" in run.output
