"""Branch maps that ask for what cannot be made: told as such, not as damage of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import yaml

from hepchain.errors import InputError
from hepchain.io import read_parquet
from tests.skimming.checks import check_ntuple

Run = Callable[..., dict[str, str]]


@pytest.fixture
def mapped(
    tmp_path: Path,
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    run_skim: Run,
    contract_map_path: str,
    all_tracks: Any,
) -> Callable[..., Any]:
    """Function (changes of the map, further branches, ...) -> what a skim with it is."""

    def run(
        changes: dict[str, Any], extra: Callable[[Any], Any] = lambda _: {}, **blocks: Any
    ) -> dict[str, str]:
        content = make_content(8)
        content |= extra(content)
        ntuple = write_ntuple(content)
        ntuple_map = yaml.safe_load(Path(contract_map_path).read_text()) | blocks
        ntuple_map["branches"] |= changes
        path = tmp_path / "map.yaml"
        path.write_text(yaml.safe_dump(ntuple_map))
        found = str(check_ntuple(ntuple, str(path)))
        for word in ("damaged", "truncated", "remove"):
            assert word not in found
        outputs = run_skim(ntuple, map_path=str(path), tracks=all_tracks)
        assert "cannot be read" not in found
        return outputs

    return run


def test_quantities_of_two_objects_do_not_go_together(mapped: Callable[..., Any]) -> None:
    with pytest.raises(InputError) as caught:
        mapped({"track_eta": {"derive": "sum", "from": ["track_phi", "jet_phi"]}})
    for part in (
        "ntuple.root: branches.track_eta of the branch map (sum of track_phi, jet_phi)",
        "not of one object: in one event track_phi has",
        "docs/ntuples.md",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"met": {"derive": "sum", "from": ["jet_pt", "jet_pt"]}},
            r"branches\.met .*: it is a list an event, not one number an event",
        ),
        (
            {"track_d0": {"derive": "square_root", "from": ["mu"]}},
            r"branches\.track_d0 .*: it is one number an event, not a list an event",
        ),
        ({"met": {"branch": "met", "element": 0}}, r"wrong type: met \(branch 'met' has nothing"),
        (
            {"track_d0": {"branch": "track_d0", "bit": 3}},
            r"wrong type: track_d0 \(branch 'track_d0' is no integer",
        ),
        (
            {"track_charge": {"branch": "track_charge", "bit": 32}},
            r"wrong type: track_charge \(branch 'track_charge' has 32 bits, no 32\)",
        ),
        ({"met": "meet"}, r"missing: met \(no branch 'meet'; did you mean 'met'\?\)"),
    ],
)
def test_wrong_shapes_and_types(
    mapped: Callable[..., Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        mapped(changes)


def test_intermediate_quantities_are_named(mapped: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"intermediate\.one of the branch map .*element 5"):
        mapped(
            {"mu": {"derive": "square_root", "from": ["one"]}},
            intermediate={"one": {"branch": "mu", "element": 5}},
        )


def test_flag_of_a_group_that_the_file_lacks(mapped: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"present_where_positive\.trt .* needs hits .*'nothing'"):
        mapped({}, present_where_positive={"trt": "hits"}, intermediate={"hits": "nothing"})


def test_counters_of_eight_bits_are_added(mapped: Callable[..., Any]) -> None:
    def counters(content: Any) -> dict[str, Any]:
        like = content["track_charge"]
        return {
            name: ak.full_like(like, value, dtype=np.uint8)
            for name, value in (("first", 200), ("second", 100))
        }

    changes = {"track_number_of_sct_hits": {"derive": "sum", "from": ["first", "second"]}}
    paths = mapped(changes, counters, intermediate={"first": "first", "second": "second"})
    assert set(read_parquet(paths["tracks"]).number_of_sct_hits.tolist()) == {300.0}


def test_flags_are_counted_not_joined(mapped: Callable[..., Any]) -> None:
    changes = {"mu": {"derive": "sum", "from": ["one", "one"]}}
    paths = mapped(changes, lambda _: {"one": np.ones(8, dtype=bool)}, intermediate={"one": "one"})
    assert set(read_parquet(paths["events"]).mu.tolist()) == {2.0}
