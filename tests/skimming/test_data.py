"""Ntuples of data: no truth, no weights, and neither is used where a file has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pyarrow.parquet as pq
import pytest

from hepchain.cli import main
from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block
from hepchain.config.samples import Role
from hepchain.errors import InputError
from hepchain.io import read_json, read_parquet, write_json
from hepchain.labels import Label
from hepchain.skimming.normalisation import SampleNormalisation, make_normalisation
from tests.skimming.checks import check_ntuple
from tests.soft_electrons import LABELLING
from tests.workspace import REPOSITORY

Content = dict[str, Any]
OF_SIMULATION = ("truth_", "weight", "met_trigger_weight")


def recorded(content: Content) -> Content:
    """What an experiment would have recorded of simulated events."""
    return {name: item for name, item in content.items() if not name.startswith(OF_SIMULATION)}


@pytest.fixture(scope="module")
def content(make_content: Callable[..., Content]) -> Content:
    return make_content(25)


def test_data_are_complete_without_truth_and_weights(
    content: Content, write_ntuple: Callable[..., Path], contract_map: NtupleMap
) -> None:
    path = write_ntuple(recorded(content))
    of_signal, of_data = (
        check_ntuple(path, contract_map, role=role).report for role in (Role.SIGNAL, Role.DATA)
    )
    assert of_signal is not None
    assert of_data is not None
    assert "truth_track_pdg_id" in of_signal.absent
    assert not of_data.absent
    of_data.require(Role.DATA)


def test_data_need_what_the_selection_needs(
    content: Content,
    write_ntuple: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    contract_map_path: str,
    run_skim: Callable[..., dict[str, str]],
) -> None:
    monkeypatch.chdir(REPOSITORY)
    less = recorded(content)
    del less["met_phi"], less["electron_charge"]
    path = str(write_ntuple(less))
    arguments = ["ntuple", "check", path, "--map", contract_map_path, "--role"]
    assert main([*arguments, "data"]) == 1
    text = capsys.readouterr().out
    for name in ("met_phi", "electron_charge"):
        assert f"missing, needed for signal, background and data: {name}" in text
    assert "truth_" not in text
    assert "weight" not in text
    assert main([*arguments, "training"]) == 1
    text = capsys.readouterr().out
    assert "missing, needed always: weight (no branch 'weight')" in text
    assert "absent: truth_track_pdg_id" in text
    with pytest.raises(InputError, match="cannot be read as a data sample"):
        run_skim(path, role=Role.DATA)


def test_truth_and_weights_of_a_file_are_not_used(
    content: Content, write_ntuple: Callable[..., Path], run_skim: Callable[..., dict[str, str]]
) -> None:
    simulated = run_skim(write_ntuple(content, name="simulated.root"), role=Role.DATA, name="all")
    data = run_skim(write_ntuple(recorded(content)), role=Role.DATA)
    for table in ("events", "tracks"):
        assert Path(data[table]).read_bytes() == Path(simulated[table]).read_bytes()
    report = read_json(data["report"])
    assert report["absent"] == {}
    assert report == {**read_json(simulated["report"]), "ntuples": report["ntuples"]}


def test_every_event_counts_once_and_no_track_has_truth(
    content: Content, write_ntuple: Callable[..., Path], run_skim: Callable[..., dict[str, str]]
) -> None:
    paths = run_skim(write_ntuple(recorded(content)), role=Role.DATA)
    events, tracks = read_parquet(paths["events"]), read_parquet(paths["tracks"])
    assert ak.all(events.weight == 1.0)
    assert ak.all(tracks.weight == 1.0)
    assert not [name for name in events.fields if name.startswith(("truth_", "weight_"))]
    truth = {name: np.asarray(tracks[name]) for name in ("truth_pdg_id", "truth_origin")}
    label = LABELLING.label(truth)
    assert set(label) == {Label.UNKNOWN}
    assert not ak.any(tracks.truth_is_pileup)
    assert ak.all(np.isnan(tracks.truth_pt))


def test_tracks_have_the_columns_of_simulation(
    content: Content, write_ntuple: Callable[..., Path], run_skim: Callable[..., dict[str, str]]
) -> None:
    data = run_skim(write_ntuple(recorded(content)), role=Role.DATA)
    simulated = run_skim(write_ntuple(content, name="simulated.root"), name="simulated")
    assert pq.read_schema(data["tracks"]).equals(pq.read_schema(simulated["tracks"]))


def test_data_are_not_normalised_and_need_no_metadata(
    content: Content, write_ntuple: Callable[..., Path], contract_map_path: str, tmp_path: Path
) -> None:
    path = write_ntuple(recorded(content), metadata={"sum_of_weights": "unknown"})
    output = tmp_path / "normalisation.json"
    config = SampleNormalisation("recorded", Role.DATA, None, None, None, None)
    make_normalisation(config, [str(path)], contract_map_path, str(output))
    assert read_json(output) == {
        "sample": "recorded",
        "role": "data",
        "cross_section_pb": None,
        "scale_factor": None,
        "branching_fraction": None,
        "sum_of_weights": None,
        "weight_per_generated": 1.0,
        "sources": {},
    }
    twice = write_ntuple(recorded(content), name="again.root")
    with pytest.raises(InputError, match="event numbers occur more than once"):
        make_normalisation(config, [str(path), str(twice)], contract_map_path, str(output))


def test_run_and_event_number_make_one_number(
    content: Content,
    write_ntuple: Callable[..., Path],
    run_skim: Callable[..., dict[str, str]],
    contract_map_path: str,
    tmp_path: Path,
) -> None:
    """As docs/ntuples.md says; the largest event numbers of ATLAS have ten digits."""
    both = recorded(content)
    run = np.array([284500, 364292] * 13)[:25].astype(np.uint32)
    number = (4_000_000_001 + np.arange(25) // 2).astype(np.uint64)
    del both["event_number"]
    ntuple = write_ntuple(both | {"run": run, "number": number})
    changed = load_block(contract_map_path, NtupleMap).model_dump(by_alias=True, exclude_none=True)
    changed["branches"]["event_number"] = {"derive": "sum", "from": ["offset", "number"]}
    changed["intermediate"] = {"offset": {"branch": "run", "factor": 1e10}, "number": "number"}
    write_json(tmp_path / "map.yaml", changed)  # JSON is YAML
    paths = run_skim(ntuple, role=Role.DATA, map_path=str(tmp_path / "map.yaml"))
    expected = [int(r) * 10**10 + int(n) for r, n in zip(run, number, strict=True)]
    assert read_parquet(paths["events"]).event_number.tolist() == expected
