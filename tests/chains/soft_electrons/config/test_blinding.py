"""Samples of role data: what they can be used for, and what opens their signal region."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hepchain.chains.soft_electrons.config.samples import HiggsinoSample as Sample
from hepchain.config.layers import merge, read_configs
from hepchain.config.samples import Role
from hepchain.errors import ConfigError
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

DATA = {"role": "data", "files": ["recorded.root"], "ntuple": "hepchain"}


@pytest.fixture(scope="module")
def with_data() -> dict[str, Any]:
    """The default run and a sample of data."""
    content = default_with()
    for key in ("samples", "variables"):
        content[key] = read_configs([REPOSITORY / content[key]])
    return merge(content, {"samples": {"recorded": DATA}})


def test_the_region_is_closed_by_default(with_data: dict[str, Any]) -> None:
    run = load(with_data)
    assert run.of_role(Role.DATA) == ["recorded"]
    assert not run.blinding.open
    assert load(merge(with_data, {"blinding": {"open": True}})).blinding.open


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"simulation": {"varied": {"recorded": ["noise_up"]}}},
            "simulation.varied.recorded: only simulated samples of role signal or background",
        ),
        (
            {"combination": {"working_points": {"sample": "recorded"}}},
            "combination.working_points.sample: 'recorded' is of role data; the fake rate is",
        ),
        ({"validation": {"sample": "recorded"}}, "it must be of role validation"),
        ({"simulation": {"parts": {"recorded": 1}}}, "simulation.parts: unknown name 'recorded'"),
        ({"blinding": {"open": "yes"}}, "blinding.open: Input should be a valid boolean"),
        ({"blinding": {"opne": True}}, "blinding.opne: unknown key; did you mean 'open'?"),
    ],
)
def test_refused(with_data: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(merge(with_data, change))
    assert message in str(error.value)


def test_there_must_be_something_to_open(with_data: dict[str, Any]) -> None:
    samples = {name: item for name, item in with_data["samples"].items() if name != "recorded"}
    content = {**with_data, "samples": samples, "blinding": {"open": True}}
    with pytest.raises(ConfigError, match=r"blinding\.open: there is nothing to open, no sample"):
        load(content)


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"cross_section_pb": 3.0, "scale_factor": 1.2}, "`cross_section_pb`, `scale_factor`"),
        ({"branching_fraction": 0.5}, "`branching_fraction`"),
        ({"sum_of_weights": 10.0}, "`sum_of_weights`"),
        ({"masses": {"n2": 155.0, "n1": 150.0}}, "`masses`"),
        ({"pileup": "minimum_bias"}, "`pileup`"),
        ({"files": None, "ntuple": None, "process": "wenu_jets"}, "`process`"),
    ],
)
def test_data_have_nothing_of_a_simulation(changes: dict[str, Any], keys: str) -> None:
    with pytest.raises(ValidationError) as error:
        Sample(**{**DATA, **changes})
    assert f"its events count once: remove {keys} (of simulation only)" in str(error.value)


def test_data_need_their_branch_map() -> None:
    with pytest.raises(ValidationError, match="`files` need `ntuple`"):
        Sample(role=Role.DATA, files=["recorded.root"])
