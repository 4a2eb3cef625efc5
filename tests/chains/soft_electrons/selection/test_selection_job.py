"""Files of the selection: several points and parts, empty samples, bad inputs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hepchain.chains.soft_electrons.selection.files import cone_column
from hepchain.chains.soft_electrons.selection.job import SelectionInputs, run_selection
from hepchain.errors import InputError
from hepchain.io import ParquetWriter, read_json, read_parquet
from tests.chains.soft_electrons.selection.selection_samples import CONFIG, ISOLATION, Event, Sample

POINTS = {"narrow": 1.0, "wide": 5.0}


def run(inputs: SelectionInputs, folder: Path) -> tuple[Path, Path]:
    table, flow = folder / "out.parquet", folder / "out.json"
    run_selection(inputs, table, flow, CONFIG, ISOLATION, POINTS)
    return table, flow


def test_each_mass_point_has_its_window(tmp_path: Path) -> None:
    _, flow = run(Sample(tmp_path, [[Event()]]).write(), tmp_path)
    content = read_json(flow)
    last = {name: lines[-1]["events"] for name, lines in content.items()}
    assert last == {"narrow": 0, "wide": 1}
    assert "1 GeV" in content["narrow"][-3]["title"]


def test_the_table_holds_what_the_cut_flow_counts(tmp_path: Path) -> None:
    """Rows of a region that pass the tagger are the candidates of the last line, for each point."""
    pairs = [Event().tracks[0], replace(Event().tracks[0], track_index=2, pt=1.5)]
    several = replace(Event(), tracks=tuple(pairs), weight=0.3)
    events = [
        *[Event().with_track(pt=pt) for pt in (0.6, 1.0, 2.0, 4.0)],
        *[Event().with_track(score=-1.0), Event().with_electron(pt=9.9).with_track(pt=4.9)],
        *[several, several.with_track(score=-1.0)],
    ]
    table, flow = run(Sample(tmp_path, [events[:5], events[5:]]).write(), tmp_path)
    rows, content = read_parquet(table), read_json(flow)
    assert [name for name in rows.fields if name.startswith("region_")] == [
        "region_narrow",
        "region_wide",
    ]
    for point, last in ((name, lines[-1]) for name, lines in content.items()):
        chosen = rows[rows[f"region_{point}"] & rows["passes_tagger"]]
        numbers, first = np.unique(np.asarray(chosen["event_number"]), return_index=True)
        assert (last["candidates"], last["events"]) == (len(chosen), len(numbers))
        assert last["weighted"] == pytest.approx(np.asarray(chosen["weight"])[first].sum())
    counts = [content[name][-1]["candidates"] for name in POINTS]
    assert 0 < counts[0] < counts[1] < len(rows)


def test_a_sample_without_candidates_gives_an_empty_table_of_the_same_columns(
    tmp_path: Path,
) -> None:
    table, _ = run(Sample(tmp_path, [[Event()]]).write(), tmp_path)
    full = pq.read_schema(table)
    empty, flow = run(Sample(tmp_path, [[Event(met=10.0)]]).write(), tmp_path)
    assert len(read_parquet(empty)) == 0
    assert pq.read_schema(empty) == full
    assert read_json(flow)["wide"][-1]["events"] == 0


def test_a_part_without_events_or_tracks_is_read(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()], [], [replace(Event(), tracks=())]]).write()
    table, flow = run(inputs, tmp_path)
    assert len(read_parquet(table)) == 1
    assert [line["events"] for line in read_json(flow)["wide"]][:6] == [2, 2, 2, 2, 2, 1]


def test_rows_are_sorted_and_results_repeat_bit_by_bit(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()] * 5, [Event()] * 4]).write()
    table, _ = run(inputs, tmp_path)
    numbers = np.asarray(read_parquet(table)["event_number"])
    assert numbers.tolist() == [0, 1, 2, 3, 4, 10_000_000, 10_000_001, 10_000_002, 10_000_003]
    first = table.read_bytes()
    assert run(inputs, tmp_path)[0].read_bytes() == first


def test_same_sign_candidates_are_those_of_swapped_charges(tmp_path: Path) -> None:
    event = Event()
    swapped = replace(event, tracks=tuple(replace(t, charge=-t.charge) for t in event.tracks))
    folders = [tmp_path / name for name in ("first", "second")]
    tables = []
    for folder, of in zip(folders, (event, swapped), strict=True):
        folder.mkdir()
        inputs = Sample(folder, [[of] * 3]).write()
        run_selection(
            inputs, folder / "t.parquet", folder / "f.json", CONFIG, ISOLATION, POINTS,
            same_sign=folder / "same.parquet",
        )  # fmt: skip
        tables.append([read_parquet(folder / name) for name in ("t.parquet", "same.parquet")])
    (opposite, same), (swapped_opposite, swapped_same) = tables
    assert (len(opposite), len(same)) == (3, 0)
    assert (len(swapped_opposite), len(swapped_same)) == (0, 3)
    assert swapped_same.to_list() == opposite.to_list()


def test_varied_weights_go_with_the_candidates(tmp_path: Path) -> None:
    events = [Event(weight_isr_up=1.1, weight_isr_down=0.9), Event(weight_isr_up=1.3)]
    inputs = Sample(tmp_path, [events, [Event(weight_isr_up=1.5)]]).write()
    content = read_parquet(run(inputs, tmp_path)[0])
    assert content["weight_isr_up"].to_list() == [1.1, 1.3, 1.5]
    assert content["weight_isr_down"].to_list() == [0.9, 1.0, 1.0]
    assert content["weight"].to_list() == [0.5, 0.5, 0.5]


def test_parts_with_different_varied_weights_are_refused(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()], [Event()]]).write()
    content = read_parquet(inputs.events[1])
    with ParquetWriter.open(inputs.events[1]) as writer:
        names = [name for name in content.fields if name != "weight_isr_down"]
        writer.write({name: content[name] for name in names})
    with pytest.raises(InputError, match=r"events-1\.parquet: varied weights \['weight_isr_up'\]"):
        run(inputs, tmp_path)


def test_samples_without_varied_weights_have_no_such_column(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()]]).write()
    content = read_parquet(inputs.events[0])
    with ParquetWriter.open(inputs.events[0]) as writer:
        names = [name for name in content.fields if not name.startswith("weight_")]
        writer.write({name: content[name] for name in names})
    assert [n for n in read_parquet(run(inputs, tmp_path)[0]).fields if "weight" in n] == ["weight"]


def drop_rows(path: Path, keep: slice) -> None:
    content = read_parquet(path)[keep]
    with ParquetWriter.open(path) as writer:
        writer.write({name: content[name] for name in content.fields})


def test_a_candidate_without_score_is_refused(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()] * 3]).write()
    drop_rows(inputs.scores, slice(0, 2))
    with pytest.raises(InputError, match="1 of 3 candidate tracks have no score"):
        run(inputs, tmp_path)
    assert not (tmp_path / "out.parquet").exists()


def test_a_candidate_with_two_scores_is_refused(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()] * 3]).write()
    content = read_parquet(inputs.scores)
    with ParquetWriter.open(inputs.scores) as writer:
        for part in (content, content[:1]):
            writer.write({name: part[name] for name in content.fields})
    with pytest.raises(InputError, match="1 of 3 candidate tracks have no score, two"):
        run(inputs, tmp_path)


def test_events_need_not_be_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    events = [Event(weight=0.1 * i) for i in range(1, 6)]
    inputs = Sample(tmp_path, [events]).write()
    table, _ = run(inputs, tmp_path)
    weights = np.asarray(read_parquet(table)["weight"])
    drop_rows(inputs.events[0], slice(None, None, -1))
    table, flow = run(inputs, tmp_path)
    np.testing.assert_array_equal(read_parquet(table)["weight"], weights)
    assert read_json(flow)["wide"][-1]["events"] == 5


def test_a_score_that_is_not_a_number_is_refused(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event().with_track(score=float("nan"))]]).write()
    with pytest.raises(InputError, match="event 0, track 1"):
        run(inputs, tmp_path)


def test_an_event_number_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()] * 2]).write()
    content = read_parquet(inputs.events[0])
    columns = {name: content[name] for name in content.fields}
    with ParquetWriter.open(inputs.events[0]) as writer:
        writer.write({**columns, "event_number": np.array([4, 4])})
    with pytest.raises(InputError, match="event number 4 occurs more than once"):
        run(inputs, tmp_path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    inputs = Sample(tmp_path, [[Event()]]).write()
    content = read_parquet(inputs.tracks[0])
    with ParquetWriter.open(inputs.tracks[0]) as writer:
        writer.write({name: content[name] for name in content.fields if name != "ptcone30_1000"})
    with pytest.raises(InputError, match="missing column ptcone30_1000"):
        run(inputs, tmp_path)


@pytest.mark.parametrize(
    ("cone", "constituent", "name"), [(0.3, 0.5, "ptcone30_500"), (0.2, 1.0, "ptcone20_1000")]
)
def test_names_of_cone_columns(cone: float, constituent: float, name: str) -> None:
    assert cone_column(cone, constituent) == name
