"""One config file over another: what is merged, taken away, and goes with what is taken away."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig
from hepchain.config.layers import merge, merge_layers, read_configs
from hepchain.config.root import base_files, configuration_of
from hepchain.errors import ConfigError
from tests.soft_electrons import CHAIN, default_with, load
from tests.workspace import REPOSITORY

DEFAULT = ["higgsino_103_100", "higgsino_128_125", "higgsino_153_150", "higgsino_155_150"]
NAMED = ("simulation.parts", "simulation.events_per_part", "simulation.varied", "figures.titles")
READ = {
    "role": "background",
    "files": ["/data/*.root"],
    "ntuple": "mine",
    "cross_section_pb": 9.1,
    "scale_factor": 1.0,
    "branching_fraction": 1.0,
    "sum_of_weights": "file",
}


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def with_layers(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The block of the chain after the default run and these."""
    further = [{CHAIN: layer} for layer in layers]
    merged = merge_layers([*map(content, base_files()), *further])
    return configuration_of(merged).chains[CHAIN]


def content(path: str | Path) -> Any:
    return yaml.safe_load(Path(path).read_text())


def at(block: Any, key: str) -> Any:
    for part in key.split("."):
        block = block[part]
    return block


values = st.recursive(
    st.none() | st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(mappings, mappings)
def test_null_takes_away_what_was_there_and_nothing_else(
    base: dict[str, Any], extension: dict[str, Any]
) -> None:
    before = copy.deepcopy((base, extension))
    merged = merge(base, extension)
    assert (base, extension) == before
    for key in {*base, *extension}:
        if key not in extension:
            assert merged[key] == base[key]
        elif extension[key] is None:
            assert merged.get(key) is None
            assert (key in merged) == (key not in base)
        elif isinstance(extension[key], dict) and isinstance(base.get(key), dict):
            assert merged[key] == merge(base[key], extension[key])
        else:
            assert merged[key] == extension[key]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", f"{CHAIN}:\n", f"{CHAIN}: {{}}\n"])
def test_a_file_that_says_nothing_changes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    assert default_with(tmp_path / "mine.yaml") == default_with()


def test_every_key_that_may_be_null_is_null_where_it_is_taken_away() -> None:
    """Else `null` in a file could not say what it says in the default run."""
    definitions = SoftElectronsConfig.model_json_schema()["$defs"]
    nullable = [
        (block, key, key in definition.get("required", []))
        for block, definition in definitions.items()
        for key, node in definition.get("properties", {}).items()
        if {"type": "null"} in node.get("anyOf", [])
    ]
    assert len(nullable) > 15
    # A list is replaced as a whole, with every null in it.
    assert [key for *key, needed in nullable if needed] == [["EfficiencyMark", "high"]]
    run = load(with_layers({"skimming": {"tracks": {"max_abs_d0": None}}}))
    assert run.skimming.tracks.max_abs_d0 is None


@pytest.mark.parametrize("name", ["higgsino_128_125", "wenu_jets"])
def test_a_sample_that_is_taken_away_takes_along_what_is_said_of_it(name: str) -> None:
    other = {"ttbar": READ} if name == "wenu_jets" else {}
    block = with_layers({"samples": {name: None, **other}})
    assert name not in block["samples"]
    for key in NAMED:
        assert name not in at(block, key)
        assert set(at(block, key)) == set(at(default_with(), key)) - {name}
    run = load(block)
    assert name not in run.all_samples


def test_sizes_that_a_later_file_repeats_go_as_well() -> None:
    smoke = content(f"config/{CHAIN}/smoke.yaml")[CHAIN]
    systematics = content(f"config/{CHAIN}/systematics.yaml")[CHAIN]
    gone = {"samples": {"higgsino_103_100": None}, "figures": {"titles": {}}, "order": DEFAULT}
    run = load(with_layers(gone, smoke, systematics))
    assert "higgsino_103_100" not in run.simulation.parts
    assert "higgsino_103_100" not in run.simulation.varied
    assert "higgsino_128_125" in run.simulation.varied
    assert run.order == DEFAULT[1:]


def test_what_was_never_a_sample_is_still_refused() -> None:
    wrong = {"samples": {"higgsino_128_125": None}, "simulation": {"parts": {"higgsino_128": 1}}}
    with pytest.raises(ConfigError, match=r"1 problem:\n.*simulation.parts: unknown name"):
        load(with_layers(wrong))


def test_the_sample_of_working_points_is_asked_for() -> None:
    gone = {"samples": {"higgsino_153_150": None}}
    with pytest.raises(ConfigError, match=r"1 problem:\n.*working_points.sample: unknown name"):
        load(with_layers(gone))
    run = load(
        with_layers(gone, {"combination": {"working_points": {"sample": "higgsino_155_150"}}})
    )
    assert run.simulation.varied == {}


def test_the_sample_of_the_validation_is_none_where_it_is_gone() -> None:
    run = load(with_layers({"samples": {"particle_gun": None}}))
    assert run.validation.sample is None


def test_a_sample_with_another_source_is_described_anew() -> None:
    """The factor on the cross-section of the generator is none on that of the files."""
    without = {key: value for key, value in READ.items() if key != "scale_factor"}
    with pytest.raises(ConfigError, match=r"1 problem:\n.*wenu_jets.*depends on `scale_factor`"):
        load(with_layers({"samples": {"wenu_jets": without}}))
    run = load(with_layers({"samples": {"wenu_jets": READ}}))
    assert run.samples["wenu_jets"].model_dump(exclude_unset=True, mode="json") == READ
    assert "wenu_jets" not in run.simulation.parts
    assert run.figures.titles["wenu_jets"] == default_with()["figures"]["titles"]["wenu_jets"]
    # The same source told again, or told further, is no other.
    further = load(with_layers({"samples": {"wenu_jets": {"scale_factor": 1.1}}}))
    assert further.samples["wenu_jets"].process == "wenu_jets"
    read = load(
        with_layers(
            {"samples": {"wenu_jets": READ}},
            {"samples": {"wenu_jets": {"files": ["/data/other.root"]}}},
        )
    )
    assert read.samples["wenu_jets"].sum_of_weights == "file"


def test_titles_and_lists_lose_what_is_taken_away() -> None:
    """Of taggers, variations and variables too; a name that is left elsewhere stays."""
    keras = {"taggers": {"keras": None}, "reference": "xgboost"}
    run = load(with_layers({"training": keras}))
    assert "keras" not in run.order
    assert "keras" not in run.figures.titles
    run = load(with_layers({"simulation": {"variations": {"noise_up": None}}}))
    assert run.simulation.varied["higgsino_153_150"] == ["material_up", "occupancy_up", "argon_up"]
    assert "noise_up" not in run.figures.titles
    assert "noise_down" in run.figures.titles
    run = load(with_layers({"variables": {"variables": {"d0_error": None}}}))
    assert "d0_error" not in run.variables.variables
    assert len(run.variables.variables) == 78


def test_a_tagger_that_is_taken_away_is_no_longer_on_request() -> None:
    run = load(with_layers({"training": {"taggers": {"keras_regimes": None}}}))
    assert run.training.on_request == []


def test_the_order_loses_whatever_is_taken_away() -> None:
    """Also names of other blocks, and those in a block that goes as a whole."""
    run = load(with_layers({"statistics": {"approaches": {"matched_electron": None}}}))
    kept = ["without_tagger", "matched_azimuth", "with_tagger", "with_tag_rates"]
    kept += ["tight_tag_rates", "chosen_azimuth"]
    assert list(run.statistics.approaches) == kept
    assert not {"matched_electron", "few_hadrons"} & set(run.order)
    with pytest.raises(ConfigError, match="order: unknown name 'never_there'"):
        load(with_layers({"order": ["never_there"]}))


@pytest.mark.parametrize(
    "layer",
    [
        {"simulation": {"parts": 5}},
        {"figures": {"titles": ["a"]}},
        {"order": [["a"]]},
        {"validation": {"sample": ["a"]}},
        {"samples": {"wenu_jets": [1]}},
        {"variables": {"variables": 3}},
    ],
)
def test_wrong_types_are_told_as_ever(layer: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="problem"):
        load(with_layers({"samples": {"higgsino_128_125": None}}, layer))


def test_a_mass_point_is_added_beside_the_others() -> None:
    point = {
        "process": "higgsino",
        "role": "signal",
        "pileup": "minimum_bias_evaluation",
        "masses": {"n2": 160.0, "n1": 150.0},
        "cross_section_pb": 0.6,
        "scale_factor": 1.0,
        "branching_fraction": 0.05,
    }
    sizes = {"parts": {"more": 1}, "events_per_part": {"more": 100}}
    run = load(with_layers({"samples": {"more": point}, "simulation": sizes}))
    before = load(default_with())
    assert {name: run.samples[name] for name in before.samples} == before.samples
    assert run.samples.keys() - before.samples.keys() == {"more"}


def test_every_file_of_the_configuration_can_be_extended() -> None:
    title = {"categories": {"trt": {"title": "straws"}}}
    run = load(with_layers({"variables": title}))
    assert run.variables.categories["trt"].title == "straws"
    assert len(run.variables.variables) == 79
    plane = content(f"config/{CHAIN}/mass_plane.yaml")[CHAIN]
    run = load(with_layers(plane, {"mass_plane": {"cross_sections": {"source": "mine"}}}))
    assert run.mass_plane is not None
    assert run.mass_plane.cross_sections.source == "mine"
    assert len(run.mass_plane.cross_sections.points) > 8


def test_a_list_of_ones_own_replaces_the_other(tmp_path: Path) -> None:
    mine = {
        "gun": {"role": "training", "files": ["/data/gun.root"], "ntuple": "mine"},
        "my_signal": {**READ, "role": "signal", "masses": {"n2": 155.0, "n1": 150.0}},
        "jets": READ,
    }
    (tmp_path / "samples.yaml").write_text(yaml.safe_dump(mine))
    layer = {
        "samples": str(tmp_path / "samples.yaml"),
        "combination": {"working_points": {"sample": "my_signal"}},
    }
    run = load(with_layers(layer, content(f"config/{CHAIN}/smoke.yaml")[CHAIN]))
    assert list(run.samples) == ["gun", "jets", "my_signal"]
    assert run.simulation.parts == run.simulation.varied == {}
    assert run.validation.sample is None


def test_a_list_that_is_missing_is_the_only_problem() -> None:
    with pytest.raises(ConfigError, match=r"1 problem:\n.*samples: none.yaml: no such file"):
        load(with_layers({"samples": "none.yaml"}))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            {"samples": {"higgsino_128_152": None}},
            "samples.higgsino_128_152: must be a mapping of keys to values (got None); null takes "
            "away a key of an earlier file, and none has this one; did you mean 'higgsino_128_125'",
        ),
        (
            {"figures": {"titles": {"wenu_jet": None}}},
            "none has this one; did you mean 'wenu_jets'?",
        ),
        ({"selection": {"met": None}}, "selection.met: missing"),
        ({"statistic": None}, "statistic: unknown key; did you mean 'statistics'?"),
    ],
)
def test_null_for_what_is_not_there_or_needed_is_refused(
    layer: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load(with_layers(layer))
    assert "1 problem:" in str(error.value)
    assert message in str(error.value)


def test_a_file_that_is_no_mapping_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("[1, 2]")
    with pytest.raises(ConfigError, match=r"list\.yaml: holds no mapping"):
        read_configs([tmp_path / "list.yaml"])


def documented() -> list[str]:
    """The config files of what the page says of a list of one's own."""
    page = (REPOSITORY / "docs/ntuples.md").read_text()
    section = page.partition("## Your own list of samples\n")[2].partition("\n## ")[0]
    return re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize("text", documented())
def test_examples_of_the_page(tmp_path: Path, text: str) -> None:
    (tmp_path / "samples.yaml").write_text(
        yaml.safe_dump(
            {
                "gun": {"role": "training", "files": ["/data/gun.root"], "ntuple": "mine"},
                "my_signal": {**READ, "role": "signal", "masses": {"n2": 155.0, "n1": 150.0}},
                "jets": READ,
            }
        )
    )
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("/data/samples.yaml", str(tmp_path / "samples.yaml")))
    run = load(default_with(mine))
    assert run.samples.keys() != load(default_with()).samples.keys() or "files" in text


def test_all_examples_are_found() -> None:
    assert len(documented()) == 4
    assert all(len(text.splitlines()) <= 4 for text in documented())
