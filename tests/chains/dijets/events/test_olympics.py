"""Files in the format of the LHC Olympics: written, read, and bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from hepchain.chains.dijets.config.events import JetsConfig
from hepchain.chains.dijets.events.olympics import COLUMNS, TABLE, OlympicsWriter, read
from hepchain.chains.dijets.events.particles import Particles
from hepchain.chains.dijets.events.table import write_table
from hepchain.errors import InputError
from hepchain.io import read_parquet

CONFIG = JetsConfig(radius=1.0, min_leading_pt=1200.0, min_pt=200.0, max_abs_eta=2.5, beta=1.0)


def some(events: int, most: int, seed: int = 1) -> Particles:
    random = np.random.default_rng(seed)
    counts = random.integers(1, most, events)
    event = np.repeat(np.arange(events), counts)
    pt = random.exponential(10.0, len(event)) + 0.1
    order = np.lexsort((-pt, event))
    eta, phi = random.normal(size=len(event)), random.uniform(-3, 3, len(event))
    return Particles(events, event, pt[order], eta, phi)


def foreign(path: Path, rows: Any) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset(TABLE, data=np.asarray(rows, dtype=np.float64))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path, written = tmp_path / "events.h5", some(700, 30)
    labels = (np.arange(700) % 3 == 0).astype(float)
    with OlympicsWriter.open(path) as writer:
        writer.write(written, labels)
        writer.finish(np.arange(100, 800), 0.5, 2)
    batches = list(read(path, False))
    assert [batch.particles.events for batch in batches] == [500, 200]
    for name in ("pt", "eta", "phi"):
        values = np.concatenate([getattr(batch.particles, name) for batch in batches])
        assert values == pytest.approx(getattr(written, name), rel=1e-6)
    assert np.concatenate([batch.label for batch in batches]).tolist() == labels.tolist()
    assert np.concatenate([batch.event_number for batch in batches]).tolist() == [*range(100, 800)]
    assert {(float(batch.weight[0]), batch.slice) for batch in batches} == {(0.5, 2)}


def test_there_is_room_for_700_particles(tmp_path: Path) -> None:
    path, written = tmp_path / "events.h5", some(3, 1500)
    with OlympicsWriter.open(path) as writer:
        writer.write(written, np.zeros(3))
        writer.finish(np.arange(3), 1.0, 0)
    (batch,) = read(path, False)
    assert batch.particles.counts.tolist() == np.minimum(written.counts, 700).tolist()


def test_pandas_reads_the_files(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("tables", reason="PyTables, which pandas reads HDF5 with, is not installed")
    path = tmp_path / "events.h5"
    with OlympicsWriter.open(path) as writer:
        writer.write(some(5, 10), np.ones(5))
        writer.finish(np.arange(5), 1.0, 0)
    assert pandas.read_hdf(path).shape == (5, COLUMNS + 1)


def test_files_of_others_have_no_weights_and_perhaps_labels(tmp_path: Path) -> None:
    rows = np.zeros((2, COLUMNS + 1))
    rows[:, :3], rows[:, -1] = (1300.0, 0.0, 0.0), (0.0, 1.0)
    rows[:, 3:6] = (1250.0, 0.1, np.pi)
    (batch,) = read(foreign(tmp_path / "a.h5", rows), True)
    assert (batch.label.tolist(), batch.weight.tolist()) == ([0.0, 1.0], [1.0, 1.0])
    (batch,) = read(foreign(tmp_path / "b.h5", rows[:, :-1]), False)
    assert np.isnan(batch.label).all()
    write_table(str(tmp_path / "a.h5"), True, 3, CONFIG, str(tmp_path / "jets.parquet"))
    table = read_parquet(tmp_path / "jets.parquet")
    assert table["event_number"].tolist() == [30_000_000, 30_000_001]
    assert table["label"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("rows", "labelled", "message"),
    [
        (np.zeros((3, COLUMNS)), True, r"shape \(3, 2100\), expected \(events, 2101\)"),
        (np.zeros((3, 7)), False, r"shape \(3, 7\)"),
        (np.zeros((0, COLUMNS)), False, "has no events"),
        (np.full((3, COLUMNS), -1.0), False, "event 0 has a momentum that is negative"),
        (np.full((3, COLUMNS), np.nan), False, "not finite"),
        (np.full((3, COLUMNS + 1), 0.5), True, "other values than 0 and 1"),
    ],
)
def test_bad_tables(tmp_path: Path, rows: Any, labelled: bool, message: str) -> None:
    path = foreign(tmp_path / "bad.h5", rows)
    with pytest.raises(InputError, match=message) as error:
        list(read(path, labelled))
    assert "bad.h5" in str(error.value)


def test_bad_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(read(tmp_path / "none.h5", False))
    (tmp_path / "text.h5").write_text("pT, eta, phi")
    with pytest.raises(InputError, match="not a readable HDF5 file"):
        list(read(tmp_path / "text.h5", False))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.create_dataset("jets", data=[1.0])
    with pytest.raises(InputError, match=r"no table df/block0_values.*it has jets"):
        list(read(tmp_path / "other.h5", False))


def test_no_event_passes(tmp_path: Path) -> None:
    rows = np.zeros((2, COLUMNS))
    rows[:, :3] = (1300.0, 0.0, 0.0)
    path = foreign(tmp_path / "one_jet.h5", rows)
    with pytest.raises(InputError, match="none of its 2 events has a first jet of 1200 GeV"):
        write_table(str(path), False, 0, CONFIG, str(tmp_path / "jets.parquet"))
    assert not (tmp_path / "jets.parquet").exists()
