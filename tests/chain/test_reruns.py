"""A second run does nothing; a change runs again what depends on it, for the reason that is told,
and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.workspace import CHAIN, REPOSITORY, Workspace, copy_of_run, repository_files

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("chain")]

PARAMS = "params have changed since last execution"
MISSING = "output files have to be generated"
FOLLOWS = "input files updated by another job"
PLANNER = REPOSITORY / "tests/chain/rerun_plans.py"

# Rules by what they follow from.
AFTER_LIMITS = {
    *("assumptions", "figure_impacts", "figure_sensitivity", "figure_yields", "summary"),
    "systematics",
}
AFTER_SCAN = {"figure_working_point_scan"}
AFTER_STATISTICS = AFTER_LIMITS | AFTER_SCAN
VERDICTS = {"validation_comparisons", "figure_validation", "validation_table"}
AFTER_SELECTION = {
    *("statistics", "working_point_scan", *AFTER_STATISTICS, *VERDICTS),
    *("figure_cutflow", "figure_event_display", "figure_fake_composition", "figure_mass"),
    "forced_selection",
}
OF_A_TAGGER = {
    *("figure_combination_comparison", "figure_efficiency_vs_pt", "figure_roc", "summary"),
    "figure_score_distributions",
}
AFTER_TRAINING = {
    *("scoring", "scoring_speed", "calibration", "combination", "working_points"),
    *("assumptions", "figure_loss_curves", "tagger_performance", "tagger_comparison"),
    *OF_A_TAGGER,
}
AFTER_SELECTED_TAGGER = {
    *("selection", "export", "figure_variations", "tagger_evaluation", "training_comparison"),
    *("figure_tagger_evaluation", "figure_training_comparison"),
    *("correlations", "figure_correlations", "importance", "figure_importance"),
    *(AFTER_TRAINING | AFTER_SELECTION),
}
AFTER_FEATURES = {"training", "figure_category_shares"} | AFTER_SELECTED_TAGGER
AFTER_SKIMMING = {"features", "figure_m_ee_lineshape"} | AFTER_FEATURES
AFTER_NTUPLES = {"normalisation", "normalisation_table", "skimming"} | AFTER_SKIMMING
# Figures by what they name.
NAMING_SIGNALS = {
    *("figure_category_shares", "figure_cutflow", "figure_fake_composition", "figure_impacts"),
    *("figure_m_ee_lineshape", "figure_mass", "figure_sensitivity", "figure_variations", "summary"),
    *("figure_event_display", "figure_working_point_scan", "figure_yields", "systematics"),
    "figure_tagger_evaluation",
}
NAMING_TAGGERS = {
    *(OF_A_TAGGER | {"figure_fake_composition", "figure_loss_curves", "figure_variations"}),
    *("figure_importance", "tagger_comparison"),
    *("figure_tagger_evaluation", "figure_training_comparison"),
}
NAMING_BACKGROUNDS = {
    *("figure_cutflow", "figure_event_display", "figure_fake_composition", "systematics"),
    "figure_tagger_evaluation",
}
DRAWINGS = (NAMING_SIGNALS | NAMING_TAGGERS | {"figure_correlations"}) - {"systematics", "summary"}

OWN = f"workflow/chains/{CHAIN}"
SAMPLES = f"config/{CHAIN}/samples.yaml"
POINT = """
higgsino_160_150:
  process: higgsino
  role: signal
  pileup: minimum_bias_evaluation
  masses: {n2: 160.0, n1: 150.0}
  cross_section_pb: 0.6
  scale_factor: 1.0
  branching_fraction: 0.05
"""
BACKGROUND = """
wenu_again:
  process: wenu_jets
  role: background
  pileup: minimum_bias_evaluation
  cross_section_pb: generator
  scale_factor: 1.0
  branching_fraction: 1.0
