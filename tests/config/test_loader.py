"""Bad configurations: each kind is refused with what is wrong, where, and what would be right."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snakemake.utils import update_config

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.config.layers import merge, read_configs
from hepchain.config.loader import load_block, read_yaml
from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.variables import Variables
from hepchain.errors import ConfigError
from hepchain.simulation.response.parameters import ResponseParameters
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture(scope="module")
def default() -> dict[str, Any]:
    """The default run with the content of the files it names."""
    content = default_with()
    for key in ("samples", "variables"):
        content[key] = read_yaml(REPOSITORY / content[key])
    return content


def refusal(content: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as error:
        load(content)
    return str(error.value)


def with_change(default: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The default run with one dotted key set."""
    changed = copy.deepcopy(default)
    *above, last = path.split(".")
    block = changed
    for key in above:
        block = block[key]
    block[last] = value
    return changed


@pytest.mark.parametrize("name", ["config", "smoke", "paper", "systematics", "taggers"])
def test_shipped_configs_are_in_order(name: str) -> None:
    run = load(default_with(f"config/soft_electrons/{name}.yaml"))
    assert isinstance(run, SoftElectronsConfig)
    assert len(run.variables.variables) == 79


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("trainig", {}, "trainig: unknown key; did you mean 'training'?"),
        ("selection.candidate.delta_R", [0, 1], "selection.candidate.delta_R: unknown key"),
        (
            "training.taggers.keras.epoch",
            3,
            "training.taggers.keras.epoch: unknown key; did you mean 'epochs'?",
        ),
        (
            "statistics.signal_uncertainty",
            0.2,
            "statistics.signal_uncertainty: unknown key; did you mean 'signal_uncertainties'?",
        ),
        (
            "statistics.signal_uncertainties.cross_section",
            {"size": [[100, 0.03], [90, 0.04]], "along": "n1", "source": "x"},
            "statistics.signal_uncertainties.cross_section.size: points [GeV, size] must rise",
        ),
        (
            "statistics.signal_uncertainties.cross_section.along",
            None,
            "statistics.signal_uncertainties.cross_section: size: points need `along: n1`",
        ),
        ("training.taggers.keras.kind", "tree", "training.taggers.keras: 'kind' is 'tree'"),
        ("training.taggers.keras", {"hidden": [8]}, "training.taggers.keras: missing key 'kind'"),
        ("training.taggers.keras", 5, "training.taggers.keras: must be a mapping of keys to"),
        ("training.categories", ["silcon"], "did you mean 'silicon'?"),
        ("selection.tagger", "kerras", "selection.tagger: unknown name 'kerras'; did you mean"),
        (
            "combination.working_points.sample",
            "higsino_153_150",
            "unknown name 'higsino_153_150'; did you mean 'higgsino_153_150'?",
        ),
        ("simulation.parts.wenujets", 1, "simulation.parts: unknown name 'wenujets'; did you"),
        ("samples.wenu_jets.pileup", "minimum_bais", "samples.wenu_jets.pileup: unknown name"),
        ("samples.wenu_jets.pileup", None, "samples.wenu_jets.pileup: a simulated sample of role"),
        ("samples.particle_gun.pileup", "minimum_bias_training", "role validation has no pile-up"),
        (
            "samples.particle_gun",
            {"role": "validation", "files": ["*.root"], "ntuple": "hepchain"},
            "a sample of role validation needs `process`",
        ),
        ("samples.wenu_jets.proces", "gun", "samples.wenu_jets.proces: unknown key; did you mean"),
        ("variables.variables.pt.group", "silikon", "unknown group 'silikon'; did you mean"),
        ("variables.categories.trt.groups", ["trtt"], "unknown group 'trtt'; did you mean 'trt'?"),
        ("features.folds", "two", "features.folds: Input should be a valid integer"),
        ("features.folds", 1, "features.folds: Input should be greater than or equal to 2"),
        ("seed", 1.5, "seed: Input should be a valid integer"),
        ("skimming.tracks.pt", [5.0, 0.5], "lower bound 5.0 must be below upper bound 0.5"),
        ("training.balance.pt_edges", [1, 1], "bin edges must be at least two and increase"),
        ("statistics.luminosity", float("nan"), "statistics.luminosity: Input should be a finite"),
        ("statistics", None, "statistics: must be a mapping of keys to values (got None)"),
        (
            "samples.wenu@jets",
            {"process": "wenu_jets", "role": "training", "pileup": "minimum_bias_training"},
            "samples.wenu@jets: 'wenu@jets' is no name: a letter, then letters, digits and",
        ),
        ("simulation.variations.noise", {"weight": "a"}, "noise: the name of a variation is"),
        ("simulation.variations.x_up", {}, "simulation.variations.x_up: give either `response"),
        ("simulation.variations.x_up", {"response": {}}, "x_up: `response` changes nothing"),
        (
            "simulation.variations.x_up",
            {"response": {"a": 1}, "weight": "a"},
            "simulation.variations.x_up: give either `response",
        ),
        ("simulation.variations.x_up", {"weigt": "a"}, "weigt: unknown key; did you mean 'weight'"),
        ("simulation.varied.wenu", [], "simulation.varied: unknown name 'wenu'; did you mean"),
        (
            "simulation.varied.wenu_jets",
            ["noise_upp"],
            "simulation.varied.wenu_jets: unknown name 'noise_upp'; did you mean 'noise_up'?",
        ),
        ("simulation.varied.wenu_jets", ["isr_up"], "isr_up is a weight and needs no simulation"),
        (
            "simulation.varied.wenu_jets",
            ["noise_up"] * 2,
            "simulation.varied.wenu_jets: listed twice",
        ),
        ("simulation.varied.single_electron", [], "only simulated samples of role signal or"),
        ("simulation.forced_electrons.wenu_jets.min_met", 210.0, "GeV is above selection.met, 200"),
        ("simulation.forced_electrons.wenu_jets.delta_r", 1.1, "below selection.candidate.delta_r"),
        ("simulation.forced_electrons.wenu_jets.copies", 0, "forced_electrons.wenu_jets.copies:"),
        (
            "simulation.forced_electrons.wenu",
            {"copies": 1, "delta_r": 1.25, "min_met": 200.0},
            "simulation.forced_electrons: unknown name 'wenu'; did you mean 'wenu_jets'?",
        ),
        (
            "simulation.forced_electrons.higgsino_103_100",
            {"copies": 1, "delta_r": 1.25, "min_met": 200.0},
            "only simulated samples of role background can be copied",
        ),
        ("training.on_request", ["keras_regime"], "training.on_request: unknown name"),
        ("training.on_request", ["keras"], "training.on_request: keras is training.reference"),
        ("training.on_request", ["xgboost"], "on_request: xgboost is selection.tagger, on which"),
        ("figures.titles.noise_upp", "more noise", "figures.titles: unknown name 'noise_upp'"),
    ],
)
def test_refused(default: dict[str, Any], path: str, value: Any, message: str) -> None:
    text = refusal(with_change(default, path, value))
    assert message in text
    assert "network" not in text.split(":")[1]


