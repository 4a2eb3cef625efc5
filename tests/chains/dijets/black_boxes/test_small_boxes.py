"""Boxes from their generation to the opening of their seals, without Snakemake."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from hepchain.chains.dijets.black_boxes.answer import answer, settled
from hepchain.chains.dijets.black_boxes.generation import generate_box
from hepchain.chains.dijets.black_boxes.opening import Opened, opened
from hepchain.chains.dijets.black_boxes.seal import (
    Truth,
    draw,
    mark_opened,
    read_digest,
    write_seal,
)
from hepchain.chains.dijets.config.black_boxes import OwnBoxes
from hepchain.chains.dijets.config.run import DijetsConfig
from hepchain.chains.dijets.cwola import score_fold
from hepchain.chains.dijets.data import Events, Floats, write_data
from hepchain.chains.dijets.events.olympics import COLUMNS, TABLE, OlympicsWriter, read
from hepchain.chains.dijets.events.particles import Particles
from hepchain.chains.dijets.events.table import write_table
from hepchain.chains.dijets.resonance import resonances
from hepchain.chains.dijets.search import search
from hepchain.config.loader import load_chain
from hepchain.config.root import read_configuration
from hepchain.errors import InputError
from hepchain.io.structured import plain
from tests.chains.dijets.black_boxes.small_boxes import own

SMOKE = ["config/dijets/smoke.yaml"]


@pytest.fixture(scope="module")
def run() -> DijetsConfig:
    loaded = load_chain("dijets", read_configuration(SMOKE).chains["dijets"])
    assert isinstance(loaded, DijetsConfig)
    return loaded


def of_content(content: str, config: OwnBoxes) -> Truth:
    return next(truth for truth in draw(config) if truth.content == content)


def test_nothing_in_a_file_tells_of_a_signal(run: DijetsConfig, tmp_path: Path) -> None:
    config = own(parts=1, events=40, injected=[10, 10])
    shapes = []
    for content in config.contents:
        path = tmp_path / f"{content}.h5"
        generate_box(of_content(content, config), 0, config, run.events.response, path)
        with h5py.File(path) as file:
            assert list(file) == ["df"]
            shapes.append(file[TABLE].shape)
        (batch,) = read(path, labelled=False)
        assert np.isnan(batch.label).all()
        assert (batch.weight == 1.0).all()
        assert (batch.particles.counts > 10).all()
    assert shapes == [(40, COLUMNS)] * 3


def test_a_box_without_jets(run: DijetsConfig, tmp_path: Path) -> None:
    path = tmp_path / "soft.h5"
    soft = Particles(2, np.array([0, 1]), *(np.array([1.0, 2.0]) for _ in range(3)))
    with OlympicsWriter.open(path, labelled=False) as writer:
        writer.write(soft)
        writer.finish_table()
    with pytest.raises(InputError, match="none of its 2 events has a first jet of 1200 GeV"):
        write_table(str(path), False, 0, run.jets, str(tmp_path / "jets.parquet"))


def searched(truth: Truth, run: DijetsConfig, config: OwnBoxes, folder: Path) -> Opened:
    """All that the rules do, one after another."""
    seal, tables = folder / f"{truth.box}.json", []
    write_seal(truth, seal)
    for part in range(config.parts):
        path, target = folder / f"{part}.h5", folder / f"{part}.parquet"
        generate_box(truth, part, config, run.events.response, path)
        write_table(str(path), False, part, run.jets, str(target))
        tables.append(str(target))
    data = folder / "data.parquet"
    write_data((truth.box, tables), None, 0, run.data.folds, run.windows.mass, data)
    events = Events.read(data)
    assert not events.signal.any()
    scores: dict[str, Floats] = {}
    for window in run.windows.windows:
        scores[window] = np.empty(len(events))
        for fold in range(run.data.folds):
            scores[window][events.fold == fold] = score_fold(
                events, fold, run.windows.bands(window), run.cwola, 1
            )
    random = np.random.default_rng(1)
    outcome = search(events, scores, run.windows, run.search, random)
    found = resonances(
        events, scores, outcome.findings, outcome.best, run.windows, run.search.energy, random
    )
    asked = run.black_boxes.answer
    said = {**plain(outcome), "resonances": plain(found)}
    given = settled(answer(truth.box, said, asked, read_digest(f"{seal}.sha256")), seal, asked)
    mark_opened(seal, plain(given))
    assert given.window is not None
    ends = run.windows.windows[given.window]
    return opened(plain(given), truth, events, scores[given.window], ends, asked)


@pytest.mark.parametrize(
    ("content", "verdict"), [("two_jets", "found"), ("nothing", "rightly nothing")]
)
def test_seals_are_opened(content: str, verdict: str, run: DijetsConfig, tmp_path: Path) -> None:
    """With far more signal than a search needs: a third of the events in its window."""
    config = own(events=1000, injected=[200, 200])
    found = searched(of_content(content, config), run, config, tmp_path)
    assert (found.verdict, found.blind) == (verdict, True)
    assert found.generated == (200 if content == "two_jets" else 0)
    assert found.in_window <= found.in_data <= found.generated
    for item in found.compared:
        assert item.difference is not None
        assert abs(item.difference) < 4.0