"""
TREES = {"kind": "trees", "trees": 10, "depth": 3, "learning_rate": 0.1, "patience": 5}


def size(sample: str) -> dict[str, Any]:
    """Config of the size of a further sample."""
    return {"simulation": {"parts": {sample: 1}, "events_per_part": {sample: 100}}}


@dataclass(frozen=True)
class Case:
    """A change, and what a run after it does.

    Attributes
    ----------
    first : rule -> number of its jobs; they run for the reason ``because``
    then : rules that run since those did, and for no other reason
    config : what is given on the command line
    configs : further config files
    edits : file -> text there and what takes its place; an empty one is the end of the file
    turned : files whose keys stand in the opposite order
    """

    name: str
    first: dict[str, int] = field(default_factory=dict)
    then: set[str] = field(default_factory=set)
    because: str = PARAMS
    config: dict[str, Any] = field(default_factory=dict)
    configs: tuple[str, ...] = ()
    edits: dict[str, tuple[str, str]] = field(default_factory=dict)
    turned: tuple[str, ...] = ()

    @property
    def change(self) -> dict[str, Any]:
        keys = ("configs", "edits", "turned")
        changes = {key: getattr(self, key) for key in keys}
        return changes | {"config": {CHAIN: self.config} if self.config else {}}


def added(module: str, line: str = "ADDED = 1") -> dict[str, tuple[str, str]]:
    """Edit: a line at the end of a module of the package."""
    return {f"src/hepchain/{module}.py": ("", f"\n{line}\n")}


def each(rules: set[str], **others: int) -> dict[str, int]:
    """A job of each of these rules; of those named a tagger or a group, one for each."""
    of_taggers = ("figure_efficiency_vs_pt", "figure_loss_curves", "figure_score_distributions")
    return {rule: 2 if rule in of_taggers else 1 for rule in rules} | others


REPEATED: dict[str, dict[str, Any]] = {
    "an approach": {"statistics": {"approaches": {"with_tagger": {"title": "tagger"}}}},
    "a tagger": {"training": {"taggers": {"xgboost": {"depth": 5}}}},
    "a title": {"figures": {"titles": {"wenu_jets": "W → eν + jets"}}},
}
"""What the default run says, once more."""
FILES = (
    "config",
    *(f"{CHAIN}/{name}" for name in ("config", "smoke", "samples", "variables")),
    *("detector/response", "ntuples/hepchain"),
)

NOTHING = [
    *(Case(f"{name} repeated", config=content) for name, content in REPEATED.items()),
    *(Case(f"{name} repeated in a file", configs=(f"{name}.yaml",)) for name in REPEATED),
    Case("every file turned round", turned=tuple(f"config/{name}.yaml" for name in FILES)),
    Case("nothing"),
    Case("a comment in a module", edits=added("training/train", "# a comment")),
    Case("a comment in a script", edits={"workflow/scripts/training.py": ("", "\n# a comment\n")}),
    Case("message of a rule", edits={f"{OWN}/selection.smk": ("Selecting", "Taking")}),
    Case("memory of a rule", edits={f"{OWN}/selection.smk": ("memory(", "memory(2 * ")}),
    Case("GPUs", config={"training": {"gpu": 1}}),
    Case(
        "words on a source",
        edits={"config/detector/response.yaml": ("Run 2 average 33.7", "Run 2")},
    ),
    Case("title of what is not there", config={"figures": {"titles": {"met_up": "other"}}}),
    Case(
        "a variation that no sample has",
        config={"simulation": {"variations": {"x_up": {"response": {"met.resolution": 1}}}}},
    ),
]
CAPTION = Case("caption of a figure", edits={"workflow/report/roc.rst": ("", "\nMore.\n")})
STAGES = [
    Case(
        "a parameter of the response",
        {"response": 12},
        AFTER_NTUPLES,
        edits={"config/detector/response.yaml": ("value: 34.0", "value: 35.0")},
    ),
    Case(
        "value of a variation",
        {"response": 1},
        {
            *("skimming", "features", "scoring", "combination", "selection", "statistics"),
            *(AFTER_LIMITS | {"figure_variations"}),
        },
        config={
            "simulation": {"variations": {"noise_up": {"response": {"calorimeter.noise_scale": 2}}}}
        },
    ),
    Case(
        "width of a network",
        {"training": 2},
        AFTER_TRAINING,
        config={"training": {"taggers": {"keras": {"hidden": [64, 64]}}}},
    ),
    Case(
        "a line in the module of the other tagger",
        {"training": 8},
        AFTER_SELECTED_TAGGER,
        edits=added("training/taggers/trees"),
    ),
    Case("a cut", {"selection": 7}, AFTER_SELECTION, config={"selection": {"met": 250}}),
    Case(
        "a line in a script",
        {"selection": 7},
        AFTER_SELECTION,
        edits={f"{OWN}/scripts/selection.py": ("", "\nADDED = 1\n")},
    ),
    Case(
        "a line in a module of the statistics",
        {"statistics": 4},
        AFTER_LIMITS,
        edits=added(f"chains/{CHAIN}/statistics/job"),
    ),
    Case(
        "another luminosity",
        {"statistics": 4, "working_point_scan": 4, "figure_cutflow": 1, "figure_mass": 1},
        AFTER_STATISTICS,
        config={"statistics": {"luminosity": 140.0}},
    ),
    Case(
        "confidence level",
        {"statistics": 4, "working_point_scan": 4},
        AFTER_STATISTICS,
        config={"statistics": {"confidence_level": 0.9}},
    ),
    Case(
        "a line in the module of a figure",
        {"figure_m_ee_lineshape": 1},
        edits=added(f"chains/{CHAIN}/figures/m_ee_lineshape"),
    ),
    Case(
        "a colour",
        each(DRAWINGS, systematics=1, figure_validation=8),
        {"summary"},
        edits=added("figures/style"),
    ),
    Case(
        "title of a background",
        each(NAMING_BACKGROUNDS, figure_yields=1, normalisation_table=1),
        config={"figures": {"titles": {"wenu_jets": "W"}}},
    ),
    Case(
        "title of a tagger",
        each(NAMING_TAGGERS - {"summary"}),
        {"summary"},
        config={"figures": {"titles": {"keras": "network"}}},
    ),
]
SAMPLE_STAGES = ("generation", "response", "normalisation", "skimming", "features")
NEW = [
    Case(
        "a mass point",
        dict.fromkeys((*SAMPLE_STAGES, "scoring", "combination"), 1),
        because=MISSING,
        config=size("higgsino_160_150"),
        edits={SAMPLES: ("", POINT)},
    ),
    Case(
        "a background",
        dict.fromkeys((*SAMPLE_STAGES, "scoring", "combination", "selection"), 1),
        because=MISSING,
        config=size("wenu_again"),
        edits={SAMPLES: ("", BACKGROUND)},
    ),
    Case(
        "a tagger",
        {"training": 8, "calibration": 1, "combination": 1, "scoring": 2, "working_points": 1},
        because=MISSING,
        config={"training": {"taggers": {"small": TREES}}},
    ),
]
OF_TRAINING = {"training", "calibration", "working_points"}
UNTOUCHED = {
    "a mass point": {*OF_TRAINING, *(NAMING_TAGGERS - NAMING_SIGNALS)},
    "a background": {*OF_TRAINING, *(NAMING_TAGGERS - NAMING_BACKGROUNDS - {"summary"})},
    "a tagger": {*SAMPLE_STAGES, "selection", "statistics", "figure_mass", "figure_cutflow"},
}
"""Rules of which nothing runs when something of this kind is new."""

DROPPED = Case("a sample dropped", configs=("dropped.yaml",))
WITHOUT = {"samples": {"higgsino_128_125": None}}

Plan = dict[str, tuple[int, list[str]]]


@pytest.fixture(scope="module")
def plans(chain: Workspace) -> dict[str, Plan]:
    """Name of a case -> rule -> number of jobs and the reasons for them."""
    cases = [*NOTHING, CAPTION, *STAGES, *NEW, DROPPED]
    chain.write_config("dropped.yaml", WITHOUT)
    for name, content in REPEATED.items():
        chain.write_config(f"{name}.yaml", content)
    done = subprocess.run(
        [sys.executable, PLANNER],
        cwd=chain.root,
        env=chain.environment(),
        input=json.dumps([case.change for case in cases]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip([case.name for case in cases], json.loads(done.stdout), strict=True))


def test_second_run_does_nothing(chain: Workspace) -> None:
    run = chain.smoke("--dry-run")
    assert run.status == 0, run.output
    assert "Nothing to be done" in run.output, run.output


@pytest.mark.parametrize("case", NOTHING, ids=lambda case: case.name)
def test_change_that_changes_no_result(plans: dict[str, Plan], case: Case) -> None:
    assert plans[case.name] == {}


def test_caption_writes_the_report_again(plans: dict[str, Plan]) -> None:
    assert plans[CAPTION.name] == {"report": [1, [PARAMS]]}


@pytest.mark.parametrize("case", STAGES, ids=lambda case: case.name)
def test_change_runs_what_depends_on_it(plans: dict[str, Plan], case: Case) -> None:
    plan = dict(plans[case.name])
    assert plan.pop("report")[0] == 1
    assert plan.keys() == case.first.keys() | case.then
    assert {rule: plan[rule][0] for rule in case.first} == case.first
    assert all(case.because in plan[rule][1] for rule in case.first)
    assert {rule for rule in case.then if plan[rule][1] != [FOLLOWS]} == set()


@pytest.mark.parametrize("case", NEW, ids=lambda case: case.name)
def test_what_is_new_is_made_beside_the_old(plans: dict[str, Plan], case: Case) -> None:
    plan = plans[case.name]
    assert {rule: plan[rule][0] for rule in case.first} == case.first
    assert all(case.because in plan[rule][1] for rule in case.first)
    assert plan.keys() & UNTOUCHED[case.name] == set()


def test_what_is_dropped_runs_nothing_of_the_other_samples(plans: dict[str, Plan]) -> None:
    """Backgrounds have its window no more, and what lists the mass points loses one.

    The exported tagger says of which samples it knows the folds.
    """
    plan = dict(plans[DROPPED.name])
    assert tuple(plan["selection"]) == (2, [PARAMS])
    assert plan["statistics"][0] == plan["working_point_scan"][0] == 3
    others = {"selection", "export", "normalisation_table", "report"}
    assert plan.keys() == AFTER_SELECTION | NAMING_SIGNALS | others


def test_plan_is_that_of_the_command_line(chain: Workspace, plans: dict[str, Plan]) -> None:
    planned = chain.planned("--config", "soft_electrons={selection: {met: 250}}")
    assert planned == {rule: count for rule, (count, _) in plans["a cut"].items()}


def test_times_of_the_source_decide_nothing(chain: Workspace, tmp_path: Path) -> None:
    moved = copy_of_run(chain, tmp_path)
    for name in repository_files():
        if (moved.root / name).is_file():
            (moved.root / name).touch()
    assert moved.planned() == {}
    # As results that were carried into another clone, without the records of Snakemake.
    shutil.rmtree(moved.root / ".snakemake")
    assert moved.planned() == {}


@pytest.mark.thorough
def test_resources_on_the_command_line_rerun_nothing(chain: Workspace) -> None:
    assert chain.planned("--set-resources", "soft_electrons_training:mem_mb=9000") == {}