def test_a_background_is_needed(default: dict[str, Any]) -> None:
    content = copy.deepcopy(default)
    for name in ("wenu_jets", "wtaunu_jets"):
        content["samples"][name]["role"] = "training"
    assert "none of role 'background'" in refusal(content)


def test_varied_samples_follow_the_others_as_their_base(default: dict[str, Any]) -> None:
    changed = with_change(default, "simulation.varied", {"wenu_jets": ["noise_up", "argon_down"]})
    run = load(changed)
    added = list(run.all_samples)[len(run.samples) :]
    assert list(run.all_samples)[: len(run.samples)] == list(run.samples)
    assert added[:2] == ["wenu_jets@noise_up", "wenu_jets@argon_down"]
    assert added[2:] == ["wenu_jets@forced_electrons", "wtaunu_jets@forced_electrons"]
    assert all(run.all_samples[name] is run.samples[name.split("@")[0]] for name in added)
    assert not [name for name in run.of_role(*Role) if "@" in name]


def test_variations_by_kind(default: dict[str, Any]) -> None:
    simulation = load(default).simulation
    assert simulation.responses["noise_down"] == {"calorimeter.noise_scale": 0.8}
    assert simulation.weights == {"isr_up": "weight_isr_up", "isr_down": "weight_isr_down"}
    assert simulation.responses.keys() | simulation.weights.keys() == simulation.variations.keys()


def test_missing_block(default: dict[str, Any]) -> None:
    content = {key: value for key, value in default.items() if key != "selection"}
    assert "selection: missing" in refusal(content)


def test_missing_size_of_a_sample(default: dict[str, Any]) -> None:
    content = copy.deepcopy(default)
    del content["simulation"]["parts"]["wenu_jets"]
    assert "simulation.parts: no entry for sample 'wenu_jets'" in refusal(content)


