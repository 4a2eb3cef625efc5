"""Whatever the arguments of `hepchain` are: one message, no traceback, and no file that changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain import commands
from hepchain.cli import main
from tests.workspace import REPOSITORY

MAP = "--map config/ntuples/hepchain.yaml"
SCORE = f"score fake.root {MAP} --output o.parquet --tagger"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the configuration and files of all sorts of trouble."""
    (tmp_path / "config").symlink_to(REPOSITORY / "config")
    for name, text in {
        "text": "mine",
        "list": "[]",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "fake.root").write_bytes(b"root" + bytes(500))
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to("text")
    for name, content in {"list": "[]", "keys": '{"format": 1}', "binary": "\u0100\0"}.items():
        (tmp_path / f"tagger-{name}").mkdir()
        (tmp_path / f"tagger-{name}/tagger.json").write_text(content)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    (tmp_path / "logs/.snakemake/log/1.snakemake.log").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


CASES = {
    "config check binary": "binary: cannot be read",
    "config check list": "list: holds no mapping",
    "config check .": "cannot be read",
    f"ntuple check text {MAP}": "text: cannot be read\n  not a ROOT file",
    f"ntuple check . {MAP}": "Is a directory",
    f"ntuple check fake.root {MAP}": "fake.root: cannot be read\n  no tree 'events'",
    "ntuple check fake.root --map nowhere": "nowhere: no such file",
    "ntuple check fake.root --map loop": "loop: cannot be read",
    f"ntuple check fake.root {MAP} --chain list": "no chain 'list'",
    "train keras silicon --output .": ".: is the folder that the command was started in",
    "train keras silicon --output ..": "..: is the folder that the command was started in",
    "train keras silicon --output /": "/: is the folder that the command was started in",
    "train keras silicon --output full": "holds what was not written with it",
    "train keras silicon --output text": "text: is a file",
    "train keras silicon --output link": "link: is a symbolic link",
    "train keras silicon --output loop": "loop: is a symbolic link",
    f"train keras silicon --output {'x' * 300}": "cannot be written (File name too long)",
    "train keras silicon --output new --fold 99": "fold 99: not one of 0 to 1",
    "train keras silicon --output new --fold -1": "fold -1: not one of 0 to 1",
    "train keras silicon --output new --features text": "2 of the 2 files of features",
    f"{SCORE} nowhere": "nowhere: no exported tagger",
    f"{SCORE} text": "text: no exported tagger",
    f"{SCORE} tagger-list": "tagger-list/tagger.json: a manifest of format None",
    f"{SCORE} tagger-keys": "tagger-keys/tagger.json: a manifest of format 1",
    f"{SCORE} tagger-binary": "tagger-binary/tagger.json: not valid JSON",
    f"{SCORE} tagger-keys --threads 0": "--threads 0: at least one",
    f"limit --observed {'9' * 400} --background 3": "--observed of 300 digits: must be",
    "limit --observed 1000000000000 --background 3": "--observed 1e+12: must be",
    "limit --observed 1 --background 1e400": "--background inf: must be",
    "limit --observed 1 --background 1 --uncertainty 300": "more than 100 times 1",
    "limit --observed 1 --background 1 --confidence-level nan": "--confidence-level nan: must be",
    "limit --observed 1 --background 1 --toys 1000000000": "--toys 1000000000: 1000 to",
    "limit --observed 1 --background 1 --toys 1000 --confidence-level 0.9999": "which needs 50000",
    "status text": "no log of a run; give the folder in which snakemake was started",
    "status nowhere": "no log of a run",
    "status .": "no log of a run",
    "status logs": "Is a directory",
}


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("arguments", "message"), CASES.items(), ids=lambda text: text[:60])
def test_one_message_and_nothing_changes(
    folder: Path, arguments: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    assert main(arguments.split()) in (1, 2)
    written = capsys.readouterr()
    # What a check finds is its result.
    told, other = (written.out, written.err)[:: 1 if written.out else -1]
    assert message in told
    assert written.out or told.startswith("hepchain")
    assert "Traceback" not in told
    assert other == ""
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (KeyboardInterrupt(), 130, "hepchain: interrupted; nothing unfinished was left behind\n"),
        (
            PermissionError(13, "Permission denied", "a.root"),
            1,
            "hepchain: a.root: Permission denied\n",
        ),
        (OSError("the disk is gone"), 1, "hepchain: the disk is gone\n"),
    ],
)
def test_what_the_system_does_is_one_message(
    error: BaseException,
    status: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(options: object) -> int:
        raise error

    monkeypatch.setattr(commands, "version", fails)
    assert main(["version"]) == status
    assert capsys.readouterr().err == message
