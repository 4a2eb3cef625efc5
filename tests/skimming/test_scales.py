"""Quantities in MeV, cm or m: refused with the factor that mends the map, and only those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepchain.chains.soft_electrons.contract import SCALES
from hepchain.config.ntuple import NtupleMap
from hepchain.errors import InputError
from hepchain.skimming import reading
from hepchain.skimming.scales import FEWEST, Scale
from tests.skimming.checks import check_ntuple

Content = dict[str, Any]

WRONG = {
    "met": (1e3, "MeV", 0.001),
    "jet_pt": (1e-3, "TeV", 1000),
    "electron_pt": (1e-3, "TeV", 1000),
    "track_pt": (1e3, "MeV", 0.001),
    "truth_track_pt": (1e3, "MeV", 0.001),
    "truth_electron_pt": (1e3, "MeV", 0.001),
    "track_d0": (1e-3, "m", 1000),
    "track_z0": (1e-3, "m", 1000),
    "track_d0_error": (1e3, "µm", 0.001),
    "track_q_over_p": (1e-4, "1/MeV", 1000),
}
"""Quantity -> what it is multiplied with, the unit that this is and what mends it.

The random contents are of no detector: their lengths are tenths of a millimetre.
"""


def _multiplied(content: Content, name: str, factor: float) -> Content:
    return {**content, name: content[name] * factor}


@pytest.fixture(scope="module")
def content(make_content: Callable[..., Content]) -> Content:
    """Without the largest momenta, which the beam's energy would tell in MeV."""
    content = make_content(150)
    content["track_pt"] = 0.5 + content["track_pt"] % 2
    content["met"] = 2.0 + content["met"]
    content["truth_electron_pt"] = 1.0 + content["truth_electron_pt"]
    return content


@pytest.mark.parametrize("name", WRONG)
def test_check_and_skim_name_the_factor_that_mends(
    name: str,
    content: Content,
    write_ntuple: Callable[..., Path],
    run_skim: Callable[..., dict[str, str]],
    contract_map: NtupleMap,
) -> None:
    factor, unit, mending = WRONG[name]
    path = write_ntuple(_multiplied(content, name, factor))
    found = check_ntuple(path, contract_map, {"silicon": ["d0_error", "q_over_p"]})
    expected = rf"{name} \(branch '{name}'\): implausible scale, the median of \d+ values is .*"
    assert not found.usable
    (problem,) = found.problems
    assert problem.startswith(f"{name} (branch '{name}'): implausible scale, the median of ")
    assert f"if it is in {unit}, " in problem
    assert f"set `factor: {mending:g}` in the branch map" in problem
    with pytest.raises(InputError, match=expected):
        run_skim(path)


def test_the_factor_of_the_map_is_part_of_what_mends(
    content: Content, write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    """Centimetres by their factor, where the file has metres."""
    told = contract_map.model_dump(mode="json", by_alias=True)
    told["branches"]["track_d0"] = {"branch": "track_d0", "factor": 0.001}
    path = write_ntuple(content)
    found = check_ntuple(path, NtupleMap.model_validate(told))
    assert "set `factor: 1` in the branch map" in str(found)
    told["branches"]["track_d0"]["factor"] = 1.0
    assert check_ntuple(path, NtupleMap.model_validate(told)).usable


def test_what_no_unit_mends(
    content: Content, write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    found = check_ntuple(write_ntuple(_multiplied(content, "met", 1e-12)), contract_map)
    assert "no other unit would mend it: see that this is the right branch" in str(found)


def test_few_values_and_zeros_say_nothing(
    make_content: Callable[..., Content], write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    content = _multiplied(make_content(FEWEST - 1), "met", 1e3)
    assert check_ntuple(write_ntuple(content), contract_map).usable
    content = _multiplied(make_content(150), "track_d0", 0.0)
    assert check_ntuple(write_ntuple(content), contract_map).usable


def test_scale_is_told_once_however_it_is_read(
    content: Content,
    write_ntuple: Callable[..., Path],
    contract_map: NtupleMap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_ntuple(_multiplied(content, "met", 1e3))
    whole = check_ntuple(path, contract_map).problems
    monkeypatch.setattr(reading, "EVENTS_AT_ONCE", 40)
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 1)
    assert check_ntuple(path, contract_map).problems == whole


@pytest.mark.parametrize("name", SCALES)
@given(share=st.floats(0.0, 1.0), data=st.data())
def test_a_plausible_median_in_another_unit_is_mended_or_plausible(
    name: str, share: float, data: st.DataObject
) -> None:
    """Whatever is refused for its unit is brought within the bounds by the factor that is named."""
    scale: Scale = SCALES[name]
    median = scale.low * (scale.high / scale.low) ** share
    factor = scale.units[data.draw(st.sampled_from(sorted(scale.units)))]
    stored = median / factor
    if not scale.has(stored) and scale.has(stored * factor):
        unit = scale.unit_of(stored)
        assert unit is not None
        assert scale.has(stored * scale.units[unit])
