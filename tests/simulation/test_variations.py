"""Detector parameters of each variation, and what is said of those that are none."""

from __future__ import annotations

from typing import Any

import pytest

from hepchain.errors import ConfigError
from hepchain.simulation.response.parameters import ResponseParameters
from hepchain.simulation.variations import NOMINAL, load_responses, without_sources
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

RESPONSE = REPOSITORY / "config/detector/response.yaml"


def differing(first: Any, second: Any, prefix: str = "") -> set[str]:
    """Dotted keys of two dumps that differ."""
    if not isinstance(first, dict):
        return {prefix} if first != second else set()
    assert first.keys() == second.keys()
    return {
        key
        for name in first
        for key in differing(first[name], second[name], f"{prefix}.{name}".lstrip("."))
    }


def changed(responses: dict[str, ResponseParameters], name: str) -> set[str]:
    return differing(responses[NOMINAL].model_dump(), responses[name].model_dump())


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> dict[str, ResponseParameters]:
    monkeypatch.chdir(REPOSITORY)
    run = load(default_with())
    return load_responses(run.simulation.response, run.simulation.responses)


def test_shipped_variations_change_one_value_each(shipped: dict[str, ResponseParameters]) -> None:
    keys = {name: changed(shipped, name) for name in shipped if name != NOMINAL}
    for name, found in keys.items():
        other = name.replace("_up", "_down") if name.endswith("_up") else name[:-4] + "up"
        assert len(found) == 1, name
        assert keys[other] == found


def test_shipped_sides_lie_around_the_nominal_value(
    shipped: dict[str, ResponseParameters],
) -> None:
    def value(name: str) -> float:
        found = shipped[name]
        return {
            "material": found.material.scale.value,
            "occupancy": found.trt.occupancy_offset.value,
            "noise": found.calorimeter.noise_scale.value,
            "argon": sum(found.trt.argon_fraction.value),
            "pileup": found.crossing.mean_collisions.value,
        }[source]

    for source in ("material", "occupancy", "noise", "argon", "pileup"):
        assert value(f"{source}_down") < value(NOMINAL) < value(f"{source}_up")


def test_only_what_is_named_changes() -> None:
    changes = {"calorimeter.noise_scale": 1.5, "trt.argon_fraction": [0.1, 0.9]}
    found = load_responses(RESPONSE, {"noise_up": changes})
    assert changed(found, "noise_up") == {
        "calorimeter.noise_scale.value",
        "trt.argon_fraction.value",
    }
    assert found["noise_up"].calorimeter.noise_scale.value == 1.5


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("material.scal", 1.1, "material.scal: unknown key; did you mean 'material.scale'?"),
        ("material.scale", -0.1, "material.scale.value: Input should be greater than or equal to"),
        ("material.scale", "much", "material.scale.value: Input should be a valid number"),
        ("trt.argon_fraction", [0.2, 1.4], "trt.argon_fraction.value.1: Input should be less"),
        ("trt.argon_fraction", 0.2, "trt.argon_fraction.value: Input should be a valid list"),
        (
            "tracking.efficiency_eta_mean",
            1.5,
            "tracking.efficiency_eta_mean.value: Input should be",
        ),
        ("met", 1.0, "met: holds a block; give one of its keys: resolution, scale, trigger"),
    ],
)
def test_a_variation_that_is_none_is_refused(key: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_responses(RESPONSE, {"noise_up": {key: value}})
    assert f"simulation.variations.noise_up.response.{message}" in str(caught.value)


def test_problems_of_all_variations_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load_responses(RESPONSE, {"a_up": {"nothing": 1}, "b_up": {"material.scale": -1.0}})
    assert "variations.a_up.response.nothing" in str(caught.value)
    assert "variations.b_up.response.material.scale" in str(caught.value)


def test_what_is_written_of_a_source_changes_no_result(
    shipped: dict[str, ResponseParameters],
) -> None:
    plain = without_sources(shipped[NOMINAL])
    last_words = {
        key.split(".")[-1].split("_")[-1]
        for key in differing(shipped[NOMINAL].model_dump(mode="json"), plain)
    }
    assert last_words == {"source", "trust"}
    assert without_sources(ResponseParameters.model_validate(plain)) == plain
