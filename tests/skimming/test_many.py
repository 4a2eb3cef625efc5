"""Many files checked together: headers of all, values of some."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.cli import main
from hepchain.io import write_checksum
from hepchain.skimming import many
from hepchain.skimming.many import looked_into
from tests.workspace import REPOSITORY

FILES = 60
SOME = 4
BROKEN = 31
"""A file that is not in the sample."""

Content = dict[str, Any]


@pytest.fixture
def check(
    contract_map_path: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[int, str]]:
    """Function (paths, options) -> exit code and output of the command."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setattr(many, "SOME_FILES", SOME)
    monkeypatch.setattr(many, "FILES_OF_A_PROCESS", 10 * FILES)

    def run(paths: Sequence[Path], *options: str) -> tuple[int, str]:
        command = ["ntuple", "check", "--map", contract_map_path, "--role", "data", *options]
        code = main([*command, *map(str, paths)])
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def paths(
    make_content: Callable[..., Content], write_ntuple: Callable[..., Path], tmp_path: Path
) -> list[Path]:
    """Those of the sample have events of their own, the others those of one."""
    first = write_ntuple(make_content(4), name="first.root")
    found = [tmp_path / f"{number:02d}.root" for number in range(FILES)]
    for number, path in enumerate(found):
        if number in (0, 19, 39, 59):
            content = make_content(4)
            content["event_number"] = content["event_number"] + 100 * number
            write_ntuple(content, name=path.name)
        else:
            shutil.copy(first, path)
    return found


@pytest.mark.parametrize("files", [1, 2, 24, 25, 26, 60, 1000, 1001])
def test_files_that_are_looked_into(files: int) -> None:
    found = sorted(looked_into(files))
    assert len(found) == min(files, many.SOME_FILES)
    assert found[0] == 0
    assert found[-1] == files - 1
    distances = np.diff(found)
    assert len(distances) == 0 or distances.max() - distances.min() <= 1


def test_headers_of_all_and_values_of_some(
    paths: list[Path], check: Callable[..., tuple[int, str]]
) -> None:
    code, text = check(paths)
    assert code == 0
    assert (
        "headers of all 60 files looked at, values of the first 100 entries of 4: the first, the "
        "last and others at even distances" in text
    )
    looked = [line for line in text.splitlines() if "values of all looked at" in line]
    assert [Path(line.split(":")[0]).stem for line in looked] == ["00", "19", "39", "59"]
    assert text.count("values of none looked at") == FILES - SOME


def test_broken_files_among_many_are_found(
    paths: list[Path],
    check: Callable[..., tuple[int, str]],
    make_content: Callable[..., Content],
    write_ntuple: Callable[..., Path],
) -> None:
    content = make_content(4)
    del content["met_phi"]
    write_ntuple(content, name=paths[BROKEN].name)
    truncated, text_file, removed = (paths[number] for number in (12, 25, 58))
    truncated.write_bytes(truncated.read_bytes()[:-100])
    text_file.write_text("not ROOT at all, but long enough to look at" * 20)
    removed.unlink()
    code, text = check(paths)
    assert code == 1
    for path in (paths[BROKEN], truncated, text_file, removed):
        assert f"{path}: cannot be read" in text
    for message in (
        "missing, needed for signal, background and data: met_phi (no branch 'met_phi'",
        "truncated",
        "not a ROOT file",
        "no such file",
    ):
        assert text.count(message) == 1
    assert "stops at skimming: 4 of 60 files cannot be read in this role" in text


def test_values_that_the_sample_misses(
    paths: list[Path],
    check: Callable[..., tuple[int, str]],
    make_content: Callable[..., Content],
    write_ntuple: Callable[..., Path],
) -> None:
    few = paths[BROKEN - 2 : BROKEN + 4]
    for number, path in enumerate(few):
        content = make_content(4)
        content["event_number"] = content["event_number"] + 100 * number
        content["mu"] = content["mu"] - 10.0 * (path == paths[BROKEN])
        write_ntuple(content, name=path.name)
    assert check(few)[0] == 0
    code, text = check(few, "--values")
    assert code == 1
    assert f"{paths[BROKEN]}: cannot be read, 4 entries, values of all looked at" in text
    assert "mu (branch 'mu'): 4 values below zero" in text
    assert "all values of 6 files looked at" in text


def test_checksums_are_compared_where_values_are_looked_at(
    paths: list[Path], check: Callable[..., tuple[int, str]]
) -> None:
    for number in (BROKEN, FILES - 1):
        write_checksum(paths[0])
        checksum = paths[0].with_name("00.root.sha256")
        shutil.move(checksum, paths[number].with_name(f"{number:02d}.root.sha256"))
    code, text = check(paths)
    assert code == 1
    assert f"{paths[-1]}: cannot be read" in text
    assert f"{paths[BROKEN]}: usable" in text
