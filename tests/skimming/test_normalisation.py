from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.io import read_json
from hepchain.skimming.normalisation import (
    GeneratorMetadata,
    SampleNormalisation,
    make_normalisation,
    normalise,
    weight_per_generated,
)

positive = st.floats(1e-3, 1e6)
BACKGROUND = SampleNormalisation("wjets", Role.BACKGROUND, luminosity_fb=139.0)


def _with(**changes: Any) -> SampleNormalisation:
    return SampleNormalisation(**{**vars(BACKGROUND), **changes})


@given(luminosity=positive, cross_section=positive, total=positive, scale=st.floats(0.1, 10))
def test_weights_of_all_generated_events_add_up_to_the_expectation(
    luminosity: float, cross_section: float, total: float, scale: float
) -> None:
    factor = weight_per_generated(luminosity, cross_section, total, scale, 0.05)
    assert factor * total == pytest.approx(luminosity * 1000 * cross_section * scale * 0.05)
    doubled = weight_per_generated(2 * luminosity, cross_section, total, scale, 0.05)
    assert doubled == pytest.approx(2 * factor)


def test_cross_section_is_the_mean_of_the_parts_not_their_sum() -> None:
    parts = [GeneratorMetadata("a", 300.0, 10.0), GeneratorMetadata("b", 100.0, 14.0)]
    content = normalise(BACKGROUND, parts)
    assert content["sum_of_weights"] == 400.0
    assert content["cross_section_pb"] == pytest.approx(11.0)
    assert content["weight_per_generated"] == pytest.approx(139e3 * 11.0 / 400.0)


def test_splitting_a_sample_into_more_parts_changes_nothing() -> None:
    whole = normalise(BACKGROUND, [GeneratorMetadata("a", 400.0, 10.0)])
    split = normalise(BACKGROUND, [GeneratorMetadata(name, 100.0, 10.0) for name in "abcd"])
    assert split == whole


def test_configured_cross_section_and_factors_are_used() -> None:
    config = _with(cross_section_pb=2.0, scale_factor=3.0, branching_fraction=0.5)
    content = normalise(config, [GeneratorMetadata("a", 100.0, 99.0)])
    assert content["weight_per_generated"] == pytest.approx(139e3 * 2 * 3 * 0.5 / 100)


def test_configured_sum_of_weights_stands_in_for_silent_files_only() -> None:
    silent = [GeneratorMetadata("a", None, None)]
    config = _with(cross_section_pb=2.0, sum_of_weights=50.0)
    assert normalise(config, silent)["sum_of_weights"] == 50.0
    assert normalise(config, [GeneratorMetadata("a", 60.0, None)])["sum_of_weights"] == 60.0


def test_training_samples_are_not_normalised() -> None:
    content = normalise(
        SampleNormalisation("gun", Role.TRAINING), [GeneratorMetadata("a", 9, None)]
    )
    assert content["weight_per_generated"] == 1.0
    assert content["luminosity_fb"] is None


def test_missing_normalisation_is_refused_with_all_reasons() -> None:
    parts = [GeneratorMetadata("a.root", 1.0, 1.0), GeneratorMetadata("b.root", None, None)]
    with pytest.raises(InputError) as caught:
        normalise(BACKGROUND, parts)
    assert "samples.wjets.sum_of_weights" in str(caught.value)
    assert "samples.wjets.cross_section_pb" in str(caught.value)
    assert "b.root" in str(caught.value)


@pytest.mark.parametrize("value", [0.0, -3.0, float("inf")])
def test_useless_sum_of_weights_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="must be positive"):
        normalise(BACKGROUND, [GeneratorMetadata("a", value, 1.0)])


def _make(tmp_path: Path, ntuples: list[Path], map_path: str) -> Any:
    output = tmp_path / "normalisation.json"
    make_normalisation(BACKGROUND, [str(path) for path in ntuples], map_path, str(output))
    return read_json(output)


def test_metadata_of_all_ntuples_is_read(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
) -> None:
    first, second = make_content(5), make_content(5)
    second["event_number"] = first["event_number"] + 100
    metadata = {"sum_of_weights": 30.0, "cross_section_pb": 4.0, "seed": 3}
    paths = [write_ntuple(first, metadata, "a.root"), write_ntuple(second, metadata, "b.root")]
    content = _make(tmp_path, paths, contract_map_path)
    assert content["sum_of_weights"] == 60.0
    assert content["cross_section_pb"] == 4.0


def test_events_that_occur_twice_are_refused(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
) -> None:
    first, second = make_content(5), make_content(5)
    second["event_number"] = np.array([100, 7, 101, 102, 103])
    paths = [write_ntuple(first, None, "a.root"), write_ntuple(second, None, "b.root")]
    with pytest.raises(InputError, match=r"first is 7 \(in .*a\.root and .*b\.root\)"):
        _make(tmp_path, paths, contract_map_path)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"sum_of_weights": "many"}, "is no number: 'many'"),
        ({"sum_of_weights": 3.0}, "samples.wjets.cross_section_pb is not set"),
    ],
)
def test_useless_metadata_is_refused(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    metadata: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        _make(tmp_path, [write_ntuple(make_content(3), metadata)], contract_map_path)
