"""JSON files."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepchain.errors import InputError
from hepchain.io import read_records, write_json


def test_records_are_in_the_order_of_their_files(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.json" for name in "ba"]
    for path in paths:
        write_json(path, {"name": path.stem})
    assert read_records(paths, lambda content: content["name"]) == ["b", "a"]


def test_a_missing_key_is_named_with_its_file(tmp_path: Path) -> None:
    write_json(tmp_path / "old.json", {"name": 1})
    with pytest.raises(InputError, match=r"old\.json: no key 'title'; it was written by another"):
        read_records([tmp_path / "old.json"], lambda content: content["title"])
