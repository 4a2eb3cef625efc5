"""The signal region of data: what is written while it is closed, and that nothing tells of more."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.soft_electrons.selection.job import run_selection
from hepchain.io import read_json, read_parquet
from tests.chains.soft_electrons.selection.selection_samples import (
    CONFIG,
    ISOLATION,
    Event,
    Sample,
    Track,
)

POINTS = {"narrow": 1.0, "wide": 5.0}
LARGEST = 5.0


def event(mass: float, score: float, distance: float = 0.9) -> Event:
    """An event whose candidate has this mass [GeV]; the threshold of the tagger is 0."""
    electron = Event().electrons[0]
    angle = electron.phi + distance
    pt = mass**2 / (2 * electron.pt * (1 - np.cos(distance)))  # up to the electron's mass
    track = Track(pt=pt, eta=electron.eta, phi=angle, score=score)
    return replace(Event(), tracks=(track,), weight=1.0, met=1000.0)


# Passing and failing below the smallest splitting, between the two, in the veto and above all.
CONTENT = [
    (mass, score, event(mass, score, distance))
    for mass, distance in ((0.7, 0.2), (2.0, 0.5), (3.1, 0.9), (4.9, 1.1), (5.1, 1.15))
    for score in (1.0, -1.0)
]


def select(folder: Path, events: list[Event], closed: bool) -> tuple[Path, Path, Path]:
    folder.mkdir(exist_ok=True)
    table, flow, same = (folder / name for name in ("out.parquet", "out.json", "same.parquet"))
    inputs = Sample(folder, [events]).write()
    run_selection(inputs, table, flow, CONFIG, ISOLATION, POINTS, closed, same)
    return table, flow, same


def test_closed_is_what_passes_everything_and_nothing_else(tmp_path: Path) -> None:
    events = [item for _, _, item in CONTENT]
    opened = read_parquet(select(tmp_path / "opened", events, closed=False)[0])
    assert np.asarray(opened["mass"]) == pytest.approx([m for m, _, _ in CONTENT], rel=1e-4)
    closed = read_parquet(select(tmp_path / "closed", events, closed=True)[0])
    kept = [score < 0 or 3.0 <= mass <= 3.2 or mass > LARGEST for mass, score, _ in CONTENT]
    assert kept.count(False) == 3
    assert closed["event_number"].to_list() == np.flatnonzero(kept).tolist()
    for name in opened.fields:  # control regions are as they were
        assert closed[name].to_list() == opened[name][kept].to_list()


def test_nothing_written_depends_on_the_signal_region(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Files and log are the same byte by byte with and without events in the region."""
    outside = [item for mass, score, item in CONTENT if score < 0 or mass > LARGEST]
    inside = [item for mass, score, item in CONTENT if score > 0 and mass < 3.0]
    # In the one sample these are turned into events that fail the last requirements.
    fail = [replace(item, met=210.0).with_electron(pt=9.9).with_track(pt=4.9) for item in inside]
    found = []
    for name, events in (("with", [*outside, *inside]), ("without", [*outside, *fail])):
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="hepchain"):
            paths = select(tmp_path / name, events, closed=True)
        found.append([path.read_bytes() for path in paths] + [caplog.text.encode()])
    assert found[0] == found[1]
    assert b"closed" in found[0][-1]


def test_the_cut_flow_ends_before_candidates_are_counted(tmp_path: Path) -> None:
    _, flow, _ = select(tmp_path / "closed", [item for _, _, item in CONTENT], closed=True)
    content = read_json(flow)
    assert content.keys() == POINTS.keys()
    for lines in content.values():
        cuts = [line["cut"] for line in lines]
        assert cuts == ["skim", "one_electron", "electron_pt", "met", "leading_jet_pt"]
        assert {line["candidates"] for line in lines} == {None}
        assert {line["events"] for line in lines} == {len(CONTENT)}
    _, flow, _ = select(tmp_path / "opened", [item for _, _, item in CONTENT], closed=False)
    lines = read_json(flow)["wide"]
    assert (lines[-1]["cut"], lines[-1]["events"]) == ("tagger", 3)


def test_no_file_holds_a_row_of_the_signal_region(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    distances = random.uniform(0.15, 1.15, 300)
    pt = random.uniform(0.6, 4.9, 300)
    masses = np.sqrt(2 * 6.0 * pt * (1 - np.cos(distances)))
    scores = random.choice([-0.1, 0.1], 300)
    events = [event(*item) for item in zip(masses, scores, distances, strict=True)]
    table, flow, same = select(tmp_path / "data", events, closed=True)
    assert len(read_parquet(same)) == 0  # all are of opposite charge
    rows = read_parquet(table)
    mass = np.asarray(rows["mass"])
    inside = (mass < LARGEST) & ((mass < 3.0) | (mass > 3.2))
    assert inside.any()
    assert not (inside & np.asarray(rows["passes_tagger"])).any()
    assert len(rows) > 100
    assert "tagger" not in json.dumps(read_json(flow))
