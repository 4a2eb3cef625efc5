from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hepchain.io import atomic_directory, atomic_path
from hepchain.io.targets import MARK


def write_file(path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("whole")


def write_directory(path: Path) -> None:
    with atomic_directory(path) as temporary:
        (temporary / "part").write_text("whole")


def interrupted_file(path: Path) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        raise FileExistsError


def interrupted_directory(path: Path) -> None:
    with atomic_directory(path) as temporary:
        (temporary / "half").write_text("half")
        raise FileExistsError


Writer = Callable[[Path], None]
writers = pytest.mark.parametrize("write", [write_file, write_directory])


@writers
def test_only_the_result_is_left(tmp_path: Path, write: Writer) -> None:
    write(tmp_path / "below/result.json")
    assert [path.name for path in (tmp_path / "below").iterdir()] == ["result.json"]


@writers
def test_leftovers_of_killed_writers_are_removed(tmp_path: Path, write: Writer) -> None:
    (tmp_path / ".result.json.partial-abc.json").write_text("half")
    (tmp_path / ".result.json.partial-def").mkdir()
    (tmp_path / ".other.json.partial-abc.json").write_text("of another writer")
    write(tmp_path / "result.json")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".other.json.partial-abc.json", "result.json"]


def test_error_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_file(path)
    with pytest.raises(FileExistsError):
        interrupted_file(path)
    assert path.read_text() == "whole"
    assert len(list(tmp_path.iterdir())) == 1


def test_error_leaves_the_old_directory(tmp_path: Path) -> None:
    path = tmp_path / "model"
    write_directory(path)
    with pytest.raises(FileExistsError):
        interrupted_directory(path)
    assert {item.name for item in path.iterdir()} == {"part", MARK}
    assert len(list(tmp_path.iterdir())) == 1


def test_directory_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "model"
    with atomic_directory(path) as temporary:
        (temporary / "old").write_text("")
    write_directory(path)
    assert {item.name for item in path.iterdir()} == {"part", MARK}


def test_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_file(path)
    assert stat.S_IMODE(path.stat().st_mode) & 0o400
    write_directory(tmp_path / "model")
    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o755


def test_temporary_name_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.tar.gz") as temporary:
        assert temporary.suffix == ".gz"
        assert temporary.parent == tmp_path
