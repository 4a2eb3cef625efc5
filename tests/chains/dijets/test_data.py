"""The data of a search: injected events, weights, identity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.dijets.correlated import write_correlated
from hepchain.chains.dijets.data import Events, read_tables, unweighted, write_data
from hepchain.chains.dijets.events.table import FEATURES, MASS
from hepchain.errors import InputError, StageError
from hepchain.identity import fold_of
from hepchain.io import ParquetWriter

RANGE = (2700.0, 6100.0)


def table(path: Path, events: int, first: int = 0, *, mass: float = 3500.0, slices: int = 1) -> str:
    number = np.arange(first, first + events)
    slice_number = np.arange(events) % slices
    columns = {
        "event_number": number,
        "weight": 1.0 + 3.0 * slice_number,
        "slice": slice_number,
        "label": np.zeros(events),
        MASS: np.full(events, mass),
        **dict.fromkeys(FEATURES, number + 0.5),
    }
    with ParquetWriter.open(path) as writer:
        writer.write(columns)
    return str(path)


def test_more_injected_events_include_fewer(tmp_path: Path) -> None:
    background = ("b", [table(tmp_path / "b.parquet", 500)])
    signal = ("s", [table(tmp_path / "s.parquet", 200)])
    found = {}
    for injected in (0, 50, 80):
        write_data(background, signal, injected, 5, RANGE, tmp_path / "data.parquet")
        events = Events.read(tmp_path / "data.parquet")
        assert np.count_nonzero(events.observed & events.signal) == injected
        assert np.count_nonzero(events.observed & ~events.signal) == 500
        assert len(events) == 700
        found[injected] = set(events.event_number[events.observed & events.signal])
    assert found[50] < found[80]
    of_signal = events.signal
    for name, chosen in (("b", ~of_signal), ("s", of_signal)):
        expected = fold_of(name, events.event_number[chosen], 5)
        assert np.array_equal(events.fold[chosen], expected)


def test_slices_of_different_weight_become_events_of_weight_one(tmp_path: Path) -> None:
    columns = read_tables([table(tmp_path / "b.parquet", 20_000, slices=2)])
    kept = unweighted("b", columns)
    light, heavy = (np.count_nonzero(kept["slice"] == number) for number in (0, 1))
    assert heavy == 10_000
    assert light == pytest.approx(2500, abs=200)
    order = np.random.default_rng(1).permutation(20_000)
    moved = unweighted("b", {name: values[order] for name, values in columns.items()})
    assert set(moved["event_number"]) == set(kept["event_number"])


def test_labels_of_files_are_the_truth(tmp_path: Path) -> None:
    path = Path(table(tmp_path / "b.parquet", 10))
    write_data(("b", [str(path)]), None, 0, 2, RANGE, tmp_path / "data.parquet")
    assert not Events.read(tmp_path / "data.parquet").signal.any()


def test_correlated_features_are_shifted_by_the_mass(tmp_path: Path) -> None:
    background = ("b", [table(tmp_path / "b.parquet", 50)])
    write_data(background, None, 0, 2, RANGE, tmp_path / "data.parquet")
    write_correlated(tmp_path / "data.parquet", 0.1, tmp_path / "correlated.parquet")
    plain, shifted = (Events.read(tmp_path / f"{name}.parquet") for name in ("data", "correlated"))
    for name in FEATURES:
        shift = 350.0 if name in ("mj1", "dmj") else 0.0
        assert shifted.columns[name] == pytest.approx(plain.columns[name] + shift)
    assert np.array_equal(shifted.event_number, plain.event_number)


def test_what_makes_no_data(tmp_path: Path) -> None:
    low = ("b", [table(tmp_path / "low.parquet", 10, mass=1000.0)])
    with pytest.raises(StageError, match="no event of b is between 2700 and 6100 GeV"):
        write_data(low, None, 0, 2, RANGE, tmp_path / "data.parquet")
    good = ("b", [table(tmp_path / "b.parquet", 10)])
    few = ("s", [table(tmp_path / "s.parquet", 10)])
    with pytest.raises(StageError, match="20 events of s are to be injected"):
        write_data(good, few, 20, 2, RANGE, tmp_path / "data.parquet")
    with pytest.raises(InputError, match="column mjj"):
        read_tables([table(tmp_path / "nan.parquet", 10, mass=float("nan"))])
    with pytest.raises(InputError, match="column mjj"):
        read_tables([table(tmp_path / "negative.parquet", 10, mass=-1.0)])
