"""Results of machines whose clocks are ahead or behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hepchain.errors import ExecutionError, InputError
from hepchain.execution.clocks import check_clock, date_back, refuse_future, start_of_run
from hepchain.execution.lock import release_folder, take_folder

HOURS = 7200.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def dated(path: Path, seconds: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("some")
    os.utime(path, (time.time() + seconds,) * 2)
    return path


def test_run_has_a_start_while_it_goes_on(folder: Path) -> None:
    assert start_of_run(folder) is None
    take_folder(folder)
    assert start_of_run(folder) == pytest.approx(time.time(), abs=5.0)
    release_folder(folder)
    assert start_of_run(folder) is None


def test_results_dated_ahead_are_dated_back(folder: Path) -> None:
    said: list[str] = []
    start = time.time()
    old = dated(folder / "results/a/old.json", -HOURS)
    before = old.stat().st_mtime_ns
    ahead = dated(folder / "results/b/model/.snakemake_timestamp", HOURS)
    date_back(folder / "results", start, said.append)
    assert old.stat().st_mtime_ns == before
    assert start - 2.0 < ahead.stat().st_mtime < start
    assert len(said) == 1
    assert "1 results were dated up to 2:00:0" in said[0]
    date_back(folder / "results", start, said.append)
    assert len(said) == 1


def test_without_results_nothing_is_dated(folder: Path) -> None:
    date_back(folder / "results", time.time(), pytest.fail)


def test_input_of_the_future_is_refused(folder: Path) -> None:
    files = [str(dated(folder / f"{hours}.root", hours * 3600.0)) for hours in (-1, 1, 2)]
    refuse_future(files[:1])
    with pytest.raises(InputError, match=r"2\.root and 1 others are .* up to (2:00:00|1:59:5)"):
        refuse_future(files)


def test_job_on_a_machine_whose_clock_is_behind_fails(folder: Path) -> None:
    late, right = dated(folder / "late.log", -HOURS), dated(folder / "right.log", 0.0)
    check_clock(late)  # no run goes on: nothing to compare with
    take_folder(folder)
    check_clock(right)
    with pytest.raises(ExecutionError, match=r"at least (2:00:00|1:59:5\d) behind"):
        check_clock(late)
    release_folder(folder)
