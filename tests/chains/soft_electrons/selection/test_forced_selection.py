"""Candidates among forced electrons: of their own event, with the probability to be there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.soft_electrons.selection.forced import (
    ForcedOutputs,
    Originals,
    select_forced,
)
from hepchain.chains.soft_electrons.selection.job import SelectionInputs, run_selection
from hepchain.config.simulation import FORCED_COPIES
from hepchain.io import ParquetWriter, read_json, read_parquet
from hepchain.simulation.truth import TruthOrigin
from tests.chains.soft_electrons.selection.selection_samples import (
    CONFIG,
    ISOLATION,
    Event,
    Sample,
    event_columns,
)

CONVERSION = {"truth_origin": int(TruthOrigin.CONVERSION), "label": 2}


def forced(folder: Path, inputs: SelectionInputs, own: dict[int, Event]) -> ForcedOutputs:
    """What is selected of copies of events with these numbers."""
    skim = folder / "original.parquet"
    with ParquetWriter.open(skim) as writer:
        writer.write(event_columns(list(own.items())))
    names = ("table", "same_sign", "flow", "selected", "selected_same")
    table, same_sign, flow, selected, selected_same = (folder / f"out-{name}" for name in names)
    (folder / "own").mkdir(exist_ok=True)
    natural = Sample(folder / "own", [list(own.values())]).write()
    points = {"point": 5.0}
    run_selection(natural, selected, flow, CONFIG, ISOLATION, points, same_sign=selected_same)
    outputs = ForcedOutputs(table, same_sign, folder / "report.json")
    originals = Originals([skim], selected, selected_same)
    select_forced(inputs, originals, outputs, CONFIG, ISOLATION, points)
    return outputs


def copied(folder: Path, events: list[Event], own: dict[int, Event]) -> tuple[Path, Path]:
    """Tables of both charges from copies, numbered from 0."""
    outputs = forced(folder, Sample(folder, [events]).write(), own)
    return outputs.table, outputs.same_sign


def test_presence_is_the_weight_of_the_copy_over_that_of_its_event(tmp_path: Path) -> None:
    forced = Event(weight=0.02).with_track(**CONVERSION)
    table, same = copied(tmp_path, [forced, forced.with_track(charge=-1)], {0: Event(weight=0.5)})
    for path, copies in ((table, 1), (same, 1)):
        rows = read_parquet(path)
        assert len(rows) == copies
        assert rows["event_number"].tolist() == [0]
        assert rows["weight"].tolist() == [0.5]
        assert rows["presence"].tolist() == pytest.approx([0.04])
        assert rows["region_point"].tolist() == [True]
        assert rows["passes_tagger"].tolist() == [True]


def test_only_forced_kinds_of_the_hard_collision_count(tmp_path: Path) -> None:
    kinds = [
        {"truth_origin": int(TruthOrigin.DALITZ)},
        {"truth_origin": int(TruthOrigin.FRAGMENTATION)},
        CONVERSION | {"truth_is_pileup": 1},
    ]
    table, _ = copied(tmp_path, [Event().with_track(**kind) for kind in kinds], {0: Event()})
    assert read_parquet(table)["truth_origin"].tolist() == [int(TruthOrigin.DALITZ)]


def test_copies_of_events_that_are_not_selected_are_left_out(tmp_path: Path) -> None:
    forced = Event().with_track(**CONVERSION)
    table, _ = copied(tmp_path, [forced], {0: replace(Event(), met=150.0)})
    assert len(read_parquet(table)) == 0
    table, _ = copied(tmp_path, [forced], {FORCED_COPIES: Event()})
    assert len(read_parquet(table)) == 0


def test_numbers_and_weights_of_each_copy_are_those_of_its_event(tmp_path: Path) -> None:
    numbers = [3, 1, 2]
    own = {number: Event(weight=0.1 * number) for number in numbers}
    inputs = Sample(tmp_path, [[Event(weight=0.01).with_track(**CONVERSION)] * 4]).write()
    for path in (*inputs.events, *inputs.tracks, inputs.scores):
        rows = read_parquet(path)
        number = np.array([1000, 1001, 2000, 3007])[np.asarray(rows["event_number"])]
        with ParquetWriter.open(path) as writer:
            writer.write({**{name: rows[name] for name in rows.fields}, "event_number": number})
    outputs = forced(tmp_path, inputs, own)
    rows = read_parquet(outputs.table)
    assert rows["event_number"].tolist() == [1, 1, 2, 3]
    assert (rows["weight"] * rows["presence"]).tolist() == pytest.approx([0.01] * 4)


def test_events_with_another_electron_are_taken_to_have_as_many(tmp_path: Path) -> None:
    """They have no copies: with two such events beside the copied one the presence is tripled."""
    other = replace(Event(weight=0.5), misses=0.2)
    events = [Event(weight=0.02).with_track(**CONVERSION)]
    table, _ = copied(tmp_path, events, {0: Event(weight=0.5), 1: other, 2: other})
    assert read_parquet(table)["presence"].tolist() == pytest.approx([0.12])


def test_the_report_compares_with_what_happened_by_itself(tmp_path: Path) -> None:
    """The copies of an event are one entry: their weights are of the same event."""
    events = [Event(weight=0.01).with_track(**CONVERSION)] * 3
    natural = Event().with_track(**CONVERSION)
    outputs = forced(tmp_path, Sample(tmp_path, [events]).write(), {0: natural})
    report = read_json(outputs.report)
    assert report["forced"]["value"] == pytest.approx(0.03)
    assert report["forced"]["effective_events"] == pytest.approx(1.0)
    assert (report["natural"]["value"], report["natural"]["events"]) == (0.5, 1)
