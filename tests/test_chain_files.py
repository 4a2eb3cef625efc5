"""What the samples of a chain are read from is looked for before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain.cli import main
from tests.soft_electrons import CHAIN
from tests.workspace import REPOSITORY

SAMPLE = "{{role: data, files: ['{files}'], ntuple: {ntuple}}}"


@pytest.mark.parametrize(
    ("files", "ntuple", "messages"),
    [
        ("*.root", "hepchain", []),
        ("*.root", "mine", ["samples.read.ntuple: config/ntuples/mine.yaml: no such file"]),
        ("none.root", "hepchain", ["samples.read.files: no file matches"]),
        ("none.root", "mine", ["samples.read.files: no file", "samples.read.ntuple: config"]),
    ],
)
def test_files_and_maps_are_looked_for_by_the_check(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    files: str,
    ntuple: str,
    messages: list[str],
) -> None:
    monkeypatch.chdir(REPOSITORY)
    (tmp_path / "a.root").touch()
    sample = SAMPLE.format(files=tmp_path / files, ntuple=ntuple)
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"{CHAIN}: {{samples: {{read: {sample}}}}}\n")
    assert main(["config", "check", str(mine)]) == (1 if messages else 0)
    written = capsys.readouterr()
    assert all(message in written.err for message in messages)
    assert len(written.err.splitlines()) == len(messages)
