"""Files that cannot be opened or read: damaged is what its bytes show to be so, nothing else."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import uproot

from hepchain.errors import InputError
from hepchain.skimming.files import open_file, readable
from hepchain.skimming.trees import Tree


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with uproot.recreate(tmp_path / "f.root", compression=uproot.ZLIB(4)) as file:
        file.mktree("events", {"x": "float64", "y": "float64"})
        file["events"].extend({"x": np.arange(5000.0), "y": np.sqrt(np.arange(5000.0))})
    return tmp_path / "f.root"


def _read(path: Path) -> int:
    with open_file(path) as file:
        tree = Tree(str(path), "events", file["events"])
        return sum(len(chunk["y"]) for chunk in tree.chunks(["x", "y"], 1000))


@pytest.mark.parametrize(
    "name",
    ["root:::host:1094::a:b.root", "ntuple[1].root", "n tuple é.root", "DAOD.root.1", "a{b}*.root"],
)
def test_names_of_files_are_no_addresses_and_no_patterns(path: Path, name: str) -> None:
    assert _read(Path(shutil.copy(path, path.with_name(name)))) == 5000


@pytest.mark.parametrize("shown", ["page", "short"])
def test_what_is_no_root_file(path: Path, shown: str) -> None:
    path.write_bytes({"page": b"<!DOCTYPE html><html>", "short": b"root"}[shown])
    message = {"page": r"not a ROOT file: it begins with b'<!DOCTYP'", "short": "truncated, 4 b"}
    with pytest.raises(InputError, match=message[shown]):
        _read(path)


def test_compressed_data_that_are_none_are_damage(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    with uproot.open(path) as file:
        first, last = file["events"]["y"].basket_chunk_cursor(0)[0].start, path.stat().st_size
    assert first < last
    whole[first + 200 : first + 260] = bytes(60)
    path.write_bytes(whole)
    with pytest.raises(InputError) as caught:
        _read(path)
    assert "branch 'y' of tree 'events': its compressed data cannot be unpacked" in str(
        caught.value
    )
    assert "damaged" in str(caught.value)


def test_what_uproot_does_not_know_is_not_called_damage() -> None:
    with pytest.raises(InputError) as caught, readable("f.root", lambda: "branch 'x'"):
        raise ValueError("unknown type\nand more")
    assert str(caught.value).startswith(
        "f.root: branch 'x': cannot be read by uproot (ValueError: unknown type); if the file is"
    )
    for word in ("damaged", "truncated", "remove", "delete"):
        assert word not in str(caught.value)
