"""Branch maps that ask for what cannot be made: told as such, not as damage of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import yaml

from hepchain.config.ntuple import NtupleMap
from hepchain.config.source import Source
from hepchain.errors import InputError
from hepchain.io import read_json, read_parquet
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
        (
            {"met": "met * 0.001"},
            r"no branch 'met \* 0.001'; an expression\? `\{expression: met \* 0.001\}`",
        ),
        (
            {"met": {"expression": "0.001 * mett"}},
            r"missing: met \(no branch 'mett'; did you mean 'met'\?\)",
        ),
        (
            {"track_eta": {"expression": "1 + track_phi * jet_phi"}},
            r"branches\.track_eta .*\(expression '1 \+ track_phi \* jet_phi'\) cannot be made: "
            r"'track_phi \* jet_phi' at position 5.*not of one object: in one event track_phi has",
        ),
        (
            {"met": {"expression": "abs(jet_pt)"}},
            r"branches\.met .*: it is a list an event, not one number an event",
        ),
        (
            {name: {"value": 1.0} for name in ("jet_pt", "jet_eta", "jet_phi", "jet_mass")},
            r"branches\.jet_pt .*\(value 1\).*no other quantity jet_\*",
        ),
        ({"track_charge": {"value": 0.5}}, r"track_charge \(value 0.5\): .* no integers"),
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


def keep(content: dict[str, Any]) -> Callable[[Any], Any]:
    """Further branches: none; what there are is kept."""

    def of(others: Any) -> dict[str, Any]:
        content.update(others)
        return {}

    return of


def test_expressions_of_branches_and_quantities(mapped: Callable[..., Any]) -> None:
    changes = {
        "met": {"expression": "met * 0.5", "factor": 2.0},
        "mu": {"expression": "met + mu"},
        "track_d0": {"expression": "where(track_charge > 0, met, -hypot(track_z0, two))"},
    }
    extra: dict[str, Any] = {}
    paths = mapped(changes, keep(extra), intermediate={"two": "mu"})
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    assert events.met.tolist() == extra["met"].tolist()
    assert events.mu.tolist() == pytest.approx(extra["met"] + extra["mu"])
    mu, met = (
        ak.flatten(ak.broadcast_arrays(extra[x], extra["track_z0"])[0]) for x in ("mu", "met")
    )
    z0, charge = ak.flatten(extra["track_z0"]), ak.flatten(extra["track_charge"])
    expected = np.where(charge > 0, met, -np.hypot(z0, mu))
    assert tracks.d0.tolist() == pytest.approx(expected.tolist())


def test_constants_of_events_and_objects(mapped: Callable[..., Any]) -> None:
    changes = {
        "met_trigger_weight": {"value": 0.5},
        "mu": {"expression": "2 * 17"},
        "electron_lh_very_loose": {"value": 1},
        "track_d0": {"value": 0.25},
    }
    extra: dict[str, Any] = {}
    paths = mapped(changes, keep(extra))
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    assert ak.to_numpy(events.weight) == pytest.approx(0.5 * extra["weight"])
    assert set(events.mu.tolist()) == {34.0}
    assert ak.num(events.electron_lh_very_loose).tolist() == ak.num(extra["electron_pt"]).tolist()
    assert ak.all(events.electron_lh_very_loose == 1)
    assert set(tracks.d0.tolist()) == {0.25}


def test_a_number_stands_in_for_what_a_file_lacks(
    mapped: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    changes = {
        "met_trigger_weight": {"branch": "efficiency", "otherwise": 0.5},
        "electron_lh_very_loose": {"branch": "electron_id", "otherwise": 1},
        "track_d0": {"derive": "sum", "from": ["track_z0", "shift"], "otherwise": 0.25},
        "mu": {"expression": "pile_up + 1"},
        "met": {"branch": "met", "otherwise": -1.0},
    }
    intermediate = {"shift": "nowhere", "pile_up": {"branch": "nothing", "otherwise": 33.0}}
    extra: dict[str, Any] = {}
    with caplog.at_level("WARNING"):
        paths = mapped(changes, keep(extra), intermediate=intermediate)
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    assert ak.to_numpy(events.weight) == pytest.approx(0.5 * extra["weight"])
    assert ak.all(events.electron_lh_very_loose == 1)
    assert set(tracks.d0.tolist()) == {0.25}
    assert set(events.mu.tolist()) == {34.0}
    assert events.met.tolist() == extra["met"].tolist()
    told = {
        "met_trigger_weight": "0.5 stands in: no branch 'efficiency'",
        "electron_lh_very_loose": "1 stands in: no branch 'electron_id'",
        "track_d0": "0.25 stands in: intermediate.shift: no branch 'nowhere'",
        "pile_up": "33 stands in: no branch 'nothing'",
    }
    substituted = read_json(paths["report"])["substituted"]
    assert substituted == {name: {"reason": why, "files": 1} for name, why in told.items()}
    assert (
        "files lack track_d0 (0.25 stands in: intermediate.shift: no branch 'nowhere') (1 of 1)"
        in caplog.text
    )


def test_wrong_types_have_no_substitute(mapped: Callable[..., Any]) -> None:
    changes = {"track_charge": {"branch": "track_charge", "bit": 32, "otherwise": 1}}
    with pytest.raises(InputError, match="has 32 bits, no 32"):
        mapped(changes)


def test_links_into_joined_lists_say_into_which(mapped: Callable[..., Any]) -> None:
    changes = {"track_pt": {"derive": "joined", "from": ["one", "one"]}}
    with pytest.raises(
        InputError, match=r"wrong type: electron_track_index .*joined lists of trac"
    ):
        mapped(changes, intermediate={"one": "track_pt"})
    intermediate = {
        f"{name}_index": f"{name}_track_index" for name in ("electron", "truth_electron")
    }
    intermediate["one"] = "track_pt"
    changes |= {
        f"{name}_track_index": {"derive": "index_in_second", "from": [f"{name}_index", "one"]}
        for name in ("electron", "truth_electron")
    }
    with pytest.raises(InputError, match="of another length than track_pt"):
        mapped(changes, intermediate=intermediate)


def test_lists_that_are_made_of_joined_ones_count(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    joined = Source.model_validate({"derive": "joined", "from": ["track_eta"] * 2})
    branches = contract_map.branches | {"track_phi": Source(expression="2 * both")}
    ntuple_map = NtupleMap(tree="events", branches=branches, intermediate={"both": joined})
    found = check_ntuple(write_ntuple(make_content(3)), ntuple_map)
    assert found.report is not None
    links = {"electron_track_index", "truth_electron_track_index"}
    assert set(found.report.wrong_type) == links


def test_quantities_that_are_misspelt_in_expressions_are_told(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    branches = contract_map.branches | {"mu": Source(expression="2 * mett_phi")}
    found = check_ntuple(write_ntuple(make_content(3)), NtupleMap(tree="events", branches=branches))
    assert found.report is not None
    assert found.report.absent == {"mu": "no branch 'mett_phi'; did you mean 'met_phi'?"}
