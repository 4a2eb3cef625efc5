"""The real slice of the LHC Olympics, where it is there; files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hepchain.chains.dijets.config.methods import SliceConfig
from hepchain.chains.dijets.slice import Slice, _distinguished, read_slice, study
from hepchain.errors import InputError, StageError
from tests.workspace import REPOSITORY

DATA = REPOSITORY.parent / "shared" / "data" / "lhco"
FILES = ["innerdata_train.npy", "innerdata_val.npy", "innerdata_extrasig_train.npy"]
WINDOW = (3300.0, 3700.0)
CONFIG = SliceConfig.model_validate(
    {
        **dict(zip(("train", "validation", "signal"), FILES, strict=True)),
        "window": WINDOW,
        "folds": 2,
        "members": 1,
        "classifier": {
            "kind": "trees",
            "trees": 60,
            "leaves": 31,
            "depth": 12,
            "learning_rate": 0.2,
            "patience": 5,
        },
    }
)


@pytest.fixture
def files() -> list[str]:
    paths = [DATA / name for name in FILES]
    if not all(path.exists() for path in paths):
        pytest.skip("the slice of the LHC Olympics is not in ../shared/data/lhco")
    return [str(path) for path in paths]


def test_the_real_slice(files: list[str]) -> None:
    one = read_slice(files[0], WINDOW)
    assert (len(one.inputs), int(one.signal.sum())) == (60_000, 395)
    assert np.median(one.columns["mj1"]) == pytest.approx(107.6, abs=0.1)
    found = study(files, CONFIG, 1)
    assert found["supervised"].value == pytest.approx(14.0, abs=2.0)
    assert found["idealised"].value > 3.0
    assert found["supervised"].value > found["idealised"].value
    assert 0.0 < found["supervised"].error < 2.0


def made(path: Path, rows: object) -> Path:
    np.save(path, np.asarray(rows))
    return path


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.full((5, 4), 3.5), r"shape \(5, 4\); expected numbers of the shape \(events, 6\)"),
        (np.full((5, 6), np.nan), "negative or not finite"),
        (np.full((5, 6), -1.0), "negative or not finite"),
        (np.full((5, 6), 3500.0), "5 of 5 masses of both jets are outside of 3300 to 3700 GeV"),
    ],
)
def test_bad_slices(tmp_path: Path, rows: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_slice(made(tmp_path / "slice.npy", rows), WINDOW)


def test_files_that_are_no_slices(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_slice(tmp_path / "none.npy", WINDOW)
    (tmp_path / "text.npy").write_text("mjj")
    with pytest.raises(InputError, match="not an array of NumPy"):
        read_slice(tmp_path / "text.npy", WINDOW)


def test_masses_are_in_gev(tmp_path: Path) -> None:
    rows = [[3.5, 0.1, 0.4, 0.5, 0.2, 1.0]]
    found = read_slice(made(tmp_path / "slice.npy", rows), WINDOW)
    assert isinstance(found, Slice)
    assert found.inputs[0].tolist() == pytest.approx([100.0, 400.0, 0.5, 0.2])


def test_events_that_are_alike_are_not_told_apart() -> None:
    random = np.random.default_rng(1)
    one, two = random.normal(size=(2, 1500, 2))
    alike, other = _distinguished(one, two, 1), _distinguished(one, two + 1.0, 1)
    assert alike.value == pytest.approx(0.5, abs=4 * alike.error)
    assert other.value == pytest.approx(0.84, abs=0.03)
    with pytest.raises(StageError, match="a comparison needs 100"):
        _distinguished(one[:50], two, 1)
