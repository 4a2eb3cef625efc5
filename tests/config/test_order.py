"""The order of keys, in files and of an override, changes nothing; a list of names does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from hepchain.config.order import canonical, unknown_names
from hepchain.config.reading import read_yaml
from hepchain.errors import ConfigError
from tests.soft_electrons import CHAIN, default_with, load
from tests.workspace import REPOSITORY

Keys = tuple[str, ...]
FILES = sorted(path.relative_to(REPOSITORY) for path in REPOSITORY.glob("config/**/*.yaml"))


@pytest.fixture(autouse=True)
def _in_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture(scope="module")
def default() -> dict[str, Any]:
    """The default run as it is written, with the content of the files it names."""
    root = raw("config/config.yaml")
    content = raw(f"config/{CHAIN}/config.yaml")[CHAIN]
    content |= {key: raw(content[key]) for key in ("samples", "variables")}
    return {**content, "seed": root["seed"], "execution": root["execution"]}


def raw(path: str | Path) -> Any:
    """Content of a file in its own order."""
    return yaml.load((REPOSITORY / path).read_text(), Loader=yaml.CSafeLoader)


def keys(content: dict[str, Any], above: Keys = ()) -> Iterator[Keys]:
    """Every key, of a value or of a block, with those above it."""
    for key, value in content.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from keys(value, (*above, key))


def repeating(content: dict[str, Any], path: Keys) -> dict[str, Any]:
    """An override that says once more what ``content`` has at one key."""
    block: Any = content
    for key in path:
        block = block[key]
    for key in reversed(path):
        block = {key: block}
    result: dict[str, Any] = block
    return result


def merged(content: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    """As Snakemake merges: the override is there first, and is put over the config file again."""
    result: dict[str, Any] = {}
    for layer in (override, content, override):
        update_config(result, layer)
    return result


def shuffled(content: Any, random: Random) -> Any:
    """The same with the keys of each mapping in any order."""
    if isinstance(content, list):
        return [shuffled(item, random) for item in content]
    if not isinstance(content, dict):
        return content
    items = list(content.items())
    random.shuffle(items)
    return {key: shuffled(value, random) for key, value in items}


def text(content: Any) -> str:
    """Content with its order."""
    return json.dumps(content, allow_nan=False)


def loaded(content: dict[str, Any]) -> str:
    """The loaded run with its order, that of what follows from it as well."""
    run = load(content)
    samples = {name: item.model_dump(mode="json") for name, item in run.all_samples.items()}
    further = [samples, run.training.baselines, run.training.trained, run.statistics.pairs]
    return text([run.model_dump(mode="json"), *further])


def test_a_repeated_key_of_the_default_run_changes_nothing(default: dict[str, Any]) -> None:
    expected = text(canonical(default))
    paths, first = list(keys(default)), next(iter(default))
    moved = 0
    for path in paths:
        content = merged(default, repeating(default, path))
        moved += next(iter(content)) != first
        assert text(canonical(content)) == expected, ".".join(path)
    print(f"{len(paths)} keys repeated, {moved} of them merged in another order")
    assert moved > 0.9 * len(paths) > 700


@pytest.mark.parametrize(
    "path",
    [
        "statistics.approaches.with_tagger.title",
        "statistics.scan.discriminants.score",
        "training.taggers.xgboost.depth",
        "training.taggers",
        "samples.wenu_jets",
        "samples.higgsino_155_150.masses.n1",
        "variables.variables.eng_frac_em.group",
        "variables.categories.silicon",
        "simulation.variations.isr_down",
        "simulation.varied",
        "figures.titles.xgboost",
    ],
)
def test_a_run_with_a_repeated_key_is_the_same(default: dict[str, Any], path: str) -> None:
    assert loaded(merged(default, repeating(default, tuple(path.split("."))))) == loaded(default)


@pytest.mark.parametrize("seed", range(3))
def test_a_run_with_shuffled_keys_is_the_same(default: dict[str, Any], seed: int) -> None:
    content = shuffled(default, Random(seed))
    assert text(content) != text(default)
    assert loaded(content) == loaded(default)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_with_shuffled_keys_is_read_the_same(path: Path, tmp_path: Path) -> None:
    other = tmp_path / path.name
    other.write_text(yaml.safe_dump(shuffled(raw(path), Random(1)), sort_keys=False))
    assert text(read_yaml(other)) == text(read_yaml(path))


def test_inputs_of_networks_keep_the_order_of_their_list(default: dict[str, Any]) -> None:
    run = load(default)
    assert list(run.variables.variables) == run.variables.order
    assert run.variables.of_category("silicon")[:3] == ["pt", "eta", "phi"]
    assert run.variables.of_categories(["silicon", "trt_calorimeter"]) == run.variables.order


def test_named_things_come_first_and_the_rest_by_name() -> None:
    content = {
        "order": ["c"],
        "x": {"b": 1, "c": 2, "a": {"order": ["z"], "c": 1, "z": [{"c": 0}]}},
    }
    found = canonical(content)
    assert list(found) == ["order", "x"]
    assert list(found["x"]) == ["c", "a", "b"]
    assert list(found["x"]["a"]) == ["z", "c", "order"]


def test_order_of_things_that_do_not_exist_is_refused(default: dict[str, Any]) -> None:
    assert list(unknown_names(default)) == []
    override = {"order": ["with_taggr"], "variables": {"order": ["eta", "phy"]}}
    with pytest.raises(ConfigError) as error:
        load(merged(default, override))
    assert "order: unknown name 'with_taggr'; did you mean 'with_tagger'?" in str(error.value)
    assert "variables.order: unknown name 'phy'; did you mean 'phi'?" in str(error.value)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ({"statistics": {"headline": "with_taggr"}}, "statistics: headline: unknown name"),
        ({"statistics": {"baseline": "chosen_azimuth"}}, "headline and baseline are both"),
        ({"statistics": {"scan": {"reference": "cuont"}}}, "did you mean 'count'"),
        ({"event_classifier": {"discriminant": "x"}}, "event_classifier.discriminant: unknown"),
    ],
)
def test_named_roles_exist(default: dict[str, Any], override: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(merged(default, override))


def test_pairs_follow_from_names_alone() -> None:
    statistics = load(default_with()).statistics
    names = ["with_tag_rates", "with_tagger", "matched_electron", "without_tagger"]
    names = ["matched_azimuth", names[0], "tight_tag_rates", *names[1:], "chosen_azimuth"]
    turned = {"order": names}
    other = load(merged(default_with(), turned)).statistics
    assert list(other.approaches) == names != list(statistics.approaches)
    assert sorted(other.pairs) == sorted(statistics.pairs)
    assert len(statistics.pairs) == 17
    assert ("tight_tag_rates", "matched_electron") in statistics.pairs
    assert ("chosen_azimuth", "matched_azimuth") in statistics.pairs
    assert ("with_tagger", "matched_electron") in statistics.pairs
    assert ("with_tagger", "with_tag_rates") not in statistics.pairs


def test_working_points_to_choose_from_are_known() -> None:
    content = default_with()
    content["statistics"]["choice"]["working_points"] = ["loose", "tihgt"]
    with pytest.raises(ConfigError, match=r"choice\.working_points: unknown name 'tihgt'"):
        load(content)
    content = default_with()
    content["combination"]["working_points"]["others"]["chosen"] = 0.003
    with pytest.raises(ConfigError, match=r"others\.chosen: has a meaning of its own"):
        load(content)
