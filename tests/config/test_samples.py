"""What a sample's yield depends on is given, or the sample is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hepchain.chains.soft_electrons.config.samples import HiggsinoSample as Sample
from hepchain.config.layers import merge, read_configs
from hepchain.config.samples import OF_A_YIELD
from hepchain.errors import ConfigError
from tests.soft_electrons import default_with, load
from tests.workspace import REPOSITORY

YIELD = {"cross_section_pb": 2.0, "scale_factor": 1.0, "branching_fraction": 0.05}
SIMULATED = {
    "role": "signal",
    "process": "higgsino",
    "masses": {"n2": 155.0, "n1": 150.0},
    **YIELD,
}
READ = {
    "role": "background",
    "files": ["*.root"],
    "ntuple": "mine",
    **YIELD,
    "sum_of_weights": 1e6,
}


def sample(content: dict[str, Any]) -> Sample:
    return Sample.model_validate(content, strict=False)


@pytest.mark.parametrize("content", [SIMULATED, READ], ids=["simulated", "read"])
def test_none_of_the_numbers_of_a_yield_can_be_left_out(content: dict[str, Any]) -> None:
    sample(content)
    for key in content.keys() & set(OF_A_YIELD):
        without = {name: value for name, value in content.items() if name != key}
        with pytest.raises(ValidationError, match=f"its yield depends on `{key}`: give each"):
            sample(without)


def test_numbers_of_the_generator_and_of_files_are_asked_for_by_name() -> None:
    assert sample({**SIMULATED, "cross_section_pb": "generator"}).cross_section_pb == "generator"
    told = sample({**READ, "cross_section_pb": "file", "sum_of_weights": "file"})
    assert (told.cross_section_pb, told.sum_of_weights) == ("file", "file")
    with pytest.raises(ValidationError, match="cross_section_pb: a number or `generator`"):
        sample({**SIMULATED, "cross_section_pb": "file"})
    with pytest.raises(ValidationError, match="cross_section_pb: a number or `file`"):
        sample({**READ, "cross_section_pb": "generator"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"role": "pileup", "process": "minimum_bias", "scale_factor": 2.0},
            "has no yield: remove",
        ),
        ({**SIMULATED, "sum_of_weights": 10.0}, "the simulation counts its own events"),
        ({"role": "training", "process": "single_electron", "scale_factor": 2.0}, "its yield dep"),
    ],
)
def test_numbers_that_would_change_nothing_are_refused(
    content: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        sample(content)


def test_training_samples_have_cross_sections_all_or_none() -> None:
    content = default_with()
    for key in ("samples", "variables"):
        content[key] = read_configs([REPOSITORY / content[key]])
    dijets = {**READ, "role": "training"}
    mixed = merge(content, {"samples": {"dijets": dijets}})
    with pytest.raises(ConfigError, match=r"single_electron\.cross_section_pb: needed, as dijets"):
        load(mixed)
    load(merge(mixed, {"samples": {"single_electron": YIELD}}))


def test_every_mass_point_of_the_default_run_tells_its_yield() -> None:
    """Also those of the plane, whose numbers are calculated."""
    content = default_with(REPOSITORY / "config/soft_electrons/mass_plane.yaml")
    for key in ("samples", "variables"):
        content[key] = read_configs([REPOSITORY / content[key]])
    for key in ("cross_sections", "published"):
        content["mass_plane"][key] = read_configs([REPOSITORY / content["mass_plane"][key]])
    samples = load(content).all_samples
    points = [item for item in samples.values() if item.role.value == "signal"]
    assert len(points) > 60
    assert all(None not in (p.cross_section_pb, p.branching_fraction) for p in points)
