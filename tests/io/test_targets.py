"""Nothing that a command has not made is replaced or removed by it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hepchain.errors import InputError, OutputError
from hepchain.io import ParquetWriter, atomic_directory, atomic_path, read_parquet, write_json
from hepchain.io.targets import require_own_file, require_own_folder, require_untouched


def own_folder(path: Path) -> Path:
    with atomic_directory(path) as temporary:
        (temporary / "model.json").write_text("model")
        (temporary / "below").mkdir()
        (temporary / "below/part.json").write_text("part")
    return path


def own_table(path: Path, inputs: tuple[Path, ...] = ()) -> None:
    with ParquetWriter.open(path, "hepchain score", inputs) as writer:
        writer.write({"value": [1.0, 2.0]})


def contents(folder: Path) -> dict[str, bytes | str]:
    """All that is below a folder: files with their bytes, links with where they lead."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = path.read_bytes() if path.is_file() else ""
    return found


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a user may have in a folder, the working one."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/events.root").write_bytes(b"root of a year of work")
    (tmp_path / "linked.root").symlink_to(tmp_path / "data/events.root")
    (tmp_path / "hard.root").hardlink_to(tmp_path / "data/events.root")
    (tmp_path / "linked").symlink_to(tmp_path / "data")
    (tmp_path / "nested/empty").mkdir(parents=True)
    own_folder(tmp_path / "model")
    (tmp_path / "model/notes.txt").write_text("mine")
    own_folder(tmp_path / "deep")
    (tmp_path / "deep/below/notes.txt").write_text("mine")
    write_json(tmp_path / "thesis.json", {"title": "mine"})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


FOLDERS = {
    "data": r"holds what was not written with it \(events\.root\)",
    "model": r"holds what was not written with it \(notes\.txt\)",
    "deep": r"holds what was not written with it \(below/notes\.txt\)",
    "nested": r"holds what was not written with it \(empty\)",
    "linked": "is a symbolic link",
    "linked.root": "is a symbolic link",
    "thesis.json": "is a file",
    "here": "is the folder that the command was started in",
    "here/../here": "is the folder that the command was started in",
    "here/..": "or holds it",
    ".": "or holds it",
}


@pytest.mark.parametrize(("name", "message"), FOLDERS.items())
def test_folders_of_the_user_are_left(user: Path, name: str, message: str) -> None:
    before = contents(user)
    with pytest.raises(OutputError, match=message), atomic_directory(user / name) as temporary:
        (temporary / "model.json").write_text("new")
    assert contents(user) == before


FILES = {
    "data": "is a folder",
    "linked.root": r"is an input of the command \(.*events\.root\)",
    "hard.root": r"is an input of the command \(.*events\.root\)",
    "data/events.root": "is an input of the command",
    "data/../data/events.root": "is an input of the command",
    "linked": "is a symbolic link",
    "thesis.json": "is there already and was not made by `hepchain score`",
    "model/model.json": "is there already and was not made by `hepchain score`",
}


@pytest.mark.parametrize(("name", "message"), FILES.items())
def test_files_of_the_user_are_left(user: Path, name: str, message: str) -> None:
    before = contents(user)
    with pytest.raises(OutputError, match=message):
        own_table(user / name, (user / "data/events.root",))
    assert contents(user) == before


def test_devices_are_left(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="is a device or socket"), atomic_path(tmp_path / "pipe"):
        pass
    with pytest.raises(OutputError, match="is a device or socket"), atomic_path(os.devnull):
        pass


def test_own_files_and_folders_are_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        own_folder(tmp_path / "model")
        own_table(tmp_path / "scores.parquet")
    (tmp_path / "new").mkdir()
    own_folder(tmp_path / "new")
    own_folder(tmp_path / "new/../model")
    assert json.loads((tmp_path / "model/.hepchain.json").read_text()) == [
        "below/part.json",
        "model.json",
    ]
    assert len(read_parquet(tmp_path / "scores.parquet")) == 2


def test_other_tables_are_not_those_of_a_command(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    with ParquetWriter.open(path) as writer:
        writer.write({"value": [1.0]})
    before = path.read_bytes()
    with pytest.raises(OutputError, match="was not made by `hepchain score`"):
        own_table(path)
    assert path.read_bytes() == before


def test_a_write_protected_file_is_left(tmp_path: Path) -> None:
    own_table(tmp_path / "scores.parquet")
    (tmp_path / "scores.parquet").chmod(0o444)
    with pytest.raises(OutputError, match="is write-protected"):
        own_table(tmp_path / "scores.parquet")


def late_file(path: Path) -> None:
    check = partial(require_own_file, made_by="a test", is_own=lambda _: False)
    with atomic_path(path, check) as temporary:
        temporary.write_text("new")
        path.write_text("mine")


def late_folder(path: Path) -> None:
    with atomic_directory(path) as temporary:
        (temporary / "model.json").write_text("new")
        path.mkdir()
        (path / "notes.txt").write_text("mine")


@pytest.mark.parametrize("write", [late_file, late_folder])
def test_what_comes_while_a_command_runs_is_left(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    with pytest.raises(OutputError):
        write(tmp_path / "target")
    assert list(contents(tmp_path).values())[-1] == b"mine"
    assert not list(tmp_path.glob(".*"))


def test_folders_of_the_workflow_are_not_replaced_by_hand(tmp_path: Path) -> None:
    model = own_folder(tmp_path / "fold0")
    (model / ".snakemake_timestamp").touch()
    with pytest.raises(OutputError, match=r"\.snakemake_timestamp"):
        require_own_folder(model)


def test_what_was_added_or_taken_is_named(tmp_path: Path) -> None:
    model = own_folder(tmp_path / "model")
    (model / ".snakemake_timestamp").touch()
    require_untouched(model)
    (model / "notes.txt").touch()
    with pytest.raises(InputError, match=r"notes\.txt was added to it"):
        require_untouched(model)
    (model / "notes.txt").unlink()
    (model / "model.json").unlink()
    with pytest.raises(InputError, match=r"model\.json is missing"):
        require_untouched(model)