def test_all_problems_are_reported_at_once(default: dict[str, Any]) -> None:
    content = with_change(default, "features.folds", "two")
    content = with_change(content, "selection.met", -1.0)
    content = with_change(content, "training.categories", ["silcon"])
    content = with_change(content, "combination.working_points.sample", "nothing")
    text = refusal(content)
    assert "4 problems" in text
    for key in ("features.folds", "selection.met", "training.categories", "combination.working"):
        assert text.count(key) == 1


def test_named_file_is_missing(default: dict[str, Any]) -> None:
    text = refusal(default | {"samples": "config/sample.yaml"})
    assert "samples: config/sample.yaml: no such file" in text
    assert "1 problem:" in text


def test_named_file_is_broken(default: dict[str, Any], tmp_path: Path) -> None:
    broken = tmp_path / "samples.yaml"
    broken.write_text("a: [1, 2\nb: {")
    text = refusal(default | {"samples": str(broken)})
    assert f"samples: {broken}: not valid YAML" in text
    assert "line 2" in text


def test_named_file_is_empty(default: dict[str, Any], tmp_path: Path) -> None:
    empty = tmp_path / "samples.yaml"
    empty.write_text("")
    assert "samples: must be a mapping" in refusal(default | {"samples": str(empty)})


def test_config_file_is_no_mapping(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n")
    with pytest.raises(ConfigError, match="holds no mapping of keys to values"):
        read_configs([path])


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("selection.met", True, "selection.met: Input should be a valid number (got True)"),
        ("selection.met", "250", "selection.met: Input should be a valid number (got '250')"),
        ("features.folds", "3", "features.folds: Input should be a valid integer (got '3')"),
        ("features.folds", True, "features.folds: Input should be a valid integer (got True)"),
        ("features.folds", 3.0, "features.folds: Input should be a valid integer (got 3.0)"),
        ("blinding.open", "false", "blinding.open: Input should be a valid boolean"),
        ("execution.gpu_fallback", 1, "execution.gpu_fallback: Input should be a valid boolean"),
        ("figures.label", "", "figures.label: must not be empty"),
        ("figures.label", 13, "figures.label: Input should be a valid string (got 13)"),
        ("seed", 10**23, "seed: Input should be less than or equal to 2147483647"),
        ("statistics.mass_bins", 10**9, "statistics.mass_bins: Input should be less than or equal"),
        ("simulation.events_per_part.wenu_jets", 10**7, "wenu_jets: Input should be less than"),
        ("training.categories", ["trt", "trt"], "training.categories: listed twice: trt"),
        ("figures.formats", ["png", "png"], "figures.formats: listed twice: png"),
        ("figures.titles.keras", "$x_$", "figures.titles.keras: '$x_$' has math that cannot be"),
        ("figures.label", "a $\\nosuch$ b", "figures.label: 'a $\\\\nosuch$ b' has math that"),
        ("mass_plane", {"n1": [100, True]}, "mass_plane.n1.1: Input should be a valid number"),
    ],
)
def test_value_is_of_its_type_and_size_as_written(
    default: dict[str, Any], path: str, value: Any, message: str
) -> None:
    assert message in refusal(with_change(default, path, value))


@pytest.mark.parametrize("title", [r"W $\to$ e$\nu$", "5 $ a day", "100 %", "<b>"])
def test_titles_may_have_math(default: dict[str, Any], title: str) -> None:
    assert load(with_change(default, "figures.label", title)).figures.label == title


def test_whole_number_may_stand_for_any_number(default: dict[str, Any]) -> None:
    met = load(with_change(default, "selection.met", 250)).selection.met
    assert (met, type(met)) == (250.0, float)


def test_every_whole_number_is_bounded() -> None:
    """Of the configuration, of branch maps and of detector parameters."""
    found = []

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "integer":
                found.append(node)
            node = list(node.values())
        for item in node if isinstance(node, list) else ():
            collect(item)

    for model in (SoftElectronsConfig, NtupleMap, ResponseParameters):
        collect(model.model_json_schema())
    assert len(found) > 40
    assert [node for node in found if not node.keys() & {"maximum", "exclusiveMaximum"}] == []


def test_block_of_its_own_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "variables.yaml"
    path.write_text("groups: [a]\ncategories: {a: {groups: [a], title: A}}\nvariable: {}\n")
    with pytest.raises(ConfigError) as error:
        load_block(path, Variables)
    assert str(path) in str(error.value)
    assert "variable: unknown key; did you mean 'variables'?" in str(error.value)
    assert "variables: missing" in str(error.value)


