"""Tag rates of hadrons: measured on tracks that are no candidates; electrons are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.soft_electrons.selection.job import run_selection
from hepchain.errors import InputError
from hepchain.io import read_json, read_parquet, write_json
from hepchain.labels import Label
from tests.chains.soft_electrons.selection.selection_samples import (
    CONFIG,
    ISOLATION,
    Event,
    Sample,
    Track,
)

HADRON = Track(label=Label.BACKGROUND, truth_pdg_id=211, truth_origin=0, score=-1.0)
POINTS = {"wide": 5.0}


def events(passing: int, failing: int, **changes: float) -> list[Event]:
    """Events without missing momentum, a hadron each, of which some pass the tagger."""
    scores = [1.0] * passing + [-1.0] * failing
    return [Event(met=0.0, tracks=(replace(HADRON, score=s, **changes),)) for s in scores]  # type: ignore[arg-type]


def run(
    folder: Path,
    content: list[Event],
    measures_rates: bool = True,
    others: Mapping[str, float | None] | None = None,
) -> tuple[Path, Path]:
    """Select; ``others``: thresholds of further working points by name."""
    table, rates = folder / "table.parquet", folder / "rates.json"
    inputs = Sample(folder, [content[::2], content[1::2]]).write()
    if others is not None:
        write_json(inputs.working_points, {**read_json(inputs.working_points), "others": others})
    run_selection(
        inputs,
        table,
        folder / "flow.json",
        CONFIG,
        ISOLATION,
        POINTS,
        same_sign=folder / "same.parquet",
        rates=rates,
        measures_rates=measures_rates,
    )
    return table, rates


def test_a_hadron_has_the_share_of_those_that_are_no_candidates(tmp_path: Path) -> None:
    """Passing or not, it does not enter its own rate; a track that is not isolated neither."""
    candidates = [Event(tracks=(replace(HADRON, score=score),)) for score in (1.0, -1.0)]
    outside = [*events(10, 30), *events(40, 0, ptcone30_1000=5.0)]
    table, rates = run(tmp_path, [*candidates, *outside])
    rows = read_parquet(table)
    assert np.asarray(rows["tag_rate"]).tolist() == [0.25, 0.25]
    assert sorted(np.asarray(rows["passes_tagger"]).tolist()) == [False, True]
    content = read_json(rates)
    assert content["candidates_by_axes"] == {"category, pt, species, abs_eta, pileup": 2}
    total = content["closure"]["total"]
    assert (total["counted"], total["expected"]) == (0.5, pytest.approx(0.25))
    up = 0.25 * (1.0 + content["closure"]["uncertainty"])
    assert np.asarray(rows["tag_rate_up"]) == pytest.approx(up)


def test_another_working_point_has_rates_and_columns_of_its_own(tmp_path: Path) -> None:
    """Of 40 hadrons 10 have a score of 1 and 2 of them one of 3; a candidate of each is there."""
    candidates = [Event(tracks=(replace(HADRON, score=score),)) for score in (3.0, 1.0)]
    outside = events(8, 30)
    outside += [Event(met=0.0, tracks=(replace(HADRON, score=3.0),)) for _ in range(2)]
    table, rates = run(tmp_path, [*candidates, *outside], others={"tight": 2.0})
    rows = read_parquet(table)
    passes = {name: np.asarray(rows[f"passes_tagger{name}"]) for name in ("", "_tight")}
    assert passes[""].tolist() == [True, True]
    assert passes["_tight"].tolist() == (np.asarray(rows["score"]) == 3.0).tolist()
    assert passes["_tight"].dtype == bool
    assert np.asarray(rows["tag_rate"]) == pytest.approx(0.25)
    assert np.asarray(rows["tag_rate_tight"]) == pytest.approx(0.05)
    content = read_json(rates)
    assert content["closure"]["total"]["expected"] == pytest.approx(0.25)
    tight = content["others"]["tight"]["closure"]
    assert tight["total"]["counted"] == pytest.approx(0.5)
    assert tight["total"]["expected"] == pytest.approx(0.05)
    up = np.minimum(0.05 * (1.0 + tight["uncertainty"]), 1.0)
    assert np.asarray(rows["tag_rate_up_tight"]) == pytest.approx(up)


def test_a_working_point_without_a_threshold_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"others\.tight: no threshold"):
        run(tmp_path, events(2, 2), others={"tight": None})


def test_electrons_are_counted(tmp_path: Path) -> None:
    electrons = [Event().with_track(score=score) for score in (1.0, -1.0, 1.0)]
    hadrons = [Event(tracks=(HADRON,))]
    table, _ = run(tmp_path, [*electrons, *hadrons, *events(10, 30)])
    rows = read_parquet(table)
    electron = np.asarray(rows["label"]) == Label.SIGNAL
    passes = np.asarray(rows["passes_tagger"]).astype(float)
    assert np.asarray(rows["tag_rate"])[electron] == pytest.approx(passes[electron])
    assert np.asarray(rows["tag_rate"])[~electron] == pytest.approx([0.25])


def test_a_kaon_without_tracks_of_its_own_takes_the_rate_of_its_pt(tmp_path: Path) -> None:
    kaon = Event(tracks=(replace(HADRON, truth_pdg_id=-321),))
    table, rates = run(tmp_path, [kaon, *events(10, 30)])
    assert np.asarray(read_parquet(table)["tag_rate"]).tolist() == [0.25]
    assert read_json(rates)["candidates_by_axes"] == {"category, pt": 1}


@pytest.mark.parametrize(
    ("content", "measures", "status"),
    [
        (
            [Event(tracks=(HADRON,)), *events(2, 3)],
            True,
            "counted: too few hadron tracks for rates",
        ),
        ([Event(), *events(10, 30)], True, "counted: no hadron among the candidates"),
        ([Event(tracks=(HADRON,)), *events(10, 30)], False, "counted: not a background"),
    ],
)
def test_without_rates_every_candidate_is_counted(
    tmp_path: Path, content: list[Event], measures: bool, status: str
) -> None:
    table, rates = run(tmp_path, content, measures)
    rows = read_parquet(table)
    assert read_json(rates) == {"status": status, "others": {}}
    assert (rows["tag_rate"] == rows["passes_tagger"]).tolist() == [True]
    assert (rows["tag_rate_up"] == rows["tag_rate"]).tolist() == [True]