def nested(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings in which a key is a value or a mapping, never one here and the other there."""
    leaf = st.integers() | st.lists(st.integers(), max_size=2)
    keys: dict[str, st.SearchStrategy[Any]] = {"value": leaf, "other": leaf}
    if depth:
        keys |= {"block": nested(depth - 1)}
    return st.fixed_dictionaries({}, optional=keys)


mappings = nested(3)


@given(mappings, mappings)
def test_merge_is_that_of_snakemake(base: dict[str, Any], extension: dict[str, Any]) -> None:
    expected = copy.deepcopy(base)
    update_config(expected, copy.deepcopy(extension))
    assert merge(base, extension) == expected


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (["keras", "xgbost"], "members: unknown name 'xgbost'; did you mean 'xgboost'?"),
        (["keras", "other"], "members: 'other' is an ensemble; name the taggers in it instead"),
        (["keras", "mean"], "members: 'mean' is an ensemble; name the taggers in it instead"),
        (["keras", "keras"], "members: listed twice: keras"),
        (["keras"], "training.taggers.mean.members"),
    ],
)
def test_ensembles_have_trained_members(
    default: dict[str, Any], members: list[str], message: str
) -> None:
    """No ensembles of ensembles, and so no cycles."""
    changed = copy.deepcopy(default)
    changed["training"]["taggers"] |= {
        "mean": {"kind": "ensemble", "members": members},
        "other": {"kind": "ensemble", "members": ["keras", "xgboost"]},
    }
    assert message in refusal(changed)


def test_only_trained_taggers_are_studied(default: dict[str, Any]) -> None:
    mean = {"kind": "ensemble", "members": ["keras", "xgboost"]}
    changed = with_change(default, "training.taggers.mean", mean)
    assert "'mean' is an ensemble" in refusal(with_change(changed, "studies.tagger", "mean"))
    assert "did you mean 'keras'?" in refusal(with_change(default, "studies.tagger", "kera"))


def test_cuts_are_on_known_variables(default: dict[str, Any]) -> None:
    settings = {"kind": "cuts", "variables": ["e_over_q"], "peel": 0.1, "min_background": 10}
    changed = with_change(default, "training.taggers.cuts", settings)
    expected = "training.taggers.cuts.variables: unknown name 'e_over_q'; did you mean 'e_over_p'?"
    assert expected in refusal(changed)


def test_unified_taggers_are_compared_with_their_models_by_category() -> None:
    training = load(default_with("config/soft_electrons/taggers.yaml")).training
    baselines = training.baselines
    assert next(iter(baselines)) == "keras"
    assert set(baselines) == set(training.listed) == set(training.taggers) - {"keras_regimes"}
    for name in ("keras", "xgboost_by_category", "ensemble", "cuts", "keras_unified"):
        assert baselines[name] == "keras"
    assert baselines["xgboost"] == "xgboost_by_category"
    assert baselines["residual_unified"] == "residual"


def test_taggers_on_request_are_trained_and_not_compared(default: dict[str, Any]) -> None:
    training = load(default).training
    assert training.trained == ["keras", "xgboost", "keras_regimes"]
    assert training.listed == list(training.baselines) == ["keras", "xgboost"]


def test_where_nothing_else_is_trained_taggers_on_request_are_not(default: dict[str, Any]) -> None:
    training = load(default).training
    unlisted = training.model_copy(update={"on_request": list(training.taggers)})
    assert unlisted.trained == []


def test_taggers_for_all_pt_are_compared_with_those_in_ranges_of_pt() -> None:
    training = load(default_with("config/soft_electrons/pt_regimes.yaml")).training
    for name, baseline in training.baselines.items():
        assert baseline == f"{name.split('_')[0]}_regimes" or name == "xgboost_regimes"
    assert training.baselines["xgboost_regimes"] == "keras_regimes"


def test_boundaries_in_pt_rise(default: dict[str, Any]) -> None:
    changed = with_change(default, "training.taggers.xgboost.pt_boundaries", [2.0, 1.0])
    assert "training.taggers.xgboost.trees.pt_boundaries" in refusal(changed)


@pytest.mark.parametrize(
    ("key", "value"), [("xgboost.pt_boundaries", [1.0]), ("keras.conditioned", True)]
)
def test_taggers_that_use_pt_need_it_as_a_variable(
    default: dict[str, Any], key: str, value: Any
) -> None:
    changed = with_change(default, f"training.taggers.{key}", value)
    del changed["variables"]["variables"]["pt"]
    assert f"training.taggers.{key}: needs the variable 'pt'" in refusal(changed)
